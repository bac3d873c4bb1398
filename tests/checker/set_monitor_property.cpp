// The set monitor against brute force, and on long histories that are right by construction.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "checker/monitor/monitor.hpp"
#include "tests/checker/monitor_judge.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

using Kind = Action::Kind;

const int kHistories = share_of(60'000);

struct Counts {
  int valid = 0, invalid = 0, nothing = 0;
};

void judge_set(const History& history, const Model& model, Counts& counts) {
  const KeyHistory key = only_object(history, model);
  const std::optional<Decision> decision = monitor_set(model, key);
  if (!decision) {
    ++counts.nothing;
    return;
  }
  const bool expected = BruteForce(history, model).linearizable();
  (expected ? counts.valid : counts.invalid) += 1;
  judge(history, model, key, *decision, expected);
}

void without(History& history, const char* f) {
  std::erase_if(history.operations, [&](const Operation& o) { return o.f == f; });
  for (OpIndex i = 0; i < history.operations.size(); ++i) history.operations[i].index = i;
}

Counts judge_many(const char* seed, Values values, const char* left_out) {
  Random random(53, seed);
  Counts counts;
  for (int i = 0; i < kHistories && !::testing::Test::HasFatalFailure(); ++i) {
    const Model model = vary(random, *find_model("set"));
    History history = random_history(random, model, 10, values);
    without(history, left_out);
    judge_set(history, model, counts);
  }
  return counts;
}

TEST(monitor_set, decides_elements_that_come_once) {
  const Counts counts = judge_many("once", Values::distinct, "read");
  EXPECT_GT(counts.valid, kHistories / 8);
  EXPECT_GT(counts.invalid, kHistories / 8);
  EXPECT_EQ(counts.nothing, 0);
}

TEST(monitor_set, decides_elements_that_come_and_go_again_and_again) {
  const Counts counts = judge_many("again", Values::repeated, "read");
  EXPECT_GT(counts.valid, kHistories / 8);
  EXPECT_GT(counts.invalid, kHistories / 8);
  EXPECT_EQ(counts.nothing, 0);
}

TEST(monitor_set, decides_reads_of_the_whole_of_a_set_that_only_grows) {
  for (const Values values : {Values::distinct, Values::repeated}) {
    const Counts counts = judge_many("growth", values, "remove");
    EXPECT_GT(counts.valid, kHistories / 8);
    EXPECT_GT(counts.invalid, kHistories / 8);
    EXPECT_LT(counts.nothing, kHistories / 10);  // a read has an element twice
  }
}

TEST(monitor_set, is_never_wrong_about_any_history) {
  for (const Values values : {Values::distinct, Values::repeated}) {
    const Counts counts = judge_many("any", values, "nothing");
    EXPECT_GT(counts.valid + counts.invalid, kHistories / 8);
  }
}

/// One element, everything at once: the shapes that matter meet more often.
History one_element(Random& random) {
  History history;
  const auto operations = 1 + random.below(8);
  const auto times = static_cast<std::int64_t>(3 + random.below(20));
  const auto longest = static_cast<std::int64_t>(1 + random.below(10));
  const double info = random.chance(0.5) ? 0 : random.unit() * 0.6;
  const std::uint64_t adds = 1 + random.below(2), removes = random.below(3);
  std::uint64_t added = 0, removed = 0;
  for (std::uint64_t i = 0; i < operations; ++i) {
    Operation o;
    o.key = 5;
    o.process = history::Process(static_cast<std::int64_t>(i));
    const bool adding = added < adds && random.chance(0.4);
    const bool removing = !adding && removed < removes && random.chance(0.4);
    added += adding ? 1 : 0;
    removed += removing ? 1 : 0;
    o.f = history::Symbol(adding ? "add" : removing ? "remove" : "contains");
    o.input = 1;
    o.invoke_ns = random.between(0, times);
    const bool open = (adding || removing) && random.chance(info);
    o.outcome = open ? Type::info : Type::ok;
    if (!open) o.complete_ns = o.invoke_ns + random.between(0, longest);
    if (!adding && !removing) o.output = random.chance(0.5);
    history.operations.push_back(o);
  }
  std::stable_sort(
      history.operations.begin(), history.operations.end(),
      [](const Operation& a, const Operation& b) { return a.invoke_ns < b.invoke_ns; });
  for (OpIndex i = 0; i < history.operations.size(); ++i) history.operations[i].index = i;
  return history;
}

TEST(monitor_set, decides_every_shape_of_one_element) {
  Random random(59, "one element");
  Counts counts;
  for (int i = 0; i < 3 * kHistories; ++i) {
    Model model = *find_model("set");
    if (random.chance(0.3)) model.initial = Value(Value::List{1});
    judge_set(one_element(random), model, counts);
    if (::testing::Test::HasFatalFailure()) FAIL() << "history " << i;
  }
  EXPECT_GT(counts.valid, kHistories / 8);
  EXPECT_GT(counts.invalid, kHistories / 8);
  EXPECT_EQ(counts.nothing, 0);
}

/// A run of a correct set: each operation takes effect at a moment inside its interval.
KeyHistory correct_run(Random& random, int operations, double uncertain, bool again) {
  KeyHistory run;
  run.values = {Value(Value::List{})};
  std::set<ValueId> present;
  std::int64_t now = 0;
  while (static_cast<int>(run.entries.size()) < operations) {
    now += random.between(0, 4);
    const auto known = static_cast<std::int64_t>(run.values.size()) - 1;
    const std::uint64_t dice = random.below(10);
    Entry e;
    if (known == 0 || (dice < 3 && !(again && random.chance(0.3)))) {
      e.action = {Kind::add, static_cast<ValueId>(known + 1), kUnobserved};
      run.values.push_back(Value(known + 1));
    } else {
      const auto id =
          static_cast<ValueId>(std::max<std::int64_t>(1, known - random.between(0, 30)));
      const bool removes = dice < 5 && (again || present.contains(id));
      if (dice < 3) {
        e.action = {Kind::add, id, kUnobserved};
      } else if (removes) {
        e.action = {Kind::remove, id, kUnobserved};
      } else {
        e.action = {Kind::contains, id, present.contains(id) ? 1U : 0U};
      }
    }
    e.certain = e.action.kind == Kind::contains || !random.chance(uncertain);
    if (e.certain || random.chance(0.5)) {
      if (e.action.kind == Kind::add) present.insert(e.action.first);
      if (e.action.kind == Kind::remove) present.erase(e.action.first);
    }
    e.call_ns = now - random.between(0, 40);
    e.return_ns = e.certain ? now + random.between(0, 40) : history::kNever;
    run.entries.push_back(e);
  }
  auto& all = run.entries;
  std::stable_sort(all.begin(), all.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (OpIndex i = 0; i < all.size(); ++i) all[i].index = i;
  return run;
}

/// Replays the order on flags, for long histories.
std::string fault(const KeyHistory& key, const std::vector<std::uint32_t>& order) {
  std::vector<bool> present(key.values.size()), used(key.entries.size());
  std::int64_t latest_call = INT64_MIN;
  for (const std::uint32_t position : order) {
    if (position >= used.size() || used[position]) return "not an order";
    used[position] = true;
    const Entry& e = key.entries[position];
    if (e.return_ns < latest_call) return "not the order of time";
    latest_call = std::max(latest_call, e.call_ns);
    if (e.action.kind == Kind::contains) {
      if (present[e.action.first] != (e.action.second == 1)) return "not what a set answers";
    } else {
      present[e.action.first] = e.action.kind == Kind::add;
    }
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i] && key.entries[i].certain) return "not complete";
  }
  return "";
}

TEST(monitor_set, accepts_every_run_of_a_correct_set) {
  Random random(61, "correct set");
  for (int i = 0; i < 60; ++i) {
    const KeyHistory run = correct_run(random, 10'000, i % 3 * 0.02, i % 2 == 0);
    const std::optional<Decision> decision = monitor_set(Model{}, run);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->found, Found::order) << i;
    ASSERT_EQ(fault(run, decision->order), "") << i;
  }
}

TEST(monitor_set, finds_the_one_violation_that_was_planted_in_a_long_run) {
  Random random(67, "planted set");
  for (int i = 0; i < 60; ++i) {
    KeyHistory run = correct_run(random, 10'000, 0.01, false);
    // Long after all others, somebody sees the other state of an element that nobody removes.
    std::vector<bool> removed(run.values.size());
    ValueId id = 0;
    for (const Entry& e : run.entries) {
      if (e.action.kind == Kind::remove) removed[e.action.first] = true;
    }
    for (const Entry& e : run.entries) {
      const bool stays = e.action.kind == Kind::add && e.certain && !removed[e.action.first];
      if (stays) id = e.action.first;
    }
    ASSERT_NE(id, 0u);
    Entry wrong;
    wrong.call_ns = run.entries.back().call_ns + 1000;
    wrong.return_ns = wrong.call_ns + 1;
    wrong.certain = true;
    wrong.index = static_cast<OpIndex>(run.entries.size());
    wrong.action = {Kind::contains, id, 0};
    run.entries.push_back(wrong);
    const std::optional<Decision> decision = monitor_set(Model{}, run);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->found, Found::no_order) << i;
    ASSERT_EQ(decision->witness.size(), 2u) << i;
  }
}

TEST(monitor_set, shows_few_operations_of_an_element_that_came_and_went_often) {
  Random random(71, "often");
  int found = 0;
  for (int i = 0; i < 40; ++i) {
    KeyHistory run = correct_run(random, 10'000, 0.005, true);
    const auto from = static_cast<std::ptrdiff_t>(5000 + random.below(1000));
    const auto spoilt = std::find_if(run.entries.begin() + from, run.entries.end(),
                                     [](Entry& e) { return e.action.kind == Kind::contains; });
    spoilt->action.second ^= 1;
    const std::optional<Decision> decision = monitor_set(Model{}, run);
    ASSERT_TRUE(decision);
    if (decision->found == Found::order) continue;
    ++found;
    ASSERT_LE(decision->witness.size(), 16u) << i;
    ASSERT_GE(decision->witness.size(), 2u) << i;
  }
  EXPECT_GT(found, 5);
}

}  // namespace
}  // namespace riptide::checker::testing
