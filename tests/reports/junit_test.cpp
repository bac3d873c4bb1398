#include <gtest/gtest.h>

#include "tests/reports/hostile.hpp"
#include "tests/reports/markup.hpp"

namespace riptide::reports {
namespace {
using checker::Word;

TEST(Junit, AViolationIsAFailureWithItsProofSeedAndCommand) {
  const auto s = sample::stale_read(200);
  const std::string xml = junit_xml(s.run, s.verdict);
  EXPECT_EQ(sample::xml_error(xml), "");
  for (const char* text :
       {"tests=\"3\" failures=\"1\" errors=\"0\"", "<failure type=\"stale-read\"",
        "name=\"linearizable\"", "<property name=\"seed\" value=\"7\"/>",
        "<property name=\"command\" value=\"riptide replay ",
        "  4. So read → 90012 must come after"}) {
    EXPECT_NE(xml.find(text), xml.npos) << text << "\n" << xml;
  }
}

TEST(Junit, UnknownVacuousAndHarnessErrorsAreErrorsNotPasses) {
  for (const auto& [word, type] :
       {std::pair{Word::unknown, "unknown"}, {Word::vacuous, "vacuous"}, {Word::error, "error"}}) {
    const auto s = sample::undecided(word);
    const std::string xml = junit_xml(s.run, s.verdict);
    EXPECT_EQ(sample::xml_error(xml), "");
    EXPECT_NE(xml.find("failures=\"0\" errors=\"1\""), xml.npos);
    EXPECT_NE(xml.find("<error type=\"" + std::string(type) + "\""), xml.npos);
  }
}

TEST(Junit, AValidRunHasNeitherFailureNorError) {
  const auto s = sample::valid(200);
  const std::string xml = junit_xml(s.run, s.verdict);
  EXPECT_EQ(sample::xml_error(xml), "");
  EXPECT_EQ(xml.find("<failure"), xml.npos);
  EXPECT_EQ(xml.find("<error"), xml.npos);
}

TEST(Junit, HostileTextLeavesTheXmlWellFormed) {
  for (const auto& text : sample::hostile_strings()) {
    const auto s = sample::hostile(text);
    EXPECT_EQ(sample::xml_error(junit_xml(s.run, s.verdict)), "") << text;
  }
}

}  // namespace
}  // namespace riptide::reports
