// The report in the machine's own Chromium, headless. Skips, and says so, where there is none.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "tests/reports/hostile.hpp"

namespace riptide {
namespace {
namespace fs = std::filesystem;

std::string chromium() {
  for (const char* path :
       {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
    if (fs::exists(path)) return path;
  }
  return {};
}

void write_page(const fs::path& folder, const std::string& name, const sample::Sample& s) {
  const auto written =
      write_file(folder / (name + ".html"), reports::html_page(s.run, s.history, s.verdict));
  ASSERT_TRUE(written) << written.error().text();
}

/// One of each verdict, and what a hostile system would make of it.
void write_pages(const fs::path& folder, bool all_hostile) {
  fs::remove_all(folder);  // pages of an earlier build would be tested in place of this one
  ASSERT_TRUE(make_directories(folder));
  write_page(folder, "violation", sample::stale_read());
  write_page(folder, "valid", sample::valid(1000));
  write_page(folder, "unknown", sample::undecided(checker::Word::unknown));
  write_page(folder, "vacuous", sample::undecided(checker::Word::vacuous));
  write_page(folder, "error", sample::undecided(checker::Word::error));
  // The check for foreign scripts takes all; for the others some long and odd ones are enough.
  const std::size_t step = all_hostile ? 1 : 3;
  for (std::size_t i = 0; i < sample::hostile_strings().size(); i += step) {
    write_page(folder, "hostile-" + std::to_string(i),
               sample::hostile(sample::hostile_strings()[i]));
  }
}

/// Output and exit status of a command.
std::pair<std::string, int> run(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return {"popen failed", -1};
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  return {output, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

/// Tests run side by side, each in a process of its own, so each has a folder of its own.
void hold(const std::string& check) {
  const std::string browser = chromium();
  const fs::path modules = fs::path(RIPTIDE_BINARY_DIR) / "ui";
  if (browser.empty()) GTEST_SKIP() << "no Chromium on this machine: apt-get install chromium";
  if (!fs::exists(modules / "node_modules/playwright-core")) {
    GTEST_SKIP() << "playwright-core is not installed: build the target riptide_ui_packages";
  }
  const fs::path pages = modules / "pages" / check;
  write_pages(pages, check == "quiet");
  const auto [output, status] =
      run("node '" RIPTIDE_SOURCE_DIR "/tests/ui/report.mjs' " + check + " " + browser + " '" +
          modules.string() + "' '" + pages.string() + "'");
  EXPECT_EQ(status, 0) << output;
}

TEST(Report, RunsNoForeignScriptMakesNoRequestAndLeavesTheConsoleClean) { hold("quiet"); }
TEST(Report, EveryKeyDoesWhatTheListOfKeysSays) { hold("keys"); }
TEST(Report, ChipsLightUpTheirOperationsByPointerAndByKeyboard) { hold("chips"); }
TEST(Report, ALinkLeadsToItsWindowOfTheRun) { hold("deep_link"); }
TEST(Report, DraggingOverTheTimelineZoomsIntoIt) { hold("brush"); }
TEST(Report, ReadsTheSameWithoutScript) { hold("without_script"); }
TEST(Report, NothingOverflowsAt200PercentZoom) { hold("narrow"); }
TEST(Report, EveryTextHasEnoughContrastInBothThemes) { hold("contrast"); }
TEST(Report, TheFourStatusesDifferByGlyphWordBorderAndColour) { hold("statuses"); }
TEST(Report, NoTwoTextsOfAPictureOverlapInARealFont) { hold("picture_texts"); }
TEST(Report, PrintsItsStaticTimeline) { hold("paper"); }

}  // namespace
}  // namespace riptide
