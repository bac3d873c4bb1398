// check_history: all checks of a history, and the word for them together.
#include <algorithm>

#include "base/assert.hpp"
#include "checker/checker.hpp"
#include "checker/checks/checks.hpp"

namespace riptide::checker {

std::string_view name(Word word) {
  switch (word) {
    case Word::valid:
      return "valid";
    case Word::vacuous:
      return "vacuous";
    case Word::unknown:
      return "unknown";
    case Word::error:
      return "error";
    case Word::invalid:
      return "invalid";
  }
  ASSERT(false, "no such verdict", static_cast<int>(word));
  return {};
}

Word strongest(Word a, Word b) { return std::max(a, b); }

Result<Verdict> check_history(const history::History& history, const LinearizableOptions& options) {
  const auto wanted = [&](std::string_view name) {
    return options.checks.empty() ||
           std::ranges::find(options.checks, name) != options.checks.end();
  };
  Verdict verdict;
  if (wanted("linearizable")) {
    auto linearizable = check_linearizable(history, options);
    if (!linearizable) return linearizable.error();
    verdict.checks.push_back(std::move(*linearizable));
  }
  if (options.checks.empty()) {
    for (Check& check : other_checks(history, options.model)) {
      verdict.checks.push_back(std::move(check));
    }
  } else {
    std::vector<std::string> others = options.checks;
    std::erase(others, "linearizable");
    auto named = named_checks(history, options.model, others);
    if (!named) return named.error();
    for (Check& check : *named) verdict.checks.push_back(std::move(check));
  }
  verdict.statistics = statistics(history);
  verdict.warnings = history.warnings;
  verdict.checks.push_back(
      check_not_vacuous(history, verdict.statistics, options.minimum_ok_share));
  verdict.checks.push_back(check_faults_proved(history));
  verdict.verdict = Word::valid;
  for (const Check& check : verdict.checks) {
    verdict.verdict = strongest(verdict.verdict, check.verdict);
  }
  return verdict;
}

}  // namespace riptide::checker
