// What the reports show of an anomaly beyond its sentences.
#include <gtest/gtest.h>

#include "reports/words.hpp"
#include "tests/reports/hostile.hpp"
#include "tests/reports/sample.hpp"

namespace riptide::reports {
namespace {

checker::Anomaly& anomaly_of(sample::Sample& s) {
  for (auto& check : s.verdict.checks) {
    if (!check.anomalies.empty()) return check.anomalies.front();
  }
  ADD_FAILURE() << "the sample has no anomaly";
  static checker::Anomaly none;
  return none;
}

history::Operation operation(const char* f, history::Value input, history::Value output) {
  history::Operation made;
  made.f = history::Symbol(f);
  made.input = std::move(input);
  made.output = std::move(output);
  made.outcome = history::Type::ok;
  return made;
}

TEST(Beliefs, ThePageListsWhatItCouldHaveHeldAndWhyNothingFollows) {
  sample::Sample s = sample::stale_read(300);
  checker::Anomaly& anomaly = anomaly_of(s);
  anomaly.final_states = {{.state = "Key 5 holds 17",
                           .order_tail = {anomaly.operations.front()},
                           .why_not = {{anomaly.culprit, "It cannot come next: <b>no</b>."}}}};
  const std::string html = html_page(s.run, s.history, s.verdict);
  EXPECT_NE(html.find("What it could have held"), html.npos);
  EXPECT_NE(html.find("Key 5 holds 17, after <a class=\"chip\""), html.npos);
  EXPECT_NE(html.find("It cannot come next: &lt;b&gt;no&lt;/b&gt;."), html.npos);
  anomaly.final_states.clear();
  EXPECT_EQ(html_page(s.run, s.history, s.verdict).find("What it could have held"), html.npos);
}

TEST(Beliefs, OperationsThatTheHistoryDoesNotHaveAreLeftOut) {
  sample::Sample s = sample::stale_read(300);
  anomaly_of(s).final_states = {{.state = "x", .order_tail = {4'000'000'000u}, .why_not = {}}};
  EXPECT_NE(html_page(s.run, s.history, s.verdict).find("What it could have held"),
            std::string::npos);
}

TEST(Staleness, IsToldInVersionsToo) {
  sample::Sample s = sample::stale_read(300);
  anomaly_of(s).staleness_ms = 12;
  anomaly_of(s).staleness_versions = 3;
  EXPECT_NE(html_page(s.run, s.history, s.verdict).find(", 3 versions"), std::string::npos);
}

TEST(Progress, AnUndecidedCheckSaysHowFarItGot) {
  sample::Sample s = sample::undecided(checker::Word::unknown);
  for (auto& check : s.verdict.checks) {
    if (check.verdict != checker::Word::unknown) continue;
    check.progress = checker::Progress{
        .key = history::Value(5), .decided_until_ns = 1'204'391'000, .operations_decided = 1234};
  }
  const auto lines = advice(s.verdict, s.history);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front(),
            "No violation of key 5 until 1,204.391 ms: 1,234 operations that had returned by then "
            "fit one order.");
}

TEST(OperationLabel, TellsWhatWasAskedAndWhatCameBackForEveryModel) {
  using history::Value;
  EXPECT_EQ(operation_label(operation("dequeue", Value(), Value(5))), "dequeue → 5");
  EXPECT_EQ(operation_label(operation("pop", Value(), Value())), "pop → empty");
  EXPECT_EQ(operation_label(operation("enqueue", Value(5), Value(5))), "enqueue 5");
  EXPECT_EQ(operation_label(operation("contains", Value(5), Value(true))), "contains 5 → true");
  EXPECT_EQ(operation_label(operation("get", Value(), Value("a"))), "get → \"a\"");
  EXPECT_EQ(operation_label(operation("acquire", Value(), Value(7))), "acquire → 7");
  EXPECT_EQ(operation_label(operation("release", Value(), Value())), "release");
}

TEST(AnomalyTitle, NamesTheKeyWhenThereIsOne) {
  EXPECT_EQ(anomaly_title({.klass = "double-grant"}), "double-grant");
  EXPECT_EQ(anomaly_title({.klass = "stale-read", .key = history::Value(5)}),
            "stale-read on key 5");
}

}  // namespace
}  // namespace riptide::reports
