// Counters: is each read within what was possible at its time?
#pragma once

#include <cstdint>
#include <vector>

#include "checker/checker.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// Operations: `add` (or increment, decrement) an integer, `read` an integer. A counter for each
/// key, or a single one.
///
/// A read that is open from `call` to `return` must give at least the sum of all increments that
/// were acknowledged before `call` and of all decrements that may have happened by `return`; and at
/// most the sum of all increments that may have happened by `return` and of all decrements that
/// were acknowledged before `call`. This is necessary, not sufficient, for linearizability. When
/// nobody asked to decrement, a read must not be below what an earlier one gave, too.
struct CounterAccount {
  std::uint64_t adds = 0;    ///< that may have happened
  std::uint64_t reads = 0;   ///< answered with an integer
  std::uint64_t silent = 0;  ///< answered with something else, which says nothing
  std::uint64_t out_of_bounds = 0;
  std::uint64_t backwards = 0;  ///< within the bounds, but below an earlier read
  std::uint64_t unread = 0;     ///< adds whose number is none: what they did is not known
  std::vector<Anomaly> anomalies;
};
CounterAccount account_counter(const history::History& history, const Model& model);

/// "counter": invalid when a read is out of bounds or goes backwards; vacuous when nothing was
/// added or read; unknown when an add does not carry an integer.
Check check_counter(const history::History& history, const Model& model);
/// Whether the history has counters, and no operation of a kind that is not understood here.
bool has_counters(const history::History& history, const Model& model);

}  // namespace riptide::checker
