// The monitor of stacks against brute force, and on long runs of a correct one.
#include <gtest/gtest.h>

#include <iostream>

#include "checker/monitor/monitor.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"
#include "tests/checker/stacks_and_heaps.hpp"

namespace riptide::checker::testing {
namespace {

constexpr auto kType = Pile::Type::stack;
const int kHistories = share_of(200'000);

std::optional<Decision> decide(const KeyHistory& key) {
  return monitor_stack(*find_model("stack"), key);
}

bool has_uncertain_take(const KeyHistory& key) {
  return std::any_of(key.entries.begin(), key.entries.end(),
                     [](const Entry& e) { return e.action.kind == Kind::take && !e.certain; });
}

TEST(monitor_stack, agrees_with_brute_force_and_proves_each_answer) {
  Random random(41, "stack");
  Answers answers;
  for (int i = 0; i < kHistories; ++i) {
    const KeyHistory key = random_pile(random, kType);
    const auto decision = decide(key);
    ASSERT_TRUE(decision || has_uncertain_take(key)) << dump(key);
    expect_right(key, decision, gold(kType, key), answers);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(answers.orders, kHistories / 5);
  EXPECT_GT(answers.no_orders, kHistories / 5);
  EXPECT_LT(answers.nothing, kHistories / 100);
  std::cout << answers.orders << " orders, " << answers.no_orders << " without, " << answers.nothing
            << " undecided; witnesses by size:";
  for (const auto& [size, count] : answers.witnesses) std::cout << " " << size << ": " << count;
  std::cout << "\n";
}

TEST(monitor_stack, agrees_with_brute_force_on_histories_as_clients_record_them) {
  Random random(43, "stack histories");
  int orders = 0, no_orders = 0;
  for (int i = 0; i < kHistories / 2; ++i) {
    const Model model = vary(random, *find_model("stack"));
    const History history = random_history(random, model, 8, Values::distinct);
    const auto keys = partition(history, model);
    if (!keys || keys->size() != 1) continue;
    const auto decision = monitor_stack(model, keys->front());
    if (!decision) continue;
    const bool expected = BruteForce(history, model).linearizable();
    ++(expected ? orders : no_orders);
    ASSERT_EQ(decision->found, expected ? Found::order : Found::no_order) << dump(history, model);
  }
  EXPECT_GT(orders, kHistories / 8);
  EXPECT_GT(no_orders, kHistories / 20);
}

PileRun::Shape long_run(int i) {
  PileRun::Shape shape;
  shape.operations = 10'000;
  shape.uncertain = i % 3 * 0.02;
  shape.empty = i % 2;
  shape.depth = i % 5 == 0 ? 3 : i % 5 == 1 ? 1000 : 20;
  return shape;
}

TEST(monitor_stack, finds_an_order_of_every_long_run_without_uncertain_takes) {
  Random random(47, "long stack");
  int undecided = 0;
  for (int i = 0; i < 60; ++i) {
    const KeyHistory key = PileRun(random, kType, long_run(i)).make();
    const auto decision = decide(key);
    undecided += decision ? 0 : 1;
    if (!decision && has_uncertain_take(key)) continue;
    ASSERT_TRUE(decision) << i;
    ASSERT_EQ(decision->found, Found::order) << i;
    const auto refused = gold(kType, key).refused(key.entries, decision->order);
    ASSERT_FALSE(refused.has_value()) << *refused << " in " << i;
  }
  std::cout << undecided << " of 40 runs with uncertain takes are not decided\n";
}

TEST(monitor_stack, finds_the_one_violation_that_was_planted_in_a_long_run) {
  Random random(53, "planted stack");
  int found = 0;
  std::size_t largest = 0;
  for (int i = 0; i < 100; ++i) {
    PileRun::Shape shape = long_run(3);
    shape.width_ns = 20;
    KeyHistory key = PileRun(random, kType, shape).make();
    std::vector<Entry*> takes;
    for (Entry& e : key.entries) {
      if (e.action.kind == Kind::take && e.action.first != kEmpty) takes.push_back(&e);
    }
    const std::size_t at = takes.size() / 2 + random.below(1000);
    if (i % 3 == 0) {  // two elements come out in the wrong order, far from each other
      std::swap(takes[at]->action.first, takes[at + 100]->action.first);
    } else if (i % 3 == 1) {  // an element comes out twice
      takes[at]->action.first = takes[at - 1]->action.first;
    } else {  // nothing is found although there is something
      takes[at]->action.first = kEmpty;
    }
    const auto decision = decide(key);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->found, Found::no_order) << i;
    largest = std::max(largest, decision->witness.size());
    if (decision->witness.empty() || decision->witness.size() > 20) continue;
    ASSERT_FALSE(gold(kType, key).linearizable(key.entries, decision->witness)) << i;
    ++found;
  }
  EXPECT_GT(found, 90);
  std::cout << "largest witness: " << largest << "\n";
}

}  // namespace
}  // namespace riptide::checker::testing
