// The monitor of counters against the definition.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.hpp"
#include "checker/monitor/monitor.hpp"
#include "tests/checker/monitor_gold.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

using Kind = Action::Kind;

const int kHistories = share_of(120'000);

struct Shape {
  std::size_t operations = 8;
  std::vector<int> amounts = {1};
};

constexpr int kZero = 40;  // value v has the number v + kZero; kInitial is not used

std::optional<std::int64_t> step(std::int64_t state, const Action& action) {
  const auto number = static_cast<std::int64_t>(action.first) - kZero;
  if (action.kind == Kind::increment) return state + number;
  if (action.first == kUnobserved || number == state) return state;
  return std::nullopt;
}

KeyHistory random_key(Random& random, const Shape& shape, int initial) {
  KeyHistory key;
  key.values.emplace_back(initial);
  for (int v = 1; v < 2 * kZero; ++v) key.values.emplace_back(v - kZero);
  const std::size_t operations = 2 + random.below(shape.operations - 1);
  const double info = random.unit() * 0.4, wild = random.unit() * 0.5;
  const auto overlap = static_cast<std::int64_t>(random.below(8));
  const auto times = static_cast<std::int64_t>(1 + random.below(4));
  std::int64_t now = 0;
  int state = initial;
  for (std::size_t i = 0; i < operations; ++i) {
    now += random.between(0, times);
    Entry entry{.call_ns = now - random.between(0, overlap),
                .return_ns = now + random.between(0, overlap),
                .certain = !random.chance(info)};
    if (random.chance(0.45)) {
      int seen = state;
      if (random.chance(wild)) seen += static_cast<int>(random.between(-2, 2));
      entry.action = {Kind::read, static_cast<ValueId>(seen + kZero), kUnobserved};
      if (random.chance(0.05)) entry.action.first = kUnobserved;
    } else {
      const int amount = random.pick(shape.amounts);
      entry.action = {Kind::increment, static_cast<ValueId>(amount + kZero), kUnobserved};
      if (entry.certain || random.chance(0.5)) state += amount;
    }
    if (!entry.certain) entry.return_ns = history::kNever;
    key.entries.push_back(entry);
  }
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  return key;
}

void agree(const std::vector<Shape>& shapes, std::uint64_t seed, double answered) {
  Random random(seed, "counter monitor");
  Answers answers;
  for (int i = 0; i < kHistories; ++i) {
    const auto initial = static_cast<int>(random.between(-3, 3));
    const Gold gold(std::int64_t{initial}, step);
    const KeyHistory key = random_key(random, shapes[random.below(shapes.size())], initial);
    expect_right(key, monitor_counter(*find_model("counter"), key), gold, answers);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(answers.orders, kHistories / 10);
  EXPECT_GT(answers.no_orders, kHistories / 10);
  EXPECT_LE(answers.nothing, (1 - answered) * kHistories);
}

TEST(CounterMonitor, AlwaysAnswersAndIsRightWhenAllIncrementsAreEqual) {
  agree({{.amounts = {1}}, {.amounts = {-1}}, {.amounts = {2, 0}}, {.operations = 10}}, 1, 1.0);
}

TEST(CounterMonitor, IsRightWheneverItAnswersForAmountsOfOneSign) {
  agree({{.amounts = {1, 2}}, {.amounts = {-1, -3}}, {.amounts = {1, 2, 3, 5}}}, 2, 0.8);
}

TEST(CounterMonitor, IsRightWheneverItAnswersForAnyAmounts) {
  agree({{.amounts = {1, -1}}, {.amounts = {2, -1, 0}}}, 3, 0.2);
}

TEST(CounterMonitor, DecidesLongHistoriesAndShowsALostIncrementByAFewOperations) {
  Random random(4, "long");
  const Gold gold(std::int64_t{0}, [](std::int64_t state, const Action& action) {
    const auto number = static_cast<std::int64_t>(action.first);
    if (action.kind == Kind::increment) return std::optional(state + number);
    return number == state ? std::optional(state) : std::nullopt;
  });
  for (int i = 0; i < 200; ++i) {
    KeyHistory key;
    const std::size_t operations = 200 + random.below(1800);
    for (std::size_t v = 0; v <= operations; ++v) key.values.emplace_back(static_cast<int>(v));
    ValueId state = 0;
    std::int64_t now = 0;
    for (std::size_t o = 0; o < operations; ++o) {
      now += random.between(0, 5);
      Entry entry{.call_ns = now - random.between(0, 30),
                  .return_ns = now + random.between(0, 30),
                  .action = {Kind::increment, 1, kUnobserved},
                  .certain = true};
      if (random.chance(0.5)) {
        entry.action = {Kind::read, state, kUnobserved};
      } else {
        if (random.chance(0.05)) entry.certain = false;
        if (!entry.certain) entry.return_ns = history::kNever;
        if (entry.certain || random.chance(0.5)) ++state;
      }
      key.entries.push_back(entry);
    }
    std::stable_sort(key.entries.begin(), key.entries.end(),
                     [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
    const auto right = monitor_counter(*find_model("counter"), key);
    ASSERT_TRUE(right && right->found == Found::order);
    ASSERT_EQ(gold.refused(key.entries, right->order), std::nullopt);
    // Two increments between two reads that differ by one.
    now += 1000;
    const auto add = [&](Kind kind, ValueId value) {
      now += 10;
      key.entries.push_back({.call_ns = now,
                             .return_ns = now,
                             .action = {kind, value, kUnobserved},
                             .certain = true});
    };
    add(Kind::read, state);
    add(Kind::increment, 1);
    add(Kind::increment, 1);
    add(Kind::read, state + 1);
    const auto wrong = monitor_counter(*find_model("counter"), key);
    ASSERT_TRUE(wrong && wrong->found == Found::no_order);
    ASSERT_LE(wrong->witness.size(), 4U);
    ASSERT_FALSE(gold.linearizable(key.entries, wrong->witness));
  }
}

}  // namespace
}  // namespace riptide::checker::testing
