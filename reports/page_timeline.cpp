#include <fmt/format.h>

#include "base/units.hpp"
#include "reports/columns.hpp"
#include "reports/escape.hpp"
#include "reports/page_sections.hpp"

namespace riptide::reports {
namespace {

constexpr std::size_t kBuckets = 120, kTableRows = 40;

/// What a chart shows, for those who cannot see it: coarser, in numbers.
std::string table_twin(const history::History& history) {
  const Timeline line = timeline(history, kTableRows);
  std::string rows;
  for (std::size_t i = 0; i < line.buckets.size(); ++i) {
    const auto& b = line.buckets[i];
    const auto latency = [&](std::int64_t ns) {
      return ns ? format_duration(Duration(ns)) : std::string("–");
    };
    rows += fmt::format(
        "<tr><td class=\"n\">{:.3f} s</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
        static_cast<double>(line.bucket_ns) * static_cast<double>(i) / 1e9, format_count(b.ok),
        format_count(b.fail), format_count(b.info), latency(b.p50_ns), latency(b.p99_ns));
  }
  return fmt::format(
      "<details class=\"scroll\"><summary>The chart in numbers</summary><table><thead><tr><th "
      "class=\"n\">From</th>"
      "<th class=\"n\">ok</th><th class=\"n\">fail</th><th class=\"n\">info</th><th "
      "class=\"n\">p50</th>"
      "<th class=\"n\">p99</th></tr></thead><tbody>{}</tbody></table></details>",
      rows);
}

}  // namespace

std::string timeline_section(const PageInput& page) {
  const Timeline line = timeline(page.history, kBuckets);
  const std::size_t all = page.history.operations.size();
  const std::size_t stride = embedding_stride(all, kEmbeddedOperationsMax);
  std::string thinned;
  if (stride > 1) {
    thinned = fmt::format(
        "<p class=\"note\">Zoomed in, one of {} operations is drawn: the page holds at most "
        "{}. Throughput, latency and every number count all {}.</p>",
        stride, format_count(kEmbeddedOperationsMax), format_count(all));
  }
  return section(
      "timeline", "The whole run",
      "<ul class=\"legend\"><li class=\"k-effect\">fault in effect</li><li "
      "class=\"k-healing\">being healed</li>"
      "<li class=\"k-ok\">ok</li><li class=\"k-fail\">fail: surely not applied</li>"
      "<li class=\"k-info\">info: nobody knows</li><li class=\"k-p50\">p50</li><li "
      "class=\"k-p99\">p99</li></ul>"
      "<figure id=\"timeline-figure\"><div class=\"scroll\" id=\"timeline-static\" tabindex=\"0\" "
      "aria-label=\"Timeline\">" +
          timeline_svg(line, page.history, page.verdict) + "</div></figure>" + thinned +
          table_twin(page.history));
}

}  // namespace riptide::reports
