#include "checker/anomaly.hpp"

#include <gtest/gtest.h>

#include "checker/culprit.hpp"
#include "checker/monitor/monitor.hpp"
#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

Budget budget() { return Budget{Limits{.memory_bytes = 1 << 30}}.part(2'000'000); }

Finding found(const History& history, const Decision* decision = nullptr) {
  const auto keys = partition(history, default_model());
  EXPECT_TRUE(keys.has_value());
  Budget limits = budget();
  return find_anomaly(history, default_model(), keys->front(), decision, limits);
}

/// Ten clients by turns, with five values again and again, or with distinct ones; then a read of
/// what was replaced long before.
History long_history(int operations, bool distinct) {
  Script script;
  for (int i = 0; i < operations; ++i) {
    const int value = distinct ? i : i % 5;
    if (i % 2 == 0) {
      script.write(i % 10, 10 * i, 10 * i + 15, value);
    } else {
      script.read(i % 10, 10 * i + 6, 10 * i + 9, distinct ? i - 1 : (i - 1) % 5);
    }
  }
  script.read(77, 10 * operations + 20, 10 * operations + 25, distinct ? 10 : 4);
  return script.history();
}

TEST(FindAnomaly, OneStaleReadAmongManyDistinctValuesHasAWitnessOfThree) {
  const History history = long_history(200'000, true);
  const auto keys = partition(history, default_model());
  const auto decision = monitor(default_model(), keys->front());
  ASSERT_TRUE(decision.has_value());
  ASSERT_EQ(decision->found, Found::no_order);
  for (const Decision* with : {&*decision, static_cast<const Decision*>(nullptr)}) {
    const Anomaly anomaly = found(history, with).anomaly;
    EXPECT_LE(anomaly.operations.size(), 4u);
    EXPECT_EQ(anomaly.klass, "stale-read");
    EXPECT_EQ(anomaly.culprit, 200'000u);
    EXPECT_TRUE(anomaly.minimal);
    EXPECT_GT(anomaly.staleness_versions, 90'000u);
  }
}

TEST(FindAnomaly, OneStaleReadAmongRepeatedValuesHasASmallWitnessToo) {
  const History history = long_history(200'000, false);
  const Anomaly anomaly = found(history).anomaly;
  EXPECT_LE(anomaly.operations.size(), 4u);
  EXPECT_EQ(anomaly.culprit, 200'000u);
  EXPECT_FALSE(BruteForce(history, anomaly.operations).linearizable());
}

TEST(FindAnomaly, WithoutAPatternTheRecentPastIsEnough) {
  Script script;
  const int operations = 20'000;
  for (int i = 0; i < operations; ++i) script.write(i % 3, 10 * i, 10 * i + 5, i % 4);
  const std::int64_t end = 10 * operations;
  // Three concurrent writes, and reads that see 2, then 3, then 2 again without a third write.
  script.write(1, end, end + 5, 2).write(2, end, end + 5, 3);
  script.read(3, end + 10, end + 11, 2).read(4, end + 12, end + 13, 3);
  script.history();
  const History history = script.history();
  Decision decision{.found = Found::no_order};
  decision.decided_until_ns = end + 11;
  const Anomaly anomaly = found(history, &decision).anomaly;
  EXPECT_LE(anomaly.operations.size(), 6u) << anomaly.operations.size();
  EXPECT_FALSE(anomaly.explanation.empty());
}

TEST(FindAnomaly, TheFinalStatesAreWhatTheClientsCouldHaveBelieved) {
  const History history = Script()
                              .write(0, 1, 10, 1)
                              .write(1, 1, 10, 2)
                              .read(2, 12, 13, 3)
                              .info(3, "write", 12, 4)
                              .info(4, "write", 30, 3)
                              .history();
  const Anomaly anomaly = found(history).anomaly;
  ASSERT_FALSE(anomaly.final_states.empty());
  for (const FinalState& final : anomaly.final_states) {
    ASSERT_FALSE(final.why_not.empty());
    EXPECT_NE(final.why_not.front().second.find("would have to hold 3"), std::string::npos);
  }
}

TEST(FindAnomaly, ARefusedCasIsToldWithItsReason) {
  Model model = default_model();
  model.failed_cas_observes = true;
  Script script;
  script.write(0, 1, 2, 1).failed(1, "cas", 3, 4, Value(Value::List{1, 2}));
  const auto keys = partition(script.history(), model);
  ASSERT_TRUE(keys.has_value());
  Budget limits = budget();
  const Anomaly anomaly =
      find_anomaly(script.history(), model, keys->front(), nullptr, limits).anomaly;
  EXPECT_EQ(anomaly.operations, (std::vector<OpIndex>{0, 1}));
  std::string text;
  for (const std::string& step : anomaly.explanation) text += step + "\n";
  EXPECT_NE(text.find("key 5 holds 1, so that it would have succeeded"), std::string::npos) << text;
}

}  // namespace
}  // namespace riptide::checker::testing
