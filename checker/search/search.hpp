// Wing & Gong's search (1993) with Lowe's cache (2017): is there a sequential order of these
// operations that respects real time and that the model accepts?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/decision.hpp"
#include "checker/model.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

/// `naive` tries every order; `plain` no configuration twice; `reduced` uses what search/demand.hpp
/// concludes, too. All are exact. With `plain` the longest order is the longest there is.
enum class Reductions : std::uint8_t { naive, plain, reduced };

/// Of a register. `entries` are sorted by call, with values below `values`. Counts states and bytes
/// in `budget`.
Decision search(std::span<const Entry> entries, std::size_t values, Reductions reductions,
                Budget& budget);
/// Of any object that was made for the values of these entries.
Decision search(std::span<const Entry> entries, Object& object, Reductions reductions,
                Budget& budget);
/// Of one part; `reduced` prunes a register's part first. The Decision's positions are in
/// key.entries.
Decision search(const Model& model, const KeyHistory& key, Reductions reductions, Budget& budget);

}  // namespace riptide::checker
