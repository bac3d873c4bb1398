#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/units.hpp"
#include "reports/escape.hpp"
#include "reports/reports.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using checker::Word;

constexpr std::size_t kReasonsMax = 3;

std::string_view color_of(Word word) {
  switch (word) {
    case Word::valid:
      return "\x1b[1;34m";
    case Word::invalid:
      return "\x1b[1;31m";
    case Word::unknown:
    case Word::vacuous:
      return "\x1b[1;33m";
    case Word::error:
      return "\x1b[1;35m";
  }
  return "";
}

std::vector<std::string> reasons_invalid(const checker::Verdict& verdict) {
  const auto* anomaly = first_anomaly(verdict);
  if (!anomaly) {
    const auto* check = deciding_check(verdict);
    return {check ? check->reason : std::string()};
  }
  // The last steps of a proof carry the contradiction; report.html has them all.
  std::vector<std::string> lines{anomaly_title(*anomaly)};
  const auto& steps = anomaly->explanation;
  for (std::size_t i = steps.size() > 2 ? steps.size() - 2 : 0; i < steps.size(); ++i)
    lines.emplace_back(without_number(steps[i]));
  return lines;
}

std::vector<std::string> reasons_valid(const history::History& history,
                                       const checker::Verdict& verdict) {
  const auto& s = verdict.statistics;
  const auto proved = std::count_if(history.faults.begin(), history.faults.end(),
                                    [](const auto& fault) { return fault.proved(); });
  const bool validated =
      std::any_of(verdict.checks.begin(), verdict.checks.end(),
                  [](const auto& check) { return check.evidence.certificate_validated; });
  return {
      validated ? "each key's order was validated by code that shares nothing with the search"
                : "each key has an order; it was not validated a second time",
      fmt::format("{} of {} keys contested, {} concurrent pairs; {} ok, {} fail, {} info",
                  format_count(s.contested_keys), format_count(s.keys),
                  format_count(s.concurrent_pairs), format_count(s.ok), format_count(s.fail),
                  format_count(s.info)),
      history.faults.empty() ? "no faults were asked for"
                             : fmt::format("{} of {} faults proved to have taken effect", proved,
                                           history.faults.size()),
  };
}

std::vector<std::string> reasons(const history::History& history, const checker::Verdict& verdict) {
  if (verdict.verdict == Word::invalid) return reasons_invalid(verdict);
  if (verdict.verdict == Word::valid) return reasons_valid(history, verdict);
  std::vector<std::string> lines = advice(verdict, history);
  if (lines.size() > kReasonsMax) lines.resize(kReasonsMax);
  return lines;
}

}  // namespace

std::string terminal_summary(const RunInfo& run, const history::History& history,
                             const checker::Verdict& verdict, const TerminalStyle& style) {
  const Status s = status(verdict.verdict);
  const std::size_t width = std::max<std::size_t>(style.width, 40);
  const std::string paint(style.color ? color_of(verdict.verdict) : ""),
      plain(style.color ? "\x1b[0m" : "");
  std::string out = fmt::format("{}{} {}{} {}\n", paint, s.glyph, one_line(headline(verdict)),
                                plain, shorten(one_line(run.title), width));
  const std::string sub = subline(verdict);
  if (!sub.empty()) out += "  " + shorten(one_line(sub), width - 2) + "\n";
  for (const auto& reason : reasons(history, verdict)) {
    out += "  · " + shorten(one_line(reason), width - 4) + "\n";
  }
  if (!run.directory.empty()) out += "  report  " + one_line(run.directory) + "/report.html\n";
  if (!verdict.reproduce.empty()) out += "  again   " + one_line(verdict.reproduce) + "\n";
  return out;
}

}  // namespace riptide::reports
