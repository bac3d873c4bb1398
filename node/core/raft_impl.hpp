// What Raft keeps. Each rule is a member function; the .cpp files follow the paper's sections:
// election.cpp (§5.2, §5.4.1), replication.cpp (§5.3, §5.4.2), reads.cpp (§8, thesis §6.4).
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/random.hpp"
#include "node/core/log.hpp"
#include "node/core/progress.hpp"
#include "node/core/raft.hpp"

namespace riptide::node {

struct Raft::Impl {
  Impl(const CoreConfig& core_config, const HardState& hard_state, std::vector<Entry> recovered,
       MonoTime now);

  // raft.cpp
  void step(const Message& message, MonoTime now);
  void tick(MonoTime now);
  Output take_output();
  void become_follower(Term new_term, NodeId new_leader, MonoTime now);
  void set_role(Role new_role, NodeId new_leader);
  Progress* progress_of(NodeId node);
  std::size_t majority() const { return config.voters.size() / 2 + 1; }
  /// The greatest value that a majority of the voters has reached.
  template <class Value, class OfPeer>
  Value reached_by_majority(Value own, OfPeer of_peer);
  Message to_peer(Message::Kind kind, NodeId peer) const;

  // election.cpp
  void reset_election_timer(MonoTime now);
  bool hears_from_leader(MonoTime now) const;
  bool is_up_to_date(Term candidate_last_term, LogIndex candidate_last_index) const;
  void campaign(bool pre_vote, MonoTime now);
  void become_leader(MonoTime now);
  void handle_pre_vote(const Message& message, MonoTime now);
  void handle_vote(const Message& message, MonoTime now);
  void handle_vote_reply(const Message& message, MonoTime now);

  // replication.cpp
  Proposal propose(std::shared_ptr<const std::string> data);
  void append_own(Entry::Kind kind, std::shared_ptr<const std::string> data);
  void handle_append(const Message& message, MonoTime now);
  /// Takes over what is new; false when the log does not hold the entry before them.
  bool append_from_leader(const Message& message);
  void handle_append_reply(const Message& message, MonoTime now);
  void send_appends();
  void send_append(Progress& peer, bool with_entries);
  void advance_commit();
  void commit_to(LogIndex index);

  // reads.cpp
  void read(std::uint64_t context);
  void start_read_round();
  void confirm_reads();
  void fail_reads();

  CoreConfig config;
  Log log;
  Durability durability;
  Random random;

  Term term;
  NodeId voted_for;
  Role role = Role::follower;
  NodeId leader = kNobody;
  LogIndex commit;
  LogIndex delivered;  // committed entries up to here went out in an Output

  MonoTime election_deadline;
  MonoTime leader_contact;      // the last append of `leader` came then
  std::vector<NodeId> votes;    // candidates: who granted, each once
  std::vector<Progress> peers;  // the other voters; a leader's
  MonoTime heartbeat_due;
  bool heartbeat_wanted = false;      // the next Output sends something to every peer
  LogIndex term_start;                // leader: reads wait until everything up to here is committed
  std::size_t uncommitted_bytes = 0;  // of the own term's entries

  struct ReadRound {
    std::uint64_t round;
    LogIndex index;
    std::vector<std::uint64_t> contexts;
  };
  std::uint64_t round = 0;                   // never repeats in the life of this object
  std::deque<ReadRound> rounds;              // under way, oldest first
  std::vector<std::uint64_t> waiting_reads;  // for the next round

  HardState written;  // what the Outputs so far made durable
  Output output;
};

template <class Value, class OfPeer>
Value Raft::Impl::reached_by_majority(Value own, OfPeer of_peer) {
  Value reached{};
  const auto consider = [&](Value value) {
    if (value <= reached) return;
    std::size_t count = own >= value ? 1 : 0;
    for (const Progress& peer : peers) count += of_peer(peer) >= value ? 1 : 0;
    if (count >= majority()) reached = value;
  };
  consider(own);
  for (const Progress& peer : peers) consider(of_peer(peer));
  return reached;
}

}  // namespace riptide::node
