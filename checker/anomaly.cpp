#include "checker/anomaly.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "checker/culprit.hpp"
#include "checker/explain.hpp"
#include "checker/judge.hpp"
#include "checker/object.hpp"
#include "checker/tales.hpp"

namespace riptide::checker {

namespace {

/// A witness is confirmed by a search that tries everything; a minimal witness needs a handful of
/// states.
constexpr std::uint64_t kStatesToConfirm = 200'000;
/// An anomaly that could not be made smaller names no more operations than this, the latest.
constexpr std::size_t kMostOperations = 10'000;

/// What was found of one key, on its way to an anomaly.
class Investigation {
 public:
  Investigation(const history::History& history, const Model& model, const KeyHistory& key,
                Budget& budget)
      : history_(history), model_(model), key_(key), budget_(budget) {}

  Finding run(const Decision* decision) {
    Anomaly& anomaly = finding_.anomaly;
    anomaly.key = key_.key;
    const bool simple = acts_as_register(model_, key_);
    culprit_ = simple ? find_culprit(model_, key_, decision, budget_)
                      : find_culprit_of_object(history_, model_, key_, decision, budget_);
    anomaly.culprit = key_.entries[culprit_.position].index;
    anomaly.minimal = culprit_.minimal;
    add_operations();
    confirm();
    look_at_endings();
    if (culprit_.pattern) {
      tell_pattern(*culprit_.pattern);
    } else if (!simple) {
      tell_object();
    } else {
      anomaly.klass = key_.entries[culprit_.position].is_cas() ? "broken-cas" : "non-linearizable";
      anomaly.explanation = numbered(explain_stuck(stuck()));
    }
    std::sort(anomaly.operations.begin(), anomaly.operations.end());
    return std::move(finding_);
  }

 private:
  void add_operations() {
    Anomaly& anomaly = finding_.anomaly;
    for (const std::uint32_t position : culprit_.part.positions) {
      anomaly.operations.push_back(key_.entries[position].index);
    }
    if (anomaly.operations.size() <= kMostOperations) return;
    anomaly.operations.erase(anomaly.operations.begin(),
                             anomaly.operations.end() - kMostOperations);
    if (std::find(anomaly.operations.begin(), anomaly.operations.end(), anomaly.culprit) ==
        anomaly.operations.end()) {
      anomaly.operations.push_back(anomaly.culprit);
    }
  }

  void confirm() {
    Budget confirmation = budget_.part(kStatesToConfirm);
    const Decision confirmed = judge_plainly(model_, culprit_.part.key, confirmation);
    budget_.absorb(confirmation);
    states_ = confirmation.states();
    if (confirmed.found != Found::order) return;
    finding_.contradiction = "the witness of an anomaly of key " + key_.key.json() +
                             " has an order after all; this is a defect of the checker";
  }

  void look_at_endings() {
    object_ = make_object(model_, culprit_.part.key);
    Budget share = budget_.part(kStatesToConfirm);
    Endings found = find_endings(culprit_.part.key, *object_, share);
    budget_.absorb(share);
    if (found.found != Found::no_order) return;
    endings_ = std::move(found);
    Anomaly& anomaly = finding_.anomaly;
    anomaly.final_states = final_states(stuck());
    if (endings_->endings.empty()) return;
    for (const std::uint32_t position : endings_->endings.front().order) {
      anomaly.longest_prefix.push_back(culprit_.part.key.entries[position].index);
    }
  }

  Stuck stuck() const {
    Stuck stuck{.history = history_, .model = model_, .key = key_, .part = culprit_.part};
    stuck.endings = endings_ ? &*endings_ : nullptr;
    stuck.object = object_.get();
    stuck.writes_left_out = culprit_.writes_left_out;
    stuck.minimal = culprit_.minimal;
    stuck.states = states_;
    return stuck;
  }

  void tell_object() {
    const Part& part = culprit_.part;
    std::uint32_t fatal = last_to_return(part.key);
    if (endings_) {
      fatal = endings_->fatal;
    } else if (!culprit_.minimal) {
      fatal = static_cast<std::uint32_t>(
          std::lower_bound(part.positions.begin(), part.positions.end(), culprit_.position) -
          part.positions.begin());
    }
    Tale tale = tell(stuck(), fatal);
    Anomaly& anomaly = finding_.anomaly;
    anomaly.klass = tale.klass;
    anomaly.culprit = part.key.entries[tale.culprit.value_or(fatal)].index;
    anomaly.explanation =
        numbered(tale.steps.empty() ? explain_stuck(stuck()) : std::move(tale.steps));
    if (anomaly.klass == "phantom-value") add_refused(anomaly.culprit);
  }

  /// Of an element that nobody put in: who asked to, and was refused.
  void add_refused(history::OpIndex culprit) {
    const history::Operation& seen = history_.operations[culprit];
    for (const history::Operation& operation : history_.operations) {
      const bool refused = operation.outcome == history::Type::fail && operation.key == seen.key &&
                           operation.input == seen.output && !seen.output.is_nil() &&
                           operation.invoke_ns <= seen.complete_ns;
      if (refused) finding_.anomaly.operations.push_back(operation.index);
    }
  }

  void tell_pattern(const Pattern& pattern) {
    Anomaly& anomaly = finding_.anomaly;
    anomaly.klass = classify(history_, key_, pattern);
    anomaly.explanation = numbered(explain_pattern(history_, model_, key_, pattern, anomaly.klass));
    if (const auto age = age_ns(key_, pattern)) {
      anomaly.staleness_ms = static_cast<double>(*age) / 1e6;
      anomaly.staleness_versions = newer_versions(key_, pattern);
    }
    if (anomaly.klass == "phantom-value") add_failed_writes();
  }

  /// For a value that nobody wrote: the operations that asked to write it, and were refused, before
  /// it was seen.
  void add_failed_writes() {
    const Entry& observer = key_.entries[culprit_.position];
    for (const history::Operation& operation : history_.operations) {
      if (!failed_write_of(operation, key_, observer.observed(), observer.return_ns)) continue;
      finding_.anomaly.operations.push_back(operation.index);
    }
  }

  const history::History& history_;
  const Model& model_;
  const KeyHistory& key_;
  Budget& budget_;
  Culprit culprit_;
  std::unique_ptr<Object> object_;  // of culprit_.part.key
  std::optional<Endings> endings_;
  std::uint64_t states_ = 0;
  Finding finding_;
};

}  // namespace

Anomaly unexplained(const KeyHistory& key, const std::string& why) {
  Anomaly anomaly{.klass = "non-linearizable", .key = key.key, .minimal = false};
  anomaly.culprit = key.entries[last_to_return(key)].index;
  for (const Entry& entry : key.entries) anomaly.operations.push_back(entry.index);
  std::sort(anomaly.operations.begin(), anomaly.operations.end());
  anomaly.explanation = numbered({"The search found no order of the " +
                                      format_count(key.entries.size()) + " operations on this key.",
                                  why});
  return anomaly;
}

Finding find_anomaly(const history::History& history, const Model& model, const KeyHistory& key,
                     const Decision* decision, Budget& budget) {
  return Investigation(history, model, key, budget).run(decision);
}

}  // namespace riptide::checker
