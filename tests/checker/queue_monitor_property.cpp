// The queue monitor against brute force, and on long histories that are right by construction.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "base/random.hpp"
#include "checker/monitor/monitor.hpp"
#include "tests/checker/monitor_judge.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

using history::Value;
using Kind = Action::Kind;
using Queue = std::deque<ValueId>;

const int kHistories = share_of(200'000);

/// What a queue does, from its definition. False: the operation cannot happen now. An answer that
/// nobody saw removes the first element, or nothing.
bool apply(const Action& action, Queue& queue) {
  if (action.kind == Kind::insert) {
    queue.push_back(action.first);
    return true;
  }
  if (action.first == kEmpty) return queue.empty();
  if (action.first == kUnobserved) {
    if (!queue.empty()) queue.pop_front();
    return true;
  }
  if (queue.empty() || queue.front() != action.first) return false;
  queue.pop_front();
  return true;
}

Queue initial_queue(const KeyHistory& key) {
  Queue queue;
  const Value::List* list = key.values[kInitial].list();
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const auto found = std::find(key.values.begin() + 1, key.values.end(), (*list)[i]);
    queue.push_back(static_cast<ValueId>(found - key.values.begin()));
  }
  return queue;
}

/// Every order is tried.
bool possible(const std::vector<Entry>& entries, std::vector<bool>& used, const Queue& queue) {
  std::int64_t first_return = history::kNever;
  bool done = true;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (used[i] || !entries[i].certain) continue;
    done = false;
    first_return = std::min(first_return, entries[i].return_ns);
  }
  if (done) return true;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (used[i] || entries[i].call_ns > first_return) continue;
    Queue next = queue;
    if (!apply(entries[i].action, next)) continue;
    used[i] = true;
    const bool found = possible(entries, used, next);
    used[i] = false;
    if (found) return true;
  }
  return false;
}

bool possible(const KeyHistory& key, const std::vector<Entry>& entries) {
  std::vector<bool> used(entries.size());
  return possible(entries, used, initial_queue(key));
}

/// Replays the order; empty when it is right.
std::string fault(const KeyHistory& key, const std::vector<std::uint32_t>& order) {
  std::vector<bool> used(key.entries.size());
  std::int64_t latest_call = INT64_MIN;
  Queue queue = initial_queue(key);
  for (const std::uint32_t position : order) {
    if (position >= key.entries.size() || used[position]) return "not an order";
    used[position] = true;
    const Entry& entry = key.entries[position];
    if (entry.return_ns < latest_call) return "not the order of time";
    latest_call = std::max(latest_call, entry.call_ns);
    if (!apply(entry.action, queue)) return "not what a queue does";
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i] && key.entries[i].certain) return "not complete";
  }
  return "";
}

std::string dump(const KeyHistory& key) {
  std::string text = "starts as " + key.values[kInitial].json() + "\n";
  for (const Entry& e : key.entries) {
    text += e.action.kind == Kind::insert ? "insert " : "take ";
    text += e.action.first == kEmpty        ? "empty"
            : e.action.first == kUnobserved ? "?"
                                            : key.values[e.action.first].json();
    text += " [" + std::to_string(e.call_ns) + "," +
            (e.return_ns == history::kNever ? "…" : std::to_string(e.return_ns)) + "]" +
            (e.certain ? "\n" : " uncertain\n");
  }
  return text;
}

Entry entry(Kind kind, ValueId first, std::int64_t call, std::int64_t end, bool certain) {
  return {.call_ns = call,
          .return_ns = certain ? end : history::kNever,
          .index = 0,
          .action = {.kind = kind, .first = first, .second = kUnobserved},
          .certain = certain};
}

void sort_and_number(KeyHistory& key) {
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (std::size_t i = 0; i < key.entries.size(); ++i) {
    key.entries[i].index = static_cast<history::OpIndex>(i);
  }
}

/// At most eight operations on at most five elements, most of them where they make sense.
KeyHistory random_queue(Random& random) {
  KeyHistory key;
  key.values = {Value()};
  const auto elements = static_cast<ValueId>(1 + random.below(4));
  for (ValueId id = 1; id <= elements; ++id) key.values.push_back(Value(100 + int(id)));
  Value::List initial;
  if (random.chance(0.3)) {
    for (ValueId id = 1; id <= elements; ++id) {
      if (random.chance(0.4)) initial.push_back(key.values[id]);
    }
    random.shuffle(initial);
    key.values[kInitial] = Value(initial);
  }
  const auto times = static_cast<std::int64_t>(3 + random.below(25));
  const auto longest = static_cast<std::int64_t>(1 + random.below(8));
  const double uncertain = random.chance(0.5) ? random.unit() * 0.5 : 0;
  const double taken = random.unit(), empty = random.unit() * 0.5;
  const auto add = [&](Kind kind, ValueId first, std::int64_t after) {
    const std::int64_t call = std::max(after - 2, random.between(0, times));
    const bool certain = first != kUnobserved && (kind == Kind::take || !random.chance(uncertain));
    key.entries.push_back(entry(kind, first, call, call + random.between(0, longest), certain));
    return call;
  };
  for (ValueId id = 1; id <= elements; ++id) {
    const bool there = std::find(initial.begin(), initial.end(), key.values[id]) != initial.end();
    std::int64_t after = 0;
    if (!there && random.chance(0.97)) after = add(Kind::insert, id, 0);
    if (random.chance(taken)) add(Kind::take, id, random.chance(0.8) ? after : 0);
  }
  while (key.entries.size() < 8 && random.chance(empty)) add(Kind::take, kEmpty, 0);
  while (key.entries.size() < 8 && random.chance(uncertain)) add(Kind::take, kUnobserved, 0);
  if (key.entries.size() < 8 && random.chance(0.02)) {
    add(Kind::take, static_cast<ValueId>(1 + random.below(elements)), 0);
  }
  sort_and_number(key);
  return key;
}

std::vector<Entry> only(const KeyHistory& key, const std::vector<std::uint32_t>& positions) {
  std::vector<Entry> entries;
  for (const std::uint32_t position : positions) entries.push_back(key.entries[position]);
  return entries;
}

TEST(monitor_queue, agrees_with_brute_force_and_proves_each_answer) {
  Random random(41, "queue");
  int valid = 0, invalid = 0;
  for (int i = 0; i < kHistories; ++i) {
    const KeyHistory key = random_queue(random);
    const std::optional<Decision> decision = monitor_queue(Model{}, key);
    ASSERT_TRUE(decision) << dump(key);
    const bool expected = possible(key, key.entries);
    (expected ? valid : invalid) += 1;
    ASSERT_EQ(decision->found, expected ? Found::order : Found::no_order) << "history " << i << "\n"
                                                                          << dump(key);
    if (expected) {
      ASSERT_EQ(fault(key, decision->order), "") << "history " << i << "\n" << dump(key);
    } else {
      ASSERT_FALSE(decision->witness.empty());
      ASSERT_TRUE(std::is_sorted(decision->witness.begin(), decision->witness.end()));
      ASSERT_FALSE(possible(key, only(key, decision->witness)))
          << "the witness is possible\n"
          << dump({.key = {}, .entries = only(key, decision->witness), .values = key.values});
    }
  }
  EXPECT_GT(valid, kHistories / 5);
  EXPECT_GT(invalid, kHistories / 5);
}

TEST(monitor_queue, agrees_with_brute_force_on_runs_that_were_spoilt) {
  Random random(42, "spoilt queue");
  int valid = 0, invalid = 0;
  for (int i = 0; i < kHistories / 10; ++i) {
    const Model model = vary(random, *find_model("fifo-queue"));
    const History history = random_history(random, model, 8, Values::distinct);
    const KeyHistory key = only_object(history, model);
    const std::optional<Decision> decision = monitor_queue(model, key);
    ASSERT_TRUE(decision) << testing::dump(history, model);
    const bool expected = BruteForce(history, model).linearizable();
    (expected ? valid : invalid) += 1;
    judge(history, model, key, *decision, expected);
    if (::testing::Test::HasFatalFailure()) FAIL() << "history " << i;
  }
  EXPECT_GT(valid, kHistories / 40);
  EXPECT_GT(invalid, kHistories / 80);
}

/// A run of a correct queue: each operation takes effect at a moment inside its interval.
KeyHistory correct_run(Random& random, int operations, double uncertain, double empty) {
  KeyHistory key;
  key.values = {Value()};
  Queue queue;
  std::int64_t now = 0;
  while (static_cast<int>(key.entries.size()) < operations) {
    now += random.between(0, 4);
    const std::int64_t call = now - random.between(0, 40), end = now + random.between(0, 40);
    const bool certain = !random.chance(uncertain);
    const bool happens = certain || random.chance(0.5);
    if (random.chance(queue.size() < 20 ? 0.5 : 0.2)) {
      const auto id = static_cast<ValueId>(key.values.size());
      key.values.push_back(Value(int(id)));
      if (happens) queue.push_back(id);
      key.entries.push_back(entry(Kind::insert, id, call, end, certain));
    } else {
      if (queue.empty() && certain && !random.chance(empty)) continue;
      const ValueId first = !certain ? kUnobserved : queue.empty() ? kEmpty : queue.front();
      if (happens && !queue.empty()) queue.pop_front();
      key.entries.push_back(entry(Kind::take, first, call, end, certain));
    }
  }
  sort_and_number(key);
  return key;
}

TEST(monitor_queue, accepts_every_run_of_a_correct_queue) {
  Random random(43, "correct queue");
  for (int i = 0; i < 60; ++i) {
    const KeyHistory key = correct_run(random, 10'000, i % 3 * 0.02, i % 2);
    const std::optional<Decision> decision = monitor_queue(Model{}, key);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->found, Found::order) << i;
    ASSERT_EQ(fault(key, decision->order), "") << i;
  }
}

TEST(monitor_queue, finds_the_one_violation_that_was_planted_in_a_long_run) {
  Random random(47, "planted queue");
  int found = 0;
  for (int i = 0; i < 100; ++i) {
    KeyHistory key = correct_run(random, 10'000, 0, 1);
    std::vector<Entry*> takes;
    for (Entry& e : key.entries) {
      if (e.action.kind == Kind::take && e.action.first != kEmpty) takes.push_back(&e);
    }
    const std::size_t at = 2000 + random.below(1000);
    if (i % 4 == 0) {  // two elements in the wrong order
      std::swap(takes[at]->action.first, takes[at + 60]->action.first);
    } else if (i % 4 == 1) {  // an element comes out twice
      takes[at]->action.first = takes[at - 1]->action.first;
    } else if (i % 4 == 2) {  // an element that nobody inserted
      takes[at]->action.first = static_cast<ValueId>(key.values.size());
      key.values.push_back(Value("never"));
    } else {  // an element is lost, and what was inserted later comes out
      std::erase_if(key.entries,
                    [lost = *takes[at]](const Entry& e) { return e.action == lost.action; });
      sort_and_number(key);
    }
    const std::optional<Decision> decision = monitor_queue(Model{}, key);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->found, Found::no_order) << i;
    ASSERT_LE(decision->witness.size(), 4u) << i;
    ASSERT_FALSE(possible(key, only(key, decision->witness)));
    ++found;
  }
  EXPECT_EQ(found, 100);
}

}  // namespace
}  // namespace riptide::checker::testing
