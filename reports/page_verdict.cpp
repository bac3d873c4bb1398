#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "reports/escape.hpp"
#include "reports/page_sections.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using checker::Word;

std::string fact(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escape(value));
}

std::string check_cards(const checker::Verdict& verdict) {
  std::string out = "<ul class=\"checks\" aria-label=\"Checks\">";
  for (const auto& check : verdict.checks) {
    out += fmt::format("<li class=\"s-{}\"><b>{}</b>{}<span class=\"reason\">{}</span></li>",
                       status(check.verdict).css, escape(check_title(check.name)),
                       status_tag(check.verdict), escape(check.reason));
  }
  return out + "</ul>";
}

std::string list(const std::vector<std::string>& items, std::string_view tag) {
  std::string out = fmt::format("<{} class=\"points\">", tag);
  for (const auto& item : items) out += fmt::format("<li>{}</li>", escape(item));
  return out + fmt::format("</{}>", tag);
}

const checker::Check* find_check(const checker::Verdict& verdict, std::string_view name) {
  for (const auto& check : verdict.checks) {
    if (check.name == name) return &check;
  }
  return nullptr;
}

std::vector<std::string> reasons_to_believe(const PageInput& page) {
  const auto& stats = page.verdict.statistics;
  std::vector<std::string> out;
  if (const auto* check = find_check(page.verdict, "linearizable")) {
    const auto& evidence = check->evidence;
    out.push_back(
        fmt::format("Every operation was looked at: {} on {} {}, by {}, which visited {} states. "
                    "For each key it "
                    "found an order in which every answer is the right one and nothing happens "
                    "before it was asked "
                    "for or after it was answered.",
                    format_count(evidence.operations), format_count(evidence.keys),
                    evidence.keys == 1 ? "key" : "keys",
                    evidence.algorithm.empty() ? "the search" : evidence.algorithm,
                    format_count(evidence.states)));
    out.push_back(
        evidence.certificate_validated
            ? "Those orders were validated again by separate code, which shares nothing with "
              "the search but the model of the object. A defect in the search cannot make a "
              "wrong history valid."
            : "Those orders were not validated a second time, so this rests on the search alone.");
  }
  const auto proved = std::count_if(page.history.faults.begin(), page.history.faults.end(),
                                    [](const auto& fault) { return fault.proved(); });
  out.push_back(
      page.history.faults.empty()
          ? "No fault was injected: this says how the system behaves when all is well."
          : fmt::format("The faults were real: {} of {} were proved to have taken effect.", proved,
                        page.history.faults.size()));
  out.push_back(
      fmt::format("The clients competed: on {} of {} keys operations overlapped, {} pairs in all.",
                  format_count(stats.contested_keys), format_count(stats.keys),
                  format_count(stats.concurrent_pairs)));
  out.push_back(
      "What it does not say: that the system is always correct. It was correct in this run; "
      "other seeds and faults meet other interleavings.");
  return out;
}

}  // namespace

std::string status_tag(Word word) {
  const Status s = status(word);
  return fmt::format("<span class=\"tag s-{}\"><span aria-hidden=\"true\">{}</span> {}</span>",
                     s.css, s.glyph, s.word);
}

std::string section(std::string_view id, std::string_view heading, std::string_view body) {
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-h\"><h2 id=\"{0}-h\">{1}</h2>{2}</section>\n", id,
      escape(heading), body);
}

namespace {

/// "310 ms, 4 versions"
std::string staleness(const checker::Anomaly& anomaly) {
  std::string text = age_text(*anomaly.staleness_ms);
  if (!anomaly.staleness_versions) return text;
  return fmt::format("{}, {} {}", text, format_count(*anomaly.staleness_versions),
                     *anomaly.staleness_versions == 1 ? "version" : "versions");
}

}  // namespace

std::string verdict_bar(const PageInput& page) {
  const Status s = status(page.verdict.verdict);
  const auto* anomaly = first_anomaly(page.verdict);
  const bool violated = page.verdict.verdict == Word::invalid && anomaly;
  std::string facts;
  if (violated) {
    facts += fact("Anomaly", anomaly->klass);
    if (!anomaly->key.is_nil()) facts += fact("Key", value_label(anomaly->key));
    if (anomaly->staleness_ms) facts += fact("Out of date by", staleness(*anomaly));
  }
  facts += fact("System", page.run.system) + fact("Workload", page.run.workload) +
           fact("Faults", page.run.faults) + fact("Seed", std::to_string(page.run.seed)) +
           fact("Duration", format_duration(Duration(page.verdict.statistics.duration_ns)));
  return fmt::format(
      "<header class=\"verdict s-{0}\"><div class=\"glyph\" aria-hidden=\"true\">{1}</div>"
      "<div class=\"words\"><p class=\"word\">{2}</p><h1>{3}</h1><p class=\"sub\">{4}</p></div>"
      "<dl class=\"facts\">{5}</dl></header>\n{6}",
      s.css, s.glyph, s.word, escape(headline(page.verdict)), escape(subline(page.verdict)), facts,
      check_cards(page.verdict));
}

std::string reproduce_section(const PageInput& page) {
  if (page.verdict.reproduce.empty()) return {};
  return section(
      "reproduce", "Run it again",
      fmt::format("<div class=\"command\"><code id=\"reproduce-command\">{}</code>"
                  "<button type=\"button\" class=\"js\" id=\"copy\" hidden>Copy</button></div>",
                  escape(page.verdict.reproduce)));
}

std::string warnings_section(const PageInput& page) {
  std::vector<std::string> all = page.verdict.warnings;
  for (const auto& warning : page.history.warnings) {
    if (std::find(all.begin(), all.end(), warning) == all.end()) all.push_back(warning);
  }
  if (all.empty()) return {};
  return "<aside class=\"warnings\" aria-label=\"Warnings\"><b>Note:</b>" + list(all, "ul") +
         "</aside>\n";
}

std::string belief_section(const PageInput& page) {
  const Word word = page.verdict.verdict;
  if (word == Word::invalid) return {};
  if (word == Word::valid) {
    return section("belief", "What was checked, and why to believe it",
                   list(reasons_to_believe(page), "ol"));
  }
  std::vector<std::string> reasons;
  for (const auto& check : page.verdict.checks) {
    if (check.verdict != Word::valid && !check.reason.empty()) {
      reasons.push_back(check_title(check.name) + ": " + check.reason);
    }
  }
  return section("belief", word == Word::error ? "What went wrong" : "What was not done",
                 list(reasons, "ul")) +
         section("advice", "What to do", list(advice(page.verdict, page.history), "ul"));
}

}  // namespace riptide::reports
