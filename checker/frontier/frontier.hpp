// The just-in-time frontier (Lowe 2017, §4): every state the object may be in, event by event. Its
// memory is that of the frontier, not of the history, and it says how far it got. Fast on histories
// that are impossible; the depth-first search (checker/search/) is the other one in the race.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/decision.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"
#include "checker/search/budget.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

/// Exact for every model, with both kinds of Reductions (engine.hpp says what is reduced and why).
/// `witness` stays empty; see last_configurations() for what an explanation needs. Memory and
/// visited configurations are asked of and counted in `budget`.
Decision frontier(const Model& model, const KeyHistory& key, Reductions reductions, Budget& budget);

/// The moment at which the last configuration died.
struct Death {
  struct FinalConfiguration {
    std::vector<std::uint32_t> order;  ///< positions in key.entries: how it came about
    /// Registers: a ValueId. Nothing: the last write was one whose value nobody can read any more.
    std::optional<StateId> state;
  };
  /// The operation that returned then, in key.entries: no order has it and all that returned
  /// before it.
  std::uint32_t culprit = 0;
  /// Right before that return, with different states: at most 16.
  std::vector<FinalConfiguration> configurations;
};
/// Nothing when there is an order, or a limit was hit. States of other objects are those that
/// make_object(model, key) would number; use `order` to know what they hold.
std::optional<Death> last_configurations(const Model& model, const KeyHistory& key, Budget& budget);

}  // namespace riptide::checker
