// All algorithms against brute force and so against one another, on random small histories of every
// model: with info, fail, equal time stamps and values that come again.
#include <gtest/gtest.h>

#include "checker/certificate.hpp"
#include "checker/decide.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

const int kHistories = share_of(100'000);
/// Threads are slow to start.
constexpr int kHistoriesPerRace = 100;
constexpr std::uint64_t kMemoryBytes = 64 << 20;

class EveryAlgorithm : public ::testing::TestWithParam<std::string> {};

/// The verdict on all keys together; nothing when the monitor knows none. Every order is validated.
std::optional<bool> linearizable(const History& history, const Model& model,
                                 const std::vector<KeyHistory>& keys, Algorithm algorithm) {
  bool all = true;
  for (const KeyHistory& key : keys) {
    Budget budget{Limits{.memory_bytes = kMemoryBytes}};
    const Decision decision = decide(model, key, algorithm, budget).decision;
    if (decision.found == Found::limit) {
      EXPECT_EQ(decision.limit, Limit::none) << name(algorithm);
      return std::nullopt;
    }
    all = all && decision.found == Found::order;
    if (decision.found != Found::order) continue;
    Certificate certificate{key.key, {}};
    for (const std::uint32_t position : decision.order) {
      certificate.order.push_back(key.entries[position].index);
    }
    const auto refused = validate(history, model, certificate);
    EXPECT_FALSE(refused.has_value()) << name(algorithm) << ": " << *refused << "\n"
                                      << dump(history, model);
  }
  return all;
}

TEST_P(EveryAlgorithm, agrees_with_brute_force_on_random_histories) {
  Random random(41, GetParam());
  int valid = 0;
  for (int i = 0; i < kHistories && !HasFailure(); ++i) {
    const Model model = vary(random, *find_model(GetParam()));
    const Values values = i % 2 == 0 ? Values::repeated : Values::distinct;
    const History history = random_history(random, model, 7, values);
    const bool expected = BruteForce(history, model).linearizable();
    valid += expected ? 1 : 0;
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value()) << keys.error().text() << "\n" << dump(history, model);
    for (const auto algorithm : {Algorithm::automatic, Algorithm::frontier, Algorithm::search,
                                 Algorithm::naive, Algorithm::race, Algorithm::monitor}) {
      if (algorithm == Algorithm::race && i % kHistoriesPerRace != 0) continue;
      const auto found = linearizable(history, model, *keys, algorithm);
      if (algorithm == Algorithm::monitor && !found) continue;
      ASSERT_TRUE(found.has_value()) << name(algorithm) << "\n" << dump(history, model);
      ASSERT_EQ(*found, expected) << name(algorithm) << "\n" << dump(history, model);
    }
  }
  // Both answers must be frequent, or the test says little.
  EXPECT_GT(valid, kHistories / 5);
  EXPECT_LT(valid, kHistories * 17 / 20);
}

TEST_P(EveryAlgorithm, is_told_as_it_is_by_the_whole_check) {
  Random random(43, GetParam());
  for (int i = 0; i < share_of(1'000) && !HasFailure(); ++i) {
    LinearizableOptions options;
    options.model = vary(random, *find_model(GetParam()));
    const History history = random_history(random, options.model, 7);
    const bool expected = BruteForce(history, options.model).linearizable();
    const auto check = check_linearizable(history, options);
    ASSERT_TRUE(check.has_value()) << check.error().text();
    ASSERT_EQ(check->verdict, expected ? Word::valid : Word::invalid)
        << check->reason << "\n"
        << dump(history, options.model);
    for (const Anomaly& anomaly : check->anomalies) {
      ASSERT_FALSE(anomaly.klass.empty());
      ASSERT_FALSE(anomaly.explanation.empty());
      ASSERT_FALSE(anomaly.operations.empty());
    }
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const ModelInfo& model : models()) all.push_back(model.name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Model, EveryAlgorithm, ::testing::ValuesIn(names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace riptide::checker::testing
