#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/web_assets.hpp"
#include "tests/reports/hostile.hpp"

namespace riptide::reports {
namespace {
using checker::Word;

std::string page(const sample::Sample& s) { return html_page(s.run, s.history, s.verdict); }

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// The page without its own constant script and style, so that only what it says is looked at.
std::string content(std::string html) {
  for (const std::string_view own : {web::kScript, web::kStyle}) {
    const std::size_t at = html.find(own);
    EXPECT_NE(at, std::string::npos);
    html.erase(at, own.size());
  }
  return html;
}

nlohmann::json data(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t at = html.find(begin) + begin.size();
  return nlohmann::json::parse(html.substr(at, html.find("</script>", at) - at), nullptr, false);
}

TEST(Page, HostileTextNeverBecomesMarkup) {
  for (const auto& text : sample::hostile_strings()) {
    const std::string html = content(page(sample::hostile(text)));
    EXPECT_EQ(count(html, "<script"), 2u) << text;
    EXPECT_EQ(count(html, "</script"), 2u) << text;
    EXPECT_EQ(count(html, "<!--"), 0u) << text;
    EXPECT_EQ(count(html, "<img"), 0u) << text;
    EXPECT_EQ(count(html, "\" onmouseover=\""), 0u) << text;
    EXPECT_EQ(count(html, "<style"), 1u) << text;
    EXPECT_EQ(count(html, "</title>"), count(html, "<title")) << text;
    EXPECT_TRUE(data(html).is_object()) << text;
  }
}

TEST(Page, OnlyItsOwnScriptAndStyleAreAllowedAndNothingIsFetched) {
  std::string html = page(sample::stale_read(300));
  EXPECT_NE(html.find("default-src 'none'; script-src '" + std::string(web::kScriptHash) + "'"),
            html.npos);
  EXPECT_NE(html.find("<script>" + std::string(web::kScript) + "</script>"), html.npos);
  EXPECT_NE(html.find("<style>" + std::string(web::kStyle) + "</style>"), html.npos);
  EXPECT_EQ(html.find("unsafe-"), html.npos);
  const std::string svg = "http://www.w3.org/2000/svg";
  for (std::size_t at = html.find(svg); at != html.npos; at = html.find(svg))
    html.erase(at, svg.size());
  for (const char* way_out :
       {"http://", "https://", "src=", "url(", "@import", " style=\"", "//fonts"}) {
    EXPECT_EQ(html.find(way_out), html.npos) << way_out;
  }
}

TEST(Page, AViolationSaysWhatWhereAndHowLittleProvesIt) {
  const std::string html = page(sample::stale_read());
  for (const char* text :
       {"<title>✗ Not linearizable", "4 of 5,000 operations are enough to prove it.",
        "Why it is wrong", "stale-read", "277 ms", "riptide replay runs/", "Was it a test?",
        "5 of 5", "partition+kill+pause", "none: not valid"}) {
    EXPECT_NE(html.find(text), html.npos) << text;
  }
  EXPECT_NE(html.find("data-op="), html.npos);
}

TEST(Page, MentionsOfOperationsInTheProofAreLinkedToThem) {
  const auto s = sample::stale_read(100);
  const auto& anomaly = s.verdict.checks[0].anomalies[0];
  const std::string html = page(s), op = std::to_string(anomaly.culprit);
  EXPECT_NE(html.find("<a class=\"chip\" href=\"#a0-op-" + op + "\" data-op=\"" + op +
                      "\">read → 90012</a>"),
            html.npos);
  EXPECT_NE(html.find("<tr id=\"a0-op-" + op + "\""), html.npos);
}

TEST(Page, AMentionIsNotFoundInsideALongerNumber) {
  auto s = sample::stale_read(100);
  s.verdict.checks[0].anomalies[0].explanation = {"write 900121 is another operation"};
  EXPECT_EQ(page(s).find("class=\"chip\""), std::string::npos);
}

TEST(Page, AValidRunSaysWhyToBelieveIt) {
  const std::string html = page(sample::valid());
  for (const char* text :
       {"<title>✓ Linearizable", "What was checked, and why to believe it",
        "validated again by separate code", "5 of 5 were proved", "The clients competed",
        "What it does not say", "✓ by independent code"}) {
    EXPECT_NE(html.find(text), html.npos) << text;
  }
  EXPECT_EQ(html.find("Why it is wrong"), html.npos);
}

TEST(Page, AValidRunWithoutAValidatedCertificateDoesNotClaimOne) {
  auto s = sample::valid(200);
  s.verdict.checks[0].evidence.certificate_validated = false;
  const std::string html = page(s);
  EXPECT_EQ(html.find("validated again by separate code"), html.npos);
  EXPECT_NE(html.find("not validated a second time"), html.npos);
}

TEST(Page, WhatWasNotDecidedSaysWhatWasMissingAndWhatToDo) {
  for (const auto& [word, title] : {std::pair{Word::unknown, "? Not decided"},
                                    {Word::vacuous, "∅ Nothing was tested"},
                                    {Word::error, "! The harness failed"}}) {
    const auto s = sample::undecided(word);
    const std::string html = page(s);
    EXPECT_NE(html.find("<title>" + std::string(title)), html.npos);
    EXPECT_NE(html.find("What to do"), html.npos);
    EXPECT_NE(html.find(s.verdict.checks[0].reason), html.npos);
    EXPECT_NE(html.find("the run was killed"), html.npos) << "warnings are shown";
    EXPECT_EQ(html.find("Not linearizable"), html.npos);
  }
}

TEST(Page, AFaultThatWasNotProvedIsMarkedWithItsReason) {
  const std::string html = page(sample::undecided(Word::error));
  EXPECT_NE(html.find("! not proved"), html.npos);
  EXPECT_NE(html.find("no packet was dropped in 2 s"), html.npos);
  EXPECT_NE(html.find("4 of 5"), html.npos);
}

TEST(Page, TenThousandOperationsFitInto400Kilobytes) {
  EXPECT_LT(page(sample::stale_read(10'000)).size(), 400'000u);
}

TEST(Page, AnEmptyHistoryStillMakesAPage) {
  sample::Sample s;
  s.verdict.verdict = Word::vacuous;
  s.verdict.checks = {sample::check("not-vacuous", Word::vacuous, "there are no operations")};
  const std::string html = page(s);
  EXPECT_NE(html.find("there are no operations"), html.npos);
  EXPECT_TRUE(data(html).is_object());
}

TEST(Page, AnomaliesWithoutOperationsOrWithForeignOnesAreToldInWords) {
  auto s = sample::stale_read(100);
  auto& anomaly = s.verdict.checks[0].anomalies[0];
  anomaly.operations = {4'000'000};
  anomaly.culprit = 4'000'000;
  anomaly.explanation = {"the words are still there"};
  const std::string html = page(s);
  EXPECT_NE(html.find("the words are still there"), html.npos);
}

TEST(Page, ManyAnomaliesAreBoundedAndTheRestIsCounted) {
  auto s = sample::stale_read(100);
  auto& anomalies = s.verdict.checks[0].anomalies;
  anomalies.resize(60, anomalies[0]);
  const std::string html = page(s);
  EXPECT_NE(html.find("59 more like it"), html.npos);
  EXPECT_NE(html.find("20 more are in verdict.json"), html.npos);
  EXPECT_LT(html.size(), 400'000u);
}

}  // namespace
}  // namespace riptide::reports
