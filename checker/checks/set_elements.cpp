#include "checker/checks/set_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
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

constexpr std::int64_t kAlways = INT64_MIN;

/// One answer that told whether an element is there: a read of the whole set, or a contains.
struct Look {
  const Operation* operation = nullptr;
  std::int64_t began_ns() const { return operation->invoke_ns; }
  std::int64_t ended_ns() const { return operation->complete_ns; }
};

struct Element {
  Value value;
  const Operation* add = nullptr;         ///< acknowledged first, else asked for first
  const Operation* refused = nullptr;     ///< an add that surely failed
  std::int64_t asked_ns = kNever;         ///< when an add may have begun to take effect
  std::int64_t acknowledged_ns = kNever;  ///< kAlways: it was there at the start
  bool removable = false;
  std::vector<std::uint32_t> seen;       ///< positions in the reads, ascending
  std::vector<Look> contained, missing;  ///< answers of contains
  const Operation* twice = nullptr;      ///< a read that had it twice
};

/// The set of one key.
class Elements {
 public:
  Elements(const OfKey& of_key, const Model& model, SetAccount& account)
      : key_(of_key.key), account_(account) {
    if (const Value::List* initial = model.initial.list()) {
      for (const Value& value : *initial) element(value).asked_ns = kAlways;
      for (Element& e : elements_) e.acknowledged_ns = kAlways;
    }
    Deeds deeds;
    for (const Operation* operation : of_key.operations) take(*operation, deeds.of(*operation));
    look_through_reads();
  }

  void judge() {
    account_.observations += reads_.size() + contains_;
    for (const Element& e : elements_) judge(e);
  }

 private:
  Element& element(const Value& value) {
    const auto [found, fresh] = numbers_.try_emplace(value, elements_.size());
    if (fresh) elements_.push_back({.value = value});
    return elements_[found->second];
  }

  void take(const Operation& operation, Deed deed) {
    const bool ok = operation.outcome == Type::ok;
    if (deed == Deed::read) {
      if (ok && operation.output.list() != nullptr) reads_.push_back({&operation});
    } else if (deed == Deed::contains) {
      if (ok) take_contains(operation);
    } else if (deed == Deed::remove) {
      if (operation.outcome != Type::fail) element(operation.input).removable = true;
    } else if (deed == Deed::add) {
      add(operation, element(operation.input));
    }
  }

  /// The answer is true or false, or [element, true or false].
  void take_contains(const Operation& operation) {
    const Value* input = &operation.input;
    const Value* answer = &operation.output;
    if (const Value::List* pair = answer->list(); pair != nullptr && pair->size() == 2) {
      if (input->is_nil()) input = &(*pair)[0];
      if ((*pair)[0] == *input) answer = &(*pair)[1];
    }
    if (answer->boolean() == nullptr) return;
    ++contains_;
    Element& e = element(*input);
    (*answer->boolean() ? e.contained : e.missing).push_back({&operation});
  }

  static void add(const Operation& operation, Element& e) {
    if (operation.outcome == Type::fail) {
      e.refused = &operation;
      return;
    }
    e.asked_ns = std::min(e.asked_ns, operation.invoke_ns);
    if (operation.outcome == Type::ok && operation.complete_ns < e.acknowledged_ns) {
      e.acknowledged_ns = operation.complete_ns;
      e.add = &operation;
    }
    if (e.add == nullptr) e.add = &operation;
  }

  void look_through_reads() {
    for (std::uint32_t i = 0; i < reads_.size(); ++i) {
      for (const Value& value : *reads_[i].operation->output.list()) {
        Element& e = element(value);
        if (e.seen.empty() || e.seen.back() != i) {
          e.seen.push_back(i);
        } else if (e.twice == nullptr) {
          e.twice = reads_[i].operation;
        }
      }
    }
  }

  /// The answer that saw it and came first.
  const Operation* first_sight(const Element& e) const {
    const Operation* first = nullptr;
    const auto consider = [&](const Look& look) {
      if (first == nullptr || look.ended_ns() < first->complete_ns) first = look.operation;
    };
    for (const std::uint32_t i : e.seen) consider(reads_[i]);
    for (const Look& look : e.contained) consider(look);
    return first;
  }

  /// The answer that saw it and ended last.
  const Operation* last_sight(const Element& e) const {
    const Operation* last = nullptr;
    const auto consider = [&](const Look& look) {
      if (last == nullptr || look.ended_ns() > last->complete_ns) last = look.operation;
    };
    for (const std::uint32_t i : e.seen) consider(reads_[i]);
    for (const Look& look : e.contained) consider(look);
    return last;
  }

  /// What began after `known_ns` without it.
  struct Missed {
    std::uint64_t times = 0;
    const Operation* last = nullptr;  ///< the one that began last
  };
  Missed missed_after(const Element& e, std::int64_t known_ns) const {
    Missed missed;
    const auto late = std::partition_point(reads_.begin(), reads_.end(), [&](const Look& look) {
      return look.began_ns() <= known_ns;
    });
    const auto first = static_cast<std::uint32_t>(late - reads_.begin());
    const auto seen = std::lower_bound(e.seen.begin(), e.seen.end(), first);
    missed.times = (reads_.size() - first) - static_cast<std::size_t>(e.seen.end() - seen);
    if (missed.times > 0) {
      std::size_t i = reads_.size() - 1, s = e.seen.size();
      while (s > 0 && e.seen[s - 1] == i) --i, --s;
      missed.last = reads_[i].operation;
    }
    for (const Look& look : e.missing) {
      if (look.began_ns() <= known_ns) continue;
      ++missed.times;
      if (missed.last == nullptr || look.began_ns() > missed.last->invoke_ns)
        missed.last = look.operation;
    }
    return missed;
  }

  void judge(const Element& e) {
    const Operation* sight = first_sight(e);
    if (e.asked_ns != kNever) ++account_.attempts;
    if (e.acknowledged_ns != kNever) ++account_.acknowledged;
    if (e.twice != nullptr && ++account_.duplicated <= kMostListed) report_twice(e);
    if (sight != nullptr && e.asked_ns == kNever) {
      if (++account_.phantom <= kMostListed) report_phantom(e, *sight);
      return;
    }
    if (sight != nullptr && sight->complete_ns < e.asked_ns) {
      if (++account_.early <= kMostListed) report_early(e, *sight);
      return;
    }
    if (sight != nullptr && e.acknowledged_ns == kNever) ++account_.recovered;
    if (e.removable) {
      ++account_.removable;
      return;
    }
    std::int64_t known_ns = e.acknowledged_ns;
    if (sight != nullptr) known_ns = std::min(known_ns, sight->complete_ns);
    if (known_ns != kNever) judge_known(e, sight, known_ns);
  }

  void judge_known(const Element& e, const Operation* sight, std::int64_t known_ns) {
    const Missed missed = missed_after(e, known_ns);
    if (missed.times == 0) {
      ++(sight != nullptr ? account_.stable : account_.never_read);
      if (sight != nullptr) account_.visible_after_ns.push_back(0);
      return;
    }
    const Operation* last = last_sight(e);
    const bool lost = last == nullptr || last->complete_ns < missed.last->invoke_ns;
    const std::int64_t age_ns =
        known_ns == kAlways ? missed.last->invoke_ns : missed.last->invoke_ns - known_ns;
    if (!lost) account_.visible_after_ns.push_back(age_ns);
    if (++(lost ? account_.lost : account_.stale) > kMostListed) return;
    Anomaly anomaly = begin(e, lost ? "lost-element" : "stale-read");
    const std::string value = shown(e.value);
    const bool by_sight = known_ns < e.acknowledged_ns;
    if (by_sight) mention(anomaly, *sight, value, "by then it had been added");
    const std::string since = known_ns == kAlways
                                  ? std::string()
                                  : fmt::format(", {} after {}", Words::ms(age_ns),
                                                by_sight ? "that answer" : "that acknowledgement");
    const std::string set = place(key_, "the set");
    const Operation& miss = *missed.last;
    anomaly.explanation.push_back(fmt::format(
        "{} began to look at {} at {}{}; it was answered{} at {}, and {} was not there.", who(miss),
        set, Words::ms(miss.invoke_ns), since, by_node(miss), Words::ms(miss.complete_ns), value));
    if (missed.times > 1) {
      anomaly.explanation.push_back(
          fmt::format("So it was for {} reads that began after it was "
                      "known to be there; this one began last.",
                      format_count(missed.times)));
    }
    add_operation(anomaly, miss);
    anomaly.culprit = miss.index;
    anomaly.staleness_ms = static_cast<double>(age_ns) / 1e6;
    if (!lost) mention(anomaly, *last, value, "so it was not lost, but an older set was read");
    anomaly.explanation.push_back(
        lost ? fmt::format("Nobody asked to remove {}, and nobody saw it after that: it is lost.",
                           value)
             : fmt::format("Nobody asked to remove {}: a read must see all that was there before "
                           "it began.",
                           value));
    account_.anomalies.push_back(std::move(anomaly));
  }

  /// An anomaly that begins with the add of the element, when there is one.
  Anomaly begin(const Element& e, std::string klass) const {
    Anomaly anomaly{.klass = std::move(klass), .key = key_};
    const std::string value = shown(e.value), set = place(key_, "the set");
    if (e.acknowledged_ns == kAlways) {
      anomaly.explanation.push_back(value + " was in " + set + " from the start.");
    } else if (e.add != nullptr) {
      anomaly.explanation.push_back(deed(*e.add, fmt::format("added {} to {}", value, set),
                                         fmt::format("asked to add {} to {}", value, set)));
      add_operation(anomaly, *e.add);
    }
    return anomaly;
  }

  static void add_operation(Anomaly& anomaly, const Operation& operation) {
    auto& all = anomaly.operations;
    const auto at = std::lower_bound(all.begin(), all.end(), operation.index);
    if (at == all.end() || *at != operation.index) all.insert(at, operation.index);
  }

  void mention(Anomaly& anomaly, const Operation& look, const std::string& value,
               const std::string& so) const {
    anomaly.explanation.push_back(fmt::format(
        "{} looked at {}, beginning at {}; it was answered{} at {}, and {} was there: {}.",
        who(look), place(key_, "the set"), Words::ms(look.invoke_ns), by_node(look),
        Words::ms(look.complete_ns), value, so));
    add_operation(anomaly, look);
  }

  void report_twice(const Element& e) {
    Anomaly anomaly = begin(e, "duplicate-element");
    anomaly.explanation.push_back(
        fmt::format("{} read {}, beginning at {}; the answer{} at {} had {} more than once.",
                    who(*e.twice), place(key_, "the set"), Words::ms(e.twice->invoke_ns),
                    by_node(*e.twice), Words::ms(e.twice->complete_ns), shown(e.value)));
    anomaly.explanation.push_back(
        "A set holds an element at most once, however often it is added.");
    add_operation(anomaly, *e.twice);
    anomaly.culprit = e.twice->index;
    account_.anomalies.push_back(std::move(anomaly));
  }

  void report_phantom(const Element& e, const Operation& sight) {
    Anomaly anomaly{.klass = "phantom-value", .key = key_};
    const std::string value = shown(e.value), set = place(key_, "the set");
    if (e.refused != nullptr) {
      anomaly.explanation.push_back(
          deed(*e.refused, "", fmt::format("asked to add {} to {}", value, set)));
      add_operation(anomaly, *e.refused);
    }
    anomaly.explanation.push_back(
        fmt::format("{} looked at {}, beginning at {}; it was answered{} "
                    "at {} that {} was there.",
                    who(sight), set, Words::ms(sight.invoke_ns), by_node(sight),
                    Words::ms(sight.complete_ns), value));
    anomaly.explanation.push_back(
        e.refused != nullptr ? "No other operation asked to add it: what surely failed was seen."
                             : fmt::format("No operation ever asked to add {}.", value));
    add_operation(anomaly, sight);
    anomaly.culprit = sight.index;
    account_.anomalies.push_back(std::move(anomaly));
  }

  void report_early(const Element& e, const Operation& sight) {
    Anomaly anomaly = begin(e, "future-read");
    anomaly.explanation.push_back(
        fmt::format("{} was answered{} at {} that {} was in {}, {} before anybody asked to add it.",
                    who(sight), by_node(sight), Words::ms(sight.complete_ns), shown(e.value),
                    place(key_, "the set"), Words::ms(e.asked_ns - sight.complete_ns)));
    add_operation(anomaly, sight);
    anomaly.culprit = sight.index;
    account_.anomalies.push_back(std::move(anomaly));
  }

  Value key_;
  SetAccount& account_;
  std::vector<Look> reads_;  ///< of the whole set, by invocation
  std::uint64_t contains_ = 0;
  std::vector<Element> elements_;
  std::unordered_map<Value, std::size_t> numbers_;
};

std::string summary(const SetAccount& account) {
  std::string text = counted(account.attempts, "element", "elements") +
                     fmt::format(" ({} acknowledged), {}", format_count(account.acknowledged),
                                 counted(account.observations, "observation", "observations"));
  text += ": " + format_count(account.stable) + " seen by every later read";
  text += tally(account.lost, "lost") + tally(account.stale, "stale");
  text += tally(account.duplicated, "duplicated") + tally(account.phantom, "phantom");
  text += tally(account.early, "seen too early") + tally(account.never_read, "never read");
  text += tally(account.recovered, "recovered (seen although no add was acknowledged)");
  text += tally(account.removable, "left to linearizability, because of a remove");
  if (!account.visible_after_ns.empty()) {
    const auto after = [&](double share) {
      return Words::ms(quantile(account.visible_after_ns, share));
    };
    text += fmt::format("; visible to all after {} (median), {} (99 %), {} (longest)", after(0.5),
                        after(0.99), after(1));
  }
  return text;
}

}  // namespace

SetAccount account_set(const history::History& history, const Model& model) {
  SetAccount account;
  for (const OfKey& of_key : by_key(history)) Elements(of_key, model, account).judge();
  std::sort(account.visible_after_ns.begin(), account.visible_after_ns.end());
  account.anomalies = presented(std::move(account.anomalies));
  return account;
}

Check check_set(const history::History& history, const Model& model) {
  SetAccount account = account_set(history, model);
  if (account.observations == 0 && account.impossible() == 0)
    return vacuous_check("set", "no answered operation looked into a set: nothing was tested");
  if (account.attempts == 0 && account.impossible() == 0)
    return vacuous_check("set", "nothing was added to a set: nothing could be lost");
  Check check{.name = "set"};
  check.verdict = account.impossible() > 0 ? Word::invalid : Word::valid;
  check.reason = summary(account);
  check.anomalies = std::move(account.anomalies);
  check.evidence.algorithm = "accounts of elements (Jepsen's set-full)";
  check.evidence.operations = history.operations.size();
  return check;
}

bool has_set_elements(const history::History& history, const Model& model) {
  if (model.kind() == ModelKind::set) return true;
  if (model.kind() == ModelKind::counter) return false;
  bool adds = false;
  Deeds deeds;
  for (const Operation& operation : history.operations) {
    const Deed deed = deeds.of(operation);
    if (deed == Deed::contains) return true;
    if (deed == Deed::add && operation.f == "add") adds = true;
    // Numbers are what a counter answers.
    if (deed == Deed::read && operation.outcome == Type::ok && !operation.output.is_nil() &&
        operation.output.list() == nullptr)
      return false;
  }
  return adds;
}

}  // namespace riptide::checker
