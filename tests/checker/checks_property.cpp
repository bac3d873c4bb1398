// The checks against the definition: whatever they call impossible no order explains, and what a
// correct object answered they never call impossible.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "base/random.hpp"
#include "checker/checks/counter_bounds.hpp"
#include "checker/checks/queue_account.hpp"
#include "checker/checks/set_elements.hpp"
#include "tests/checker/checks_script.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

/// What an object holds: the elements in order of arrival, or one number.
using State = Value::List;
/// The state after the operation, or nothing when it cannot happen. An answer that nobody saw
/// (outcome info) may be any.
using Step = std::function<std::optional<State>(State, const Operation&)>;

std::optional<State> set_step(State state, const Operation& o) {
  if (o.f == "read") {
    State seen = *o.output.list();
    std::sort(seen.begin(), seen.end());
    if (seen != state) return std::nullopt;
  } else if (std::find(state.begin(), state.end(), o.input) == state.end()) {
    state.push_back(o.input);
    std::sort(state.begin(), state.end());
  }
  return state;
}

std::optional<State> counter_step(State state, const Operation& o) {
  if (state.empty()) state = {0};
  if (o.f == "read") return o.output == state[0] ? std::optional(state) : std::nullopt;
  return State{*state[0].integer() + *o.input.integer()};
}

std::optional<State> queue_step(State state, const Operation& o) {
  const bool seen = o.outcome == Type::ok;
  if (o.f == "enqueue") {
    state.push_back(o.input);
  } else if (o.f == "drain") {
    if (seen && !(o.output == Value(state))) return std::nullopt;
    state.clear();
  } else {
    if (seen && !(o.output == (state.empty() ? Value() : state[0]))) return std::nullopt;
    if (!state.empty()) state.erase(state.begin());
  }
  return state;
}

class Orders {
 public:
  Orders(const History& history, Step step) : step_(std::move(step)) {
    for (const Operation& o : history.operations) {
      if (o.outcome == Type::fail || (o.f == "read" && o.outcome == Type::info)) continue;
      left_.push_back(&o);
    }
  }
  bool any(const State& state = {}) {
    if (std::none_of(left_.begin(), left_.end(),
                     [](const Operation* o) { return o->outcome == Type::ok; }))
      return true;
    for (std::size_t i = 0; i < left_.size(); ++i) {
      const Operation* next = left_[i];
      if (std::any_of(left_.begin(), left_.end(), [&](const Operation* o) {
            return o->outcome == Type::ok && o->complete_ns < next->invoke_ns;
          }))
        continue;
      const std::optional<State> after = step_(state, *next);
      if (!after) continue;
      left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(i));
      const bool found = any(*after);
      left_.insert(left_.begin() + static_cast<std::ptrdiff_t>(i), next);
      if (found) return true;
    }
    return false;
  }

 private:
  Step step_;
  std::vector<const Operation*> left_;
};

enum class Kind : std::uint8_t { set, counter, queue };

/// An answer that may be right: what the object holds when the operation is invoked, or nonsense.
Value answer(Random& random, Kind type, const char* f, const State& held) {
  const bool honest = random.chance(0.8);
  if (type == Kind::counter)
    return honest && !held.empty() ? held[0] : Value(random.between(-1, 4));
  if (f == std::string_view("dequeue"))
    return honest ? (held.empty() ? Value() : held[0]) : Value(random.between(1, 3));
  State list = held;
  if (!honest && random.chance(0.5) && !list.empty()) list.pop_back();
  if (!honest && random.chance(0.5)) list.push_back(random.between(1, 3));
  return list;
}

/// Small, with few values and times, so that they are equal now and then.
History random_history(Random& random, Kind type, const Step& step) {
  Operations h;
  const auto count = static_cast<int>(1 + random.below(7));
  State held;
  std::int64_t call = 0;
  for (int i = 0; i < count; ++i) {
    call += random.between(0, 3);
    const std::int64_t end = call + random.between(0, 4);
    const bool change = random.chance(0.5);
    const char* f = type != Kind::queue  ? (change ? "add" : "read")
                    : change             ? "enqueue"
                    : random.chance(0.2) ? "drain"
                                         : "dequeue";
    const Value input =
        change ? Value(type == Kind::counter ? random.between(-1, 3) : random.between(1, 3))
               : Value();
    if (random.chance(0.1)) {
      h.failed(f, call, end, input);
      continue;
    }
    if (random.chance(0.2)) {
      h.info(f, call, input);
    } else {
      h.ok(f, call, end, input, change ? input : answer(random, type, f, held));
    }
    const Operation& done = static_cast<const History&>(h).operations.back();
    if (done.f == "read") continue;
    if (const auto after = step(held, done); after && random.chance(0.9)) held = *after;
  }
  return h;
}

struct Tally {
  int impossible = 0, refused = 0;
};

Tally compare(Kind type, const Step& step, Check (*check)(const History&, const Model&)) {
  Tally tally;
  Random random(static_cast<std::uint64_t>(type) + 17);
  for (int round = 0; round < share_of(100'000); ++round) {
    const History history = random_history(random, type, step);
    const bool possible = Orders(history, step).any();
    const Check answer = check(history, default_model());
    tally.impossible += possible ? 0 : 1;
    tally.refused += answer.verdict == Word::invalid ? 1 : 0;
    EXPECT_EQ(answer.verdict == Word::invalid, !answer.anomalies.empty());
    if (possible && answer.verdict == Word::invalid) {
      ADD_FAILURE() << "round " << round << ": " << sentences(answer.anomalies.at(0));
      return tally;
    }
    for (const Anomaly& anomaly : answer.anomalies) {  // each witness is a proof on its own
      History witness;
      for (const auto index : anomaly.operations)
        witness.operations.push_back(history.operations.at(index));
      EXPECT_FALSE(Orders(witness, step).any()) << sentences(anomaly);
      EXPECT_TRUE(std::binary_search(anomaly.operations.begin(), anomaly.operations.end(),
                                     anomaly.culprit));
    }
  }
  return tally;
}

TEST(ChecksProperty, WhatTheSetCheckCallsImpossibleNoOrderExplains) {
  const Tally tally = compare(Kind::set, set_step, check_set);
  EXPECT_GT(tally.refused, tally.impossible / 2) << "and it misses few";
  EXPECT_GT(tally.impossible, least_of(10'000));
}

TEST(ChecksProperty, WhatTheCounterCheckCallsImpossibleNoOrderExplains) {
  const Tally tally = compare(Kind::counter, counter_step, check_counter);
  EXPECT_GT(tally.refused, tally.impossible / 2) << "and it misses few";
  EXPECT_GT(tally.impossible, least_of(10'000));
}

TEST(ChecksProperty, WhatTheQueueCheckCallsImpossibleNoOrderExplains) {
  const Tally tally = compare(Kind::queue, queue_step, check_queue);
  EXPECT_GT(tally.refused, tally.impossible / 4) << "order is not looked at";
  EXPECT_GT(tally.impossible, least_of(10'000));
}

/// A run of a correct object with many operations: each takes effect at a moment of its own between
/// its call and its return; some are never answered, and some of those never take effect.
History correct_run(Random& random, const char* change, const char* observe, const Step& step,
                    const std::function<Value(const State&)>& tells) {
  struct Plan {
    std::int64_t call, point, end;
    bool changes, answered, happens;
  };
  std::vector<Plan> plans;
  for (int i = 0; i < 200; ++i) {
    const std::int64_t call = random.between(0, 400), point = call + random.between(0, 20);
    const bool answered = random.chance(0.9);
    plans.push_back({call, point, point + random.between(0, 20), random.chance(0.5), answered,
                     answered || random.chance(0.5)});
  }
  std::stable_sort(plans.begin(), plans.end(),
                   [](const Plan& a, const Plan& b) { return a.point < b.point; });
  Operations h;
  State held;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Plan& plan = plans[i];
    const Value input = plan.changes ? Value(static_cast<std::int64_t>(i)) : Value();
    const char* f = plan.changes ? change : observe;
    if (plan.answered) {
      h.ok(f, plan.call, plan.end, input, plan.changes ? input : tells(held));
    } else {
      h.info(f, plan.call, input);
    }
    if (!plan.happens) continue;
    held = *step(held, static_cast<const History&>(h).operations.back());
  }
  History history = h;
  std::stable_sort(
      history.operations.begin(), history.operations.end(),
      [](const Operation& a, const Operation& b) { return a.invoke_ns < b.invoke_ns; });
  for (std::size_t i = 0; i < history.operations.size(); ++i)
    history.operations[i].index = static_cast<history::OpIndex>(i);
  return history;
}

TEST(ChecksProperty, WhatACorrectObjectAnsweredIsValid) {
  Random random(3);
  const auto all = [](const State& s) { return Value(s); };
  const auto number = [](const State& s) { return s.empty() ? Value(0) : s[0]; };
  for (int round = 0; round < 300; ++round) {
    const Check set = check_set(correct_run(
                                    random, "add", "read",
                                    [](State s, const Operation& o) {
                                      return o.f == "read" ? std::optional(s) : set_step(s, o);
                                    },
                                    all),
                                default_model());
    ASSERT_EQ(set.verdict, Word::valid) << set.reason;
    const Check counter =
        check_counter(correct_run(
                          random, "add", "read",
                          [](State s, const Operation& o) {
                            return o.f == "read" ? std::optional(s) : counter_step(s, o);
                          },
                          number),
                      default_model());
    ASSERT_EQ(counter.verdict, Word::valid) << counter.reason;
    const Check queue =
        check_queue(correct_run(random, "enqueue", "dequeue", queue_step,
                                [](const State& s) { return s.empty() ? Value() : s[0]; }),
                    default_model());
    ASSERT_EQ(queue.verdict, Word::valid) << queue.reason;
    const Check drained =
        check_queue(correct_run(random, "enqueue", "drain", queue_step, all), default_model());
    ASSERT_EQ(drained.verdict, Word::valid) << drained.reason;
  }
}

}  // namespace
}  // namespace riptide::checker::testing
