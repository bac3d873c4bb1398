// Queues (and stacks, and priority queues), as a ledger: what went in against what came out.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/checker.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// Operations: `enqueue` an element (push, insert, offer); `dequeue` (pop, poll, take), answered
/// with an element or with nil when there was none; `drain`, answered with a list of all that came
/// out until there was none. The order of elements is not looked at; equal elements are counted.
///
/// An acknowledged element that never came out was lost only when the queue was seen empty by an
/// operation that began after the acknowledgement, and when there were more such elements than
/// unanswered dequeues that may have taken them; otherwise it is only missing. An unanswered drain
/// may have taken any number.
struct QueueAccount {
  std::uint64_t attempts = 0;      ///< enqueues that may have happened, initial elements included
  std::uint64_t acknowledged = 0;  ///< of them
  std::uint64_t taken = 0;         ///< elements that came out, those of drains included
  std::uint64_t recovered = 0;     ///< of them, those whose enqueue was never acknowledged
  std::uint64_t missing = 0;     ///< acknowledged, never came out; may still be there, or taken by
                                 ///< an operation without an answer
  std::uint64_t lost = 0;        ///< acknowledged, never came out, and cannot be anywhere
  std::uint64_t duplicated = 0;  ///< came out more often than somebody asked to put it in
  std::uint64_t unexpected = 0;  ///< came out, but nobody put it in, or its enqueue surely failed
  std::uint64_t early = 0;       ///< came out before anybody had asked to put it in
  std::uint64_t empty = 0;       ///< answers that said that there was nothing
  std::vector<Anomaly> anomalies;

  std::uint64_t impossible() const { return lost + duplicated + unexpected + early; }
};
QueueAccount account_queue(const history::History& history, const Model& model);

/// "queue": invalid when an element is lost, duplicated, unexpected or early; vacuous when nothing
/// was put in or nothing was answered by a dequeue or drain.
Check check_queue(const history::History& history, const Model& model);
bool has_queues(const history::History& history, const Model& model);

}  // namespace riptide::checker
