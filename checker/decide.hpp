// decide(): one part, by whichever algorithm is asked for. All are exact and give the same verdict;
// they differ in what they can decide within a budget (docs/checker.md).
#pragma once

#include "checker/checker.hpp"
#include "checker/decision.hpp"
#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

struct Decided {
  Decision decision;
  const char* by = "";  ///< which algorithm gave the answer: "monitor", "frontier", "search"
};

/// `automatic`: the monitor; where there is none, the frontier as long as it is short, then the
/// race. `monitor` where there is none ends in Limit::none with found `limit`: nothing was tried.
Decided decide(const Model& model, const KeyHistory& key, Algorithm algorithm, Budget& budget);

}  // namespace riptide::checker
