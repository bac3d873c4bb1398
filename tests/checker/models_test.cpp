// What operations mean: shapes of values, nil, initial values, and what is refused.
#include <gtest/gtest.h>

#include <limits>

#include "checker/object.hpp"
#include "checker/partition.hpp"
#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

Model model_of(const char* name, Value initial = Value()) {
  Model model = *find_model(name);
  model.initial = std::move(initial);
  return model;
}

Value list(Value::List items) { return Value(std::move(items)); }

/// One operation after the other, by one process.
class Sequence {
 public:
  Sequence& ok(const char* f, Value input, Value output = Value(), Value key = Value()) {
    Operation o;
    o.index = static_cast<OpIndex>(history_.operations.size());
    o.process = history::Process(process_);
    o.f = history::Symbol(f);
    o.key = std::move(key);
    o.input = std::move(input);
    o.output = std::move(output);
    o.invoke_ns = 10 * std::int64_t{o.index};
    o.complete_ns = o.invoke_ns + 5;
    o.outcome = Type::ok;
    history_.operations.push_back(std::move(o));
    return *this;
  }
  Sequence& info(const char* f, Value input) {
    ok(f, std::move(input));
    history_.operations.back().outcome = Type::info;
    history_.operations.back().complete_ns = history::kNever;
    return *this;
  }
  Sequence& failed(const char* f, Value input, const char* error = "") {
    ok(f, std::move(input));
    history_.operations.back().outcome = Type::fail;
    history_.operations.back().error = error;
    return *this;
  }
  Sequence& by(std::int64_t process) {
    process_ = process;
    return *this;
  }
  const History& history() const { return history_; }

 private:
  std::int64_t process_ = 0;
  History history_;
};

/// Whether the certain operations can happen in the order of their invocations.
bool legal(const Sequence& sequence, const Model& model) {
  const auto keys = partition(sequence.history(), model);
  EXPECT_TRUE(keys.has_value()) << keys.error().text();
  if (!keys) return false;
  for (const KeyHistory& key : *keys) {
    const auto object = make_object(model, key);
    StateId state = object->initial();
    for (const Entry& entry : key.entries) {
      state = object->step(state, entry.action);
      if (state == kRefused) return false;
    }
  }
  return true;
}

/// What the refused history is told; empty when it is not refused.
std::string refusal(const Sequence& sequence, const Model& model) {
  const auto keys = partition(sequence.history(), model);
  return keys ? "" : keys.error().text();
}

std::string last_state(const Sequence& sequence, const Model& model) {
  const auto keys = partition(sequence.history(), model);
  const auto object = make_object(model, keys->front());
  StateId state = object->initial();
  for (const Entry& entry : keys->front().entries) state = object->step(state, entry.action);
  return object->describe(state);
}

TEST(models, all_have_a_name_a_description_and_functions) {
  EXPECT_EQ(models().size(), 13u);
  for (const ModelInfo& info : models()) {
    EXPECT_TRUE(find_model(info.name).has_value());
    EXPECT_FALSE(info.functions.empty());
    EXPECT_LE(info.about.size(), 80u) << info.about;
  }
}

TEST(Register, a_nil_that_was_read_says_nothing_when_the_initial_value_is_not_nil) {
  const Sequence read = Sequence().ok("write", 3).ok("read", Value());
  EXPECT_FALSE(legal(read, model_of("register")));
  EXPECT_TRUE(legal(read, model_of("register", 0)));
  Model chosen = model_of("register", 0);
  chosen.nil_read_matches_any = false;
  EXPECT_FALSE(legal(read, chosen));
}

TEST(Register, a_refused_cas_observes_only_when_asked_for_and_when_it_has_no_error) {
  Model observes = model_of("cas-register", 1);
  observes.failed_cas_observes = true;
  const Value pair = list({1, 2});
  EXPECT_TRUE(legal(Sequence().failed("cas", pair), model_of("cas-register", 1)));
  EXPECT_FALSE(legal(Sequence().failed("cas", pair), observes));
  EXPECT_TRUE(legal(Sequence().failed("cas", pair, "timeout"), observes));
  EXPECT_TRUE(legal(Sequence().failed("cas", list({2, 3})), observes));
}

TEST(Kv, appends_to_what_is_no_text_as_its_json) {
  const Model kv = model_of("kv");
  EXPECT_TRUE(legal(Sequence().ok("put", 5).ok("append", "x").ok("get", Value(), "5x"), kv));
  EXPECT_TRUE(legal(Sequence().ok("get", Value(), "").ok("get", Value(), Value()), kv));
  EXPECT_TRUE(legal(Sequence().ok("append", 1).ok("append", 2).ok("get", Value(), "12"), kv));
  EXPECT_FALSE(legal(Sequence().ok("append", 1).ok("get", Value(), 1), kv));
}

TEST(Kv, texts_that_different_appends_make_are_one_state) {
  const Sequence both = Sequence()
                            .ok("append", "ab")
                            .ok("append", "c")
                            .ok("put", "")
                            .ok("append", "a")
                            .ok("append", "bc")
                            .ok("get", Value(), "abc");
  EXPECT_TRUE(legal(both, model_of("kv")));
}

TEST(Counter, counts_by_one_without_an_amount_and_refuses_what_overflows) {
  const Model counter = model_of("counter", 5);
  EXPECT_TRUE(legal(Sequence().ok("inc", Value()).ok("dec", 4).ok("read", Value(), 2), counter));
  const auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_NE(refusal(Sequence().ok("add", most).ok("dec", 1), counter).find("64 bits"),
            std::string::npos);
  EXPECT_NE(refusal(Sequence().ok("add", "two"), counter).find("operation 0"), std::string::npos);
  EXPECT_NE(refusal(Sequence().ok("inc", 1), model_of("counter", "x")).find("--initial"),
            std::string::npos);
}

TEST(Set, a_read_lists_each_element_once_in_any_order) {
  const Model set = model_of("set", list({7}));
  const auto read = [](Value::List seen) {
    return Sequence()
        .ok("add", 1)
        .ok("add", 1)
        .ok("add", 2)
        .ok("remove", 9)
        .ok("read", Value(), list(std::move(seen)));
  };
  EXPECT_TRUE(legal(read({2, 7, 1}), set));
  EXPECT_FALSE(legal(read({2, 7, 1, 1}), set));
  EXPECT_FALSE(legal(read({2, 7}), set));
  EXPECT_FALSE(legal(read({2, 7, 3}), set));
  EXPECT_EQ(last_state(read({1, 2, 7}), set), "the set {1, 2, 7}");
}

TEST(Set, contains_is_answered_by_a_boolean_or_a_pair) {
  const Model set = model_of("set");
  EXPECT_TRUE(legal(Sequence().ok("add", 1).ok("contains", 1, true), set));
  EXPECT_TRUE(legal(Sequence().ok("contains", 1, list({1, false})), set));
  EXPECT_FALSE(legal(Sequence().ok("contains", 1, list({1, true})), set));
  EXPECT_NE(refusal(Sequence().ok("contains", 1, "yes"), set).find("true or false"),
            std::string::npos);
}

TEST(Queues, give_the_first_the_last_or_the_largest) {
  const auto taken = [](const char* insert, const char* take, Value element) {
    return Sequence().ok(insert, 2).ok(insert, 3).ok(insert, 1).ok(take, Value(), element);
  };
  EXPECT_TRUE(legal(taken("enqueue", "dequeue", 2), model_of("fifo-queue")));
  EXPECT_TRUE(legal(taken("push", "pop", 1), model_of("stack")));
  EXPECT_TRUE(legal(taken("insert", "poll", 3), model_of("priority-queue")));
  EXPECT_FALSE(legal(taken("enqueue", "dequeue", 1), model_of("fifo-queue")));
  EXPECT_FALSE(legal(taken("push", "pop", 3), model_of("stack")));
  EXPECT_FALSE(legal(taken("insert", "poll", 2), model_of("priority-queue")));
  EXPECT_EQ(last_state(taken("push", "pop", 1), model_of("stack")),
            "the stack [2, 3], its top last");
}

TEST(Queues, answer_nil_or_empty_only_when_they_are) {
  const Model queue = model_of("fifo-queue");
  EXPECT_TRUE(legal(Sequence().ok("dequeue", Value(), "empty").ok("dequeue", Value()), queue));
  EXPECT_FALSE(legal(Sequence().ok("enqueue", 1).ok("dequeue", Value()), queue));
  EXPECT_FALSE(legal(Sequence().ok("dequeue", Value()), model_of("fifo-queue", list({1}))));
  EXPECT_NE(refusal(Sequence().ok("enqueue", "empty"), queue).find("Use other elements"),
            std::string::npos);
}

TEST(Queues, an_unanswered_take_takes_the_head_or_nothing) {
  const Model queue = model_of("fifo-queue");
  const Sequence taken = Sequence()
                             .ok("enqueue", 1)
                             .ok("enqueue", 2)
                             .info("dequeue", Value())
                             .ok("dequeue", Value(), 2);
  EXPECT_TRUE(BruteForce(taken.history(), queue).linearizable());
  EXPECT_TRUE(legal(taken, queue));
  EXPECT_TRUE(legal(Sequence().info("dequeue", Value()).ok("enqueue", 1), queue));
}

TEST(PriorityQueue, refuses_to_compare_integers_with_reals) {
  const Model queue = model_of("priority-queue");
  EXPECT_NE(refusal(Sequence().ok("insert", 1).ok("insert", 1.5), queue).find("another kind"),
            std::string::npos);
  EXPECT_EQ(refusal(Sequence().ok("insert", 2.5).ok("insert", 1.5), queue), "");
  EXPECT_NE(refusal(Sequence().ok("insert", 1.5), model_of("priority-queue", list({1})))
                .find("another kind"),
            std::string::npos);
}

TEST(Locks, a_mutex_is_released_by_anybody_and_a_fenced_lock_by_its_holder) {
  const auto both = [](Value token) {
    return Sequence().by(1).ok("acquire", Value(), token).by(2).ok("release", Value());
  };
  EXPECT_TRUE(legal(both(Value()), model_of("mutex")));
  EXPECT_FALSE(legal(both(7), model_of("fenced-lock")));
  EXPECT_NE(refusal(both(Value()), model_of("fenced-lock")).find("token"), std::string::npos);
}

TEST(Locks, a_semaphore_has_so_many_permits) {
  Model semaphore = model_of("semaphore");
  semaphore.permits = 3;
  EXPECT_TRUE(legal(Sequence().ok("acquire", 2).ok("acquire", Value()), semaphore));
  EXPECT_FALSE(legal(Sequence().ok("acquire", 2).ok("acquire", 2), semaphore));
  EXPECT_FALSE(legal(Sequence().ok("acquire", 1).ok("release", 2), semaphore));
  EXPECT_NE(refusal(Sequence().ok("acquire", 0), semaphore).find("permits"), std::string::npos);
  semaphore.permits = 0;
  EXPECT_NE(refusal(Sequence().ok("acquire", 1), semaphore).find("--permits"), std::string::npos);
}

TEST(Locks, a_token_that_nobody_saw_still_needs_room_between_those_before_and_after) {
  const auto tokens = [](Value after) {
    Sequence sequence;
    sequence.by(1).ok("acquire", Value(), 5).ok("release", Value()).by(2).info("acquire", Value());
    return sequence.ok("release", Value()).by(3).ok("acquire", Value(), after);
  };
  EXPECT_FALSE(legal(tokens(6), model_of("fenced-lock")));
  EXPECT_TRUE(legal(tokens(7), model_of("fenced-lock")));
}

TEST(Transactions, are_split_by_key_only_when_none_touches_two) {
  const Model lists = model_of("list-append");
  const Value x = list({list({"append", "x", 1})}), y = list({list({":r", "y", Value()})});
  const Value both = list({list({"append", "x", 2}), list({"r", "y", Value()})});
  const auto split = partition(Sequence().ok("txn", x, x).ok(":txn", y, y).history(), lists);
  ASSERT_TRUE(split.has_value());
  ASSERT_EQ(split->size(), 2u);
  EXPECT_EQ((*split)[0].key, Value("x"));
  const auto whole = partition(Sequence().ok("txn", x, x).ok("txn", both, both).history(), lists);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->size(), 1u);
  EXPECT_TRUE(whole->front().key.is_nil());
}

TEST(Transactions, of_an_operation_with_a_key_are_one_access) {
  const Value seen = list({list({"r", "x", list({1, 2})})});
  Sequence sequence;
  sequence.ok("append", 1, 1, "x").ok("append", 2, Value(), "x").ok("txn", seen, seen);
  EXPECT_TRUE(legal(sequence.ok("read", Value(), list({1, 2}), "x"), model_of("list-append")));
  EXPECT_EQ(last_state(sequence, model_of("list-append")), "\"x\" = [1, 2]");
}

TEST(Transactions, read_what_they_wrote_and_start_from_the_initial_values) {
  const Model registers = model_of("multi-register", list({list({"x", 0})}));
  const Value t = list({list({"r", "x", 0}), list({"w", "x", 1}), list({"read", "x", 1})});
  EXPECT_TRUE(legal(Sequence().ok("txn", t, t), registers));
  EXPECT_FALSE(legal(Sequence().ok("txn", t, t).ok("txn", t, t), registers));
  const Value pairs = list({list({"x", 3}), list({"y", 4})});
  EXPECT_TRUE(legal(Sequence().ok("write", pairs).ok("read", Value(), pairs), registers));
}

TEST(Transactions, of_a_bad_shape_are_refused_by_name) {
  const Model lists = model_of("list-append"), registers = model_of("multi-register");
  for (const Value& bad : {Value(1), list({1}), list({list({"w", "x", 1})}), list({list({"r"})}),
                           list({list({"r", "x", 3})})}) {
    const std::string text = refusal(Sequence().ok("txn", bad, bad), lists);
    EXPECT_NE(text.find("operation 0"), std::string::npos) << bad.json();
    EXPECT_NE(text.find("Write accesses as"), std::string::npos) << text;
  }
  const Value reads = list({list({"r", "x", Value()})});
  EXPECT_NE(refusal(Sequence().ok("txn", reads), registers).find("answers"), std::string::npos);
  EXPECT_EQ(refusal(Sequence().info("txn", reads), registers), "");
}

TEST(Numbering, gives_equal_values_one_number_whatever_they_are) {
  Numbering numbering;
  std::vector<Value> values;
  for (int i = 0; i < 3000; ++i) {
    values.emplace_back(i * (i % 2 == 0 ? 1 : -1));
    values.emplace_back("text " + std::to_string(i));
    values.emplace_back(static_cast<double>(i));
    values.push_back(list({i, "x"}));
    values.emplace_back(std::int64_t{i} << 40);
  }
  // 0 and 0 << 40 are one value.
  for (int round = 0; round < 2; ++round) {
    ValueId next = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(numbering.number(values[i]), i == 4 ? 0 : next) << values[i].json();
      if (i != 4) ++next;
    }
  }
  EXPECT_EQ(numbering.find(Value("nobody")), kUnobserved);
  EXPECT_EQ(numbering.find(Value(-2)), kUnobserved);
  EXPECT_EQ(numbering.take_values().size(), values.size() - 1);
}

}  // namespace
}  // namespace riptide::checker::testing
