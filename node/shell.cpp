#include "node/shell.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <boost/asio.hpp>
#include <iostream>

#include "node/bugs/bugs.hpp"

namespace riptide::node {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Small enough that a slice takes a fraction of a heartbeat; what is left gets the next turns.
constexpr std::size_t kApplySlice = 64;
// How long entries that nobody waits for may lie unapplied.
constexpr auto kBackgroundApply = std::chrono::milliseconds(20);

std::string_view role_name(Role role) {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::pre_candidate:
      return "pre-candidate";
    case Role::candidate:
      return "candidate";
    case Role::leader:
      return "leader";
  }
  return "follower";
}

}  // namespace

struct Shell::Loop {
  asio::io_context io{1};
  asio::steady_timer timer{io};
  asio::steady_timer background{io};
  asio::signal_set signals{io};
  MonoTime armed_for{0};
};

Shell::Shell(const NodeOptions& options) : options_(options), loop_(std::make_unique<Loop>()) {}

Shell::~Shell() {
  // The log's thread posts to the loop: it ends first.
  wal_.reset();
}

Result<std::unique_ptr<Shell>> Shell::make(const NodeOptions& options) {
  std::unique_ptr<Shell> shell(new Shell(options));
  if (auto opened = shell->open(); !opened) return opened.error();
  return shell;
}

Result<void> Shell::open() {
  CoreConfig core;
  PeersConfig peers;
  std::vector<std::string> names;
  for (const PeerOption& peer : options_.peers) {
    const NodeId id(static_cast<NodeId::rep>(names.size() + 1));
    core.voters.push_back(id);
    names.push_back(peer.name);
    if (peer.name == options_.name) {
      id_ = id;
    } else {
      peers.others.push_back({id, peer.name, peer.address});
    }
  }
  peers.cluster = options_.cluster;
  peers.self = id_;
  peers.self_name = options_.name;
  peers.listen = options_.peer_address;

  Recovered recovered;
  WalConfig wal_config;
  wal_config.directory = options_.data_dir;
  wal_config.cluster = options_.cluster;
  wal_config.node = options_.name;
  wal_config.id = id_;
  auto wal = Wal::open(wal_config, recovered);
  if (!wal) return wal.error();
  for (const std::string& note : recovered.notes) log::warning(note);
  log::info(fmt::format("recovered {} entries, term {}", recovered.log.size(),
                        recovered.hard_state.term.value()));

  auto listening = Peers::listen(loop_->io, std::move(peers));
  if (!listening) return listening.error();
  peers_ = std::move(*listening);
  auto serving = Clients::listen(loop_->io, options_.client_address);
  if (!serving) return serving.error();
  clients_ = std::move(*serving);

  core.id = id_;
  core.heartbeat = options_.heartbeat;
  core.election_timeout = options_.election_timeout;
  core.max_append_entries = options_.max_append_entries;
  core.max_inflight = options_.max_inflight;
  core.seed = options_.seed;
  raft_ = std::make_unique<Raft>(core, recovered.hard_state, std::move(recovered.log), mono_now());
  service_ = std::make_unique<Service>(*raft_, std::move(names));
  wal_ = std::make_unique<WalThread>(std::move(*wal), [this](Result<WalThread::Ticket> up_to) {
    asio::post(loop_->io, [this, up_to = std::move(up_to)] { durable(up_to); });
  });
  return {};
}

Result<void> Shell::run() {
  start();
  loop_->io.run();
  log::info("stopped");
  return end_;
}

void Shell::start() {
  error_code ignored;
  loop_->signals.add(SIGTERM, ignored);
  loop_->signals.add(SIGINT, ignored);
  loop_->signals.async_wait([this](error_code error, int) {
    if (!error) loop_->io.stop();
  });
  peers_->start([this](const Message& message) {
    raft_->step(message, mono_now());
    schedule_turn();
  });
  Clients::Callbacks callbacks;
  callbacks.request = [this](Clients::Id from, wire::Request request, std::string_view payload) {
    service_->request(from, std::move(request), payload);
    schedule_turn();
  };
  callbacks.status = [this] { return status(); };
  callbacks.closed = [this](Clients::Id id) { service_->closed(id); };
  clients_->start(std::move(callbacks));
  schedule_turn();
  log::info(fmt::format("serving clients at {}, peers at {}, seed {}",
                        options_.client_address.text(), options_.peer_address.text(),
                        options_.seed));
  std::cout << "ready" << std::endl;
}

void Shell::schedule_turn() {
  if (turn_scheduled_) return;
  turn_scheduled_ = true;
  // Behind everything that is ready now: that is what makes one batch of it.
  asio::post(loop_->io, [this] {
    turn_scheduled_ = false;
    turn();
  });
}

void Shell::turn() {
  Output output = raft_->take_output();
  peers_->send(output.messages);
  persist(output);
  const bool role_changed = output.role_changed;
  service_->absorb(output);
  peers_->flush();
  deliver_replies();
  if (role_changed) note_role();
  schedule_apply();
  arm_timer();
}

void Shell::persist(Output& output) {
  Unsent unsent;
  unsent.messages = std::move(output.messages_after_persist);
  if (!output.entries.empty()) {
    unsent.term = output.entries.back().term;
    unsent.index = output.entries.back().index;
  }
  if (output.hard_state || !output.entries.empty()) {
    submitted_ = wal_->submit({output.hard_state, std::move(output.entries)});
  } else if (unsent.messages.empty()) {
    return;
  } else if (unsent_.empty()) {
    peers_->send(unsent.messages);
    return;
  }
  unsent.ticket = submitted_;
  unsent_.push_back(std::move(unsent));
}

void Shell::durable(Result<WalThread::Ticket> up_to) {
  if (!up_to) {
    end_ = up_to.error();
    loop_->io.stop();
    return;
  }
  while (!unsent_.empty() && unsent_.front().ticket <= *up_to) {
    const Unsent& done = unsent_.front();
    peers_->send(done.messages);
    if (done.index > LogIndex{0}) raft_->persisted(done.term, done.index);
    unsent_.pop_front();
  }
  turn();
}

void Shell::schedule_apply() {
  if (service_->backlog() == 0 || apply_scheduled_) return;
  if (service_->backlog_is_awaited()) {
    apply_scheduled_ = true;
    asio::post(loop_->io, [this] { apply_turn(); });
    return;
  }
  if (background_armed_) return;
  background_armed_ = true;
  loop_->background.expires_after(kBackgroundApply);
  loop_->background.async_wait([this](error_code) {
    background_armed_ = false;
    if (!apply_scheduled_) apply_turn();
  });
}

void Shell::apply_turn() {
  apply_scheduled_ = false;
  service_->apply_some(kApplySlice);
  deliver_replies();
  if (service_->backlog() == 0) return;
  apply_scheduled_ = true;
  asio::post(loop_->io, [this] { apply_turn(); });
}

void Shell::deliver_replies() {
  for (const Answered& answered : service_->take_replies()) {
    clients_->reply(answered.to, answered.reply);
  }
  clients_->flush();
}

void Shell::arm_timer() {
  const MonoTime next = raft_->next_tick();
  // A timer that fires too early does no harm; to move it with every heartbeat would cost more.
  const bool armed = loop_->armed_for > MonoTime(0);
  if (armed && loop_->armed_for <= next) return;
  loop_->armed_for = next;
  // Both are CLOCK_MONOTONIC.
  loop_->timer.expires_at(std::chrono::steady_clock::time_point(Duration(next.ns())));
  loop_->timer.async_wait([this](error_code error) {
    if (error) return;  // moved to an earlier time
    loop_->armed_for = MonoTime(0);
    raft_->tick(mono_now());
    schedule_turn();
  });
}

void Shell::note_role() {
  std::string role = fmt::format("{} in term {}", role_name(raft_->role()), raft_->term().value());
  if (role == last_role_) return;
  log::info(role);
  last_role_ = std::move(role);
}

wire::Status Shell::status() const {
  wire::Status status;
  status.node = options_.name;
  status.role = role_name(raft_->role());
  status.term = raft_->term().value();
  status.leader = service_->name_of(raft_->leader());
  status.last_index = raft_->last_index().value();
  status.commit_index = raft_->commit_index().value();
  status.applied_index = service_->applied_index().value();
  status.durable_index = raft_->durable_index().value();
  status.bugs = options_.bugs;
  return status;
}

Result<void> run_node(const NodeOptions& options) {
  log::set_level(options.log_level);
  log::set_name(options.name);
  auto shell = Shell::make(options);
  if (!shell) return shell.error();
  return (*shell)->run();
}

}  // namespace riptide::node
