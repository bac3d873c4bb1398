// The rules of docs/architecture.md, held against the whole tree.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>

#include "tests/tidy/rules.hpp"

namespace riptide::tidy {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RIPTIDE_SOURCE_DIR;

const Arrows& arrows() {
  static const Arrows kArrows =
      read_arrows(read_source(kRoot, kRoot / "docs/architecture.md").text);
  return kArrows;
}

std::vector<Source> everything(const std::vector<std::string>& endings) {
  std::vector<Source> all;
  for (const auto& [room, allowed] : arrows())
    for (Source& source : sources_below(kRoot, room, endings)) all.push_back(std::move(source));
  return all;
}

const std::vector<Source>& code() {
  static const std::vector<Source> kCode = everything({".cpp", ".hpp"});
  return kCode;
}

std::vector<Source> pages() {
  std::vector<Source> all = sources_below(kRoot, "docs", {".md"});
  if (fs::exists(kRoot / "README.md")) all.push_back(read_source(kRoot, kRoot / "README.md"));
  return all;
}

void expect_none(const Findings& findings) {
  for (const Finding& finding : findings) ADD_FAILURE() << finding.text();
}

TEST(Tidy, TheTableOfRoomsIsReadAndNamesEveryFolderOfSources) {
  ASSERT_GE(arrows().size(), 12u) << "the table under '## Rooms' of docs/architecture.md";
  EXPECT_TRUE(arrows().at("base").empty());
  EXPECT_TRUE(arrows().at("tests").contains("node"));
  EXPECT_GE(code().size(), 50u);
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    const std::string name = entry.path().filename().string();
    // Build folders, hidden ones and cmake/ hold no room's sources.
    if (!entry.is_directory() || name[0] == '.' || starts_with(name, "build") || name == "cmake")
      continue;
    const auto sources = sources_below(kRoot, name, {".cpp", ".hpp"});
    EXPECT_TRUE(sources.empty() || arrows().contains(name)) << name << ": is no room of the table";
  }
}

TEST(Tidy, NoRoomButTestsAndBenchMayIncludeNode) {
  for (const auto& [room, allowed] : arrows()) {
    if (room != "tests" && room != "bench") {
      EXPECT_FALSE(allowed.contains("node")) << room;
    }
  }
}

TEST(Tidy, EveryIncludeFollowsAnArrowOfTheTable) {
  for (const Source& source : code()) expect_none(check_arrows(source, arrows()));
}

TEST(Tidy, FilesAndLinesAreShortEnough) {
  for (const Source& source : everything({".cpp", ".hpp", ".ts"}))
    expect_none(check_lengths(source));
}

TEST(Tidy, FunctionsAreShortEnough) {
  std::size_t functions = 0;
  for (const Source& source : code()) {
    functions += functions_of(source.text).size();
    expect_none(check_functions(source));
  }
  EXPECT_GT(functions, 500u) << "functions are found at all";
}

TEST(Tidy, NoHeaderIncludesAsioOrNlohmannJson) {
  for (const Source& source : code())
    if (ends_with(source.path, ".hpp") && room_of(source.path) != "tests")
      expect_none(check_header_includes(source));
}

TEST(Tidy, EveryRoomHasAShortFrontHeader) {
  for (const auto& [room, allowed] : arrows()) {
    if (room == "tests" || room == "bench" || room == "examples") continue;
    const fs::path header = kRoot / room / (room + ".hpp");
    if (!fs::exists(header)) {
      ADD_FAILURE() << room << "/" << room << ".hpp:1: the room lacks its front header";
      continue;
    }
    const Source source = read_source(kRoot, header);
    EXPECT_LE(lines_of(source.text).size(), kFrontHeaderLinesMax)
        << source.path << ":1: too long for a front header";
    EXPECT_TRUE(starts_with(source.text, "// " + room))
        << source.path << ":1: a front header begins by saying what the room is";
  }
}

TEST(Tidy, NoHeaderIsDead) { expect_none(check_dead_headers(code())); }

TEST(Tidy, FileNamesAreSnakeCaseAndSaySomething) {
  for (const Source& source : everything({".cpp", ".hpp", ".ts"}))
    expect_none(check_name(source.path));
}

TEST(Tidy, NothingIsLeftForLater) {
  for (const Source& source : everything({".cpp", ".hpp", ".ts", ".txt"}))
    expect_none(check_leftovers(source));
  for (const Source& page : pages()) expect_none(check_leftovers(page));
}

TEST(Tidy, EveryLinkOfTheDocumentationResolves) {
  ASSERT_FALSE(pages().empty());
  for (const Source& page : pages()) expect_none(check_links(kRoot, page));
}

/// CMake compiles each header of each room alone, in the same build folder.
TEST(Tidy, EveryHeaderCompilesAlone) {
  const std::string command = std::string("timeout 800 cmake --build '") + RIPTIDE_BINARY_DIR +
                              "' --target all_verify_interface_header_sets 2>&1";
  FILE* build = ::popen(command.c_str(), "r");
  ASSERT_NE(build, nullptr);
  std::string output;
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, build))
    output.append(buffer, got);
  const int status = ::pclose(build);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << output;
}

}  // namespace
}  // namespace riptide::tidy
