// The consensus core: one Raft node as a pure state machine.
//
//     step(message) / tick(now) / propose / read / persisted  →  take_output()
//
// No I/O, no callbacks, no clock: time comes in as an argument, everything to be done comes out as
// an Output. It runs the same in the process, in a unit test, and in a simulator. Sections (§) are
// those of the Raft paper; "thesis" is Ongaro's dissertation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "node/core/types.hpp"

namespace riptide::node {

struct CoreConfig {
  NodeId id;
  std::vector<NodeId> voters;  ///< with the node itself
  Duration heartbeat = std::chrono::milliseconds(50);
  Duration election_timeout =
      std::chrono::milliseconds(300);  ///< T: drawn from [T, 2T) each time (§5.2)
  bool pre_vote = true;
  std::size_t max_append_entries = 1024;         ///< per message
  std::size_t max_append_bytes = 256 << 10;      ///< per message; one entry always fits
  std::size_t max_inflight = 64;                 ///< append messages per peer, not answered yet
  std::size_t max_uncommitted_bytes = 64 << 20;  ///< above it, propose() says overloaded
  std::uint64_t seed = 0;
};

/// What a proposal became. The (term, index) names the entry for ever: when another term's entry is
/// committed at that index, this one is lost.
struct Proposal {
  enum class Fate : std::uint8_t { accepted, not_leader, overloaded };
  Fate fate = Fate::not_leader;
  Term term;
  LogIndex index;
};

/// A read may be answered once the state machine has applied `index` (thesis §6.4).
struct ReadState {
  std::uint64_t context = 0;  ///< what read() was given
  bool confirmed = false;     ///< false: leadership was lost first; ask elsewhere
  LogIndex index;
};

/// Everything the shell must do, in this order: send `messages` at once (the leader's append goes
/// out in parallel with its own disk write, thesis §10.2.1); make `hard_state` and `entries`
/// durable in ONE write; then send `messages_after_persist` and call persisted(). Writes are in the
/// order of the Outputs, and `messages_after_persist` wait for the writes of earlier Outputs too,
/// even when their own Output has nothing to write. `committed` may be applied at once: it was
/// durable on a majority before it got here.
struct Output {
  std::vector<Message> messages;
  std::optional<HardState> hard_state;
  std::vector<Entry>
      entries;  ///< to append; an index that exists already means: truncate from there first
  std::vector<Message> messages_after_persist;  ///< votes, grants, append replies
  std::vector<Entry> committed;
  std::vector<ReadState> reads;
  bool role_changed = false;  ///< the role, the term or the known leader
  bool empty() const;
};

class Raft {
 public:
  /// `log` is what was recovered from disk: contiguous, beginning at index 1.
  Raft(const CoreConfig& config, const HardState& hard_state, std::vector<Entry> log, MonoTime now);
  ~Raft();
  Raft(Raft&&) noexcept;
  Raft& operator=(Raft&&) noexcept;

  void step(const Message& message, MonoTime now);
  void tick(MonoTime now);
  /// When tick() has something to do next.
  MonoTime next_tick() const;

  /// Leader only; anybody else says not_leader.
  Proposal propose(std::shared_ptr<const std::string> data);
  /// Asks for a linearizable read; the answer is a ReadState with this context, in this or a later
  /// Output. On a node that does not lead it is "not confirmed" at once.
  void read(std::uint64_t context);
  /// The write of an Output's entries up to (term, index) is durable. By term and index, so that an
  /// acknowledgement of entries that were overwritten in the meantime counts for nothing.
  void persisted(Term term, LogIndex index);

  Output take_output();

  Role role() const;
  Term term() const;
  NodeId voted_for() const;
  NodeId leader() const;  ///< kNobody when unknown
  LogIndex last_index() const;
  Term last_term() const;
  LogIndex commit_index() const;
  LogIndex durable_index() const;
  /// The term at an index; Term{0} when there is no such entry.
  Term term_at(LogIndex index) const;
  const Entry& entry_at(LogIndex index) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riptide::node
