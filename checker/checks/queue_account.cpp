#include "checker/checks/queue_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/units.hpp"
#include "checker/checks/functions.hpp"
#include "checker/checks/sentences.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

namespace {

using history::kNever;
using history::Operation;
using history::Type;
using history::Value;

/// All that is known of the elements of one value.
struct Element {
  const Value* value = nullptr;
  std::uint32_t initial = 0;
  std::uint32_t asked = 0;         ///< enqueues that may have happened
  std::uint32_t acknowledged = 0;  ///< of them
  std::uint32_t taken = 0;
  std::int64_t asked_ns = kNever;      ///< the first of them
  const Operation* put = nullptr;      ///< the acknowledgement that came first, else an enqueue
  const Operation* refused = nullptr;  ///< an enqueue that surely failed
  const Operation* took = nullptr;     ///< whose answer came first
};

/// The queue of one key.
class Ledger {
 public:
  Ledger(const OfKey& of_key, const Model& model, QueueAccount& account)
      : of_key_(of_key), account_(account) {
    if (const Value::List* initial = model.initial.list()) initial_ = *initial;
    numbers_.reserve(of_key.operations.size() / 2);
    for (const Value& value : initial_) ++elements_[number(value)].initial;
    for (const Operation* operation : of_key.operations) take(*operation, deeds_.of(*operation));
  }

  void judge() {
    for (const Element& e : elements_) {
      account_.attempts += e.asked + e.initial;
      account_.acknowledged += e.acknowledged + e.initial;
      account_.taken += e.taken;
    }
    // By order of the history, so that what is reported does not depend on a hash.
    for (const auto& [took, element] : takes_) judge_element(*took, elements_[element]);
    judge_missing();
  }

 private:
  std::uint32_t number(const Value& value) {
    const auto [found, fresh] =
        numbers_.try_emplace(value, static_cast<std::uint32_t>(elements_.size()));
    if (fresh) elements_.push_back({.value = &found->first});  // nodes of the map stay in place
    return found->second;
  }

  void take(const Operation& operation, Deed deed) {
    if (deed == Deed::insert) {
      put(operation, elements_[number(operation.input)]);
    } else if (deed == Deed::take && operation.outcome == Type::ok) {
      if (says_empty(operation.output)) {
        saw_empty(operation);
      } else {
        came_out(operation, operation.output);
      }
    } else if (deed == Deed::drain && operation.outcome == Type::ok) {
      if (const Value::List* list = operation.output.list()) {
        for (const Value& value : *list) came_out(operation, value);
        saw_empty(operation);
      }
    } else if (operation.outcome == Type::info && (deed == Deed::take || deed == Deed::drain)) {
      (deed == Deed::take ? unanswered_ : unanswered_drains_).push_back(&operation);
    }
  }

  void put(const Operation& operation, Element& e) {
    if (says_empty(operation.input)) puts_empty_ = true;
    if (operation.outcome == Type::fail) {
      e.refused = &operation;
      return;
    }
    ++e.asked;
    e.asked_ns = std::min(e.asked_ns, operation.invoke_ns);
    const bool ok = operation.outcome == Type::ok;
    if (ok) ++e.acknowledged;
    if (e.put == nullptr || (ok && operation.complete_ns < e.put->complete_ns)) e.put = &operation;
  }

  void came_out(const Operation& operation, const Value& value) {
    const std::uint32_t element = number(value);
    takes_.push_back({&operation, element});
    Element& e = elements_[element];
    ++e.taken;
    if (e.took == nullptr || operation.complete_ns < e.took->complete_ns) e.took = &operation;
  }

  void saw_empty(const Operation& operation) {
    ++account_.empty;
    if (last_empty_ == nullptr || operation.invoke_ns > last_empty_->invoke_ns)
      last_empty_ = &operation;
  }

  void judge_element(const Operation& operation, Element& e) {
    if (e.took != &operation) return;
    const Value& value = *e.value;
    e.took = nullptr;  // judged
    const std::uint64_t put = std::uint64_t(e.asked) + e.initial;
    if (put == 0) {
      account_.unexpected += e.taken;
      if (unexpected_++ < kMostListed) report_unexpected(operation, value, e);
      return;
    }
    if (e.taken > put) {
      account_.duplicated += e.taken - put;
      if (duplicated_++ < kMostListed) report_duplicated(value, e);
    } else if (e.initial == 0 && operation.complete_ns < e.asked_ns) {
      ++account_.early;
      if (early_++ < kMostListed) report_early(operation, value, e);
    }
    const std::uint64_t sure = std::uint64_t(e.acknowledged) + e.initial;
    const std::uint64_t real = std::min<std::uint64_t>(e.taken, put);
    if (real > sure) account_.recovered += real - sure;
  }

  void judge_missing() {
    for (const Element& e : elements_) {
      const std::uint64_t sure = std::uint64_t(e.acknowledged) + e.initial;
      if (sure > e.taken) account_.missing += sure - e.taken;
    }
    // A nil that was put in looks like nothing when it comes out.
    if (account_.missing == 0 || last_empty_ == nullptr || puts_empty_) return;
    const auto may_have_taken = [&](const Operation* o) {
      return o->invoke_ns <= last_empty_->complete_ns;
    };
    if (std::any_of(unanswered_drains_.begin(), unanswered_drains_.end(), may_have_taken)) return;
    const auto takers = static_cast<std::uint64_t>(
        std::count_if(unanswered_.begin(), unanswered_.end(), may_have_taken));
    const auto gone = gone_before_empty();
    std::uint64_t count = 0;
    for (const Gone& g : gone) count += g.count;
    if (count <= takers) return;
    account_.lost += count - takers;
    account_.missing -= count - takers;
    report_lost(gone, takers);
  }

  /// A value that was surely put in before the queue was seen empty, more often than it came out.
  struct Gone {
    Value value;
    std::uint64_t count = 0;  ///< how many are gone
    std::uint64_t initial = 0;
    std::vector<const Operation*> puts, takes;
  };
  std::vector<Gone> gone_before_empty() {
    std::unordered_map<Value, std::size_t> numbers;
    std::vector<Gone> all;
    const auto of = [&](const Value& value) -> Gone& {
      const auto [found, fresh] = numbers.try_emplace(value, all.size());
      if (fresh) all.push_back({.value = value, .puts = {}, .takes = {}});
      return all[found->second];
    };
    for (const Value& value : initial_) ++of(value).initial;
    for (const Operation* o : of_key_.operations) {
      if (o->outcome == Type::ok && o->complete_ns < last_empty_->invoke_ns &&
          deeds_.of(*o) == Deed::insert)
        of(o->input).puts.push_back(o);
    }
    std::erase_if(all, [&](Gone& gone) {
      const std::uint64_t sure = gone.initial + gone.puts.size();
      const std::uint64_t taken = elements_[numbers_.at(gone.value)].taken;
      gone.count = sure > taken ? sure - taken : 0;
      return gone.count == 0;
    });
    numbers.clear();
    for (std::size_t i = 0; i < all.size(); ++i) numbers.emplace(all[i].value, i);
    for (const auto& [took, element] : takes_) {
      if (const auto found = numbers.find(*elements_[element].value); found != numbers.end())
        all[found->second].takes.push_back(took);
    }
    return all;
  }

  std::string queue() const { return place(of_key_.key, "the queue"); }

  void put_sentence(Anomaly& anomaly, const Value& value, const Operation& put) const {
    anomaly.explanation.push_back(
        deed(put, fmt::format("put {} into {}", shown(value), queue()),
             fmt::format("asked to put {} into {}", shown(value), queue())));
    anomaly.operations.push_back(put.index);
  }

  std::string took_sentence(const Operation& took, const Value& value) const {
    return fmt::format("{} did a {} on {}, beginning at {}, and was answered{} at {} with {}.",
                       who(took), took.f.name(), queue(), Words::ms(took.invoke_ns), by_node(took),
                       Words::ms(took.complete_ns), shown(value));
  }

  void finish(Anomaly anomaly, const Operation& culprit) {
    anomaly.operations.push_back(culprit.index);
    auto& all = anomaly.operations;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    anomaly.culprit = culprit.index;
    account_.anomalies.push_back(std::move(anomaly));
  }

  void report_unexpected(const Operation& took, const Value& value, const Element& e) {
    Anomaly anomaly{.klass = "phantom-value", .key = of_key_.key};
    if (e.refused != nullptr) put_sentence(anomaly, value, *e.refused);
    anomaly.explanation.push_back(took_sentence(took, value));
    anomaly.explanation.push_back(
        e.refused != nullptr ? "No other operation asked to put it in: what surely failed came out."
                             : "No operation ever asked to put " + shown(value) + " in.");
    finish(std::move(anomaly), took);
  }

  void report_early(const Operation& took, const Value& value, const Element& e) {
    Anomaly anomaly{.klass = "future-read", .key = of_key_.key};
    put_sentence(anomaly, value, *e.put);
    anomaly.explanation.push_back(took_sentence(took, value));
    anomaly.explanation.push_back(fmt::format("That was {} before anybody asked to put it in.",
                                              Words::ms(e.asked_ns - took.complete_ns)));
    finish(std::move(anomaly), took);
  }

  /// All puts and takes of a value: in sentences when they are few, else only as operations.
  void ledger(Anomaly& anomaly, const Value& value, const std::vector<const Operation*>& puts,
              const std::vector<const Operation*>& takes) const {
    const bool few = puts.size() + takes.size() + anomaly.explanation.size() <= kLongestWitness;
    for (const Operation* put : puts) {
      if (few) {
        put_sentence(anomaly, value, *put);
      } else {
        anomaly.operations.push_back(put->index);
      }
    }
    for (const Operation* took : takes) {
      if (few) anomaly.explanation.push_back(took_sentence(*took, value));
      anomaly.operations.push_back(took->index);
    }
  }

  void report_duplicated(const Value& value, const Element& e) {
    Anomaly anomaly{.klass = "duplicate-element", .key = of_key_.key};
    std::vector<const Operation*> puts;
    for (const Operation* o : of_key_.operations)
      if (o->outcome != Type::fail && deeds_.of(*o) == Deed::insert && o->input == value)
        puts.push_back(o);
    std::vector<const Operation*> takes;
    for (const auto& [took, element] : takes_)
      if (elements_[element].value == e.value) takes.push_back(took);
    takes.resize(std::min<std::size_t>(takes.size(), std::size_t(e.asked) + e.initial + 1));
    ledger(anomaly, value, puts, takes);
    anomaly.explanation.push_back(
        fmt::format("{} was put in {} at most, and came out {}.", shown(value),
                    counted(std::uint64_t(e.asked) + e.initial, "time", "times"),
                    counted(e.taken, "time", "times")));
    finish(std::move(anomaly), *takes.back());
  }

  void report_lost(const std::vector<Gone>& gone, std::uint64_t takers) {
    const std::string empty = fmt::format(
        "{} did a {} on {}, beginning at {}; the answer{} at {} shows that nothing was left.",
        who(*last_empty_), last_empty_->f.name(), queue(), Words::ms(last_empty_->invoke_ns),
        by_node(*last_empty_), Words::ms(last_empty_->complete_ns));
    // Each value on its own is a proof when nothing without an answer can have taken it.
    if (takers == 0) {
      for (const Gone& g : gone) {
        if (lost_++ >= kMostListed) return;
        Anomaly anomaly{.klass = "lost-element", .key = of_key_.key};
        ledger(anomaly, g.value, g.puts, g.takes);
        anomaly.explanation.push_back(empty);
        anomaly.explanation.push_back(
            g.takes.empty() ? fmt::format("{} never came out: it is lost.", shown(g.value))
                            : fmt::format("{} came out {} less than it went in: it is lost.",
                                          shown(g.value), counted(g.count, "time", "times")));
        finish(std::move(anomaly), *last_empty_);
      }
      return;
    }
    Anomaly anomaly{.klass = "lost-element", .key = of_key_.key};
    std::uint64_t count = 0;
    for (const Gone& g : gone) {
      count += g.count;
      ledger(anomaly, g.value, g.puts, g.takes);
    }
    anomaly.explanation.push_back(empty);
    anomaly.explanation.push_back(fmt::format(
        "{} never came out, and only {} without an answer can have taken one: {} lost.",
        counted(count, "element", "elements"), counted(takers, "operation", "operations"),
        counted(count - takers, "is", "are")));
    for (const Operation* o : unanswered_)
      if (o->invoke_ns <= last_empty_->complete_ns) anomaly.operations.push_back(o->index);
    finish(std::move(anomaly), *last_empty_);
  }

  const OfKey& of_key_;
  QueueAccount& account_;
  Deeds deeds_;
  Value::List initial_;
  std::unordered_map<Value, std::uint32_t> numbers_;
  std::vector<Element> elements_;
  struct Take {
    const Operation* operation;
    std::uint32_t element;
  };
  std::vector<Take> takes_;  ///< one for each element that came out, by invocation
  std::vector<const Operation*> unanswered_, unanswered_drains_;
  const Operation* last_empty_ = nullptr;  ///< the one that began last
  bool puts_empty_ = false;
  std::size_t unexpected_ = 0, duplicated_ = 0, early_ = 0, lost_ = 0;  ///< reported
};

}  // namespace

QueueAccount account_queue(const history::History& history, const Model& model) {
  QueueAccount account;
  for (const OfKey& of_key : by_key(history)) Ledger(of_key, model, account).judge();
  account.anomalies = presented(std::move(account.anomalies));
  return account;
}

Check check_queue(const history::History& history, const Model& model) {
  QueueAccount account = account_queue(history, model);
  if (account.taken == 0 && account.empty == 0)
    return vacuous_check("queue", "no dequeue was answered: nothing was tested");
  if (account.attempts == 0 && account.impossible() == 0)
    return vacuous_check("queue", "nothing was put into a queue: nothing could be lost");
  Check check{.name = "queue"};
  check.verdict = account.impossible() > 0 ? Word::invalid : Word::valid;
  check.reason = counted(account.attempts, "element", "elements") +
                 fmt::format(" put in ({} acknowledged), {} taken out",
                             format_count(account.acknowledged), format_count(account.taken)) +
                 tally(account.lost, "lost") + tally(account.duplicated, "duplicated") +
                 tally(account.unexpected, "unexpected") + tally(account.early, "taken too early") +
                 tally(account.recovered, "recovered (taken although never acknowledged)") +
                 tally(account.missing, "still there, or taken by an operation without an answer");
  check.anomalies = std::move(account.anomalies);
  check.evidence.algorithm = "ledger of elements (Jepsen's total-queue)";
  check.evidence.operations = history.operations.size();
  return check;
}

bool has_queues(const history::History& history, const Model& model) {
  if (model.kind() == ModelKind::set) return false;
  Deeds deeds;
  return std::any_of(history.operations.begin(), history.operations.end(),
                     [&](const Operation& operation) {
                       const Deed deed = deeds.of(operation);
                       return deed == Deed::insert || deed == Deed::take || deed == Deed::drain;
                     });
}

}  // namespace riptide::checker
