// The queue monitor, rule by rule.
#include <gtest/gtest.h>

#include "checker/monitor/monitor.hpp"

namespace riptide::checker::testing {
namespace {

using history::Value;
using Kind = Action::Kind;
using Positions = std::vector<std::uint32_t>;

/// A history of elements 1 to 9; calls must come in order.
struct Queue {
  explicit Queue(Value initial = Value()) {
    key.values = {std::move(initial)};
    for (int id = 1; id < 10; ++id) key.values.push_back(Value(id));
  }
  Queue& insert(ValueId id, std::int64_t call, std::int64_t end) {
    return add(Kind::insert, id, call, end);
  }
  Queue& take(ValueId id, std::int64_t call, std::int64_t end) {
    return add(Kind::take, id, call, end);
  }
  Queue& add(Kind kind, ValueId id, std::int64_t call, std::int64_t end) {
    key.entries.push_back({.call_ns = call,
                           .return_ns = end,
                           .index = static_cast<history::OpIndex>(key.entries.size()),
                           .action = {.kind = kind, .first = id, .second = kUnobserved},
                           .certain = end != history::kNever});
    return *this;
  }
  Decision decide() const {
    auto decision = monitor_queue(Model{}, key);
    EXPECT_TRUE(decision);
    return decision ? *decision : Decision{};
  }
  KeyHistory key;
};

void expect_order(const Queue& queue, const Positions& order) {
  const Decision decision = queue.decide();
  EXPECT_EQ(decision.found, Found::order);
  EXPECT_EQ(decision.order, order);
}
void expect_witness(const Queue& queue, const Positions& witness) {
  const Decision decision = queue.decide();
  EXPECT_EQ(decision.found, Found::no_order);
  EXPECT_EQ(decision.witness, witness);
}

TEST(queue_monitor, elements_come_out_in_the_order_in_which_they_went_in) {
  expect_order(Queue().insert(1, 0, 1).insert(2, 2, 3).take(1, 4, 5).take(2, 6, 7), {0, 1, 2, 3});
  expect_witness(Queue().insert(1, 0, 1).insert(2, 2, 3).take(2, 4, 5).take(1, 6, 7), {0, 1, 2, 3});
}

TEST(queue_monitor, insertions_that_overlap_may_take_effect_in_either_order) {
  expect_order(Queue().insert(1, 0, 2).insert(2, 2, 3).take(2, 4, 5).take(1, 6, 7), {1, 0, 2, 3});
}

TEST(queue_monitor, a_take_of_an_element_that_nobody_inserted_is_impossible) {
  expect_witness(Queue().insert(1, 0, 1).take(2, 2, 3), {1});
}

TEST(queue_monitor, an_element_cannot_come_out_twice) {
  expect_witness(Queue().insert(1, 0, 1).take(1, 2, 3).insert(2, 3, 4).take(1, 4, 5), {1, 3});
}

TEST(queue_monitor, an_element_cannot_come_out_before_it_went_in) {
  expect_witness(Queue().take(1, 0, 1).insert(1, 2, 3), {0, 1});
}

TEST(queue_monitor, an_element_that_stays_keeps_later_ones_inside) {
  expect_witness(Queue().insert(1, 0, 1).insert(2, 2, 3).take(2, 4, 5), {0, 1, 2});
}

TEST(queue_monitor, is_not_empty_while_an_element_is_surely_inside) {
  expect_witness(Queue().insert(5, 0, 1).take(kEmpty, 2, 3), {0, 1});
  expect_order(Queue().insert(5, 0, 2).take(kEmpty, 2, 3), {1, 0});
  expect_order(Queue().insert(5, 0, 1).take(kEmpty, 2, 4).take(5, 4, 5), {0, 2, 1});
}

TEST(queue_monitor, is_not_empty_while_a_chain_of_elements_is_inside) {
  expect_witness(Queue()
                     .insert(1, 0, 1)
                     .take(kEmpty, 2, 9)
                     .insert(2, 3, 4)
                     .take(1, 5, 6)
                     .insert(3, 6, 7)
                     .take(2, 8, 12)
                     .take(3, 13, 14),
                 {0, 1, 2, 3, 4, 5, 6});
}

TEST(queue_monitor, an_insertion_that_may_not_have_happened_happened_when_its_element_came_out) {
  expect_order(Queue().insert(1, 0, history::kNever).take(1, 2, 3), {0, 1});
  expect_order(Queue().insert(1, 0, history::kNever).take(kEmpty, 2, 3), {1});
}

TEST(queue_monitor, a_take_whose_answer_nobody_saw_may_have_removed_an_element) {
  expect_order(
      Queue().insert(1, 0, 1).insert(2, 2, 3).take(kUnobserved, 4, history::kNever).take(2, 5, 6),
      {0, 1, 2, 3});
  expect_order(Queue().insert(1, 0, 1).take(kUnobserved, 2, history::kNever).take(kEmpty, 3, 4),
               {0, 1, 2});
}

TEST(queue_monitor, a_take_whose_answer_nobody_saw_removes_one_element_at_most) {
  expect_witness(Queue()
                     .insert(1, 0, 1)
                     .insert(2, 2, 3)
                     .take(kUnobserved, 4, history::kNever)
                     .take(kEmpty, 5, 6),
                 {0, 1, 2, 3});
}

TEST(queue_monitor, a_take_whose_answer_nobody_saw_removes_nothing_before_its_call) {
  expect_witness(
      Queue().insert(1, 0, 1).insert(2, 2, 3).take(2, 4, 5).take(kUnobserved, 6, history::kNever),
      {0, 1, 2});
}

TEST(queue_monitor, what_it_starts_with_comes_out_first) {
  const Value initial(Value::List{Value(2), Value(1)});
  expect_order(Queue(initial).insert(3, 0, 1).take(2, 0, 1).take(1, 2, 3).take(3, 4, 5),
               {0, 1, 2, 3});
  expect_witness(Queue(initial).take(1, 0, 1).take(2, 2, 3), {0, 1});
  expect_witness(Queue(initial).take(kEmpty, 0, 1), {0});
}

TEST(queue_monitor, says_nothing_when_it_does_not_apply) {
  const auto decide = [](const Queue& queue) { return monitor_queue(Model{}, queue.key); };
  EXPECT_FALSE(decide(Queue().insert(1, 0, 1).insert(1, 2, 3)));
  EXPECT_FALSE(decide(Queue(Value(Value::List{Value(1)})).insert(1, 2, 3)));
  EXPECT_FALSE(decide(Queue(Value(Value::List{Value(1), Value(1)}))));
  EXPECT_FALSE(decide(Queue(Value(7)).insert(1, 2, 3)));
  EXPECT_FALSE(decide(Queue().add(Kind::write, 1, 0, 1)));
  EXPECT_FALSE(decide(Queue().take(kUnobserved, 0, 1)));
}

TEST(queue_monitor, with_no_operations_has_an_order) { expect_order(Queue(), {}); }

}  // namespace
}  // namespace riptide::checker::testing
