// What can be decided about open operations before any search, by what was observed of them.
// About registers only: the rules speak of reads, writes and compare-and-set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

/// Removes and bounds operations so that the search has less to try; the result is linearizable if
/// and only if `entries` is, and an order of the result is an order of `entries`. `values` is the
/// number of values of the key. Takes O(n); returns `entries` as they are when `budget` says that
/// time is up, and when one of them is no operation of a register.
///
/// 1. An uncertain cas from a value to itself changes nothing, and one from a value that nobody can
///    have written (in a circle of such cas neither) cannot happen: dropped. So is a read or a
///    refused cas that is uncertain.
/// 2. Let "needed" be: every certain operation, and every uncertain write or cas whose value a
///    needed operation observes that returned after it was invoked. What is not needed is dropped.
///    For take any order, and all of it that is not needed out of it: where one of those had
///    written, no needed operation observed that value, so that up to the next write that stays
///    there are only operations that observe nothing. A refused cas is the exception, because it is
///    legal in any other value: what was invoked before one returned is needed.
/// 3. A value with one writer that a completed operation observed: the writer took effect before
///    that operation returned. It becomes certain, and its interval ends there. A cas that was
///    bounded in this way is itself such an observer.
std::vector<Entry> prune(std::vector<Entry> entries, std::size_t values,
                         const Budget* budget = nullptr);

/// Of each entry, whether rules 1 and 2 keep it (1) or drop it (0). With `refusals` false as if
/// there were no refused cas: then what is kept is there because somebody observed it.
std::vector<std::uint8_t> needed(std::span<const Entry> entries, std::size_t values,
                                 bool refusals = true);

}  // namespace riptide::checker
