#include "checker/checks/unique_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/units.hpp"
#include "checker/checks/functions.hpp"
#include "checker/checks/sentences.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

namespace {

using history::Operation;
using history::Type;
using history::Value;

struct Given {
  const Operation* first = nullptr;
  std::uint64_t times = 0;
};

std::string sentence(const Operation& operation) {
  return fmt::format("{} asked for an id at {} and was given {}{} at {}.", who(operation),
                     Words::ms(operation.invoke_ns), shown(operation.output), by_node(operation),
                     Words::ms(operation.complete_ns));
}

Anomaly twice(const Operation& first, const Operation& second) {
  Anomaly anomaly{.klass = "duplicate-id", .key = second.key};
  anomaly.operations = {first.index, second.index};
  std::sort(anomaly.operations.begin(), anomaly.operations.end());
  anomaly.culprit = second.index;
  anomaly.explanation = {sentence(first), sentence(second),
                         "Both were given the same id, which is to be unique."};
  return anomaly;
}

}  // namespace

IdAccount account_ids(const history::History& history) {
  IdAccount account;
  std::unordered_map<Value, Given> ids;
  Deeds deeds;
  for (const Operation& operation : history.operations) {
    if (deeds.of(operation) != Deed::generate || operation.outcome == Type::fail) continue;
    ++account.attempts;
    if (operation.outcome != Type::ok) continue;
    if (operation.output.is_nil()) {
      ++account.silent;
      continue;
    }
    if (account.given++ == 0) account.lowest = account.highest = operation.output;
    if (operation.output < account.lowest) account.lowest = operation.output;
    if (account.highest < operation.output) account.highest = operation.output;
    Given& given = ids[operation.output];
    if (given.times++ == 0) {
      given.first = &operation;
    } else if (given.times == 2 && ++account.duplicated <= kMostListed) {
      account.anomalies.push_back(twice(*given.first, operation));
    }
  }
  account.anomalies = presented(std::move(account.anomalies));
  return account;
}

Check check_unique_ids(const history::History& history, const Model&) {
  IdAccount account = account_ids(history);
  if (account.given < 2) {
    return vacuous_check("unique-ids", "fewer than two ids were given: none could come twice");
  }
  Check check{.name = "unique-ids"};
  check.verdict = account.duplicated > 0 ? Word::invalid : Word::valid;
  check.reason =
      fmt::format("{} given to {}, from {} to {}", counted(account.given, "id was", "ids were"),
                  counted(account.attempts, "request", "requests"), shown(account.lowest),
                  shown(account.highest)) +
      tally(account.duplicated, "given more than once") + tally(account.silent, "no id but nil");
  check.anomalies = std::move(account.anomalies);
  check.evidence.algorithm = "counting (Jepsen's unique-ids)";
  check.evidence.operations = history.operations.size();
  return check;
}

bool has_ids(const history::History& history, const Model&) {
  Deeds deeds;
  return std::any_of(history.operations.begin(), history.operations.end(),
                     [&](const Operation& o) { return deeds.of(o) == Deed::generate; });
}

}  // namespace riptide::checker
