// Histories of others with known verdicts, where this machine has them: all are read as what they
// are, and lose nothing when they are converted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "history/convert.hpp"
#include "history/reader.hpp"

namespace riptide::history {
namespace {

namespace fs = std::filesystem;

/// RIPTIDE_SHARED_HISTORIES, or `shared/histories` in a folder above the sources.
fs::path histories() {
  if (const char* given = std::getenv("RIPTIDE_SHARED_HISTORIES")) return given;
  for (fs::path at = RIPTIDE_SOURCE_DIR; at.has_relative_path(); at = at.parent_path())
    if (fs::is_directory(at / "shared/histories")) return at / "shared/histories";
  return {};
}

std::vector<fs::path> files() {
  std::vector<fs::path> all;
  if (histories().empty()) return all;
  for (const auto& entry : fs::recursive_directory_iterator(histories())) {
    const std::string ending = entry.path().extension().string();
    const bool history = ending == ".log" || ending == ".edn" || ending == ".txt";
    if (entry.is_regular_file() && history) all.push_back(entry.path());
  }
  return all;
}

bool same(const History& a, const History& b) {
  if (a.operations.size() != b.operations.size() || a.format != b.format) return false;
  if (a.events.size() != b.events.size()) return false;
  for (std::size_t i = 0; i < a.operations.size(); ++i) {
    const Operation &x = a.operations[i], &y = b.operations[i];
    if (x.process != y.process || x.f != y.f || x.key != y.key || x.input != y.input ||
        x.output != y.output || x.invoke_ns != y.invoke_ns || x.complete_ns != y.complete_ns ||
        x.outcome != y.outcome || !(x.error == y.error) || x.gave_up_ns != y.gave_up_ns)
      return false;
  }
  return true;
}

TEST(SharedHistories, AllAreReadAsWhatTheyAre) {
  if (files().empty()) GTEST_SKIP() << "there are no shared histories on this machine";
  const std::map<std::string, Format> kinds{{"porcupine-etcd", Format::etcd},
                                            {"generated", Format::etcd},
                                            {"porcupine-kv", Format::kv},
                                            {"cas-register", Format::edn},
                                            {"multi-register", Format::edn}};
  for (const fs::path& file : files()) {
    const auto history = read_history(file);
    ASSERT_TRUE(history) << history.error().text();
    EXPECT_FALSE(history->operations.empty()) << file;
    for (const auto& [folder, format] : kinds) {
      if (file.string().find("/" + folder + "/") == std::string::npos) continue;
      EXPECT_EQ(history->format, format) << file;
    }
  }
}

TEST(SharedHistories, AllStayTheSameWhenTheyAreConverted) {
  if (files().empty()) GTEST_SKIP() << "there are no shared histories on this machine";
  for (const fs::path& file : files()) {
    const auto history = read_history(file);
    ASSERT_TRUE(history) << history.error().text();
    std::string lines, edn;
    const auto into = [](std::string& text) {
      return [&text](std::string_view part) -> Result<void> {
        text += part;
        return {};
      };
    };
    ASSERT_TRUE(convert_history(file, Format::automatic, Format::jsonl, into(lines)));
    ASSERT_TRUE(convert_text(lines, "lines", Format::automatic, Format::edn, into(edn)));
    for (const std::string* text : {&lines, &edn}) {
      const auto again = parse_history(*text, "converted");
      ASSERT_TRUE(again) << file << again.error().text();
      EXPECT_TRUE(same(*history, *again)) << file;
    }
  }
}

}  // namespace
}  // namespace riptide::history
