// The checks beside linearizability: what can be said of sets, counters, queues and ids by counting
// alone, in O(n log n) (n: operations and the elements that were read).
//
//   set_elements.hpp    lost, stale, never read, duplicated, phantom     (Jepsen's set-full)
//   counter_bounds.hpp  is each read within what was possible?           (Jepsen's counter)
//   queue_account.hpp   what went in against what came out               (Jepsen's total-queue)
//   unique_ids.hpp      was an id given twice?                           (Jepsen's unique-ids)
//
// Each is a pure function of a history. `fail` surely did not happen; `info` may have happened, at
// any time after it was invoked, or never: an anomaly holds whichever it was.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "checker/checker.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// What --checks can name.
struct CheckInfo {
  std::string name;
  std::string about;
  bool (*applies)(const history::History&, const Model&);
  Check (*run)(const history::History&, const Model&);
};
const std::vector<CheckInfo>& checks();

/// Every check that has something to say about the operations of the history.
std::vector<Check> other_checks(const history::History& history, const Model& model);

/// The checks of these names, whether they have something to say or not: one that has not is
/// vacuous. An error for a name that there is not; it says which there are.
Result<std::vector<Check>> named_checks(const history::History& history, const Model& model,
                                        const std::vector<std::string>& names);

}  // namespace riptide::checker
