#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/assert.hpp"
#include "base/units.hpp"
#include "reports/escape.hpp"
#include "reports/picture.hpp"
#include "reports/svg.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using history::kNever;
using history::Operation;

constexpr double kWidth = 1040, kGutter = 92, kMargin = 18, kRow = 30, kBarHeight = 20;
constexpr double kGapRow = 22, kBandRow = 18, kLanePadding = 7, kBadge = 20, kLabelGap = 5,
                 kAxisHeight = 46;

/// Time to x: straight between breakpoints.
struct Mapping {
  std::vector<std::int64_t> t_ns;
  std::vector<double> x;
  double at(std::int64_t t) const {
    if (t <= t_ns.front()) return x.front();
    if (t >= t_ns.back()) return x.back();
    const auto next = std::upper_bound(t_ns.begin(), t_ns.end(), t) - t_ns.begin();
    const double span = static_cast<double>(t_ns[next] - t_ns[next - 1]);
    const double part = static_cast<double>(t - t_ns[next - 1]) / span;
    return x[next - 1] + part * (x[next] - x[next - 1]);
  }
};

/// Rows that hold boxes side by side: the first row with room, with a gap between neighbours.
class Rows {
 public:
  explicit Rows(double gap) : gap_(gap) {}
  std::size_t place(double left, double right) {
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const bool free = std::none_of(ends_[i].begin(), ends_[i].end(), [&](const auto& taken) {
        return left < taken.second + gap_ && taken.first < right + gap_;
      });
      if (free) {
        ends_[i].emplace_back(left, right);
        return i;
      }
    }
    ends_.push_back({{left, right}});
    return ends_.size() - 1;
  }
  std::size_t count() const { return ends_.size(); }

 private:
  double gap_;
  std::vector<std::vector<std::pair<double, double>>> ends_;
};

std::vector<const Operation*> witness(const history::History& history,
                                      const checker::Anomaly& anomaly) {
  std::vector<const Operation*> ops;
  for (const auto index : anomaly.operations) {
    if (index < history.operations.size()) ops.push_back(&history.operations[index]);
  }
  ASSERT(!ops.empty(), "an anomaly without operations", anomaly.klass);
  std::sort(ops.begin(), ops.end(), [](auto* a, auto* b) {
    return std::pair(a->invoke_ns, a->index) < std::pair(b->invoke_ns, b->index);
  });
  return ops;
}

std::pair<std::int64_t, std::int64_t> window(const std::vector<const Operation*>& ops) {
  std::int64_t first = ops.front()->invoke_ns, last = first;
  for (const auto* op : ops) {
    last = std::max(last, op->invoke_ns);
    if (op->complete_ns != kNever) last = std::max(last, op->complete_ns);
  }
  const std::int64_t room = std::max<std::int64_t>((last - first) / 25, 1000);
  return {first - room, last + room};
}

Mapping map_time(const std::vector<const Operation*>& ops, Scale scale) {
  const auto [first, last] = window(ops);
  Mapping mapping;
  mapping.t_ns = {first, last};
  if (scale == Scale::order) {
    for (const auto* op : ops) {
      mapping.t_ns.push_back(op->invoke_ns);
      if (op->complete_ns != kNever) mapping.t_ns.push_back(op->complete_ns);
    }
    std::sort(mapping.t_ns.begin(), mapping.t_ns.end());
    const auto end = std::unique(mapping.t_ns.begin(), mapping.t_ns.end());
    mapping.t_ns.erase(end, mapping.t_ns.end());
  }
  const double width = kWidth - kGutter - kMargin;
  const double steps = static_cast<double>(mapping.t_ns.size() - 1);
  for (std::size_t i = 0; i < mapping.t_ns.size(); ++i) {
    mapping.x.push_back(kGutter + width * static_cast<double>(i) / steps);
  }
  return mapping;
}

/// The label goes into its bar when it fits, else to the right, else to the left.
void place_label(Bar& bar, double plot_left, double plot_right) {
  const double width = text_width(bar.label, kFontPx) + kBadge + 4;
  double x = bar.box.x + bar.box.width + kLabelGap;
  if (width + 6 <= bar.box.width) {
    x = bar.box.x + 4;
  } else if (bar.open_ended || x + width > plot_right) {
    x = bar.box.x - kLabelGap - width;
    if (x < plot_left) x = std::max(plot_left, std::min(bar.box.x + 4, plot_right - width));
  }
  bar.label_box = {x, 0, width, kBarHeight};
}

Bar make_bar(const Operation& op, const checker::Anomaly& anomaly, const Mapping& mapping) {
  Bar bar;
  bar.operation = op.index;
  bar.culprit = op.index == anomaly.culprit;
  bar.open_ended = op.complete_ns == kNever;
  const double right = mapping.x.back();
  bar.box.x = mapping.at(op.invoke_ns);
  const double end = bar.open_ended ? right : mapping.at(op.complete_ns);
  bar.box.width = std::max(kBarWidthMin, end - bar.box.x);
  bar.box.height = kBarHeight;
  bar.label = shorten(operation_label(op), 48);
  if (!op.node.empty()) bar.label += " · " + shorten(op.node.name(), 20);
  place_label(bar, mapping.x.front(), right);
  return bar;
}

/// Numbers the bars by the longest order found, and gives each the earliest moment that fits.
void number_bars(const history::History& history, const checker::Anomaly& anomaly,
                 const Mapping& mapping, std::map<history::OpIndex, Bar*>& bars) {
  std::int64_t point = std::numeric_limits<std::int64_t>::min();
  std::size_t place = 0;
  for (const auto index : anomaly.longest_prefix) {
    const auto found = bars.find(index);
    if (found == bars.end() || index == anomaly.culprit) continue;
    const Operation& op = history.operations[index];
    point = std::max(point, op.invoke_ns);
    if (op.complete_ns != kNever && point > op.complete_ns)
      return;  // no order of the whole history
    found->second->place = ++place;
    found->second->point_x =
        std::min(mapping.at(point), found->second->box.x + found->second->box.width);
  }
}

void add_lanes(Picture& picture, const std::vector<const Operation*>& ops, const Mapping& mapping,
               const checker::Anomaly& anomaly, double top) {
  std::vector<history::Process> order;
  for (const auto* op : ops) {
    if (std::find(order.begin(), order.end(), op->process) == order.end())
      order.push_back(op->process);
  }
  for (const auto process : order) {
    Lane lane;
    lane.label = client_label(process);
    Rows rows(6);
    for (const auto* op : ops) {
      if (op->process != process) continue;
      Bar bar = make_bar(*op, anomaly, mapping);
      const double left = std::min(bar.box.x, bar.label_box.x);
      const double right =
          std::max(bar.box.x + bar.box.width, bar.label_box.x + bar.label_box.width);
      const double row = static_cast<double>(rows.place(left, right));
      bar.box.y = bar.label_box.y = top + kLanePadding + row * kRow + (kRow - kBarHeight) / 2;
      lane.bars.push_back(std::move(bar));
    }
    const double height = 2 * kLanePadding + kRow * static_cast<double>(rows.count());
    lane.box = {0, top, kWidth, height};
    top += height;
    picture.lanes.push_back(std::move(lane));
  }
  picture.plot_bottom = top;
}

double add_bands(Picture& picture, const history::History& history, const Mapping& mapping) {
  Rows rows(8);
  for (const auto& fault : history.faults) {
    if (fault.took_effect_ns == kNever) continue;
    if (fault.took_effect_ns > mapping.t_ns.back() || fault.healed_ns < mapping.t_ns.front())
      continue;
    Band band;
    const double left = mapping.at(fault.took_effect_ns), right = mapping.at(fault.healed_ns);
    const std::string what = fault.description.empty() ? fault.name : fault.description;
    band.label = shorten(what, 70);
    band.title = fmt::format("{}: {}, in effect from {} to {}", fault.name, what,
                             moment(fault.took_effect_ns), moment(fault.healed_ns));
    const double width = text_width(band.label, kFontPx) + 6;
    const double x = std::clamp(left + 4, picture.plot_left,
                                std::max(picture.plot_left, picture.plot_right - width));
    band.box = {left, 0, std::max(2.0, right - left), 0};
    band.label_box = {x, static_cast<double>(rows.place(x, x + width)) * kBandRow + 4, width,
                      kBandRow};
    picture.bands.push_back(std::move(band));
  }
  return static_cast<double>(rows.count()) * kBandRow + 6;
}

/// A stale read is as old as the time since the newer value was surely there.
void add_gap(Picture& picture, const history::History& history, const checker::Anomaly& anomaly,
             const Mapping& mapping) {
  if (!anomaly.staleness_ms || anomaly.culprit >= history.operations.size()) return;
  const std::int64_t end = history.operations[anomaly.culprit].invoke_ns;
  const double left = mapping.at(end - static_cast<std::int64_t>(*anomaly.staleness_ms * 1e6));
  Gap gap;
  gap.box = {left, picture.plot_bottom + 3, mapping.at(end) - left, kGapRow - 4};
  gap.label = age_text(*anomaly.staleness_ms) + " out of date";
  const double width = text_width(gap.label, kFontPx);
  const double room = picture.plot_left + 4;
  const double x = gap.box.width > width + 30 ? left + (gap.box.width - width) / 2
                                              : std::max(room, left - width - 8);
  gap.label_box = {x, gap.box.y, width, gap.box.height};
  picture.gap = std::move(gap);
}

void add_reigns(Picture& picture, const history::History& history, const Mapping& mapping,
                double y) {
  for (std::size_t i = 0; i < history.leaders.size(); ++i) {
    const auto& now = history.leaders[i];
    const std::int64_t end = i + 1 < history.leaders.size() ? history.leaders[i + 1].t_ns : kNever;
    if (now.t_ns > mapping.t_ns.back() || end < mapping.t_ns.front() || now.node.empty()) continue;
    Reign reign;
    const double left = mapping.at(now.t_ns), right = mapping.at(end);
    reign.box = {left, y, std::max(1.0, right - left - 1), 18};
    reign.title = fmt::format("{} led in term {} from {} to {}", now.node.name(), now.term,
                              moment(now.t_ns), end == kNever ? "the end" : moment(end));
    const std::string label = fmt::format("{}, term {}", shorten(now.node.name(), 20), now.term);
    if (text_width(label, kFontPx) + 8 <= reign.box.width) reign.label = label;
    picture.reigns.push_back(std::move(reign));
  }
}

void add_time_ticks(Picture& picture, const std::vector<const Operation*>& ops,
                    const Mapping& mapping) {
  const std::int64_t zero = ops.front()->invoke_ns;
  const double span_ms = static_cast<double>(mapping.t_ns.back() - zero) / 1e6;
  const double rough = span_ms / 8, power = std::pow(10, std::floor(std::log10(rough)));
  const double step = rough / power > 5   ? 10 * power
                      : rough / power > 2 ? 5 * power
                      : rough / power > 1 ? 2 * power
                                          : power;
  const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  for (int i = 0; static_cast<double>(i) * step <= span_ms; ++i) {
    const double ms = static_cast<double>(i) * step;
    picture.ticks.push_back({mapping.at(zero + static_cast<std::int64_t>(ms * 1e6)),
                             fmt::format("{:.{}f}", ms, digits)});
  }
  picture.axis =
      fmt::format("ms after the first operation, which began {} into the run", moment(zero));
}

void add_order_ticks(Picture& picture, const std::vector<const Operation*>& ops,
                     const Mapping& mapping) {
  const std::int64_t zero = ops.front()->invoke_ns;
  double free_from = 0;
  for (std::size_t i = 1; i + 1 < mapping.t_ns.size(); ++i) {
    std::string label = fmt::format("{:.3f}", static_cast<double>(mapping.t_ns[i] - zero) / 1e6);
    const double half = text_width(label, 11) / 2;
    if (mapping.x[i] - half < free_from) {
      label.clear();
    } else {
      free_from = mapping.x[i] + half + 4;
    }
    picture.ticks.push_back({mapping.x[i], label});
  }
  picture.axis = fmt::format(
      "ms after the first operation, which began {} into the run; not to scale", moment(zero));
}

}  // namespace

Picture lay_out(const history::History& history, const checker::Anomaly& anomaly, Scale scale) {
  const auto ops = witness(history, anomaly);
  const Mapping mapping = map_time(ops, scale);
  Picture picture;
  picture.width = kWidth;
  picture.plot_left = mapping.x.front();
  picture.plot_right = mapping.x.back();
  picture.plot_top = add_bands(picture, history, mapping);
  add_lanes(picture, ops, mapping, anomaly, picture.plot_top);
  std::map<history::OpIndex, Bar*> bars;
  for (auto& lane : picture.lanes) {
    for (auto& bar : lane.bars) bars[bar.operation] = &bar;
  }
  number_bars(history, anomaly, mapping, bars);
  if (const auto found = bars.find(anomaly.culprit); found != bars.end()) {
    picture.culprit_begin = found->second->box.x;
    picture.culprit_end = found->second->box.x + found->second->box.width;
  }
  for (auto& band : picture.bands) band.box.height = picture.plot_bottom;
  add_gap(picture, history, anomaly, mapping);
  const double below = picture.plot_bottom + (picture.gap ? kGapRow : 0);
  add_reigns(picture, history, mapping, below + 6);
  if (scale == Scale::time) {
    add_time_ticks(picture, ops, mapping);
  } else {
    add_order_ticks(picture, ops, mapping);
  }
  const double leaders = picture.reigns.empty() ? 0 : 26;
  picture.axis_y = below + leaders + 4;
  picture.height = picture.axis_y + kAxisHeight + 22;
  return picture;
}

}  // namespace riptide::reports
