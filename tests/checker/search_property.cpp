// The search against brute force, in both of its modes.
#include <gtest/gtest.h>

#include "checker/certificate.hpp"
#include "checker/prune.hpp"
#include "checker/search/search.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

const int kHistories = share_of(100'000);

KeyHistory only_key(const History& history) {
  auto keys = partition(history, *find_model("cas-register"));
  EXPECT_TRUE(keys.has_value());
  return keys->empty() ? KeyHistory{.values = {Value()}} : keys->front();
}

std::vector<OpIndex> indices(const std::vector<Entry>& entries,
                             const std::vector<std::uint32_t>& order) {
  std::vector<OpIndex> result;
  for (const std::uint32_t position : order) result.push_back(entries[position].index);
  return result;
}

std::string dump(const History& history) {
  std::string text;
  for (const Operation& o : history.operations) {
    text += std::to_string(o.index) + " " + o.f.name() + " " + o.input.json() + "->" +
            o.output.json() + " [" + std::to_string(o.invoke_ns) + "," +
            (o.outcome == Type::ok ? std::to_string(o.complete_ns) : "…") + "] " +
            std::string(name(o.outcome)) + "\n";
  }
  return text;
}

void agree_on(const History& history, std::uint64_t* valid) {
  const KeyHistory key = only_key(history);
  const bool expected = BruteForce(history).linearizable();
  *valid += expected ? 1 : 0;
  const std::vector<Entry> pruned = prune(key.entries, key.values.size());
  for (const auto* entries : {&key.entries, &pruned}) {
    for (const auto mode : {Reductions::plain, Reductions::reduced}) {
      Budget budget{Limits{.memory_bytes = 1 << 20}};
      const Decision result = search(*entries, key.values.size(), mode, budget);
      ASSERT_EQ(result.found, expected ? Found::order : Found::no_order)
          << (mode == Reductions::plain ? "plain" : "reduced")
          << (entries == &pruned ? ", pruned\n" : "\n") << dump(history);
      if (!expected) continue;
      const Certificate certificate{Value(5), indices(*entries, result.order)};
      const auto refused = validate(history, default_model(), certificate);
      ASSERT_FALSE(refused.has_value()) << *refused << "\n" << dump(history);
    }
  }
}

TEST(search, agrees_with_brute_force_with_and_without_pruning_and_reductions) {
  Random random(7, "search");
  std::uint64_t valid = 0;
  for (int i = 0; i < kHistories; ++i) {
    agree_on(random_history(random, 8, i % 3 != 0), &valid);
    if (::testing::Test::HasFatalFailure()) return;
  }
  // Both answers must be frequent, or the test says little.
  EXPECT_GT(valid, kHistories / 10);
  EXPECT_LT(valid, kHistories * 9 / 10);
}

TEST(search, finds_the_longest_order_that_there_is_when_it_tries_everything) {
  Random random(11, "longest");
  for (int i = 0; i < share_of(20'000); ++i) {
    const History history = random_history(random, 6, true);
    const KeyHistory key = only_key(history);
    Budget budget{Limits{.memory_bytes = 1 << 20}};
    const auto plain = search(key.entries, key.values.size(), Reductions::plain, budget);
    const auto reduced = search(key.entries, key.values.size(), Reductions::reduced, budget);
    if (plain.found != Found::no_order) continue;
    ASSERT_LE(reduced.longest.size(), plain.longest.size()) << dump(history);
    ASSERT_LT(plain.longest.size(), key.entries.size());
    // Legal as far as it goes, and stuck: nothing that is left can follow.
    ValueId state = kInitial;
    std::vector<bool> used(key.entries.size(), false);
    for (const std::uint32_t position : plain.longest) {
      const auto next = RegisterModel::step(state, key.entries[position].action);
      ASSERT_TRUE(next.has_value()) << dump(history);
      state = *next;
      used[position] = true;
    }
    for (std::size_t p = 0; p < key.entries.size(); ++p) {
      if (used[p]) continue;
      bool blocked = !RegisterModel::step(state, key.entries[p].action).has_value();
      for (std::size_t q = 0; q < key.entries.size(); ++q) {
        blocked = blocked || (!used[q] && key.entries[q].return_ns < key.entries[p].call_ns);
      }
      ASSERT_TRUE(blocked) << p << " could follow\n" << dump(history);
    }
  }
}

TEST(validate, refuses_every_mutated_certificate_that_brute_force_would_refuse) {
  Random random(13, "mutation");
  int mutated = 0;
  for (int i = 0; i < share_of(30'000); ++i) {
    const History history = random_history(random, 7, true);
    const KeyHistory key = only_key(history);
    Budget budget{Limits{.memory_bytes = 1 << 20}};
    const auto result = search(key.entries, key.values.size(), Reductions::plain, budget);
    if (result.found != Found::order || result.order.empty()) continue;
    Certificate certificate{Value(5), indices(key.entries, result.order)};
    const std::size_t at = random.below(certificate.order.size());
    const bool was_ok = history.operations[certificate.order[at]].outcome == Type::ok;
    Certificate missing = certificate, twice = certificate, other = certificate;
    missing.order.erase(missing.order.begin() + static_cast<std::ptrdiff_t>(at));
    if (was_ok) {
      ASSERT_TRUE(validate(history, default_model(), missing)) << dump(history);
    }
    twice.order.push_back(twice.order[at]);
    ASSERT_TRUE(validate(history, default_model(), twice)) << dump(history);
    other.order[at] = static_cast<OpIndex>(history.operations.size());
    ASSERT_TRUE(validate(history, default_model(), other)) << dump(history);
    for (const Operation& operation : history.operations) {
      if (operation.outcome != Type::fail) continue;
      Certificate failed = certificate;
      failed.order.push_back(operation.index);
      ASSERT_TRUE(validate(history, default_model(), failed)) << dump(history);
    }
    Certificate swapped = certificate;
    random.shuffle(swapped.order);
    // The definition, step by step: the order is legal, and nobody comes before its elder.
    bool legal = true;
    Value state;
    for (std::size_t a = 0; a < swapped.order.size(); ++a) {
      const Operation& o = history.operations[swapped.order[a]];
      for (std::size_t b = a + 1; b < swapped.order.size(); ++b) {
        const Operation& later = history.operations[swapped.order[b]];
        legal = legal && !(later.outcome == Type::ok && later.complete_ns < o.invoke_ns);
      }
      if (o.f == "read") legal = legal && o.output == state;
      if (o.f == "cas") legal = legal && (*o.input.list())[0] == state;
      if (o.f == "write") state = o.input;
      if (o.f == "cas") state = (*o.input.list())[1];
    }
    ASSERT_EQ(legal, !validate(history, default_model(), swapped).has_value()) << dump(history);
    mutated += legal ? 0 : 1;
  }
  EXPECT_GT(mutated, least_of(1000));
}

}  // namespace
}  // namespace riptide::checker::testing
