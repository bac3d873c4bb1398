// Histories in, explanations out: tests/golden/explanations/NAME.jsonl → NAME.txt.
// RIPTIDE_REWRITE=1 in the environment writes the expected texts anew; read the difference before
// you commit it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "checker/checker.hpp"
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

std::string told(const history::History& history) {
  checker::LinearizableOptions options;
  options.limits.memory_bytes = 64 << 20;
  const auto check = checker::check_linearizable(history, options);
  if (!check) return "error: " + check.error().text() + "\n";
  std::string text = std::string(checker::name(check->verdict)) + ": " + check->reason + "\n";
  for (const checker::Anomaly& anomaly : check->anomalies) {
    text += "\n" + anomaly.klass + ", key " + anomaly.key.json() + ", operations";
    for (const auto index : anomaly.operations) text += " " + std::to_string(index);
    text += ", culprit " + std::to_string(anomaly.culprit);
    if (anomaly.staleness_ms) {
      text += ", stale by at least " + std::to_string(*anomaly.staleness_ms) + " ms";
    }
    text += "\n";
    for (const std::string& step : anomaly.explanation) text += step + "\n";
  }
  return text;
}

class Explanations : public ::testing::TestWithParam<std::string> {};

TEST_P(Explanations, reads_as_written_in_the_golden_text) {
  const fs::path input = kFolder / (GetParam() + ".jsonl");
  const fs::path expected = kFolder / (GetParam() + ".txt");
  const auto history = history::read_history(input);
  ASSERT_TRUE(history.has_value()) << history.error().text();
  const std::string text = told(*history);
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
