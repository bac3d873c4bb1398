#include <fmt/format.h>

#include "reports/columns.hpp"
#include "reports/escape.hpp"
#include "reports/page_sections.hpp"
#include "reports/reports.hpp"
#include "reports/web_assets.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {

/// The tab's icon: the glyph on the colour of the status, so that a row of tabs can be told apart.
std::string favicon(const Status& status) {
  const std::string_view color = status.css == "pass"      ? "2470a0"
                                 : status.css == "fail"    ? "e0240a"
                                 : status.css == "harness" ? "9a22e0"
                                                           : "3f3108";
  return fmt::format(
      "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect "
      "width='32' "
      "height='32' rx='7' fill='%23{}'/%3E%3Ctext x='16' y='24' font-size='23' "
      "text-anchor='middle' "
      "fill='white' font-family='sans-serif'%3E{}%3C/text%3E%3C/svg%3E",
      color, status.glyph);
}

/// Nothing is fetched, and no script or style runs but the page's own, named by their hashes.
std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      web::kScriptHash, web::kStyleHash);
}

std::string head(const RunInfo& run, const checker::Verdict& verdict) {
  const Status s = status(verdict.verdict);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{} {} – {}</title>\n<link rel=\"icon\" href=\"{}\">\n<style>{}</style></head>\n",
      policy(), s.glyph, escape(headline(verdict)), escape(run.title), favicon(s), web::kStyle);
}

}  // namespace

std::string html_page(const RunInfo& run, const history::History& history,
                      const checker::Verdict& verdict) {
  const PageInput page{run, history, verdict};
  std::string out = head(run, verdict);
  out += fmt::format(
      "<body><a class=\"skip\" href=\"#main\">To the verdict</a>\n<nav class=\"top\"><span "
      "class=\"brand\">"
      "riptide</span><span class=\"run\">{}</span><span class=\"buttons\">"
      "<button type=\"button\" class=\"js\" id=\"theme\" hidden>Theme</button>"
      "<button type=\"button\" class=\"js\" id=\"help\" hidden "
      "aria-label=\"Keys\">?</button></span></nav>\n"
      "<main id=\"main\">\n",
      escape(run.title));
  out += verdict_bar(page) + warnings_section(page) + reproduce_section(page) +
         anomaly_sections(page) + belief_section(page) + timeline_section(page) +
         was_it_a_test_section(page) + numbers_section(page) + faults_section(page) +
         evidence_section(page) + configuration_section(page);
  out += fmt::format(
      "</main>\n<footer>Riptide {} · written from history.jsonl and verdict.json in this run's "
      "directory · works offline</footer>\n",
      RIPTIDE_VERSION);
  out += "<div id=\"announce\" class=\"unseen\" role=\"status\" aria-live=\"polite\"></div>\n";
  out += "<script type=\"application/json\" id=\"data\">" + page_data(history, verdict) +
         "</script>\n";
  out += fmt::format("<script>{}</script>\n</body></html>\n", web::kScript);
  return out;
}

}  // namespace riptide::reports
