// A cluster of Raft cores in memory: virtual time, a network and disks that do exactly what the
// test or its seed says. Everything a node does is checked by the invariants.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "node/core/raft.hpp"
#include "tests/node/core_invariants.hpp"

namespace riptide::node {

inline constexpr Duration operator""_ms(unsigned long long count) {
  return std::chrono::milliseconds(count);
}

class Cluster {
 public:
  using Configure = std::function<void(CoreConfig&)>;

  explicit Cluster(std::size_t nodes, std::uint64_t seed = 1, const Configure& configure = {}) {
    std::vector<NodeId> voters;
    for (std::size_t i = 1; i <= nodes; ++i) voters.emplace_back(static_cast<std::uint32_t>(i));
    members_.resize(nodes);
    disks_.resize(nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
      CoreConfig& config = members_[i].config;
      config.id = voters[i];
      config.voters = voters;
      config.seed = seed;
      if (configure) configure(config);
      start(static_cast<int>(i) + 1);
    }
  }

  // The network: how long a message takes (one duration per copy; none: it is lost), and links
  // that are cut. By default every message takes 1 ms.
  std::function<std::vector<Duration>(const Message&)> deliver_after =
      [](const Message&) -> std::vector<Duration> { return {1_ms}; };
  std::function<bool(const Message&)> drop = [](const Message&) { return false; };
  /// How long a write takes; by default it is durable at once.
  std::function<Duration(int)> write_takes = [](int) { return Duration{}; };

  void cut(int from, int to) { cuts_.insert({from, to}); }
  /// Nodes talk only within their group; who is in none talks to nobody.
  void partition(const std::vector<std::vector<int>>& groups) {
    cuts_.clear();
    for (int a = 1; a <= size(); ++a)
      for (int b = 1; b <= size(); ++b)
        if (group_of(groups, a) != group_of(groups, b) || group_of(groups, a) < 0) cut(a, b);
  }
  void isolate(int node) {
    for (int other = 1; other <= size(); ++other) cut(node, other), cut(other, node);
  }
  void heal() { cuts_.clear(); }
  /// Loses what is on its way.
  void lose_messages_in_flight() {
    std::erase_if(events_, [](const auto& e) { return std::holds_alternative<Message>(e.second); });
  }

  // Processes. A crash loses memory and every write that is not durable, but the first `survive`
  // of those that were under way.
  void crash(int node, std::size_t survive = 0) {
    Disk& disk = disks_[at(node)];
    for (std::size_t i = 0; i < std::min(survive, disk.under_way.size()); ++i)
      write(members_[at(node)], disk.under_way[i]);
    invariants_.crashed(members_[at(node)]);
    disk = {.life = disk.life + 1};
    members_[at(node)].raft.reset();
  }
  void start(int node) {
    Member& member = members_[at(node)];
    applied_[node].clear();
    member.raft.emplace(member.config, member.disk_state, member.disk_log, now_);
  }
  /// A held disk finishes nothing until it is let go.
  void hold_disk(int node) { disks_[at(node)].held = true; }
  void release_disk(int node) {
    disks_[at(node)].held = false;
    finish_writes(node, disks_[at(node)].under_way.size());
  }

  // Clients.
  Proposal propose(int node, const std::string& text) {
    const Proposal proposal =
        members_[at(node)].raft->propose(std::make_shared<const std::string>(text));
    settle(node);
    return proposal;
  }
  /// Several in one turn, as a shell does that drains its sockets.
  void propose_all(int node, const std::vector<std::string>& texts) {
    for (const std::string& text : texts)
      members_[at(node)].raft->propose(std::make_shared<const std::string>(text));
    settle(node);
  }
  void read(int node, std::uint64_t context) {
    invariants_.read_began(context);
    members_[at(node)].raft->read(context);
    settle(node);
  }
  void step(int node, const Message& message) {
    members_[at(node)].raft->step(message, now_);
    settle(node);
  }

  // Time.
  MonoTime now() const { return now_; }
  void run_for(Duration duration) {
    const MonoTime end = now_ + duration;
    while (advance(end)) {
    }
  }
  /// False when the condition does not hold within the limit of virtual time.
  bool run_until(const std::function<bool()>& condition, Duration limit = 20000_ms) {
    const MonoTime end = now_ + limit;
    while (!condition())
      if (!advance(end)) return condition();
    return true;
  }
  /// Lets the election timer of a node run out now, before the others'.
  void time_out(int node) {
    raft(node).tick(std::max(now_, raft(node).next_tick()));
    settle(node);
  }
  /// Lets this node campaign until it leads; a few times, since the others may have given their
  /// vote of its next term already. False when it does not win.
  bool elect(int node) {
    for (int campaign = 0; campaign < 3 && up(node) && role(node) != Role::leader; ++campaign) {
      time_out(node);
      run_until([&] { return role(node) == Role::leader; }, 50_ms);
    }
    return up(node) && role(node) == Role::leader;
  }

  // Views.
  int size() const { return static_cast<int>(members_.size()); }
  bool up(int node) const { return members_[at(node)].raft.has_value(); }
  Raft& raft(int node) { return *members_[at(node)].raft; }
  const Member& member(int node) const { return members_[at(node)]; }
  Role role(int node) const { return members_[at(node)].raft->role(); }
  /// The leader of the greatest term; 0 when there is none.
  int leader() const {
    int found = 0;
    for (int node = 1; node <= size(); ++node)
      if (up(node) && role(node) == Role::leader &&
          (found == 0 || members_[at(node)].raft->term() > members_[at(found)].raft->term()))
        found = node;
    return found;
  }
  /// The commands that a node has applied since it started.
  const std::vector<std::string>& applied(int node) { return applied_[node]; }
  /// The answer to a read, once there is one.
  const ReadState* answer(std::uint64_t context) const {
    const auto found = answers_.find(context);
    return found == answers_.end() ? nullptr : &found->second;
  }
  const std::string& violation() const { return invariants_.violation(); }
  LogIndex committed_up_to() const { return invariants_.committed_up_to(); }
  std::size_t messages_sent = 0;

 private:
  struct WriteDone {
    int node;
    std::uint64_t life;
  };
  struct Disk {
    std::uint64_t life = 0;
    bool held = false;
    std::deque<Output> under_way;
  };

  static std::size_t at(int node) { return static_cast<std::size_t>(node) - 1; }
  static int group_of(const std::vector<std::vector<int>>& groups, int node) {
    for (std::size_t g = 0; g < groups.size(); ++g)
      if (std::count(groups[g].begin(), groups[g].end(), node) > 0) return static_cast<int>(g);
    return -1;
  }

  /// The next thing that happens before `end`; false, at `end`, when there is none.
  bool advance(MonoTime end) {
    MonoTime next = events_.empty() ? end : std::min(end, events_.begin()->first);
    int ticking = 0;
    for (int node = 1; node <= size(); ++node)
      if (up(node) && raft(node).next_tick() < next) {
        next = raft(node).next_tick();
        ticking = node;
      }
    if (next >= end) {
      now_ = std::max(now_, end);
      return false;
    }
    now_ = std::max(now_, next);
    if (ticking != 0) {
      raft(ticking).tick(now_);
      settle(ticking);
      return true;
    }
    auto event = events_.extract(events_.begin());
    if (const auto* done = std::get_if<WriteDone>(&event.mapped())) {
      Disk& disk = disks_[at(done->node)];
      if (disk.life == done->life && !disk.held) finish_writes(done->node, 1);
    } else {
      const auto& message = std::get<Message>(event.mapped());
      const int to = static_cast<int>(message.to.value());
      if (up(to) && !cuts_.count({static_cast<int>(message.from.value()), to})) step(to, message);
    }
    return true;
  }

  /// What a shell does after each turn (raft.hpp, Output).
  void settle(int node) {
    Member& member = members_[at(node)];
    while (true) {
      Output output = member.raft->take_output();
      if (output.empty()) return;
      invariants_.stepped(members_, member, output);
      send(output.messages);
      for (const Entry& entry : output.committed)
        if (entry.kind == Entry::Kind::command) applied_[node].push_back(*entry.data);
      for (const ReadState& read : output.reads) answers_[read.context] = read;
      if (!output.hard_state && output.entries.empty() && output.messages_after_persist.empty())
        continue;
      Disk& disk = disks_[at(node)];
      disk.under_way.push_back(std::move(output));
      const Duration takes = write_takes(node);
      if (disk.held) continue;
      if (takes == Duration{} && disk.under_way.size() == 1)
        finish_writes(node, 1);
      else
        events_.emplace(now_ + takes, WriteDone{node, disk.life});
    }
  }

  /// The oldest writes become durable, as one: only the last is acknowledged (group commit).
  void finish_writes(int node, std::size_t count) {
    Member& member = members_[at(node)];
    Disk& disk = disks_[at(node)];
    const Entry* last = nullptr;
    std::vector<Output> done;
    for (std::size_t i = 0; i < count && !disk.under_way.empty(); ++i) {
      done.push_back(std::move(disk.under_way.front()));
      disk.under_way.pop_front();
      write(member, done.back());
    }
    for (const Output& output : done) {
      send(output.messages_after_persist);
      if (!output.entries.empty()) last = &output.entries.back();
    }
    if (last) member.raft->persisted(last->term, last->index);
    settle(node);
  }

  void write(Member& member, const Output& output) {
    if (output.hard_state) {
      invariants_.writes(member, *output.hard_state);
      member.disk_state = *output.hard_state;
    }
    for (const Entry& entry : output.entries) {
      member.disk_log.resize(entry.index.value() - 1);  // an existing index: truncate first
      member.disk_log.push_back(entry);
    }
  }

  void send(const std::vector<Message>& messages) {
    for (const Message& message : messages) {
      ++messages_sent;
      const std::pair link{static_cast<int>(message.from.value()),
                           static_cast<int>(message.to.value())};
      if (cuts_.count(link) || drop(message)) continue;
      for (const Duration delay : deliver_after(message)) events_.emplace(now_ + delay, message);
    }
  }

  MonoTime now_{1};
  std::vector<Member> members_;
  std::vector<Disk> disks_;
  std::multimap<MonoTime, std::variant<Message, WriteDone>> events_;
  std::set<std::pair<int, int>> cuts_;
  std::map<int, std::vector<std::string>> applied_;
  std::map<std::uint64_t, ReadState> answers_;
  Invariants invariants_;
};

}  // namespace riptide::node
