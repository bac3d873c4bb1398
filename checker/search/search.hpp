// Wing & Gong's search (1993) with Lowe's cache (2017): is there a sequential order of these
// operations that respects real time and that the model accepts?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/decision.hpp"
#include "checker/model.hpp"
#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

/// `plain` tries everything; `reduced` uses what search/demand.hpp concludes. Both are exact. With
/// `plain` the longest order is the longest there is.
enum class Reductions : std::uint8_t { plain, reduced };

/// `entries` are sorted by call, with values below `values`. Counts states and bytes in `budget`.
Decision search(std::span<const Entry> entries, std::size_t values, Reductions reductions,
                Budget& budget);

}  // namespace riptide::checker
