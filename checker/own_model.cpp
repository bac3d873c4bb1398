// Models of other people: parts, decisions, and what there is to say of an impossible part.
#include "checker/own_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "base/units.hpp"
#include "checker/checks/sentences.hpp"
#include "checker/explain.hpp"
#include "checker/search/search.hpp"
#include "checker/words.hpp"

namespace riptide::own_model {

namespace {

using checker::Anomaly;
using checker::Budget;
using checker::Check;
using checker::Decision;
using checker::Entry;
using checker::Found;
using checker::Limit;
using checker::Object;
using checker::StateId;
using history::kNever;

/// One object's operations; entries and operations go together.
struct Part {
  Value key;
  std::vector<Entry> entries;  ///< by call
  Operations operations;
};

void add(Part& part, const Operation& operation) {
  Entry entry;
  entry.index = operation.index;
  entry.call_ns = operation.invoke_ns;
  entry.certain = operation.outcome == Outcome::ok;
  entry.return_ns = entry.certain ? operation.complete_ns : kNever;
  entry.action = {checker::Action::Kind::transaction,
                  static_cast<checker::ValueId>(part.operations.size())};
  part.entries.push_back(entry);
  part.operations.push_back(&operation);
}

Decision decide(const Part& part, const Erased& model, Budget& budget) {
  try {
    const std::unique_ptr<Object> object = model.make(part.operations);
    return checker::search(part.entries, *object, checker::Reductions::reduced, budget);
  } catch (const std::bad_alloc&) {
    return {.found = Found::limit, .limit = Limit::memory};
  }
}

/// Whether the order is a proof: all certain operations once, uncertain ones at most once, none
/// before one that had returned before it was called, and every step taken again by a new object.
bool proves(const Part& part, const Erased& model, const std::vector<std::uint32_t>& order) {
  std::vector<bool> placed(part.entries.size());
  for (const std::uint32_t position : order) {
    if (position >= placed.size() || placed[position]) return false;
    placed[position] = true;
  }
  for (std::size_t i = 0; i < placed.size(); ++i)
    if (part.entries[i].certain && !placed[i]) return false;
  std::int64_t latest_call_ns = INT64_MIN;
  for (const std::uint32_t position : order) {
    if (part.entries[position].return_ns < latest_call_ns) return false;
    latest_call_ns = std::max(latest_call_ns, part.entries[position].call_ns);
  }
  const std::unique_ptr<Object> object = model.make(part.operations);
  StateId state = object->initial();
  for (const std::uint32_t position : order) {
    state = object->step(state, part.entries[position].action);
    if (state == checker::kRefused) return false;
  }
  return true;
}

/// The part as it looked when the operation at `until_ns` returned: what was called later is gone,
/// what returned later is open.
struct Prefix {
  std::vector<Operation> open;
  Part part;
};
Prefix prefix(const Part& whole, const Erased& model, std::int64_t until_ns) {
  Prefix prefix;
  prefix.part.key = whole.key;
  prefix.open.reserve(whole.operations.size());
  for (const Operation* operation : whole.operations) {
    if (operation->invoke_ns > until_ns) continue;
    if (operation->outcome != Outcome::ok || operation->complete_ns <= until_ns) {
      add(prefix.part, *operation);
    } else if (!model.reads_only(*operation)) {
      Operation& open = prefix.open.emplace_back(*operation);
      open.outcome = Outcome::info;
      open.output = {};
      open.complete_ns = kNever;
      add(prefix.part, open);
    }
  }
  return prefix;
}

std::string told(const Operation& operation) {
  const std::string what =
      operation.f.name() +
      (operation.input.is_nil() ? std::string() : " " + checker::shown(operation.input));
  const std::string object = checker::place(operation.key, "the object");
  const std::string answer =
      operation.output.is_nil() ? "" : " and was answered " + checker::shown(operation.output);
  return checker::deed(operation, fmt::format("did {} on {}{}", what, object, answer),
                       fmt::format("asked for {} on {}", what, object));
}

/// Every prefix of a linearizable history is linearizable, so the return that made it impossible is
/// found by bisection.
Anomaly explain(const Part& part, const Erased& model, const Decision& whole, Budget budget) {
  std::vector<std::int64_t> returns;
  for (const Entry& entry : part.entries)
    if (entry.certain) returns.push_back(entry.return_ns);
  std::sort(returns.begin(), returns.end());
  returns.erase(std::unique(returns.begin(), returns.end()), returns.end());
  std::size_t possible = 0, impossible = returns.size();  // numbers of returns
  while (possible + 1 < impossible) {
    const std::size_t middle = (possible + impossible) / 2;
    const Found found = decide(prefix(part, model, returns[middle - 1]).part, model, budget).found;
    if (found == Found::limit) break;
    (found == Found::order ? possible : impossible) = middle;
  }
  const std::int64_t until_ns = returns[impossible - 1];
  const Prefix last = prefix(part, model, until_ns);
  Decision decision = decide(last.part, model, budget);
  if (decision.found != Found::no_order) decision = whole;  // a limit
  const Part& shown = decision.found == Found::no_order ? last.part : part;
  Anomaly anomaly{.klass = "non-linearizable", .key = part.key};
  anomaly.minimal = false;
  for (const Entry& entry : shown.entries) {
    anomaly.operations.push_back(entry.index);
    if (entry.certain && entry.return_ns == until_ns) anomaly.culprit = entry.index;
  }
  std::sort(anomaly.operations.begin(), anomaly.operations.end());
  const std::unique_ptr<Object> object = model.make(shown.operations);
  StateId state = object->initial();
  for (const std::uint32_t position : decision.longest) {
    anomaly.longest_prefix.push_back(shown.entries[position].index);
    state = object->step(state, shown.entries[position].action);
  }
  anomaly.explanation.push_back(possible == 0
                                    ? "The first operation that ended is already impossible."
                                    : fmt::format("All that had ended by {} fits one order.",
                                                  checker::Words::ms(returns[possible - 1])));
  for (const Operation* operation : part.operations)
    if (operation->index == anomaly.culprit) anomaly.explanation.push_back(told(*operation));
  anomaly.explanation.push_back(fmt::format(
      "With that no order is left: the longest has {} of {} operations, ends in {}, and none of "
      "the others can come next.",
      decision.longest.size(), shown.entries.size(), object->describe(state)));
  anomaly.explanation = checker::numbered(std::move(anomaly.explanation));
  return anomaly;
}

std::vector<Part> parts_of(const history::History& history, const Erased& model) {
  std::vector<Part> parts;
  std::unordered_map<Value, std::size_t> numbers;
  for (const Operation& operation : history.operations) {
    if (operation.outcome == Outcome::fail) continue;
    if (operation.outcome == Outcome::info && model.reads_only(operation)) continue;
    const Value key = model.key(operation);
    const auto [found, fresh] = numbers.try_emplace(key, parts.size());
    if (fresh) parts.push_back({.key = key, .entries = {}, .operations = {}});
    add(parts[found->second], operation);
  }
  return parts;
}

std::string limit_text(Limit limit) {
  return limit == Limit::memory ? "the memory limit was reached"
         : limit == Limit::time ? "the time limit was reached"
                                : "the check was stopped";
}

Check check_parts(const history::History& history, const Erased& model, const Limits& limits) {
  Check check;
  check.name = "linearizable";
  check.verdict = Word::valid;
  const std::vector<Part> parts = parts_of(history, model);
  Budget budget{limits};
  std::size_t decided = 0;
  for (const Part& part : parts) {
    const Decision decision = decide(part, model, budget);
    if (decision.found == Found::limit) {
      check.reason = limit_text(decision.limit);
      check.verdict = checker::strongest(check.verdict, Word::unknown);
    } else if (decision.found == Found::no_order) {
      ++decided;
      check.anomalies.push_back(explain(part, model, decision, budget));
      check.verdict = Word::invalid;
    } else if (++decided; !proves(part, model, decision.order)) {
      check.verdict = checker::strongest(check.verdict, Word::error);
      check.reason = "an order was found that the model refuses: is step() a pure function?";
    }
  }
  if (check.verdict == Word::valid) {
    check.evidence.certificate_validated = true;
    check.reason = checker::counted(parts.size(), "object is", "objects are") +
                   " linearizable, each with an order that was taken again step by step";
  } else if (check.verdict == Word::invalid) {
    check.reason = fmt::format(
        "{} of {} impossible: no order of the operations agrees with real "
        "time",
        check.anomalies.size(), checker::counted(parts.size(), "object is", "objects are"));
  } else if (check.verdict == Word::unknown) {
    check.reason += fmt::format(": {} of {} decided", decided,
                                checker::counted(parts.size(), "object was", "objects were"));
  }
  check.evidence.algorithm = "depth-first search of a model of one's own (Wing & Gong, Lowe)";
  check.evidence.operations = history.operations.size();
  check.evidence.keys = parts.size();
  check.evidence.states = budget.states();
  check.evidence.peak_bytes = budget.peak_bytes();
  return check;
}

}  // namespace

LinearizabilityVerdict check(const OperationLog& log, const Erased& model, const Limits& limits) {
  history::History history = log.history();
  checker::Verdict verdict;
  verdict.statistics = checker::statistics(history);
  if (const std::string mistake = log.mistake(); !mistake.empty()) {
    Check refused;
    refused.name = "linearizable";
    refused.verdict = Word::error;
    refused.reason = "the log was not used as it is meant: " + mistake;
    verdict.checks.push_back(std::move(refused));
  } else {
    verdict.checks.push_back(check_parts(history, model, limits));
    // What observes and what changes only the model knows: nothing was tested when nothing ended.
    Check& first = verdict.checks.front();
    if (verdict.statistics.ok == 0 && first.verdict == Word::valid) {
      first.verdict = Word::vacuous;
      first.reason = "no operation succeeded: nothing was tested";
    }
  }
  verdict.verdict = verdict.checks.front().verdict;
  return {std::move(verdict), std::move(history)};
}

}  // namespace riptide::own_model
