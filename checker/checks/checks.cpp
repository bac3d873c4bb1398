#include "checker/checks/checks.hpp"

#include "base/text.hpp"
#include "checker/checks/counter_bounds.hpp"
#include "checker/checks/queue_account.hpp"
#include "checker/checks/set_elements.hpp"
#include "checker/checks/unique_ids.hpp"

namespace riptide::checker {

const std::vector<CheckInfo>& checks() {
  static const std::vector<CheckInfo> all = {
      {"set", "elements that are lost, stale, never read, duplicated or phantom", has_set_elements,
       check_set},
      {"counter", "reads outside of what was possible at their time", has_counters, check_counter},
      {"queue", "elements that went in against those that came out, whatever their order",
       has_queues, check_queue},
      {"unique-ids", "ids that were given twice", has_ids, check_unique_ids},
  };
  return all;
}

std::vector<Check> other_checks(const history::History& history, const Model& model) {
  std::vector<Check> answers;
  for (const CheckInfo& check : checks())
    if (check.applies(history, model)) answers.push_back(check.run(history, model));
  return answers;
}

Result<std::vector<Check>> named_checks(const history::History& history, const Model& model,
                                        const std::vector<std::string>& names) {
  std::vector<std::string> known = {"linearizable"};
  for (const CheckInfo& check : checks()) known.push_back(check.name);
  std::vector<Check> answers;
  for (const std::string& name : names) {
    const CheckInfo* found = nullptr;
    for (const CheckInfo& check : checks())
      if (check.name == name) found = &check;
    if (found == nullptr) {
      const std::string meant = did_you_mean(name, known);
      std::string fix = "Use some of these checks: " + join(known, ", ") + ".";
      if (!meant.empty()) fix = "Did you mean \"" + meant + "\"? " + fix;
      return fail("there is no check \"" + name + "\"").fix(std::move(fix));
    }
    answers.push_back(found->run(history, model));
  }
  return answers;
}

}  // namespace riptide::checker
