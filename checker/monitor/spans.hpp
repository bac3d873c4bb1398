// Spans: when each element of a collection went in and out, for the monitors of stacks and priority
// queues; and what uncertain takes may do.
//
// A monitor here is a Solver: it decides histories in which each take is known to take one element.
// An uncertain take removes an element that nobody saw again, or never happens. Which one is a
// matching problem that decide() does not always solve: it proves "valid" by a matching that works,
// "no order" by a relaxation that allows more than any matching, and says nothing otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/decision.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

inline constexpr std::uint32_t kNoEntry = ~std::uint32_t{0};

/// An element that was surely in the collection. All intervals are closed.
struct Span {
  std::int64_t insert_call_ns = 0;
  std::int64_t insert_return_ns = history::kNever;  ///< kNever: an uncertain insert
  std::int64_t take_call_ns = history::kNever;      ///< kNever: nobody takes it
  std::int64_t take_return_ns = history::kNever;
  std::uint32_t insert = kNoEntry;  ///< its position; kNoEntry: there from the start
  std::uint32_t take = kNoEntry;    ///< its position; kNoEntry: nobody takes it
  history::Value value;             ///< only when asked for

  /// It is surely in the collection at each time between these two, both excluded.
  bool certainly_present() const { return insert_return_ns < take_call_ns; }
};

struct Collection {
  std::vector<Span> spans;             ///< what was there from the start, then by the insert's call
  std::vector<std::uint32_t> empties;  ///< positions of takes that found nothing, by call
  std::vector<std::uint32_t> uncertain_takes;  ///< positions, by call
  std::vector<std::uint32_t> open;             ///< spans that nobody is known to take
  std::vector<std::uint32_t> impossible;       ///< not empty: positions that contradict each other
};

/// Nothing when an element is inserted twice or an operation is not an insert or a take. An
/// uncertain insert of an element that nobody is known to take is left out: without it every order
/// stays legal.
std::optional<Collection> collect(const KeyHistory& key, bool with_values);

/// What a Solver finds.
struct Placement {
  bool possible = false;
  std::vector<std::uint32_t> order;    ///< possible: positions
  std::vector<std::uint32_t> blocked;  ///< not possible: spans that show it; may be empty
  std::uint32_t empty = kNoEntry;      ///< and the take that found nothing, if one is to blame
};

/// Exact for the spans as they are; uncertain takes that are in no span do not happen.
using Solver = Placement (*)(const KeyHistory& key, const Collection& collection);
/// For each open span the time by which it surely was taken; kNever when that is not known.
using DeadlinesOf = std::vector<std::int64_t> (*)(const KeyHistory& key,
                                                  const Collection& collection);

std::optional<Decision> decide(const KeyHistory& key, Collection collection, Solver solve,
                               DeadlinesOf deadlines_of);

}  // namespace riptide::checker
