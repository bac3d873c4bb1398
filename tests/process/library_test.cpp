// The library as people get it: installed into a folder, found by an outside project, which is
// built and run. The examples are those of docs/library.md.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/process/program.hpp"

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = RIPTIDE_SOURCE_DIR;
const fs::path kBuild = RIPTIDE_BINARY_DIR;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// What this build was configured with: "NAME:TYPE=value" in CMakeCache.txt.
std::string cached(const std::string& name) {
  std::ifstream cache(kBuild / "CMakeCache.txt");
  for (std::string line; std::getline(cache, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with(name + ":") && equals != std::string::npos) return line.substr(equals + 1);
  }
  return {};
}

Output call(std::vector<std::string> argv, const fs::path& directory) {
  return Running(std::move(argv), directory).wait(600);
}

void expect_done(const Output& output) {
  ASSERT_EQ(output.exit_code, 0) << output.out << output.err;
}

TEST(Library, AnOutsideProjectFindsBuildsAndRunsTheInstalledChecker) {
  const std::string cmake = cached("CMAKE_COMMAND");
  ASSERT_FALSE(cmake.empty());
  const TemporaryDirectory here;
  const fs::path first = here.path() / "first", prefix = here.path() / "moved";
  expect_done(call({cmake, "--install", kBuild.string(), "--prefix", first.string(), "--component",
                    "Development"},
                   here.path()));
  EXPECT_FALSE(fs::exists(first / "bin")) << "the programs are another component";
  fs::rename(first, prefix);  // what was installed can be moved
  // The library's own flags (a sanitizer) must be the program's, too.
  expect_done(call({cmake, "-S", (kSource / "examples").string(), "-B", "build",
                    "-DCMAKE_PREFIX_PATH=" + prefix.string(),
                    "-DCMAKE_CXX_COMPILER=" + cached("CMAKE_CXX_COMPILER"),
                    "-DCMAKE_CXX_FLAGS=" + cached("CMAKE_CXX_FLAGS")},
                   here.path()));
  expect_done(call({cmake, "--build", "build"}, here.path()));

  const auto run = [&](const std::string& program, const std::string& argument) {
    std::vector<std::string> argv{(here.path() / "build" / program).string()};
    if (!argument.empty()) argv.push_back(argument);
    return call(std::move(argv), here.path());
  };
  const Output healthy = run("register_test", "");
  EXPECT_EQ(healthy.exit_code, 0) << healthy.out << healthy.err;
  EXPECT_TRUE(healthy.out.starts_with("valid\n")) << healthy.out;
  const Output stale = run("register_test", "stale");
  EXPECT_EQ(stale.exit_code, 1) << stale.out << stale.err;
  EXPECT_TRUE(stale.out.starts_with("invalid\n")) << stale.out;
  EXPECT_NE(stale.out.find("  1. "), std::string::npos) << stale.out;
  const Output account = run("account_test", "");
  EXPECT_EQ(account.exit_code, 0) << account.out << account.err;
  const Output overdrawn = run("account_test", "overdraw");
  EXPECT_EQ(overdrawn.exit_code, 1) << overdrawn.out << overdrawn.err;
  EXPECT_NE(overdrawn.out.find("a balance of 20"), std::string::npos) << overdrawn.out;
}

TEST(Library, TheGuideShowsTheExamplesAsTheyAre) {
  const std::string guide = content(kSource / "docs" / "library.md");
  const std::string examples = content(kSource / "examples" / "register_test.cpp") +
                               content(kSource / "examples" / "account_test.cpp") +
                               content(kSource / "examples" / "CMakeLists.txt");
  std::size_t blocks = 0;
  for (std::size_t at = guide.find("```cpp\n"); at != std::string::npos;
       at = guide.find("```cpp\n", at)) {
    at += 7;
    const std::size_t end = guide.find("```", at);
    ASSERT_NE(end, std::string::npos);
    const std::string block = guide.substr(at, end - at);
    EXPECT_NE(examples.find(block), std::string::npos) << block << "is in no example";
    ++blocks;
  }
  EXPECT_GE(blocks, 2u);
}

}  // namespace
}  // namespace riptide::tests
