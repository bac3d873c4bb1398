// What the monitors of stacks and priority queues say of histories that one can check by hand, and
// that large ones neither exhaust the call stack nor go wrong.
#include <gtest/gtest.h>

#include "checker/monitor/monitor.hpp"
#include "tests/checker/stacks_and_heaps.hpp"

namespace riptide::checker::testing {
namespace {

constexpr auto kStack = Pile::Type::stack;
constexpr auto kPriorityQueue = Pile::Type::priority_queue;

/// A part with the values nil, 1, 2, … up to 9.
class Part {
 public:
  explicit Part(Value initial = Value()) {
    key_.values = {std::move(initial), 1, 2, 3, 4, 5, 6, 7, 8, 9};
  }
  Part& insert(ValueId id, std::int64_t call, std::int64_t end, bool certain = true) {
    return add(Kind::insert, id, call, end, certain);
  }
  Part& take(ValueId id, std::int64_t call, std::int64_t end) {
    return add(Kind::take, id, call, end, true);
  }
  Part& uncertain_take(std::int64_t call) { return add(Kind::take, kUnobserved, call, 0, false); }
  KeyHistory& key() {
    sort_and_number(key_);
    return key_;
  }

 private:
  Part& add(Kind kind, ValueId id, std::int64_t call, std::int64_t end, bool certain) {
    key_.entries.push_back(pile_entry(kind, id, call, end, certain));
    return *this;
  }
  KeyHistory key_;
};

using Witness = std::vector<std::uint32_t>;

std::optional<Decision> decide(Pile::Type type, const KeyHistory& key) {
  return type == kStack ? monitor_stack(*find_model("stack"), key)
                        : monitor_priority_queue(*find_model("priority-queue"), key);
}

/// The order, after it was replayed; nothing when there is none.
std::optional<Witness> order(Pile::Type type, const KeyHistory& key) {
  const auto decision = decide(type, key);
  if (!decision || decision->found != Found::order) return std::nullopt;
  EXPECT_EQ(gold(type, key).refused(key.entries, decision->order), std::nullopt);
  return decision->order;
}

/// Why there is no order; nothing when there is one.
std::optional<Witness> witness(Pile::Type type, const KeyHistory& key) {
  const auto decision = decide(type, key);
  if (!decision || decision->found != Found::no_order) return std::nullopt;
  EXPECT_FALSE(gold(type, key).linearizable(key.entries, decision->witness));
  return decision->witness;
}

TEST(monitor_stack, of_two_elements_the_one_that_was_pushed_last_comes_out_first) {
  Part right, wrong;
  right.insert(1, 0, 1).insert(2, 2, 3).take(2, 4, 5).take(1, 6, 7);
  wrong.insert(1, 0, 1).insert(2, 2, 3).take(1, 4, 5).take(2, 6, 7);
  EXPECT_EQ(order(kStack, right.key()), (Witness{0, 1, 2, 3}));
  EXPECT_EQ(witness(kStack, wrong.key()), (Witness{0, 1, 2, 3}));
}

TEST(monitor_stack, pushes_that_meet_at_one_time_may_be_in_either_order) {
  Part part;
  part.insert(1, 0, 2).insert(2, 2, 3).take(1, 4, 5).take(2, 6, 7);
  EXPECT_TRUE(order(kStack, part.key()));
}

TEST(monitor_stack, an_element_that_stays_on_top_hides_what_is_below) {
  Part part;
  part.insert(1, 0, 1).insert(2, 2, 3).take(1, 4, 5);
  EXPECT_EQ(witness(kStack, part.key()), (Witness{0, 1, 2}));
  part.uncertain_take(5);
  EXPECT_TRUE(order(kStack, part.key()));
}

TEST(monitor_stack, an_uncertain_pop_that_is_called_too_late_helps_nobody) {
  Part part;
  part.insert(1, 0, 1).insert(2, 2, 3).take(1, 4, 5).uncertain_take(6);
  EXPECT_TRUE(witness(kStack, part.key()));
}

TEST(monitor_stack, what_is_there_from_the_start_comes_out_from_the_top) {
  const Value initial(Value::List{1, 2});
  Part right(initial), wrong(initial);
  right.take(2, 0, 1).take(1, 2, 3).take(kEmpty, 4, 5);
  wrong.take(1, 0, 1).take(2, 2, 3);
  EXPECT_TRUE(order(kStack, right.key()));
  EXPECT_TRUE(witness(kStack, wrong.key()));
}

TEST(monitor_stack, half_a_million_elements_on_top_of_each_other_are_no_problem) {
  constexpr std::int64_t kElements = 500'000;
  KeyHistory key;
  key.values.resize(kElements + 1);
  for (std::int64_t i = 0; i < 2 * kElements; ++i) {
    const bool push = i < kElements;
    const auto id = static_cast<ValueId>(push ? i + 1 : 2 * kElements - i);
    key.entries.push_back(pile_entry(push ? Kind::insert : Kind::take, id, 2 * i, 2 * i + 1, true));
  }
  const auto decision = decide(kStack, key);
  ASSERT_TRUE(decision);
  ASSERT_EQ(decision->found, Found::order);
  for (std::uint32_t i = 0; i < decision->order.size(); ++i) ASSERT_EQ(decision->order[i], i);
  EXPECT_EQ(decision->order.size(), key.entries.size());
}

TEST(monitor_stack, half_a_million_elements_in_the_order_of_a_queue_are_found_out_by_few) {
  constexpr std::int64_t kElements = 500'000;
  KeyHistory key;
  key.values.resize(kElements + 1);
  for (std::int64_t i = 0; i < 2 * kElements; ++i) {
    const bool push = i < kElements;
    const auto id = static_cast<ValueId>(push ? i + 1 : i - kElements + 1);
    key.entries.push_back(pile_entry(push ? Kind::insert : Kind::take, id, 2 * i, 2 * i + 1, true));
  }
  const auto decision = decide(kStack, key);
  ASSERT_TRUE(decision);
  ASSERT_EQ(decision->found, Found::no_order);
  EXPECT_LE(decision->witness.size(), 4u);
}

TEST(monitor_priority_queue, the_highest_element_comes_out_first) {
  Part right, wrong;
  right.insert(1, 0, 1).insert(2, 2, 3).take(2, 4, 5).take(1, 6, 7);
  wrong.insert(2, 0, 1).insert(1, 2, 3).take(1, 4, 5).take(2, 6, 7);
  EXPECT_EQ(order(kPriorityQueue, right.key()), (Witness{0, 1, 2, 3}));
  EXPECT_EQ(witness(kPriorityQueue, wrong.key()), (Witness{0, 1, 2, 3}));
}

TEST(monitor_priority_queue, an_element_that_a_higher_one_holds_back_holds_lower_ones_back) {
  // 3 is there until 10, so 2 is there until 10 at least, and 1 cannot come out by 8.
  Part part;
  part.insert(1, 0, 1).insert(3, 0, 1).insert(2, 2, 3).take(2, 4, 20).take(1, 6, 8).take(3, 10, 20);
  EXPECT_EQ(witness(kPriorityQueue, part.key()), (Witness{0, 1, 4, 5}));
}

TEST(monitor_priority_queue, an_element_that_nobody_polls_holds_lower_ones_back) {
  Part part;
  part.insert(1, 0, 1).insert(2, 2, 3).take(1, 4, 5);
  EXPECT_TRUE(witness(kPriorityQueue, part.key()));
  part.uncertain_take(5);
  EXPECT_TRUE(order(kPriorityQueue, part.key()));
}

TEST(monitor_priority_queue, strings_are_ordered_too) {
  Part part;
  part.key().values[1] = Value("b");
  part.key().values[2] = Value("a");
  part.insert(1, 0, 1).insert(2, 2, 3).take(1, 4, 5).take(2, 6, 7);
  EXPECT_TRUE(order(kPriorityQueue, part.key()));
}

class StackOrPriorityQueue : public ::testing::TestWithParam<Pile::Type> {};
INSTANTIATE_TEST_SUITE_P(monitor, StackOrPriorityQueue, ::testing::Values(kStack, kPriorityQueue));

TEST_P(StackOrPriorityQueue, is_not_empty_after_an_insert) {
  Part part;
  part.insert(5, 0, 1).take(kEmpty, 2, 3);
  EXPECT_EQ(witness(GetParam(), part.key()), (Witness{0, 1}));
  part.take(5, 2, 4);
  EXPECT_TRUE(order(GetParam(), part.key()));
}

TEST_P(StackOrPriorityQueue, gives_nothing_that_nobody_inserted) {
  Part part;
  part.insert(1, 0, 1).take(2, 2, 3);
  EXPECT_EQ(witness(GetParam(), part.key()), (Witness{1}));
}

TEST_P(StackOrPriorityQueue, gives_nothing_before_it_is_inserted) {
  Part part;
  part.take(1, 0, 1).insert(1, 2, 3);
  EXPECT_EQ(witness(GetParam(), part.key()), (Witness{0, 1}));
}

TEST_P(StackOrPriorityQueue, gives_nothing_twice) {
  Part part;
  part.insert(1, 0, 1).take(1, 2, 3).take(1, 4, 5);
  EXPECT_EQ(witness(GetParam(), part.key()), (Witness{0, 1, 2}));
}

TEST_P(StackOrPriorityQueue, an_uncertain_insert_happened_when_its_element_comes_out) {
  Part seen, unseen;
  seen.insert(1, 0, 0, false).take(1, 8, 9).take(kEmpty, 4, 5);
  unseen.insert(1, 0, 0, false).take(kEmpty, 4, 5);
  EXPECT_EQ(order(GetParam(), seen.key())->size(), 3u);
  EXPECT_EQ(order(GetParam(), unseen.key()), (Witness{1}));
}

TEST_P(StackOrPriorityQueue, two_that_must_be_gone_need_two_uncertain_takes) {
  Part part;
  part.insert(1, 0, 1).insert(2, 0, 1).take(kEmpty, 4, 5).uncertain_take(3);
  EXPECT_TRUE(witness(GetParam(), part.key()));
  part.uncertain_take(5);
  EXPECT_TRUE(order(GetParam(), part.key()));
}

TEST_P(StackOrPriorityQueue, says_nothing_of_what_it_does_not_know) {
  Part twice, initially_twice(Value(Value::List{1, 1})), also(Value(Value::List{1})), read, odd(17);
  twice.insert(1, 0, 1).insert(1, 2, 3);
  initially_twice.take(1, 0, 1);
  also.insert(1, 0, 1);
  read.insert(1, 0, 1).key().entries[0].action.kind = Kind::read;
  odd.insert(1, 0, 1);
  for (Part* part : {&twice, &initially_twice, &also, &read, &odd}) {
    EXPECT_FALSE(decide(GetParam(), part->key()));
  }
}

TEST_P(StackOrPriorityQueue, finds_an_order_of_nothing) {
  Part part;
  EXPECT_EQ(order(GetParam(), part.key()), Witness{});
}

}  // namespace
}  // namespace riptide::checker::testing
