// Histories of others, and of a generator, whose verdicts are known, where this machine has them:
// each gets that verdict.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "history/reader.hpp"

namespace riptide::checker {
namespace {

namespace fs = std::filesystem;

/// RIPTIDE_SHARED_HISTORIES, or `shared/histories` in a folder above the sources.
fs::path histories() {
  if (const char* given = std::getenv("RIPTIDE_SHARED_HISTORIES")) return given;
  for (fs::path at = RIPTIDE_SOURCE_DIR; at.has_relative_path(); at = at.parent_path())
    if (fs::is_directory(at / "shared/histories")) return at / "shared/histories";
  return {};
}

std::vector<fs::path> files_in(const char* folder, const char* extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(histories() / folder))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  EXPECT_FALSE(files.empty()) << folder;
  return files;
}

Model model_named(const char* name, history::Value initial = {}) {
  Model model = *find_model(name);
  model.initial = std::move(initial);
  return model;
}

void expect_verdict(const fs::path& file, Model model, Word word) {
  const auto history = history::read_history(file);
  ASSERT_TRUE(history) << history.error().text();
  LinearizableOptions options;
  options.model = std::move(model);
  const auto check = check_linearizable(*history, options);
  ASSERT_TRUE(check) << file << check.error().text();
  EXPECT_EQ(check->verdict, word) << file << ": " << check->reason;
  if (word == Word::valid) {
    EXPECT_TRUE(check->evidence.certificate_validated) << file;
  } else {
    ASSERT_FALSE(check->anomalies.empty()) << file;
    EXPECT_FALSE(check->anomalies.front().operations.empty()) << file;
    EXPECT_FALSE(check->anomalies.front().explanation.empty()) << file;
  }
}

class SharedHistories : public ::testing::Test {
 protected:
  void SetUp() override {
    if (histories().empty()) GTEST_SKIP() << "there are no shared histories on this machine";
  }
};

TEST_F(SharedHistories, LogsOfTheEtcdTestGetTheVerdictsOfTheirTable) {
  std::ifstream table(histories() / "porcupine-etcd/VERDICTS.tsv");
  std::string line;
  std::getline(table, line);  // the names of the columns
  std::size_t rows = 0;
  for (; std::getline(table, line); ++rows) {
    std::istringstream row(line);
    std::string file, operations, clients, concurrency, verdict;
    row >> file >> operations >> clients >> concurrency >> verdict;
    ASSERT_TRUE(verdict == "valid" || verdict == "invalid") << line;
    expect_verdict(histories() / "porcupine-etcd" / file, model_named("cas-register"),
                   verdict == "valid" ? Word::valid : Word::invalid);
  }
  EXPECT_EQ(rows, files_in("porcupine-etcd", ".log").size());
}

TEST_F(SharedHistories, LogsOfTheEtcdTestGetTheSameVerdictsWhenARefusedCasSaysSomething) {
  std::ifstream table(histories() / "porcupine-etcd/VERDICTS.tsv");
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    Model model = model_named("cas-register");
    model.failed_cas_observes = true;
    const bool invalid = line.ends_with("\tinvalid");
    expect_verdict(histories() / "porcupine-etcd" / line.substr(0, line.find('\t')),
                   std::move(model), invalid ? Word::invalid : Word::valid);
  }
}

TEST_F(SharedHistories, LogsOfAKeyValueStoreGetTheVerdictOfTheirName) {
  for (const fs::path& file : files_in("porcupine-kv", ".txt")) {
    const bool bad = file.stem().string().ends_with("-bad");
    expect_verdict(file, model_named("kv", ""), bad ? Word::invalid : Word::valid);
  }
}

TEST_F(SharedHistories, HistoriesOfKnossosGetTheVerdictOfTheirFolder) {
  // Nil that was read says nothing, because the initial value is another.
  for (const fs::path& file : files_in("knossos/cas-register/good", ".edn"))
    expect_verdict(file, model_named("cas-register", 0), Word::valid);
  for (const fs::path& file : files_in("knossos/cas-register/bad", ".edn"))
    expect_verdict(file, model_named("cas-register", 0), Word::invalid);
  for (const fs::path& file : files_in("knossos/multi-register", ".edn"))
    expect_verdict(file, model_named("multi-register", 0), Word::valid);
}

TEST_F(SharedHistories, GeneratedHistoriesGetTheVerdictOfTheirFirstLetter) {
  for (const fs::path& file : files_in("generated", ".log")) {
    const bool bad = file.filename().string().starts_with("b_");
    expect_verdict(file, model_named("cas-register"), bad ? Word::invalid : Word::valid);
  }
}

}  // namespace
}  // namespace riptide::checker
