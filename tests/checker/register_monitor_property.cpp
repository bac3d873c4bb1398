// The monitor of registers against the definition and against the search.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/prune.hpp"
#include "tests/checker/monitor_gold.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

using Kind = Action::Kind;

const int kHistories = share_of(150'000);

std::optional<ValueId> step(ValueId state, const Action& action) {
  switch (action.kind) {
    case Kind::write:
      return action.first;
    case Kind::read:
      if (action.first == kUnobserved || action.first == state) return state;
      return std::nullopt;
    case Kind::cas:
      return action.first == state ? std::optional(action.second) : std::nullopt;
    case Kind::cas_refused:
      return action.first != state ? std::optional(state) : std::nullopt;
    default:
      return std::nullopt;
  }
}

const Gold gold(kInitial, step);

struct Shape {
  std::size_t operations = 8;
  bool refusals = false;
  double twice = 0;  // how often a value is written that was written before, or the initial one
};

/// A small history, most of whose written values are new. Observed values are often the state that
/// a clock in the middle of the intervals would give, so that many are linearizable.
KeyHistory random_key(Random& random, const Shape& shape) {
  KeyHistory key;
  const std::size_t operations = 2 + random.below(shape.operations - 1);
  const double info = random.unit() * 0.4, wild = random.unit() * 0.6;
  const auto overlap = static_cast<std::int64_t>(random.below(8));
  const auto times = static_cast<std::int64_t>(1 + random.below(4));
  ValueId state = kInitial, values = 1;
  std::int64_t now = 0;
  const auto any = [&] {  // one that exists, or now and then one that does not
    return static_cast<ValueId>(random.below(values + (random.chance(0.02) ? 1 : 0)));
  };
  for (std::size_t i = 0; i < operations; ++i) {
    now += random.between(0, times);
    Entry entry{.call_ns = now - random.between(0, overlap),
                .return_ns = now + random.between(0, overlap),
                .certain = !random.chance(info)};
    const bool takes_effect = entry.certain || random.chance(0.5);
    const ValueId seen = random.chance(wild) ? any() : state;
    const ValueId fresh = random.chance(shape.twice) ? any() : values++;
    const std::uint64_t f = random.below(10);
    if (f < 4) {
      entry.action = {Kind::read, random.chance(0.1) ? kUnobserved : seen, kUnobserved};
    } else if (f < 6 || (f == 6 && !shape.refusals)) {
      entry.action = {Kind::write, fresh, kUnobserved};
      if (takes_effect) state = fresh;
    } else if (f == 6) {
      entry.action = {Kind::cas_refused, any(), kUnobserved};
    } else {
      entry.action = {Kind::cas, seen, random.chance(0.05) ? seen : fresh};
      if (takes_effect && seen == state) state = entry.action.second;
    }
    if (!entry.certain) entry.return_ns = history::kNever;
    key.entries.push_back(entry);
  }
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (std::size_t i = 0; i < operations; ++i) {
    key.entries[i].index = static_cast<history::OpIndex>(i);
  }
  for (ValueId v = 0; v <= values; ++v) {
    key.values.push_back(v == 0 ? history::Value() : history::Value(static_cast<int>(v)));
  }
  return key;
}

/// A witness is not impossible for the mere reason that a write is missing from it.
void expect_closed(const KeyHistory& key, const Decision& decision) {
  if (decision.witness.size() < 2) return;
  std::vector<bool> written(key.values.size(), false);
  written[kInitial] = true;
  for (const auto position : decision.witness) {
    if (key.entries[position].writes()) written[key.entries[position].written()] = true;
  }
  for (const auto position : decision.witness) {
    const Entry& entry = key.entries[position];
    if (!entry.observes()) continue;
    ASSERT_TRUE(written[entry.observed()]) << dump(key, decision);
  }
}

void agree(const Shape& shape, std::uint64_t seed, double answered) {
  Random random(seed, "register monitor");
  Answers answers;
  for (int i = 0; i < kHistories; ++i) {
    const KeyHistory key = random_key(random, shape);
    const auto decision = monitor_register(default_model(), key);
    expect_right(key, decision, gold, answers);
    if (decision) expect_closed(key, *decision);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(answers.orders, kHistories / 10);
  EXPECT_GT(answers.no_orders, kHistories / 10);
  EXPECT_LE(answers.nothing, (1 - answered) * kHistories);
}

TEST(RegisterMonitor, AlwaysAnswersAndIsRightWhenNoValueIsWrittenTwice) {
  agree({.operations = 8}, 1, 1.0);
}

TEST(RegisterMonitor, IsRightWheneverItAnswersThoughValuesAreWrittenTwice) {
  agree({.operations = 7, .twice = 0.3}, 2, 0.5);
}

TEST(RegisterMonitor, IsRightWheneverItAnswersThoughCasWereRefused) {
  agree({.operations = 7, .refusals = true, .twice = 0.05}, 3, 0.9);
}

/// A correct register, some of whose operations end as info; `stale` reads were wrong.
KeyHistory long_key(Random& random, std::size_t operations, std::size_t stale) {
  KeyHistory key;
  const auto processes = static_cast<std::int64_t>(2 + random.below(20));
  std::vector<std::int64_t> free_at(static_cast<std::size_t>(processes), 0);
  ValueId state = kInitial, values = 1;
  std::int64_t now = 0;
  for (std::size_t i = 0; i < operations; ++i) {
    std::int64_t& free = random.pick(free_at);
    now = std::max(now, free) + random.between(0, 4);
    Entry entry{.call_ns = std::max(free, now - random.between(0, 5 * processes)),
                .return_ns = now + random.between(0, 5 * processes),
                .certain = true};
    free = entry.return_ns;
    const std::uint64_t f = random.below(10);
    if (f < 5) {
      entry.action = {Kind::read, state, kUnobserved};
    } else {
      entry.action =
          f < 8 ? Action{Kind::write, values, kUnobserved} : Action{Kind::cas, state, values};
      state = values++;
      if (random.chance(0.05)) entry.certain = false;
    }
    if (!entry.certain) entry.return_ns = history::kNever;
    key.entries.push_back(entry);
  }
  for (std::size_t i = 0; i < stale; ++i) {  // of a value that was overwritten long ago
    now += 10 * processes;
    key.entries.push_back({.call_ns = now,
                           .return_ns = now,
                           .action = {Kind::read, values / 2, kUnobserved},
                           .certain = true});
  }
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (ValueId v = 0; v < values; ++v) key.values.emplace_back(static_cast<int>(v));
  return key;
}

TEST(RegisterMonitor, FindsAnOrderOfALongHistoryOfACorrectRegister) {
  Random random(5, "long");
  for (int i = 0; i < 200; ++i) {
    const KeyHistory key = long_key(random, 200 + random.below(1800), 0);
    const auto decision = monitor_register(default_model(), key);
    ASSERT_TRUE(decision.has_value());
    ASSERT_EQ(decision->found, Found::order);
    ASSERT_EQ(gold.refused(key.entries, decision->order), std::nullopt);
  }
}

TEST(RegisterMonitor, ShowsAStaleReadInALongHistoryByAFewOperations) {
  Random random(6, "long and stale");
  std::size_t operations = 0;
  for (int i = 0; i < 200; ++i) {
    const KeyHistory key = long_key(random, 200 + random.below(1800), 1);
    const auto decision = monitor_register(default_model(), key);
    ASSERT_TRUE(decision.has_value());
    ASSERT_EQ(decision->found, Found::no_order);
    ASSERT_LE(decision->witness.size(), 24U);
    ASSERT_FALSE(gold.linearizable(key.entries, decision->witness));
    expect_closed(key, *decision);
    operations += decision->witness.size();
  }
  EXPECT_LT(operations, 200U * 7);
}

TEST(Prune, ChangesNoVerdictAndItsOrdersAreOrdersOfTheWhole) {
  Random random(4, "prune");
  for (int i = 0; i < kHistories; ++i) {
    const Shape shape{.operations = 7, .refusals = i % 3 == 0, .twice = i % 2 == 0 ? 0.5 : 0.1};
    const KeyHistory key = random_key(random, shape);
    const std::vector<Entry> pruned = prune(key.entries, key.values.size());
    ASSERT_EQ(gold.linearizable(pruned), gold.linearizable(key.entries)) << dump(key);
    // Dropped were only uncertain ones, and bounds only became tighter.
    std::size_t next = 0;
    for (const Entry& entry : key.entries) {
      const bool kept = next < pruned.size() && pruned[next].index == entry.index;
      ASSERT_TRUE(kept || !entry.certain) << dump(key);
      if (!kept) continue;
      ASSERT_LE(pruned[next].return_ns, entry.return_ns);
      ASSERT_GE(pruned[next].return_ns, entry.call_ns);
      ASSERT_TRUE(pruned[next].certain || !entry.certain);
      ++next;
    }
    ASSERT_EQ(next, pruned.size());
  }
}

TEST(Prune, LeavesAloneWhatIsNoRegister) {
  std::vector<Entry> entries(2);
  entries[0].action = {Kind::append, 1, kUnobserved};
  entries[1].action = {Kind::write, 1, kUnobserved};
  EXPECT_EQ(prune(entries, 2).size(), 2U);
}

}  // namespace
}  // namespace riptide::checker::testing
