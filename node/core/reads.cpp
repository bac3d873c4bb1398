// Linearizable reads without a log entry: ReadIndex (§8, thesis §6.4).
//
// A read may be answered with the state at the commit index of its arrival, once a majority has
// shown that no newer leader existed by then. Many reads share one round of messages; a read never
// joins a round that began before it, since the answers may be older than the read.
#include <algorithm>
#include <utility>

#include "node/bugs/bugs.hpp"
#include "node/core/raft_impl.hpp"

namespace riptide::node {

void Raft::Impl::read(std::uint64_t context) {
  if (role != Role::leader) {
    output.reads.push_back({context, false, {}});
  } else if (bugs::active(Bug::kLocalLeaderRead)) {
    output.reads.push_back({context, true, commit});
  } else {
    waiting_reads.push_back(context);
  }
}

void Raft::Impl::start_read_round() {
  // Before an entry of its own term is committed, a leader's commit index may be behind (§8).
  if (waiting_reads.empty() || commit < term_start) return;
  // One round at a time, so that what arrives meanwhile shares the next. With each heartbeat one
  // more, since the messages of the last may be lost.
  if (!rounds.empty() && !heartbeat_wanted) return;
  ++round;
  rounds.push_back({round, commit, std::exchange(waiting_reads, {})});
  heartbeat_wanted = true;
  confirm_reads();  // a single voter is its own majority
}

void Raft::Impl::confirm_reads() {
  const std::uint64_t confirmed =
      reached_by_majority(round, [](const Progress& peer) { return peer.acked_round; });
  while (!rounds.empty() && rounds.front().round <= confirmed) {
    for (const std::uint64_t context : rounds.front().contexts)
      output.reads.push_back({context, true, rounds.front().index});
    rounds.pop_front();
  }
}

void Raft::Impl::fail_reads() {
  for (const ReadRound& pending : rounds)
    for (const std::uint64_t context : pending.contexts)
      output.reads.push_back({context, false, {}});
  for (const std::uint64_t context : waiting_reads) output.reads.push_back({context, false, {}});
  rounds.clear();
  waiting_reads.clear();
}

}  // namespace riptide::node
