// What the monitor of FIFO queues works on: the elements of a history, with the intervals in which
// each was inserted and taken, in the orders in which the monitor goes through them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/monitor/time_order.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

/// Where an entry would be that does not exist.
inline constexpr std::uint32_t kNoPosition = ~std::uint32_t{0};

struct QueueElement {
  /// Each as narrow as the element's own operations allow: the insertion returns by the return of
  /// the take, the take is called from the insertion's call on. kNever: it is never taken.
  std::int64_t insert_call = history::kNever, insert_return = history::kNever;
  std::int64_t take_call = history::kNever, take_return = history::kNever;
  std::uint32_t insert = kNoPosition;  ///< kNoPosition also for what was there at the start
  std::uint32_t take = kNoPosition;
  std::uint8_t released = 0;  ///< by how many of the two cursors that peel the queue
  bool initial = false;       ///< there at the start, before all operations
  bool taken = false;         ///< by an operation whose answer says so
  bool live = false;          ///< takes part; not an insertion that may not have happened
  bool peeled = false;
};

struct QueueElements {
  using Id = std::uint32_t;
  std::vector<QueueElement> elements;          ///< by ValueId; then initial ones nobody names
  std::vector<std::uint32_t> empties;          ///< certain takes that found nothing, by call
  std::vector<std::uint32_t> uncertain_takes;  ///< whose answers nobody saw, by call
  std::vector<Id> by_insert_call;              ///< the live ones
  std::vector<Id> by_take_call;                ///< the taken ones
  std::vector<Stamp> by_insert_return, by_take_return;
  std::vector<Id> leftovers;  ///< live and not taken, by return of the insertion
  /// Operations on one element that are impossible on their own: what is above is then unfinished.
  std::vector<std::uint32_t> impossible;
};

/// Nothing when the monitor does not apply: an element is inserted twice, or an operation or the
/// initial value is not a queue's.
std::optional<QueueElements> queue_elements(const KeyHistory& key);

}  // namespace riptide::checker
