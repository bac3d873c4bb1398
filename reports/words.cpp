#include "reports/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "base/assert.hpp"
#include "base/units.hpp"

namespace riptide::reports {
using checker::Word;
using history::kNever;
using history::Operation;

Status status(Word word) {
  switch (word) {
    case Word::valid:
      return {"✓", "valid", "pass"};
    case Word::invalid:
      return {"✗", "violation", "fail"};
    case Word::unknown:
      return {"?", "unknown", "unknown"};
    case Word::vacuous:
      return {"∅", "vacuous", "unknown"};
    case Word::error:
      return {"!", "harness error", "harness"};
  }
  ASSERT(false, "word", static_cast<int>(word));
  return {};
}

const checker::Anomaly* first_anomaly(const checker::Verdict& verdict) {
  for (const auto& check : verdict.checks) {
    if (!check.anomalies.empty()) return &check.anomalies.front();
  }
  return nullptr;
}

const checker::Check* deciding_check(const checker::Verdict& verdict) {
  for (const auto& check : verdict.checks) {
    if (check.verdict == verdict.verdict) return &check;
  }
  return nullptr;
}

std::string check_title(std::string_view name) {
  std::string title(name);
  std::replace(title.begin(), title.end(), '-', ' ');
  if (!title.empty())
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

std::string headline(const checker::Verdict& verdict) {
  const auto* check = deciding_check(verdict);
  const bool linearizable = !check || check->name == "linearizable";
  switch (verdict.verdict) {
    case Word::valid:
      return "Linearizable";
    case Word::invalid:
      return linearizable ? "Not linearizable" : "Violation: " + check->name;
    case Word::unknown:
      return "Not decided";
    case Word::vacuous:
      return "Nothing was tested";
    case Word::error:
      return "The harness failed";
  }
  ASSERT(false, "word", static_cast<int>(verdict.verdict));
  return {};
}

std::string subline(const checker::Verdict& verdict) {
  const std::string all = format_count(verdict.statistics.operations);
  const auto* check = deciding_check(verdict);
  if (verdict.verdict == Word::invalid) {
    if (const auto* anomaly = first_anomaly(verdict)) {
      return fmt::format(
          "{} of {} operations {}", format_count(anomaly->operations.size()), all,
          anomaly->minimal ? "are enough to prove it." : "are in the proof; fewer may be enough.");
    }
  }
  if (verdict.verdict == Word::valid) {
    return fmt::format("All {} operations on {} {} are explained by one legal order per key.", all,
                       format_count(verdict.statistics.keys),
                       verdict.statistics.keys == 1 ? "key" : "keys");
  }
  return check ? check->reason : std::string();
}

std::string value_label(const history::Value& value) {
  return value.is_nil() ? "nil" : value.json();
}

namespace {

/// Functions that take an element out of a collection: nil is the answer that there was none.
const std::set<std::string> kTakes = {"dequeue", "pop", "poll", "delete-max"};
std::string answer_label(const history::Value& value) {
  return value.is_nil() ? "empty" : value_label(value);
}

}  // namespace

std::string anomaly_title(const checker::Anomaly& anomaly) {
  if (anomaly.key.is_nil()) return anomaly.klass;
  return anomaly.klass + " on key " + value_label(anomaly.key);
}

std::string operation_label(const Operation& op) {
  const std::string& f = op.f.name();
  const bool ok = op.outcome == history::Type::ok;
  if (f == "read" || f == "get") return ok ? f + " → " + value_label(op.output) : f + " …";
  if (const auto* pair = op.input.list(); f == "cas" && pair && pair->size() == 2) {
    return fmt::format("cas {} → {}", value_label((*pair)[0]), value_label((*pair)[1]));
  }
  // A transaction is completed with all that it was asked, and its answers.
  if (f == "txn") return f + " " + value_label(ok && op.output.list() ? op.output : op.input);
  if (kTakes.contains(f)) return ok ? f + " → " + answer_label(op.output) : f + " …";
  const std::string asked = op.input.is_nil() ? f : f + " " + value_label(op.input);
  const bool answered = ok && !op.output.is_nil() && !(op.output == op.input);
  return answered ? asked + " → " + value_label(op.output) : asked;
}

std::vector<std::string> operation_names(const Operation& op) {
  std::vector<std::string> names{operation_label(op), fmt::format("operation {}", op.index),
                                 fmt::format("op {}", op.index), fmt::format("#{}", op.index)};
  const std::string& f = op.f.name();
  const auto add = [&](const std::string& value) {
    for (std::string_view form : {"{} of {}", "{} {}", "{}({})", "{} -> {}"}) {
      names.push_back(fmt::format(fmt::runtime(form), f, value));
    }
  };
  const bool takes = f == "read" || f == "get" || kTakes.contains(f);
  if (takes && op.outcome == history::Type::ok) add(value_label(op.output));
  if (!takes && f != "cas" && f != "txn" && !op.input.is_nil()) add(value_label(op.input));
  if (const auto* pair = op.input.list(); f == "cas" && pair && pair->size() == 2) {
    const std::string from = value_label((*pair)[0]), to = value_label((*pair)[1]);
    names.push_back(fmt::format("cas {} -> {}", from, to));
    names.push_back(fmt::format("cas [{},{}]", from, to));
    names.push_back(fmt::format("cas [{}, {}]", from, to));
    names.push_back(fmt::format("cas from {} to {}", from, to));
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return names;
}

std::string client_label(history::Process process) {
  return fmt::format("client {}", process.value());
}

std::string moment(std::int64_t t_ns) {
  if (t_ns == kNever) return "never";
  const std::int64_t micros = t_ns / 1000;
  const std::uint64_t whole = static_cast<std::uint64_t>(std::max<std::int64_t>(0, micros / 1000));
  return fmt::format("{}.{:03} ms", format_count(whole), std::max<std::int64_t>(0, micros % 1000));
}

std::int64_t last_seen_ns(const Operation& op) {
  if (op.complete_ns != kNever) return op.complete_ns;
  return op.gave_up_ns;
}

namespace {

/// How far the check got, where it is known, before what can be done.
std::vector<std::string> progress_and(std::vector<std::string> lines,
                                      const checker::Verdict& verdict) {
  const auto* check = deciding_check(verdict);
  if (!check || !check->progress) return lines;
  const checker::Progress& progress = *check->progress;
  const std::string key =
      progress.key.is_nil() ? std::string() : " of key " + value_label(progress.key);
  if (progress.decided_until_ns != INT64_MIN) {
    lines.insert(lines.begin(),
                 fmt::format("No violation{} until {}: {} operations that had returned by then fit "
                             "one order.",
                             key, moment(progress.decided_until_ns),
                             format_count(progress.operations_decided)));
  } else if (!progress.longest_prefix.empty()) {
    lines.insert(lines.begin(),
                 fmt::format("The longest order that was reached{} has {} operations.", key,
                             format_count(progress.longest_prefix.size())));
  }
  return lines;
}

}  // namespace

std::vector<std::string> advice(const checker::Verdict& verdict, const history::History& history) {
  switch (verdict.verdict) {
    case Word::unknown:
      return progress_and(
          {"Give the search more room: riptide check history.jsonl --memory 8GiB --time 10m.",
           "Or make histories that are easier to decide: more keys, fewer clients per key, and a "
           "longer operation timeout, so that fewer operations stay open.",
           "A history that was not decided says nothing: neither pass nor violation."},
          verdict);
    case Word::vacuous:
      return {
          "The section “Was it a test?” of the report says what was missing.",
          history.faults.empty()
              ? "Check that the nodes were up and that clients reached them: nodes/*/ has their "
                "logs."
              : "Make faults shorter or rarer, or the run longer, so that operations succeed while "
                "faults are in effect."};
    case Word::error:
      return {
          "This is about the harness or this machine, not about the system under test.",
          "The reason above names what failed; nodes/ in the run's directory has the nodes' logs.",
          "Then repeat the run with the same command."};
    case Word::valid:
    case Word::invalid:
      return {};
  }
  return {};
}

std::string age_text(double staleness_ms) {
  return format_duration(Duration(std::llround(staleness_ms * 1e6)));
}

std::string_view without_number(std::string_view step) {
  const std::size_t digits = step.find_first_not_of("0123456789");
  const bool numbered =
      digits != std::string_view::npos && digits > 0 && step.substr(digits, 2) == ". ";
  return numbered ? step.substr(digits + 2) : step;
}

}  // namespace riptide::reports
