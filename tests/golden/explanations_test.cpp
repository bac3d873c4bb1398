// Histories in, explanations out: tests/golden/explanations/NAME.jsonl → NAME.txt.
// RIPTIDE_REWRITE=1 in the environment writes the expected texts anew; read the difference before
// you commit it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "checker/anomaly.hpp"
#include "checker/checker.hpp"
#include "checker/judge.hpp"
#include "history/reader.hpp"

namespace riptide {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(RIPTIDE_SOURCE_DIR) / "tests" / "golden" / "explanations";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(kFolder)) {
    if (file.path().extension() == ".jsonl") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string told(const checker::Anomaly& anomaly) {
  std::string text = "\n" + anomaly.klass + ", key " + anomaly.key.json() + ", operations";
  for (const auto index : anomaly.operations) text += " " + std::to_string(index);
  if (!anomaly.minimal) text += " (not minimal)";
  text += ", culprit " + std::to_string(anomaly.culprit);
  if (anomaly.staleness_ms) {
    text += ", stale by at least " + std::to_string(*anomaly.staleness_ms) + " ms";
  }
  if (anomaly.staleness_versions) {
    text += " and " + std::to_string(*anomaly.staleness_versions) + " versions";
  }
  text += "\n";
  for (const std::string& step : anomaly.explanation) text += step + "\n";
  for (const checker::FinalState& final : anomaly.final_states) {
    text += "~ " + final.state + ", after";
    for (const auto index : final.order_tail) text += " " + std::to_string(index);
    text += "\n";
    for (const auto& [operation, why] : final.why_not) {
      text += "  " + std::to_string(operation) + ": " + why + "\n";
    }
  }
  return text;
}

/// Each part on its own, so that the texts do not depend on what check_linearizable() says of all.
std::string told_by_parts(const history::History& history, const checker::Model& model) {
  const auto parts = checker::partition(history, model);
  if (!parts) return "error: " + parts.error().text() + "\n";
  std::string text;
  for (const checker::KeyHistory& part : *parts) {
    checker::Budget budget{checker::Limits{.memory_bytes = 64 << 20}};
    const checker::Decision decision = checker::judge(model, part, budget);
    if (decision.found == checker::Found::order) continue;
    const auto finding = checker::find_anomaly(history, model, part, &decision, budget);
    EXPECT_FALSE(finding.contradiction.has_value());
    text += told(finding.anomaly);
  }
  return text;
}

std::string told(const history::History& history, const checker::Model& model) {
  if (!model.is_register()) return model.info.name + "\n" + told_by_parts(history, model);
  checker::LinearizableOptions options{.model = model};
  options.limits.memory_bytes = 64 << 20;
  const auto check = checker::check_linearizable(history, options);
  if (!check) return "error: " + check.error().text() + "\n";
  std::string text = std::string(checker::name(check->verdict)) + ": " + check->reason + "\n";
  for (const checker::Anomaly& anomaly : check->anomalies) text += told(anomaly);
  return text;
}

/// NAME.options, when there is one, has a value for --initial on its first line.
checker::Model model_of(const history::History& history, const fs::path& options) {
  auto model = checker::find_model(history.header.model);
  EXPECT_TRUE(model.has_value()) << history.header.model;
  if (!fs::exists(options)) return *model;
  const auto text = read_file(options);
  model->initial = *history::Value::from_json(text->substr(0, text->find('\n')));
  return *model;
}

class Explanations : public ::testing::TestWithParam<std::string> {};

TEST_P(Explanations, reads_as_written_in_the_golden_text) {
  const fs::path input = kFolder / (GetParam() + ".jsonl");
  const fs::path expected = kFolder / (GetParam() + ".txt");
  const auto history = history::read_history(input);
  ASSERT_TRUE(history.has_value()) << history.error().text();
  const std::string text = told(*history, model_of(*history, kFolder / (GetParam() + ".options")));
  if (std::getenv("RIPTIDE_REWRITE") != nullptr) {
    ASSERT_TRUE(write_file(expected, text).has_value());
  }
  const auto golden = read_file(expected);
  ASSERT_TRUE(golden.has_value()) << golden.error().text();
  EXPECT_EQ(text, *golden);
}

INSTANTIATE_TEST_SUITE_P(golden, Explanations, ::testing::ValuesIn(cases()), [](const auto& name) {
  std::string text = name.param;
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
});

}  // namespace
}  // namespace riptide
