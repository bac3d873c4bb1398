#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "reports/escape.hpp"
#include "reports/svg.hpp"
#include "reports/timeline.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using history::kNever;

constexpr double kWidth = 1040, kGutter = 116, kMargin = 18;
constexpr double kFaultRow = 17, kThroughput = 84, kLatency = 84, kGap = 16;

/// Where things stand; x by time.
struct Frame {
  std::int64_t end_ns;
  double x(std::int64_t t_ns) const {
    const double share = static_cast<double>(std::clamp<std::int64_t>(t_ns, 0, end_ns)) /
                         static_cast<double>(end_ns);
    return kGutter + share * (kWidth - kGutter - kMargin);
  }
};

void track_name(Svg& svg, double y, std::string_view text) {
  svg.text(0, y, "rp-lane-label", text);
}

double draw_faults(Svg& svg, const Frame& frame, const std::vector<history::Fault>& faults,
                   double bottom, double y) {
  if (faults.empty()) {
    track_name(svg, y + 12, "faults");
    svg.text(kGutter, y + 12, "rp-tick", "none in this run");
    return y + kFaultRow + kGap;
  }
  const auto rows = fault_rows(faults, frame.end_ns);
  track_name(svg, y + 11, "faults");
  for (std::size_t i = 0; i < faults.size(); ++i) {
    const auto& fault = faults[i];
    const double top = y + static_cast<double>(rows.row[i]) * kFaultRow;
    svg.open("g", "rp-fault");
    svg.title(fmt::format("{}: {}. Asked {}, took effect {}, heal asked {}, healed {}.", fault.name,
                          fault.description, moment(fault.asked_ns), moment(fault.took_effect_ns),
                          moment(fault.heal_asked_ns), moment(fault.healed_ns)));
    if (fault.asked_ns != kNever) {
      const double asked = frame.x(fault.asked_ns);
      svg.line(asked, top + 6, frame.x(std::min(fault.took_effect_ns, frame.end_ns)), top + 6,
               "rp-asked");
      svg.line(asked, top + 2, asked, top + 10, "rp-asked");
    }
    if (fault.took_effect_ns != kNever) {
      const double begin = frame.x(fault.took_effect_ns);
      const double heal = frame.x(std::min(fault.heal_asked_ns, fault.healed_ns));
      const double end = frame.x(fault.healed_ns);
      svg.rect(begin, y - 4, std::max(1.0, end - begin), bottom - y + 4, "rp-band");
      svg.rect(begin, top + 1, std::max(1.5, heal - begin), 10, "rp-effect");
      svg.rect(heal, top + 1, std::max(0.0, end - heal), 10, "rp-healing");
    }
    svg.close("g");
  }
  return y + static_cast<double>(rows.count) * kFaultRow + kGap;
}

double draw_leaders(Svg& svg, const Frame& frame, const std::vector<history::Leadership>& leaders,
                    double y) {
  if (leaders.empty()) return y;
  track_name(svg, y + 13, "leader");
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    const auto& now = leaders[i];
    if (now.node.empty()) continue;
    const std::int64_t end = i + 1 < leaders.size() ? leaders[i + 1].t_ns : frame.end_ns;
    const double left = frame.x(now.t_ns), right = frame.x(end);
    svg.open("g", "rp-reign");
    svg.title(fmt::format("{} led in term {} from {} to {}", now.node.name(), now.term,
                          moment(now.t_ns), moment(end)));
    svg.rect(left, y, std::max(1.0, right - left - 1), 18, "rp-reign-box", R"(rx="2")");
    for (const auto& label :
         {fmt::format("{} term {}", now.node.name(), now.term), now.node.name()}) {
      if (text_width(label, 11) + 8 > right - left) continue;
      svg.text(left + 5, y + 13, "rp-tick", label);
      break;
    }
    svg.close("g");
  }
  return y + 18 + kGap;
}

double draw_throughput(Svg& svg, const Frame& frame, const Timeline& line, double y) {
  std::uint64_t highest = 1;
  for (const auto& b : line.buckets) highest = std::max(highest, b.ok + b.fail + b.info);
  const double per_second = 1e9 / static_cast<double>(line.bucket_ns);
  track_name(svg, y + 12, "operations");
  track_name(svg, y + 26, "per second");
  const auto top =
      static_cast<std::uint64_t>(std::llround(static_cast<double>(highest) * per_second));
  svg.line(kGutter, y, kWidth - kMargin, y, "rp-grid");
  svg.text(kGutter - 8, y + 4, "rp-tick", format_count(top), "end");
  const double bottom = y + kThroughput;
  for (std::size_t i = 0; i < line.buckets.size(); ++i) {
    const auto& b = line.buckets[i];
    const auto begin = static_cast<std::int64_t>(i) * line.bucket_ns;
    const double left = frame.x(begin), right = frame.x(begin + line.bucket_ns);
    double base = bottom;
    const auto stack = [&](std::uint64_t count, std::string_view css) {
      if (count == 0) return;
      const double height = static_cast<double>(count) / static_cast<double>(highest) * kThroughput;
      base -= height;
      svg.rect(left, base, std::max(0.7, right - left - 0.6), height, css);
    };
    stack(b.ok, "rp-ok");
    stack(b.fail, "rp-fail");
    stack(b.info, "rp-info");
  }
  svg.line(kGutter, bottom, kWidth - kMargin, bottom, "rp-axis");
  return bottom + kGap + 6;
}

double draw_latency(Svg& svg, const Frame& frame, const Timeline& line, double y) {
  double low = 1e18, high = 0;
  for (const auto& b : line.buckets) {
    if (b.p50_ns > 0) low = std::min(low, static_cast<double>(b.p50_ns));
    high = std::max(high, static_cast<double>(b.p99_ns));
  }
  if (high == 0) return y;
  const double floor = std::floor(std::log10(low)),
               top = std::max(std::ceil(std::log10(high)), floor + 1);
  const auto level = [&](double ns) {
    return y + kLatency * (1 - (std::log10(std::max(1.0, ns)) - floor) / (top - floor));
  };
  track_name(svg, y + 12, "latency");
  track_name(svg, y + 26, "p50, p99");
  for (double power = floor; power <= top; ++power) {
    const double ns = std::pow(10, power);
    svg.line(kGutter, level(ns), kWidth - kMargin, level(ns),
             power == floor ? "rp-axis" : "rp-grid");
    svg.text(kGutter - 8, level(ns) + 4, "rp-tick",
             format_duration(Duration(static_cast<std::int64_t>(ns))), "end");
  }
  std::string p50, p99;
  bool pen_down = false;
  for (std::size_t i = 0; i < line.buckets.size(); ++i) {
    const auto& b = line.buckets[i];
    if (b.p50_ns == 0) {
      pen_down = false;
      continue;
    }
    const double x = frame.x(static_cast<std::int64_t>(i) * line.bucket_ns + line.bucket_ns / 2);
    const std::string_view command = pen_down ? "L" : "M";
    p50 += fmt::format("{}{} {}", command, number(x), number(level(static_cast<double>(b.p50_ns))));
    p99 += fmt::format("{}{} {}", command, number(x), number(level(static_cast<double>(b.p99_ns))));
    if (!pen_down) {
      p50 += "h0.1";
      p99 += "h0.1";
    }
    pen_down = true;
  }
  svg.path(p99, "rp-p99");
  svg.path(p50, "rp-p50");
  return y + kLatency + 4;
}

void draw_seconds(Svg& svg, const Frame& frame, double y) {
  const double end_s = static_cast<double>(frame.end_ns) / 1e9, step = round_step(end_s / 10);
  const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  for (int i = 0; i * step <= end_s; ++i) {
    const double x = frame.x(static_cast<std::int64_t>(i * step * 1e9));
    svg.line(x, y, x, y + 5, "rp-axis");
    svg.text(x, y + 17, "rp-tick", fmt::format("{:.{}f} s", i * step, digits), "middle");
  }
}

void draw_anomalies(Svg& svg, const Frame& frame, const history::History& history,
                    const checker::Verdict& verdict, double top, double bottom) {
  for (const auto& check : verdict.checks) {
    for (const auto& anomaly : check.anomalies) {
      if (anomaly.culprit >= history.operations.size()) continue;
      const auto& op = history.operations[anomaly.culprit];
      const double x = frame.x(op.invoke_ns);
      svg.open("g", "rp-mark");
      svg.title(
          fmt::format("{}: {} at {}", anomaly.klass, operation_label(op), moment(op.invoke_ns)));
      svg.line(x, top, x, bottom, "rp-anomaly");
      svg.text(x, top - 4, "rp-anomaly-glyph", "✗", "middle");
      svg.close("g");
    }
  }
}

}  // namespace

std::string timeline_svg(const Timeline& line, const history::History& history,
                         const checker::Verdict& verdict) {
  const Frame frame{line.end_ns};
  const std::size_t rows = std::max<std::size_t>(1, fault_rows(history.faults, line.end_ns).count);
  const double leaders = history.leaders.empty() ? 0 : 18 + kGap;
  const bool latency = std::any_of(line.buckets.begin(), line.buckets.end(),
                                   [](const Bucket& b) { return b.p50_ns > 0; });
  const double axis = 22 + static_cast<double>(rows) * kFaultRow + kGap + leaders + kThroughput +
                      kGap + 6 + (latency ? kLatency + 4 : 0);
  const double height = axis + 26;
  Svg svg;
  svg.open("svg", "rp-picture",
           fmt::format(R"(xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" )"
                       R"(height="{1}" role="img" aria-labelledby="timeline-title")",
                       number(kWidth), number(height)));
  svg.raw(
      R"(<title id="timeline-title">Faults, leaders, throughput and latency over the run</title>)");
  double y = draw_faults(svg, frame, history.faults, axis, 22);
  y = draw_leaders(svg, frame, history.leaders, y);
  y = draw_throughput(svg, frame, line, y);
  draw_latency(svg, frame, line, y);
  draw_seconds(svg, frame, axis);
  draw_anomalies(svg, frame, history, verdict, 16, axis);
  svg.close("svg");
  return svg.take();
}

}  // namespace riptide::reports
