// What a leader knows about one follower: nextIndex and matchIndex (Figure 2), and how it sends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/core/types.hpp"

namespace riptide::node {

/// The last indices of the append messages that were not answered yet, oldest first: a ring.
class Inflight {
 public:
  explicit Inflight(std::size_t capacity) : last_(capacity) {}
  bool full() const { return count_ == last_.size(); }
  std::size_t count() const { return count_; }
  void add(LogIndex last);
  /// An answer for `match` also answers everything that was sent before it.
  void release(LogIndex match);
  void clear() { count_ = 0; }

 private:
  std::vector<LogIndex> last_;
  std::size_t begin_ = 0, count_ = 0;
};

/// probe: where the logs part is not known; one append at a time, until one is granted.
/// replicate: appends are pipelined; `next` runs ahead of the answers.
struct Progress {
  enum class State : std::uint8_t { probe, replicate };

  Progress(NodeId peer, std::size_t max_inflight) : id(peer), inflight(max_inflight) {}

  NodeId id;
  State state = State::probe;
  LogIndex match;  ///< the follower holds everything up to here, durably; never falls in a term
  LogIndex next;   ///< the next entry to send; always > match
  bool probe_sent = false;        ///< probe: waits for its answer, or for the next heartbeat
  std::uint64_t acked_round = 0;  ///< the newest ReadIndex round it answered
  Inflight inflight;

  /// A new leader's view (Figure 2: nextIndex = last log index + 1, matchIndex = 0).
  void reset(LogIndex last_index);
  bool may_send() const;
  /// An append that ends at `last` was sent.
  void sent(LogIndex last);
  /// True when `match` advanced.
  bool granted(LogIndex matched);
  /// False when the refusal says nothing new: it was sent before an answer that came already.
  bool refused(LogIndex possible_match);
};

}  // namespace riptide::node
