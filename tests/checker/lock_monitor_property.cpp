// The monitors of mutexes, semaphores and fenced locks against the definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/random.hpp"
#include "checker/monitor/monitor.hpp"
#include "tests/checker/monitor_gold.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

using Kind = Action::Kind;

const int kHistories = share_of(120'000);

/// Times around moments that ascend.
class Times {
 public:
  explicit Times(Random& random)
      : random_(random),
        info_(random.unit() * 0.4),
        overlap_(static_cast<std::int64_t>(random.below(8))),
        step_(static_cast<std::int64_t>(1 + random.below(4))) {}
  Entry next() {
    now_ += random_.between(0, step_);
    Entry entry{.call_ns = now_ - random_.between(0, overlap_),
                .return_ns = now_ + random_.between(0, overlap_),
                .certain = !random_.chance(info_)};
    if (!entry.certain) entry.return_ns = history::kNever;
    return entry;
  }

 private:
  Random& random_;
  double info_;
  std::int64_t overlap_, step_;
  std::int64_t now_ = 0;
};

void sort_by_call(KeyHistory& key) {
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
}

void expect_both(const Answers& answers, double answered) {
  EXPECT_GT(answers.orders, kHistories / 10);
  EXPECT_GT(answers.no_orders, kHistories / 10);
  EXPECT_LE(answers.nothing, (1 - answered) * kHistories);
}

/// Permits 1 to 4 are the values of their numbers.
KeyHistory random_permits(Random& random, std::int64_t permits, std::size_t most_wanted) {
  KeyHistory key;
  key.values = {history::Value(), 1, 2, 3, 4};
  Times times(random);
  const double wild = random.unit() * 0.3;
  const auto only = static_cast<ValueId>(1 + random.below(most_wanted));
  const bool mixed = random.chance(0.5);
  std::int64_t taken = 0;
  for (std::size_t left = 2 + random.below(7); left > 0; --left) {
    Entry entry = times.next();
    const ValueId wanted = mixed ? static_cast<ValueId>(1 + random.below(most_wanted)) : only;
    bool acquire = random.chance(0.5);
    if (!random.chance(wild) && taken + wanted > permits) acquire = false;
    if (!random.chance(wild) && taken < wanted) acquire = true;
    if (entry.certain || random.chance(0.5)) taken += acquire ? wanted : -std::int64_t{wanted};
    taken = std::clamp(taken, std::int64_t{0}, permits);
    entry.action = {acquire ? Kind::acquire : Kind::release, wanted, kUnobserved};
    key.entries.push_back(entry);
  }
  sort_by_call(key);
  return key;
}

auto permits_gold(std::int64_t permits) {
  return Gold(std::int64_t{0}, [permits](std::int64_t taken, const Action& action) {
    const std::int64_t change =
        action.kind == Kind::acquire ? std::int64_t{action.first} : -std::int64_t{action.first};
    const std::int64_t next = taken + change;
    return next >= 0 && next <= permits ? std::optional(next) : std::nullopt;
  });
}

TEST(LockMonitor, AlwaysAnswersAndIsRightForAMutex) {
  Random random(1, "mutex");
  Answers answers;
  const auto gold = permits_gold(1);
  for (int i = 0; i < kHistories && !::testing::Test::HasFatalFailure(); ++i) {
    const KeyHistory key = random_permits(random, 1, 1);
    expect_right(key, monitor_lock(*find_model("mutex"), key), gold, answers);
  }
  expect_both(answers, 1);
}

TEST(SemaphoreMonitor, AlwaysAnswersAndIsRightWhenAllWantTheSameNumberOfPermits) {
  Random random(2, "semaphore");
  Answers answers;
  Model model = *find_model("semaphore");
  for (int i = 0; i < kHistories && !::testing::Test::HasFatalFailure(); ++i) {
    model.permits = random.between(1, 4);
    KeyHistory key = random_permits(random, model.permits, 1);
    const auto wanted = static_cast<ValueId>(random.between(1, 2));
    for (Entry& entry : key.entries) entry.action.first = wanted;
    expect_right(key, monitor_semaphore(model, key), permits_gold(model.permits), answers);
  }
  expect_both(answers, 1);
}

TEST(SemaphoreMonitor, IsRightWheneverItAnswersForAnyNumbersOfPermits) {
  Random random(3, "permits");
  Answers answers;
  Model model = *find_model("semaphore");
  for (int i = 0; i < kHistories && !::testing::Test::HasFatalFailure(); ++i) {
    model.permits = random.between(2, 5);
    const KeyHistory key = random_permits(random, model.permits, 3);
    expect_right(key, monitor_semaphore(model, key), permits_gold(model.permits), answers);
  }
  EXPECT_GT(answers.orders, kHistories / 5);
}

/// Tokens are the values 1 to 19, processes the values from 20 on. `orderly`: a process whose
/// acquire nobody saw the end of does nothing any more.
KeyHistory random_fenced(Random& random, bool orderly) {
  KeyHistory key;
  key.values.push_back(random.chance(0.5) ? history::Value() : history::Value(2));
  for (int v = 1; v < 40; ++v) key.values.emplace_back(v);
  Times times(random);
  const double wild = random.unit() * 0.3;
  ValueId token = random.chance(0.8) ? 2 : 0, holder = 0, newcomer = 23;
  std::vector<ValueId> processes = {20, 21, 22};
  for (std::size_t left = 2 + random.below(7); left > 0; --left) {
    Entry entry = times.next();
    const bool acquire = random.chance(wild) ? random.chance(0.5) : holder == 0;
    ValueId& process = random.pick(processes);
    const bool took_effect = entry.certain || random.chance(0.5);
    if (acquire) {
      token += static_cast<ValueId>(random.between(random.chance(wild) ? 0 : 1, 2));
      const ValueId given = random.chance(wild) ? token - (token > 1 ? 1 : 0) : token;
      entry.action = {Kind::acquire, entry.certain ? std::max(given, ValueId{1}) : kUnobserved,
                      process};
      if (took_effect) holder = process;
    } else {
      const bool right = holder != 0 && !random.chance(wild);
      entry.action = {Kind::release, kUnobserved, right ? holder : process};
      if (took_effect && entry.action.second == holder) holder = 0;
    }
    if (orderly && !entry.certain && acquire) {
      if (holder == process) holder = 0;
      process = newcomer++;
    }
    key.entries.push_back(entry);
  }
  sort_by_call(key);
  return key;
}

/// Holder (0: free), and the largest token if there was one.
using Fenced = std::tuple<ValueId, std::optional<std::int64_t>>;

std::optional<Fenced> fenced_step(const Fenced& state, const Action& action) {
  const auto& [holder, largest] = state;
  if (action.kind == Kind::release) {
    return holder == action.second ? std::optional(Fenced{0, largest}) : std::nullopt;
  }
  if (holder != 0) return std::nullopt;
  if (action.first == kUnobserved) {
    return Fenced{action.second, largest ? std::optional(*largest + 1) : std::nullopt};
  }
  if (largest && std::int64_t{action.first} <= *largest) return std::nullopt;
  return Fenced{action.second, action.first};
}

void fenced_locks_agree(bool orderly, double answered) {
  Random random(4, "fenced lock");
  Answers answers;
  for (int i = 0; i < kHistories && !::testing::Test::HasFatalFailure(); ++i) {
    const KeyHistory key = random_fenced(random, orderly);
    const std::int64_t* initial = key.values[kInitial].integer();
    const Gold gold(Fenced{0, initial ? std::optional(*initial) : std::nullopt}, fenced_step);
    expect_right(key, monitor_lock(*find_model("fenced-lock"), key), gold, answers);
  }
  expect_both(answers, answered);
}

TEST(LockMonitor, IsRightForFencedLocksAndAlmostAlwaysAnswers) { fenced_locks_agree(true, 0.95); }

TEST(LockMonitor, IsRightForFencedLocksWhoseProcessesGoOnAfterAnInfo) {
  fenced_locks_agree(false, 0.7);
}

/// Ten clients that acquire and release in turns; with tokens when `fenced`.
KeyHistory long_lock(Random& random, std::size_t turns, bool fenced) {
  KeyHistory key;
  key.values = {history::Value(), 1};
  std::int64_t now = 0;
  for (std::size_t i = 0; i < turns; ++i) {
    const auto process = static_cast<ValueId>(100 + i);  // named after its turn
    for (const Kind kind : {Kind::acquire, Kind::release}) {
      now += random.between(0, 5);
      Entry entry{.call_ns = now - random.between(0, 20),
                  .return_ns = now + random.between(0, 20),
                  .action = {kind, 1, kUnobserved},
                  .certain = kind == Kind::acquire || !random.chance(0.05)};
      if (!entry.certain) entry.return_ns = history::kNever;
      if (fenced) {
        entry.action = {kind, kUnobserved, process};
        if (kind == Kind::acquire) {
          entry.action.first = static_cast<ValueId>(key.values.size());
          key.values.emplace_back(static_cast<int>(i) + 5);
        }
      }
      key.entries.push_back(entry);
    }
  }
  sort_by_call(key);
  return key;
}

TEST(LockMonitor, FindsAnOrderOfALongHistoryOfACorrectLock) {
  Random random(5, "long");
  for (int i = 0; i < 100; ++i) {
    const std::size_t turns = 100 + random.below(900);
    const KeyHistory mutex = long_lock(random, turns, false);
    const auto of_mutex = monitor_lock(*find_model("mutex"), mutex);
    ASSERT_TRUE(of_mutex && of_mutex->found == Found::order);
    ASSERT_EQ(permits_gold(1).refused(mutex.entries, of_mutex->order), std::nullopt);
    const KeyHistory fenced = long_lock(random, turns, true);
    const auto of_fenced = monitor_lock(*find_model("fenced-lock"), fenced);
    ASSERT_TRUE(of_fenced && of_fenced->found == Found::order);
    ASSERT_EQ(Gold(Fenced{0, std::nullopt}, fenced_step).refused(fenced.entries, of_fenced->order),
              std::nullopt);
  }
}

TEST(LockMonitor, ShowsTwoHoldersInALongHistoryByAFewOperations) {
  Random random(6, "long and held twice");
  std::size_t operations = 0;
  for (int i = 0; i < 100; ++i) {
    for (const bool fenced : {false, true}) {
      KeyHistory key = long_lock(random, 100 + random.below(900), fenced);
      const std::int64_t end = key.entries.back().call_ns + 1000;
      for (int holder = 0; holder < 3; ++holder) {
        // The first of them might have waited for a release that nobody saw the end of.
        key.entries.push_back({.call_ns = end + holder,
                               .return_ns = end + holder,
                               .action = {Kind::acquire, 1, kUnobserved},
                               .certain = true});
        if (!fenced) continue;
        const auto token = static_cast<ValueId>(key.values.size());
        key.entries.back().action = {Kind::acquire, token, token};
        key.values.emplace_back(5000 + holder);
      }
      // Of the mutex nobody is left who can release it for the third.
      const auto decision = monitor_lock(*find_model(fenced ? "fenced-lock" : "mutex"), key);
      ASSERT_TRUE(decision && decision->found == Found::no_order);
      operations += decision->witness.size();
      ASSERT_LE(decision->witness.size(), fenced ? 2U : 64U);
      if (fenced) {
        const Gold gold(Fenced{0, std::nullopt}, fenced_step);
        ASSERT_FALSE(gold.linearizable(key.entries, decision->witness));
      } else {
        ASSERT_FALSE(permits_gold(1).linearizable(key.entries, decision->witness));
      }
    }
  }
  RecordProperty("operations_of_witnesses", static_cast<int>(operations));
}

}  // namespace
}  // namespace riptide::checker::testing
