// What can be decided about open operations before any search, by what was observed of them.
#pragma once

#include <cstddef>
#include <vector>

#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

/// Removes and bounds operations so that the search has less to try; the result is linearizable if
/// and only if `entries` is, and an order of the result is an order of `entries`. `values` is the
/// number of values of the key.
///
/// 1. An uncertain write whose value nobody can have observed after it was invoked is dropped: in
/// any
///    order that has it the next operation, if any, is a blind write, so the order without it is
///    legal.
/// 2. An uncertain cas from a value to itself changes nothing, one from a value that nobody writes
///    cannot happen: dropped.
/// 3. A value with one writer that a completed operation observed: the writer took effect before
/// that
///    operation returned. It becomes certain, and its interval ends there.
///
/// 1 and 2 are repeated until nothing changes, because a dropped cas observes nothing any more.
/// Ends early, which is as correct, when `budget` says that time is up.
std::vector<Entry> prune(std::vector<Entry> entries, std::size_t values,
                         const Budget* budget = nullptr);

}  // namespace riptide::checker
