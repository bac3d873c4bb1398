#include "checker/checks/counter_bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

/// Sums of 2^31 numbers of 64 bits fit.
using Sum = __int128;

/// How much the operation adds; nothing when it does not say.
std::optional<Sum> amount_of(const Operation& operation, Deed deed) {
  const std::int64_t* number = operation.input.integer();
  if (number == nullptr) {
    // An increment without a number is one by one.
    if (!operation.input.is_nil() || operation.f == "add") return std::nullopt;
    return deed == Deed::subtract ? -1 : 1;
  }
  return deed == Deed::subtract ? -Sum(*number) : Sum(*number);
}

/// Sums of amounts up to a moment.
class Sums {
 public:
  void add(std::int64_t at_ns, Sum amount) { steps_.push_back({at_ns, amount}); }
  void finish() {
    std::sort(steps_.begin(), steps_.end(),
              [](const Step& a, const Step& b) { return a.at_ns < b.at_ns; });
    Sum sum = 0;
    for (Step& step : steps_) step.sum = sum += step.sum;
  }
  Sum before(std::int64_t ns) const {
    return up_to(std::partition_point(steps_.begin(), steps_.end(),
                                      [&](const Step& step) { return step.at_ns < ns; }));
  }
  Sum until(std::int64_t ns) const {
    return up_to(std::partition_point(steps_.begin(), steps_.end(),
                                      [&](const Step& step) { return step.at_ns <= ns; }));
  }

 private:
  struct Step {
    std::int64_t at_ns;
    Sum sum;
  };
  Sum up_to(std::vector<Step>::const_iterator end) const {
    return end == steps_.begin() ? 0 : std::prev(end)->sum;
  }
  std::vector<Step> steps_;
};

struct Add {
  const Operation* operation;
  Sum amount;
};

/// The counter of one key.
class Counter {
 public:
  Counter(const OfKey& of_key, const Model& model, CounterAccount& account)
      : key_(of_key.key), account_(account) {
    if (const std::int64_t* initial = model.initial.integer()) initial_ = *initial;
    Deeds deeds;
    for (const Operation* operation : of_key.operations) take(*operation, deeds.of(*operation));
    sure_up_.finish(), sure_down_.finish(), maybe_up_.finish(), maybe_down_.finish();
  }

  void judge() {
    account_.reads += reads_.size();
    account_.adds += adds_.size();
    // A defect of the input, not of the counter: nothing is said of this key.
    if (unread_ > 0) {
      account_.unread += unread_;
      return;
    }
    judge_bounds();
    if (only_up_) judge_direction();
  }

 private:
  void take(const Operation& operation, Deed deed) {
    if (operation.outcome == Type::fail) return;
    if (deed == Deed::read) {
      if (operation.outcome != Type::ok) return;
      if (operation.output.integer() != nullptr) {
        reads_.push_back(&operation);
      } else {
        ++account_.silent;
      }
      return;
    }
    if (deed != Deed::add && deed != Deed::subtract) {
      if (deed == Deed::write || deed == Deed::other) ++unread_;
      return;
    }
    const std::optional<Sum> amount = amount_of(operation, deed);
    if (!amount) {
      ++unread_;
      return;
    }
    adds_.push_back({&operation, *amount});
    const bool up = *amount >= 0;
    only_up_ = only_up_ && up;
    (up ? maybe_up_ : maybe_down_).add(operation.invoke_ns, *amount);
    if (operation.outcome == Type::ok)
      (up ? sure_up_ : sure_down_).add(operation.complete_ns, *amount);
  }

  void judge_bounds() {
    for (const Operation* read : reads_) {
      const Sum low =
          initial_ + sure_up_.before(read->invoke_ns) + maybe_down_.until(read->complete_ns);
      const Sum high =
          initial_ + maybe_up_.until(read->complete_ns) + sure_down_.before(read->invoke_ns);
      const Sum value = *read->output.integer();
      if (value >= low && value <= high) continue;
      if (++account_.out_of_bounds <= kMostListed) report(*read, low, high);
    }
  }

  bool surely_before(const Add& add, const Operation& read) const {
    return add.operation->outcome == Type::ok && add.operation->complete_ns < read.invoke_ns;
  }

  /// The adds without which the read would not be impossible: for a read that is too low all that
  /// may have taken something away, and the largest that surely added something, as many as it
  /// takes; the other way round for one that is too high.
  std::vector<const Operation*> witness(const Operation& read, bool too_low) const {
    std::vector<const Operation*> chosen;
    std::vector<Add> sure;
    Sum bound = initial_;
    for (const Add& add : adds_) {
      const bool helps = too_low ? add.amount < 0 : add.amount > 0;
      if (helps && add.operation->invoke_ns <= read.complete_ns) {
        bound += add.amount;
        chosen.push_back(add.operation);
      } else if (!helps && add.amount != 0 && surely_before(add, read)) {
        sure.push_back(add);
      }
    }
    std::stable_sort(sure.begin(), sure.end(), [&](const Add& a, const Add& b) {
      return too_low ? a.amount > b.amount : a.amount < b.amount;
    });
    const Sum value = *read.output.integer();
    for (const Add& add : sure) {
      if (too_low ? bound > value : bound < value) break;
      bound += add.amount;
      chosen.push_back(add.operation);
    }
    std::sort(chosen.begin(), chosen.end(),
              [](const Operation* a, const Operation* b) { return a->index < b->index; });
    return chosen;
  }

  void report(const Operation& read, Sum low, Sum high) {
    const Sum value = *read.output.integer();
    const bool too_low = value < low;
    Anomaly anomaly{.klass = "counter-out-of-bounds", .key = key_};
    const std::string counter = place(key_, "the counter");
    const auto adds = witness(read, too_low);
    for (const Operation* add : adds) anomaly.operations.push_back(add->index);
    anomaly.operations.push_back(read.index);
    std::sort(anomaly.operations.begin(), anomaly.operations.end());
    anomaly.culprit = read.index;
    if (adds.size() <= kLongestWitness) {
      for (const Operation* add : adds) {
        const std::string what =
            fmt::format(" {}{}", add->f.name(),
                        add->input.is_nil() ? std::string() : " of " + shown(add->input));
        anomaly.explanation.push_back(deed(*add, "did an" + what + " on " + counter,
                                           "asked for an" + what + " on " + counter));
      }
    }
    anomaly.explanation.push_back(fmt::format("{} read {} from {} to {} and was answered {}{}.",
                                              who(read), counter, Words::ms(read.invoke_ns),
                                              Words::ms(read.complete_ns), *read.output.integer(),
                                              by_node(read)));
    anomaly.explanation.push_back(fmt::format(
        "What was acknowledged before it began, and what may have happened by its end, allow "
        "{} to {}; {} is {} too {}.",
        low, high, value, too_low ? low - value : value - high, too_low ? "low" : "high"));
    account_.anomalies.push_back(std::move(anomaly));
  }

  /// Reads of a counter that only grows must not go back.
  void judge_direction() {
    std::vector<const Operation*> ended = reads_;
    std::sort(ended.begin(), ended.end(), [](const Operation* a, const Operation* b) {
      return a->complete_ns < b->complete_ns;
    });
    const Operation* highest = nullptr;
    std::size_t next = 0;
    for (const Operation* read : reads_) {  // by invocation
      for (; next < ended.size() && ended[next]->complete_ns < read->invoke_ns; ++next) {
        if (highest == nullptr || *ended[next]->output.integer() > *highest->output.integer())
          highest = ended[next];
      }
      if (highest == nullptr || *read->output.integer() >= *highest->output.integer()) continue;
      if (++account_.backwards <= kMostListed) report(*highest, *read);
    }
  }

  void report(const Operation& earlier, const Operation& later) {
    const bool own = earlier.process == later.process;
    Anomaly anomaly{.klass = own ? "non-monotonic-read" : "new-old-inversion", .key = key_};
    anomaly.operations = {earlier.index, later.index};
    anomaly.culprit = later.index;
    const std::string counter = place(key_, "the counter");
    for (const Operation* read : {&earlier, &later}) {
      anomaly.explanation.push_back(fmt::format("{} read {} from {} to {} and was answered {}{}.",
                                                who(*read), counter, Words::ms(read->invoke_ns),
                                                Words::ms(read->complete_ns),
                                                *read->output.integer(), by_node(*read)));
    }
    anomaly.explanation.push_back(
        fmt::format("The second began {} after the first had its answer, and nobody ever asked to "
                    "take anything away: the counter went backwards.",
                    Words::ms(later.invoke_ns - earlier.complete_ns)));
    anomaly.staleness_ms = static_cast<double>(later.invoke_ns - earlier.complete_ns) / 1e6;
    account_.anomalies.push_back(std::move(anomaly));
  }

  Value key_;
  CounterAccount& account_;
  Sum initial_ = 0;
  std::vector<Add> adds_;
  std::vector<const Operation*> reads_;  ///< by invocation
  std::uint64_t unread_ = 0;
  bool only_up_ = true;
  Sums sure_up_, sure_down_;    ///< by acknowledgement
  Sums maybe_up_, maybe_down_;  ///< by invocation
};

}  // namespace

CounterAccount account_counter(const history::History& history, const Model& model) {
  CounterAccount account;
  for (const OfKey& of_key : by_key(history)) Counter(of_key, model, account).judge();
  account.anomalies = presented(std::move(account.anomalies));
  return account;
}

Check check_counter(const history::History& history, const Model& model) {
  CounterAccount account = account_counter(history, model);
  const std::uint64_t impossible = account.out_of_bounds + account.backwards;
  if (account.reads == 0)
    return vacuous_check("counter", "no read of a counter was answered: nothing was tested");
  if (account.adds == 0 && impossible == 0 && account.unread == 0)
    return vacuous_check("counter", "nothing was added to a counter: nothing could go wrong");
  Check check{.name = "counter"};
  check.verdict = impossible > 0 ? Word::invalid : account.unread > 0 ? Word::unknown : Word::valid;
  check.reason = counted(account.reads, "read", "reads") + " and " +
                 counted(account.adds, "add", "adds") + ": " +
                 format_count(account.reads - account.out_of_bounds) + " within what was possible" +
                 tally(account.out_of_bounds, "out of bounds") +
                 tally(account.backwards, "below an earlier read") +
                 tally(account.silent, "answered without a number") +
                 tally(account.unread, "not understood as an add of an integer");
  check.anomalies = std::move(account.anomalies);
  check.evidence.algorithm = "bounds of sums (Jepsen's counter)";
  check.evidence.operations = history.operations.size();
  return check;
}

bool has_counters(const history::History& history, const Model& model) {
  if (model.kind() == ModelKind::set) return false;
  bool adds = false, numbers = false;
  Deeds deeds;
  for (const Operation& operation : history.operations) {
    const Deed deed = deeds.of(operation);
    if (deed == Deed::add || deed == Deed::subtract) {
      if (!amount_of(operation, deed)) return false;
      adds = true;
    } else if (deed != Deed::read) {
      return false;
    } else if (operation.outcome == Type::ok && !operation.output.is_nil()) {
      if (operation.output.integer() == nullptr) return false;
      numbers = true;
    }
  }
  return model.kind() == ModelKind::counter || (adds && numbers);
}

}  // namespace riptide::checker
