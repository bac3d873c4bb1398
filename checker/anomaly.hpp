// From "this key is impossible" to an anomaly that a person can check: witness, class, words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checker/checker.hpp"
#include "checker/decision.hpp"
#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

struct Finding {
  Anomaly anomaly;
  /// Our defect: the search without reductions finds an order of the witness after all.
  std::optional<std::string> contradiction;
};

/// `key` was found impossible, by `decision` when that is at hand: a monitor's witness, or how far
/// a search got, makes the work short. Bounded by `budget`; when that ends the witness is larger
/// than it need be, in the worst case all operations of the key, and says so.
Finding find_anomaly(const history::History& history, const Model& model, const KeyHistory& key,
                     const Decision* decision, Budget& budget);

/// The anomaly of an impossible key without the work of an explanation: all its operations, and
/// `why` there is no more.
Anomaly unexplained(const KeyHistory& key, const std::string& why);

}  // namespace riptide::checker
