#include "checker/verdict_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

History history() {
  return Script().write(0, 1, 2, 1).write(1, 3, 4, 2).read(2, 5, 6, 1).history();
}

Verdict full_verdict() {
  Anomaly anomaly{.klass = "stale-read", .key = Value(5), .operations = {0, 1, 2}, .culprit = 2};
  anomaly.minimal = false;
  anomaly.explanation = {"1. So."};
  anomaly.staleness_ms = 0.5;
  anomaly.staleness_versions = 3;
  anomaly.final_states.push_back(
      {.state = "2", .order_tail = {0, 1}, .why_not = {{2, "it cannot come next"}}});
  Check check{.name = "linearizable", .verdict = Word::invalid, .anomalies = {anomaly}};
  check.progress = Progress{
      .key = Value("k"), .decided_until_ns = 17, .operations_decided = 4, .longest_prefix = {1, 0}};
  return {.verdict = Word::invalid, .checks = {check}};
}

TEST(VerdictJson, EveryFieldOfAnAnomalyAndOfTheProgressComesBack) {
  const std::string text = to_json(full_verdict(), history());
  const auto back = verdict_from_json(text, "verdict.json");
  ASSERT_TRUE(back.has_value()) << back.error().text();
  EXPECT_EQ(to_json(*back, history()), text);
  const Anomaly& anomaly = back->checks[0].anomalies[0];
  EXPECT_FALSE(anomaly.minimal);
  EXPECT_EQ(anomaly.staleness_versions, 3u);
  ASSERT_EQ(anomaly.final_states.size(), 1u);
  EXPECT_EQ(anomaly.final_states[0].state, "2");
  EXPECT_EQ(anomaly.final_states[0].order_tail, (std::vector<OpIndex>{0, 1}));
  EXPECT_EQ(anomaly.final_states[0].why_not.at(0).first, 2u);
  ASSERT_TRUE(back->checks[0].progress.has_value());
  EXPECT_EQ(back->checks[0].progress->key, Value("k"));
  EXPECT_EQ(back->checks[0].progress->decided_until_ns, 17);
  EXPECT_EQ(back->checks[0].progress->operations_decided, 4u);
  EXPECT_EQ(back->checks[0].progress->longest_prefix, (std::vector<OpIndex>{1, 0}));
}

TEST(VerdictJson, ATimeThatIsNotKnownIsNull) {
  Verdict verdict = full_verdict();
  verdict.checks[0].progress->decided_until_ns = INT64_MIN;
  const std::string text = to_json(verdict, history());
  EXPECT_NE(text.find("\"decided_until_ns\": null"), std::string::npos);
  const auto back = verdict_from_json(text, "verdict.json");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->checks[0].progress->decided_until_ns, INT64_MIN);
}

TEST(VerdictJson, AFileFromBeforeTheNewFieldsIsStillRead) {
  auto json = nlohmann::json::parse(to_json(full_verdict(), history()));
  json["checks"][0].erase("progress");
  for (const char* field : {"minimal", "staleness_versions", "final_states"}) {
    json["checks"][0]["anomalies"][0].erase(field);
  }
  const auto back = verdict_from_json(json.dump(), "old.json");
  ASSERT_TRUE(back.has_value()) << back.error().text();
  EXPECT_TRUE(back->checks[0].anomalies[0].minimal);
  EXPECT_FALSE(back->checks[0].anomalies[0].staleness_versions.has_value());
  EXPECT_TRUE(back->checks[0].anomalies[0].final_states.empty());
  EXPECT_FALSE(back->checks[0].progress.has_value());
}

}  // namespace
}  // namespace riptide::checker::testing
