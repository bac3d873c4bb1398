// The frontier in both of its modes against brute force, and on longer histories against the
// depth-first search and against itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "checker/frontier/frontier.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

const int kHistories = share_of(20'000);

/// Why the order is none of (a prefix of) the part; empty when it is one. From the definition.
/// `owed_until`: whoever returned until then must be in it.
std::string objection(const Model& model, const KeyHistory& key,
                      const std::vector<std::uint32_t>& order, std::int64_t owed_until_ns) {
  const auto object = make_object(model, key);
  StateId state = object->initial();
  std::vector<bool> used(key.entries.size(), false);
  std::int64_t latest_call_ns = INT64_MIN;
  for (const std::uint32_t position : order) {
    if (position >= key.entries.size() || used[position]) return "no position, or twice";
    used[position] = true;
    const Entry& entry = key.entries[position];
    if (entry.return_ns < latest_call_ns) return std::to_string(position) + " comes too late";
    latest_call_ns = std::max(latest_call_ns, entry.call_ns);
    state = object->step(state, entry.action);
    if (state == kRefused) return std::to_string(position) + " is illegal there";
  }
  for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
    const Entry& entry = key.entries[p];
    if (used[p] || !entry.certain) continue;
    if (entry.return_ns <= owed_until_ns) return std::to_string(p) + " is missing";
    if (entry.return_ns < latest_call_ns) return std::to_string(p) + " should come before others";
  }
  return {};
}

Decision decide(const Model& model, const KeyHistory& key, Reductions mode) {
  Budget budget{Limits{.memory_bytes = 256 << 20}};
  return frontier(model, key, mode, budget);
}

/// What must hold of any answer.
void is_sound(const Model& model, const KeyHistory& key, const Decision& result) {
  ASSERT_NE(result.found, Found::limit);
  if (result.found == Found::order) {
    ASSERT_EQ(objection(model, key, result.order, history::kNever - 1), "");
    return;
  }
  ASSERT_TRUE(result.order.empty());
  ASSERT_EQ(objection(model, key, result.longest, result.decided_until_ns), "");
}

class EveryModel : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryModel, is_decided_as_brute_force_decides_it_with_and_without_reductions) {
  Random random(41, GetParam());
  int valid = 0;
  for (int i = 0; i < kHistories; ++i) {
    const Model model = vary(random, *find_model(GetParam()));
    const Values values = i % 3 == 0 ? Values::distinct : Values::repeated;
    const History history = random_history(random, model, 8, values);
    const bool expected = BruteForce(history, model).linearizable();
    valid += expected ? 1 : 0;
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value());
    for (const auto mode : {Reductions::plain, Reductions::reduced}) {
      bool found = true;
      for (const KeyHistory& key : *keys) {
        const Decision result = decide(model, key, mode);
        found = found && result.found == Found::order;
        is_sound(model, key, result);
        if (HasFatalFailure()) FAIL() << dump(history, model);
      }
      ASSERT_EQ(found, expected) << (mode == Reductions::plain ? "plain\n" : "reduced\n")
                                 << dump(history, model);
    }
  }
  EXPECT_GT(valid, kHistories / 5);
  EXPECT_LT(valid, kHistories * 17 / 20);
}

TEST_P(EveryModel, dies_at_one_return_with_orders_of_all_that_returned_before_it) {
  Random random(43, GetParam());
  int deaths = 0;
  for (int i = 0; i < share_of(10'000); ++i) {
    const Model model = vary(random, *find_model(GetParam()));
    const History history = random_history(random, model, 9);
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value());
    for (const KeyHistory& key : *keys) {
      Budget budget{Limits{.memory_bytes = 1 << 24}};
      const auto death = last_configurations(model, key, budget);
      ASSERT_EQ(death.has_value(), decide(model, key, Reductions::plain).found == Found::no_order);
      if (!death) continue;
      ++deaths;
      ASSERT_TRUE(key.entries[death->culprit].certain);
      ASSERT_FALSE(death->configurations.empty());
      ASSERT_LE(death->configurations.size(), 16U);
      for (const auto& configuration : death->configurations) {
        ASSERT_EQ(
            objection(model, key, configuration.order, key.entries[death->culprit].return_ns - 1),
            "")
            << dump(history, model);
      }
      // Without what is called after the fatal return it is impossible, and possible without the
      // operations that return then or later.
      KeyHistory until = key, before = key;
      const std::int64_t fatal_ns = key.entries[death->culprit].return_ns;
      std::erase_if(until.entries, [&](const Entry& e) { return e.call_ns > fatal_ns; });
      std::erase_if(before.entries, [&](const Entry& e) { return e.call_ns > fatal_ns; });
      for (Entry& e : before.entries) {
        if (e.return_ns >= fatal_ns) e.certain = false;
      }
      ASSERT_EQ(decide(model, until, Reductions::plain).found, Found::no_order)
          << dump(history, model);
      ASSERT_EQ(decide(model, before, Reductions::plain).found, Found::order)
          << dump(history, model);
    }
  }
  EXPECT_GT(deaths, least_of(500));
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const ModelInfo& info : models()) all.push_back(info.name);
  return all;
}
std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(frontier, EveryModel, ::testing::ValuesIn(names()), test_name);

/// A register's entries without a History: few values, so that everything repeats.
KeyHistory random_register(Random& random, std::size_t operations) {
  KeyHistory key;
  const std::uint64_t clients = 2 + random.below(6);
  const std::uint64_t values = 2 + random.below(4);
  for (std::uint64_t v = 0; v < values; ++v) key.values.emplace_back(static_cast<int>(v));
  const double uncertain = random.chance(0.4) ? 0 : random.unit() * 0.3;
  const std::int64_t width = random.between(1, 8);
  ValueId state = kInitial;
  std::vector<std::int64_t> free_at(clients, 0);
  std::int64_t now = 0;
  for (std::size_t i = 0; i < operations; ++i) {
    std::int64_t& free = free_at[random.below(clients)];
    now = std::max(now + random.between(0, 2), free + 1);
    Entry entry;
    entry.call_ns = std::max(free, now - random.between(0, width));
    entry.return_ns = now + random.between(0, width);
    entry.certain = true;
    const auto any = [&] { return static_cast<ValueId>(random.below(values)); };
    const std::uint64_t f = random.below(10);
    if (f < 4) {
      entry.action = {Action::Kind::read, random.chance(0.97) ? state : any(), kUnobserved};
    } else if (f < 7) {
      entry.action = {Action::Kind::write, any(), kUnobserved};
    } else if (f < 9) {
      entry.action = {Action::Kind::cas, random.chance(0.97) ? state : any(), any()};
    } else {
      const ValueId from = any();
      entry.action = {Action::Kind::cas_refused, from, kUnobserved};
      if (from == state && random.chance(0.97)) entry.action.kind = Action::Kind::read;
    }
    entry.certain = entry.action.kind == Action::Kind::read ||
                    entry.action.kind == Action::Kind::cas_refused || !random.chance(uncertain);
    if (!entry.certain) entry.return_ns = history::kNever;
    if (entry.certain || random.chance(0.5)) {
      if (entry.writes()) state = entry.written();
    }
    free = entry.certain ? entry.return_ns + 1 : entry.call_ns + 1;
    key.entries.push_back(entry);
  }
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (OpIndex i = 0; i < key.entries.size(); ++i) key.entries[i].index = i;
  return key;
}

std::string text(const KeyHistory& key) {
  std::string all;
  for (const Entry& e : key.entries) {
    all += std::to_string(e.index) + " kind " + std::to_string(static_cast<int>(e.action.kind)) +
           " " + std::to_string(e.action.first) + " " + std::to_string(e.action.second) + " [" +
           std::to_string(e.call_ns) + "," + (e.certain ? std::to_string(e.return_ns) : "…") +
           "]\n";
  }
  return all;
}

TEST(frontier, decides_longer_histories_of_registers_as_the_depth_first_search_does) {
  Random random(47, "longer");
  const Model model = default_model();
  int valid = 0;
  constexpr int kLonger = 30'000;
  for (int i = 0; i < kLonger; ++i) {
    const KeyHistory key = random_register(random, 20 + random.below(40));
    const Decision reduced = decide(model, key, Reductions::reduced);
    Budget budget{Limits{.memory_bytes = 256 << 20}};
    const Decision depth = search(key.entries, key.values.size(), Reductions::plain, budget);
    is_sound(model, key, reduced);
    ASSERT_EQ(reduced.found, depth.found) << text(key);
    if (HasFatalFailure()) FAIL() << text(key);
    valid += reduced.found == Found::order ? 1 : 0;
    if (i % 4 != 0) continue;
    const Decision plain = decide(model, key, Reductions::plain);
    is_sound(model, key, plain);
    ASSERT_EQ(plain.found, reduced.found) << text(key);
    if (HasFatalFailure()) FAIL() << text(key);
  }
  EXPECT_GT(valid, kLonger / 10);
  EXPECT_LT(valid, kLonger * 9 / 10);
}

TEST(frontier, says_how_far_it_got_when_a_limit_is_reached) {
  Random random(61, "limits");
  const Model model = default_model();
  int limits = 0;
  for (int i = 0; i < share_of(3'000); ++i) {
    const KeyHistory key = random_register(random, 60);
    for (const auto mode : {Reductions::plain, Reductions::reduced}) {
      Budget budget = Budget{Limits{.memory_bytes = 1 << 24}}.part(1 + random.below(100));
      const Decision result = frontier(model, key, mode, budget);
      if (result.found != Found::limit) continue;
      ++limits;
      ASSERT_EQ(result.limit, Limit::states);
      ASSERT_EQ(objection(model, key, result.longest, result.decided_until_ns), "") << text(key);
    }
  }
  EXPECT_GT(limits, least_of(1'000));
  Budget tiny{Limits{.memory_bytes = 1'000}};
  const KeyHistory key = random_register(random, 60);
  EXPECT_EQ(frontier(model, key, Reductions::reduced, tiny).limit, Limit::memory);
}

/// Uncertain writes of so many values, one after the other, and then reads that saw them all.
KeyHistory many_uncertain(Random& random, std::size_t writes, bool one_value_comes_back) {
  KeyHistory key{.values = {Value()}};
  std::vector<ValueId> read;
  for (ValueId v = 1; v <= writes; ++v) {
    key.values.emplace_back(static_cast<int>(v));
    key.entries.push_back({.call_ns = v, .action = {Action::Kind::write, v, kUnobserved}});
    read.push_back(v);
  }
  random.shuffle(read);
  if (one_value_comes_back) read.push_back(read.front());
  std::int64_t now_ns = 10'000;
  for (const ValueId v : read) {
    Entry entry{.call_ns = now_ns, .return_ns = now_ns + 5, .certain = true};
    entry.action = {Action::Kind::read, v, kUnobserved};
    key.entries.push_back(entry);
    now_ns += 10;
  }
  for (OpIndex i = 0; i < key.entries.size(); ++i) key.entries[i].index = i;
  return key;
}

TEST(frontier, takes_more_pending_operations_than_one_word_has_bits) {
  Random random(67, "wide");
  const Model model = default_model();
  for (const std::size_t writes : {63, 64, 65, 130, 300}) {
    for (const auto mode : {Reductions::plain, Reductions::reduced}) {
      if (mode == Reductions::plain && writes > 200) continue;  // takes its time
      for (const bool back : {false, true}) {
        const KeyHistory key = many_uncertain(random, writes, back);
        const Decision result = decide(model, key, mode);
        ASSERT_EQ(result.found, back ? Found::no_order : Found::order) << writes;
        is_sound(model, key, result);
      }
    }
  }
  // More than any frontier can hold is a limit, not a wrong answer.
  const KeyHistory key = many_uncertain(random, 3'000, false);
  Budget budget{Limits{.memory_bytes = 1ULL << 30}};
  EXPECT_EQ(frontier(model, key, Reductions::plain, budget).limit, Limit::memory);
}

}  // namespace
}  // namespace riptide::checker::testing
