// Unique ids: was an id given twice?
#pragma once

#include <cstdint>
#include <vector>

#include "checker/checker.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// Operations: `generate`, answered with an id. Ids are unique across keys.
struct IdAccount {
  std::uint64_t attempts = 0;    ///< requests that may have made an id
  std::uint64_t given = 0;       ///< ids that somebody got
  std::uint64_t silent = 0;      ///< answered with nil: no id
  std::uint64_t duplicated = 0;  ///< ids that were given more than once
  history::Value lowest, highest;
  std::vector<Anomaly> anomalies;
};
IdAccount account_ids(const history::History& history);

/// "unique-ids": invalid when an id was given twice; vacuous when fewer than two were given.
Check check_unique_ids(const history::History& history, const Model& model);
bool has_ids(const history::History& history, const Model& model);

}  // namespace riptide::checker
