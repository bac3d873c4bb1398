// The set monitor, rule by rule.
#include <gtest/gtest.h>

#include "checker/monitor/monitor.hpp"

namespace riptide::checker::testing {
namespace {

using history::kNever;
using history::Value;
using Kind = Action::Kind;
using Positions = std::vector<std::uint32_t>;

/// A history of elements 1 to 9; calls must come in order.
struct Set {
  explicit Set(Value initial = Value()) {
    key.values = {std::move(initial)};
    for (int id = 1; id < 10; ++id) key.values.push_back(Value(id));
  }
  Set& add(ValueId id, std::int64_t call, std::int64_t end) {
    return put(Kind::add, id, call, end);
  }
  Set& remove(ValueId id, std::int64_t call, std::int64_t end) {
    return put(Kind::remove, id, call, end);
  }
  Set& contains(ValueId id, bool answer, std::int64_t call, std::int64_t end) {
    put(Kind::contains, id, call, end);
    key.entries.back().action.second = answer ? 1 : 0;
    return *this;
  }
  Set& read(Value::List elements, std::int64_t call, std::int64_t end) {
    key.values.push_back(Value(std::move(elements)));
    return put(Kind::read, static_cast<ValueId>(key.values.size() - 1), call, end);
  }
  Set& put(Kind kind, ValueId id, std::int64_t call, std::int64_t end) {
    key.entries.push_back({.call_ns = call,
                           .return_ns = end,
                           .index = static_cast<history::OpIndex>(key.entries.size()),
                           .action = {.kind = kind, .first = id, .second = kUnobserved},
                           .certain = end != kNever});
    return *this;
  }
  KeyHistory key;
};

void expect_order(const Set& set, const Positions& order) {
  const auto decision = monitor_set(Model{}, set.key);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->found, Found::order);
  EXPECT_EQ(decision->order, order);
}
void expect_witness(const Set& set, const Positions& witness) {
  const auto decision = monitor_set(Model{}, set.key);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->found, Found::no_order);
  EXPECT_EQ(decision->witness, witness);
}

TEST(set_monitor, an_element_is_there_between_its_addition_and_its_removal) {
  expect_order(Set().contains(1, false, 0, 1).add(1, 2, 3).contains(1, true, 4, 5).remove(1, 6, 7),
               {0, 1, 2, 3});
  expect_witness(Set().add(1, 0, 1).contains(1, false, 2, 3), {0, 1});
  expect_witness(Set().add(1, 0, 1).remove(1, 2, 3).contains(1, true, 4, 5), {0, 1, 2});
}

TEST(set_monitor, an_element_that_nobody_added_is_not_there) {
  expect_witness(Set().add(2, 0, 1).contains(1, true, 2, 3), {1});
}

TEST(set_monitor, an_element_is_not_there_before_its_addition) {
  expect_witness(Set().contains(1, true, 0, 1).add(1, 2, 3), {0, 1});
}

TEST(set_monitor, an_element_that_was_seen_stays) {
  expect_witness(Set().add(1, 0, 9).contains(1, true, 1, 2).contains(1, false, 3, 4), {0, 1, 2});
}

TEST(set_monitor, a_removal_of_what_is_not_there_has_no_effect) {
  expect_order(Set().add(1, 0, 5).remove(1, 1, 2).contains(1, true, 6, 7), {1, 0, 2});
  expect_witness(Set().add(1, 0, 1).remove(1, 2, 3).contains(1, true, 4, 5), {0, 1, 2});
}

TEST(set_monitor, an_addition_that_may_not_have_happened_happened_when_it_was_seen) {
  expect_order(Set().add(1, 0, kNever).contains(1, false, 1, 2).contains(1, true, 3, 4), {1, 0, 2});
  expect_order(Set().add(1, 0, kNever).contains(1, false, 1, 2), {1});
  expect_witness(Set().add(1, 0, kNever).contains(1, true, 1, 2).contains(1, false, 3, 4),
                 {0, 1, 2});
}

TEST(set_monitor, a_removal_that_may_not_have_happened_explains_an_absence) {
  expect_order(Set().add(1, 0, 1).remove(1, 2, kNever).contains(1, false, 3, 4), {0, 1, 2});
  expect_order(Set().add(1, 0, 1).remove(1, 2, kNever).contains(1, true, 3, 4), {0, 2});
}

TEST(set_monitor, what_it_starts_with_is_there_until_it_is_removed) {
  const Value initial(Value::List{Value(1)});
  expect_order(Set(initial).contains(1, true, 0, 1).remove(1, 2, 3).contains(1, false, 4, 5),
               {0, 1, 2});
  expect_witness(Set(initial).contains(1, false, 0, 1), {0});
}

TEST(set_monitor, an_element_may_come_and_go_again) {
  Set set;
  set.add(1, 0, 1).remove(1, 2, 3).add(1, 4, 5).contains(1, true, 6, 7);
  expect_order(set, {0, 1, 2, 3});
  // Nobody changed it between the two answers, whatever came before.
  expect_witness(set.contains(1, false, 8, 9), {3, 4});
}

TEST(set_monitor, reads_of_the_whole_grow) {
  expect_order(Set().add(1, 0, 9).add(2, 0, 9).read({1}, 1, 2).read({2, 1}, 3, 4), {0, 2, 1, 3});
  expect_witness(Set().add(1, 0, 1).read({1}, 2, 3).read({}, 4, 5), {0, 2});
}

TEST(set_monitor, reads_of_the_whole_agree_on_what_came_first) {
  expect_witness(Set().add(1, 0, 9).add(2, 0, 9).read({1}, 1, 2).read({2}, 3, 4), {0, 1, 2, 3});
}

TEST(set_monitor, a_read_of_the_whole_has_what_was_added_before) {
  expect_witness(Set().add(1, 0, 1).add(2, 2, 3).read({2}, 4, 5), {0, 2});
  expect_witness(Set().add(1, 0, 1).read({1, 2}, 2, 3), {1});
}

TEST(set_monitor, reads_of_the_same_elements_in_another_order_are_the_same) {
  expect_order(
      Set().add(1, 0, 1).add(2, 0, 1).read({2, 1}, 2, 9).read({1, 2}, 3, 4).read({2, 1}, 5, 6),
      {0, 1, 2, 3, 4});
}

TEST(set_monitor, says_nothing_when_it_does_not_apply) {
  const auto decide = [](const Set& set) { return monitor_set(Model{}, set.key); };
  EXPECT_FALSE(decide(Set().add(1, 0, 1).read({1}, 2, 3).remove(1, 4, 5)));
  EXPECT_FALSE(decide(Set().add(1, 0, 1).read({1, 1}, 2, 3)));
  EXPECT_FALSE(decide(Set(Value(7)).add(1, 0, 1)));
  EXPECT_FALSE(decide(Set(Value(Value::List{Value(1), Value(1)}))));
  EXPECT_FALSE(decide(Set().put(Kind::write, 1, 0, 1)));
}

TEST(set_monitor, with_no_operations_has_an_order) { expect_order(Set(), {}); }

}  // namespace
}  // namespace riptide::checker::testing
