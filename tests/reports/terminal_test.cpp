#include <gtest/gtest.h>

#include "tests/reports/hostile.hpp"

namespace riptide::reports {
namespace {
using checker::Word;

std::string summary(const sample::Sample& s, TerminalStyle style = {}) {
  return terminal_summary(s.run, s.history, s.verdict, style);
}

TEST(Terminal, AViolationReadsLikeThis) {
  TerminalStyle wide;
  wide.width = 200;
  EXPECT_EQ(
      summary(sample::stale_read(), wide),
      "✗ Not linearizable raft × register × partition+kill+pause, seed 7\n"
      "  4 of 5,000 operations are enough to prove it.\n"
      "  · stale-read on key 5\n"
      "  · read → 90012 began at 2,121.300 ms, 277.4 ms after write 90017 had been answered. No "
      "later "
      "operation wrote 90012 again, and write 90015, whose outcome is unknown, wrote another "
      "value.\n"
      "  · So read → 90012 must come after write 90017, where the value is 90017 or 90015, and "
      "never "
      "90012 again: no order can place it.\n"
      "  report  runs/20261122T115300Z-raft-register-partition+kill+pause-7/report.html\n"
      "  again   riptide replay runs/20261122T115300Z-raft-register-partition+kill+pause-7\n");
}

TEST(Terminal, EveryVerdictTakesAtMostEightLinesWithoutColour) {
  for (const auto& s :
       {sample::stale_read(100), sample::valid(100), sample::undecided(Word::unknown),
        sample::undecided(Word::vacuous), sample::undecided(Word::error)}) {
    const std::string text = summary(s);
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 8) << text;
    EXPECT_EQ(text.find('\x1b'), text.npos);
    EXPECT_NE(text.find("report.html"), text.npos);
    EXPECT_NE(text.find("riptide replay"), text.npos);
  }
}

TEST(Terminal, ColourComesOnlyWhenAskedForAndEndsOnItsLine) {
  TerminalStyle style;
  style.color = true;
  const std::string text = summary(sample::valid(100), style);
  const std::string first = text.substr(0, text.find('\n'));
  EXPECT_EQ(first.find("\x1b[1;34m✓ Linearizable\x1b[0m"), 0u);
  EXPECT_EQ(text.substr(first.size()).find('\x1b'), std::string::npos);
}

TEST(Terminal, ControlCharactersOfTheSystemNeverReachTheTerminal) {
  for (const auto& hostile : sample::hostile_strings()) {
    const std::string text = summary(sample::hostile(hostile));
    for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 8);
  }
}

}  // namespace
}  // namespace riptide::reports
