#include "checker/linearizability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/time.hpp"
#include "checker/verdict_json.hpp"

namespace riptide {

namespace {

/// A verdict that something in its use, or in the history, makes impossible.
checker::Verdict refused(std::string reason) {
  checker::Verdict verdict;
  verdict.verdict = Word::error;
  checker::Check check;
  check.name = "linearizable";
  check.verdict = Word::error;
  check.reason = std::move(reason);
  verdict.checks.push_back(std::move(check));
  return verdict;
}

std::string explain(const checker::Verdict& verdict) {
  std::string text = std::string(checker::name(verdict.verdict)) + "\n";
  for (const checker::Check& check : verdict.checks) {
    text += fmt::format("{}: {}: {}\n", check.name, checker::name(check.verdict), check.reason);
    for (const checker::Anomaly& anomaly : check.anomalies) {
      text += fmt::format("\n{}{}\n", anomaly.klass,
                          anomaly.key.is_nil() ? std::string() : " on key " + anomaly.key.json());
      for (const std::string& sentence : anomaly.explanation) text += "  " + sentence + "\n";
    }
  }
  return text;
}

}  // namespace

OperationLog::Id OperationLog::begin(std::int64_t t_ns, std::int64_t process, std::string_view f,
                                     Value key, Value value) {
  const auto id = static_cast<Id>(operations_.size());
  Operation& operation = operations_.emplace_back().operation;
  operation.index = id;
  operation.process = history::Process(process);
  operation.f = history::Symbol(f);
  operation.key = std::move(key);
  operation.input = std::move(value);
  operation.invoke_ns = t_ns;
  const auto [open, fresh] = open_.try_emplace(process, id);
  if (!fresh) {
    if (mistake_.empty()) {
      mistake_ = fmt::format(
          "process {} invokes {} while its {} has not ended; give each thread a process number of "
          "its own, and end every operation (with info when nobody knows)",
          process, f, operations_[open->second].operation.f.name());
    }
    open->second = id;
  }
  return id;
}

void OperationLog::end(std::int64_t t_ns, Id id, Outcome outcome, const Value* answer) {
  const auto note = [&](std::string mistake) {
    if (mistake_.empty()) mistake_ = std::move(mistake);
  };
  if (id >= operations_.size())
    return note(fmt::format("operation {} ends, but it was never invoked", id));
  Recorded& recorded = operations_[id];
  Operation& operation = recorded.operation;
  if (recorded.ended)
    return note(fmt::format("operation {} ({} of process {}) ends twice", id, operation.f.name(),
                            operation.process.value()));
  if (t_ns < operation.invoke_ns)
    return note(fmt::format("operation {} ({} of process {}) ends before it was invoked", id,
                            operation.f.name(), operation.process.value()));
  recorded.ended = true;
  operation.outcome = outcome;
  if (answer != nullptr) operation.output = *answer;
  (outcome == Outcome::info ? operation.gave_up_ns : operation.complete_ns) = t_ns;
  const auto open = open_.find(operation.process.value());
  if (open != open_.end() && open->second == id) open_.erase(open);
}

// An operation is invoked at the last moment before it begins, and ends at the first after it: the
// shorter the intervals, the more is certain.
OperationLog::Id OperationLog::invoke(std::int64_t process, std::string_view f, Value key,
                                      Value value) {
  const std::lock_guard lock(mutex_);
  return begin(mono_now().ns(), process, f, std::move(key), std::move(value));
}
void OperationLog::ok(Id id, Value answer) { ok_at(mono_now().ns(), id, std::move(answer)); }
void OperationLog::ok(Id id) { ok_at(mono_now().ns(), id); }
void OperationLog::fail(Id id) { fail_at(mono_now().ns(), id); }
void OperationLog::info(Id id) { info_at(mono_now().ns(), id); }

OperationLog::Id OperationLog::invoke_at(std::int64_t t_ns, std::int64_t process,
                                         std::string_view f, Value key, Value value) {
  const std::lock_guard lock(mutex_);
  return begin(t_ns, process, f, std::move(key), std::move(value));
}
void OperationLog::ok_at(std::int64_t t_ns, Id id, Value answer) {
  const std::lock_guard lock(mutex_);
  end(t_ns, id, Outcome::ok, &answer);
}
void OperationLog::ok_at(std::int64_t t_ns, Id id) {
  const std::lock_guard lock(mutex_);
  end(t_ns, id, Outcome::ok, nullptr);
}
void OperationLog::fail_at(std::int64_t t_ns, Id id) {
  const std::lock_guard lock(mutex_);
  end(t_ns, id, Outcome::fail, nullptr);
}
void OperationLog::info_at(std::int64_t t_ns, Id id) {
  const std::lock_guard lock(mutex_);
  end(t_ns, id, Outcome::info, nullptr);
}

std::size_t OperationLog::size() const {
  const std::lock_guard lock(mutex_);
  return operations_.size();
}

std::string OperationLog::mistake() const {
  const std::lock_guard lock(mutex_);
  return mistake_;
}

history::History OperationLog::history() const {
  history::History history;
  {
    const std::lock_guard lock(mutex_);
    history.operations.reserve(operations_.size());
    for (const Recorded& recorded : operations_) history.operations.push_back(recorded.operation);
  }
  std::stable_sort(
      history.operations.begin(), history.operations.end(),
      [](const Operation& a, const Operation& b) { return a.invoke_ns < b.invoke_ns; });
  // Explanations tell times since the start.
  const std::int64_t start_ns =
      history.operations.empty() ? 0 : history.operations.front().invoke_ns;
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    Operation& operation = history.operations[i];
    operation.index = static_cast<history::OpIndex>(i);
    operation.invoke_ns -= start_ns;
    if (operation.complete_ns != history::kNever) operation.complete_ns -= start_ns;
    if (operation.gave_up_ns != history::kNever) operation.gave_up_ns -= start_ns;
    for (const std::int64_t ns :
         {operation.invoke_ns, operation.complete_ns, operation.gave_up_ns}) {
      if (ns != history::kNever) history.last_ns = std::max(history.last_ns, ns);
    }
  }
  return history;
}

LinearizabilityVerdict::LinearizabilityVerdict(checker::Verdict verdict, history::History history)
    : word(verdict.verdict),
      verdict_(std::move(verdict)),
      history_(std::move(history)),
      explanation_(explain(verdict_)) {}

std::string LinearizabilityVerdict::json() const { return checker::to_json(verdict_, history_); }

std::ostream& operator<<(std::ostream& out, const LinearizabilityVerdict& verdict) {
  return out << verdict.explanation();
}

LinearizabilityVerdict check(const OperationLog& log, std::string_view model,
                             const Limits& limits) {
  const auto found = checker::find_model(model);
  if (!found) return {refused(found.error().text()), log.history()};
  return check(log, *found, limits);
}

LinearizabilityVerdict check(const OperationLog& log, const checker::Model& model,
                             const Limits& limits) {
  history::History history = log.history();
  if (const std::string mistake = log.mistake(); !mistake.empty())
    return {refused("the log was not used as it is meant: " + mistake), std::move(history)};
  checker::LinearizableOptions options;
  options.model = model;
  options.limits = limits;
  auto verdict = checker::check_history(history, options);
  if (!verdict) return {refused(verdict.error().text()), std::move(history)};
  return {std::move(*verdict), std::move(history)};
}

}  // namespace riptide
