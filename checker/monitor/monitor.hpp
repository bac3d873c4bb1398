// Monitors: verdicts in O(n log n) for histories in which no value is written (inserted, added)
// twice. Registers by zones (Gibbons & Korach 1997, §4), with CAS as chains of clusters; queues,
// stacks, sets and priority queues by values (Lee & Mathur, arXiv 2410.04581, PLDI 2025); locks and
// semaphores by disjoint critical intervals; counters by bounds. Uncertain (info) operations are
// taken by all of them.
#pragma once

#include <optional>

#include "checker/decision.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

/// Nothing when no monitor can decide this part: a value comes twice, or an operation is of a kind
/// that the monitor does not know. Otherwise `order` with an order of all certain operations, or
/// `no_order` with the witness. Never `limit`.
std::optional<Decision> monitor(const Model& model, const KeyHistory& key);

// One for each type; the same contract.
std::optional<Decision> monitor_register(const Model& model, const KeyHistory& key);
std::optional<Decision> monitor_counter(const Model& model, const KeyHistory& key);
std::optional<Decision> monitor_set(const Model& model, const KeyHistory& key);
std::optional<Decision> monitor_queue(const Model& model, const KeyHistory& key);
std::optional<Decision> monitor_stack(const Model& model, const KeyHistory& key);
std::optional<Decision> monitor_priority_queue(const Model& model, const KeyHistory& key);
std::optional<Decision> monitor_lock(const Model& model, const KeyHistory& key);  ///< mutex,
                                                                                  ///< fenced lock
std::optional<Decision> monitor_semaphore(const Model& model, const KeyHistory& key);

}  // namespace riptide::checker
