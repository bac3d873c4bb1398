#include "controller/cluster.hpp"

#include <boost/asio.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/assert.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "controller/pump.hpp"

namespace riptide::controller {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(10);
constexpr Duration kPollLimit = std::chrono::milliseconds(500);
constexpr Duration kReadyLimit = std::chrono::seconds(15);
constexpr int kTermGraceMs = 1000;

/// The last lines of a file, for error messages.
std::string tail(const std::filesystem::path& path, std::size_t lines) {
  const auto text = read_file(path);
  if (!text) return {};
  std::vector<std::string> all = split(*text, '\n');
  while (!all.empty() && all.back().empty()) all.pop_back();
  if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
  return join(all, "\n");
}

}  // namespace

struct NodeCluster::Node {
  Node(boost::asio::io_context& io, const systems::NodeSpec& the_spec)
      : spec(the_spec), timer(io) {}
  const systems::NodeSpec& spec;
  boost::asio::steady_timer timer;
  std::unique_ptr<nemesis::Child> child;
  std::unique_ptr<systems::Probe> probe;
  systems::NodeStatus status;
  bool answers = false;  // to the last question
  bool exit_expected = false;
  std::function<void(Result<std::string>)> when_ready;
  MonoTime ready_deadline, launched;
};

struct NodeCluster::Timers {
  explicit Timers(boost::asio::io_context& io) : lag(io) {}
  boost::asio::steady_timer lag;
};

NodeCluster::NodeCluster(boost::asio::io_context& io, const systems::System& system,
                         systems::NodeOptions options, std::vector<systems::NodeSpec> nodes,
                         LeaderChanged leader_changed)
    : io_(io),
      system_(system),
      options_(std::move(options)),
      specs_(std::move(nodes)),
      leader_changed_(std::move(leader_changed)),
      timers_(std::make_unique<Timers>(io)) {
  for (const systems::NodeSpec& spec : specs_) nodes_.push_back(std::make_unique<Node>(io, spec));
}

NodeCluster::~NodeCluster() { *alive_ = false; }

Result<void> NodeCluster::launch(Node& node) {
  if (auto made = make_directories(node.spec.directory); !made) return made.error();
  const auto command = system_.command(node.spec, options_);
  if (!command) return command.error();
  auto child = nemesis::Child::start(io_, {.argv = command->argv,
                                           .environment = command->environment,
                                           .working_directory = node.spec.directory,
                                           .stdout_file = node.spec.directory / "stdout.log",
                                           .stderr_file = node.spec.directory / "stderr.log"});
  if (!child) return fail("cannot start node " + node.spec.name).because(child.error());
  node.child = std::move(*child);
  node.exit_expected = false;
  node.answers = false;
  node.launched = mono_now();
  node.probe = system_.make_probe(io_, node.spec);
  node.child->on_exit([this, &node, alive = alive_](nemesis::Exit exit) {
    if (!*alive) return;
    node.answers = false;
    node.status = {};
    if (!node.exit_expected)
      surprises_.push_back(node.spec.name + " ended by itself: " + exit.text() + "\n" +
                           tail(node.spec.directory / "stderr.log", 5));
  });
  poll(node);
  return {};
}

void NodeCluster::poll(Node& node) {
  if (!node.child || !node.child->running()) {
    if (node.when_ready)
      std::exchange(node.when_ready, nullptr)(fail(node.spec.name + " ended before it was ready"));
    return;
  }
  // `child` tells this life of the node from the next: after a restart the old loop ends by itself.
  node.probe->ask(kPollLimit, [this, &node, alive = alive_,
                               child = node.child.get()](Result<systems::NodeStatus> status) {
    if (!*alive || node.child.get() != child) return;
    took_status(node, std::move(status));
    node.timer.expires_after(kPoll);
    node.timer.async_wait([this, &node, alive, child](boost::system::error_code error) {
      if (*alive && !error && node.child.get() == child) poll(node);
    });
  });
}

void NodeCluster::took_status(Node& node, Result<systems::NodeStatus> status) {
  node.answers = status.has_value();
  node.status = status ? std::move(*status) : systems::NodeStatus{};
  if (node.status.role == "leader" &&
      (node.status.term > known_term_ ||
       (node.status.term == known_term_ && known_leader_.empty()))) {
    known_leader_ = node.spec.name;
    known_term_ = node.status.term;
    leader_changed_(known_leader_, known_term_);
  }
  if (!node.when_ready) return;
  const Duration waited = mono_now() - node.launched;
  if (node.answers) {
    const nlohmann::json proof{
        {"pid", node.child->pid()},
        {"ready_ms", std::chrono::duration<double, std::milli>(waited).count()}};
    std::exchange(node.when_ready, nullptr)(proof.dump());
  } else if (mono_now() > node.ready_deadline) {
    std::exchange(node.when_ready,
                  nullptr)(fail(node.spec.name + " does not answer after its start")
                               .fix("see " + (node.spec.directory / "stderr.log").string()));
  }
}

void NodeCluster::watch_lag() {
  const MonoTime expected = mono_now() + kPoll;
  timers_->lag.expires_after(kPoll);
  timers_->lag.async_wait([this, expected, alive = alive_](boost::system::error_code error) {
    if (!*alive || error) return;
    worst_lag_ = std::max(worst_lag_, mono_now() - expected);
    watch_lag();
  });
}

Result<void> NodeCluster::start(Duration limit, const std::function<bool()>& stop) {
  const MonoTime deadline = mono_now() + limit;
  for (auto& node : nodes_)
    if (auto launched = launch(*node); !launched) return launched;
  pump_until(io_, deadline, [&] { return stop() || !surprises_.empty() || converged(); });
  if (stop()) return fail("interrupted while the nodes were starting");
  if (!surprises_.empty())
    return fail("a node does not stay up")
        .because(surprises_.front())
        .fix("see its log in the run's directory");
  if (!converged()) {
    std::string who;
    for (auto& node : nodes_)
      if (!node->answers) who += (who.empty() ? "" : ", ") + node->spec.name;
    return fail("the cluster was not ready in time")
        .because(who.empty() ? "no leader was elected" : "no answer from " + who)
        .fix(
            "see the nodes' logs in the run's directory; a busy machine may need a longer "
            "--election-timeout");
  }
  watch_lag();
  return {};
}

bool NodeCluster::converged() const {
  const std::string leads = leader();
  return !leads.empty() && std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return node->answers && node->status.leader == leads;
  });
}

std::string NodeCluster::leader() const {
  const Node* best = nullptr;
  for (const auto& node : nodes_)
    if (node->status.role == "leader" && (!best || node->status.term > best->status.term))
      best = node.get();
  return best ? best->spec.name : std::string();
}

std::vector<std::string> NodeCluster::strip() const {
  std::vector<std::string> all;
  for (const auto& node : nodes_) {
    const bool up = node->child && node->child->running();
    all.push_back(node->spec.name + " " +
                  (!up ? "down"
                   : !node->answers
                       ? "silent"
                       : node->status.role + " t" + std::to_string(node->status.term)));
  }
  return all;
}

void NodeCluster::stop(Duration limit) {
  for (auto& node : nodes_) {
    node->exit_expected = true;
    // A paused process does not hear SIGTERM until it is resumed.
    if (node->child && node->child->running())
      node->child->resume([](const Result<std::string>&) {});
    if (node->child && node->child->running())
      node->child->terminate(kTermGraceMs, [](nemesis::Exit) {});
  }
  pump_until(io_, mono_now() + limit, [&] {
    return std::none_of(nodes_.begin(), nodes_.end(),
                        [](const auto& node) { return node->child && node->child->running(); });
  });
  for (auto& node : nodes_) node->child.reset();  // kills and reaps what is left
}

std::vector<nemesis::NodeView> NodeCluster::view() const {
  std::vector<nemesis::NodeView> all;
  for (const auto& node : nodes_)
    all.push_back({.name = node->spec.name,
                   .running = node->child && node->child->running(),
                   .role = node->status.role,
                   .term = node->status.term});
  return all;
}

nemesis::Child* NodeCluster::child(const std::string& name) {
  Node& node = find(name);
  return node.child && node.child->running() ? node.child.get() : nullptr;
}

void NodeCluster::expect_exit(const std::string& name) { find(name).exit_expected = true; }

void NodeCluster::restart(const std::string& name, std::function<void(Result<std::string>)> done) {
  Node& node = find(name);
  if (auto launched = launch(node); !launched) return done(launched.error());
  node.ready_deadline = mono_now() + kReadyLimit;
  node.when_ready = std::move(done);
}

NodeCluster::Node& NodeCluster::find(const std::string& name) {
  const auto at = std::find_if(nodes_.begin(), nodes_.end(),
                               [&](const auto& node) { return node->spec.name == name; });
  ASSERT(at != nodes_.end(), "no node", name);
  return **at;
}

}  // namespace riptide::controller
