#include "reports/picture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.hpp"
#include "reports/reports.hpp"
#include "reports/svg.hpp"
#include "reports/web_assets.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using history::kNever;
using history::Operation;

void draw_bands(Svg& svg, const Picture& picture) {
  for (const auto& band : picture.bands) {
    svg.open("g", "rp-fault");
    svg.title(band.title);
    svg.rect(band.box.x, band.box.y, band.box.width, band.box.height, "rp-band");
    svg.line(band.box.x, band.box.y, band.box.x, band.box.y + band.box.height, "rp-band-edge");
    if (band.box.x + band.box.width < picture.plot_right) {
      const double right = band.box.x + band.box.width;
      svg.line(right, band.box.y, right, band.box.y + band.box.height, "rp-band-edge");
    }
    svg.close("g");
  }
  for (const auto& band : picture.bands) {
    svg.text(band.label_box.x, band.label_box.y + 11, "rp-band-label", band.label);
  }
}

/// An open end: teeth, because nobody knows where it is.
std::string ragged(const Box& box) {
  const double right = box.x + box.width, tooth = box.height / 4;
  std::string d = fmt::format("M{} {}H{}", number(box.x), number(box.y), number(right));
  for (int i = 0; i < 4; ++i) {
    d += fmt::format("l{} {}l{} {}", i % 2 ? "-4" : "-7", number(tooth / 2), i % 2 ? "4" : "7",
                     number(tooth / 2));
  }
  return d + fmt::format("H{}Z", number(box.x));
}

std::string bar_title(const Operation& op, bool culprit) {
  std::string text =
      fmt::format("{} by {}: {} to {}", operation_label(op), client_label(op.process),
                  moment(op.invoke_ns), moment(op.complete_ns));
  if (op.complete_ns == kNever) {
    text = fmt::format(
        "{} by {}: began at {}, no answer ever came, so it may have taken effect at any "
        "later time",
        operation_label(op), client_label(op.process), moment(op.invoke_ns));
  }
  if (!op.node.empty()) text += ", answered by " + op.node.name();
  return culprit ? text + ". No order can place it." : text;
}

void draw_bar(Svg& svg, const Bar& bar, const Operation& op) {
  const std::string& f = op.f.name();
  const std::string_view kind = f == "read" ? "rp-read" : f == "cas" ? "rp-cas" : "rp-write";
  svg.open("g", fmt::format("rp-op {}{}", kind, bar.culprit ? " rp-culprit" : ""),
           fmt::format(R"(data-op="{}")", bar.operation));
  svg.title(bar_title(op, bar.culprit));
  if (bar.open_ended) {
    svg.path(ragged(bar.box), "rp-bar");
  } else {
    const bool wide = bar.box.width >= 12;
    svg.rect(bar.box.x, bar.box.y, bar.box.width, bar.box.height, "rp-bar",
             wide ? R"(rx="3")" : R"(rx="1")");
  }
  const bool inside = bar.label_box.x >= bar.box.x && bar.label_box.x < bar.box.x + bar.box.width;
  if (bar.place && !inside)
    svg.circle(bar.point_x, bar.box.y + bar.box.height / 2, 2.5, "rp-point");
  const double middle = bar.box.y + bar.box.height / 2;
  svg.circle(bar.label_box.x + 8, middle, 8, "rp-badge");
  const std::string badge = bar.culprit ? "✗" : bar.place ? std::to_string(*bar.place) : "·";
  svg.text(bar.label_box.x + 8, middle + 4, "rp-badge-text", badge, "middle");
  svg.text(bar.label_box.x + 21, middle + 4, "rp-label", bar.label);
  svg.close("g");
}

void draw_gap(Svg& svg, const Gap& gap) {
  const double y = gap.box.y + gap.box.height / 2, right = gap.box.x + gap.box.width;
  const bool inside = gap.label_box.x > gap.box.x;
  for (const double x : {gap.box.x, right}) svg.line(x, y - 5, x, y + 5, "rp-gap");
  if (inside) {
    svg.line(gap.box.x, y, gap.label_box.x - 4, y, "rp-gap");
    svg.line(gap.label_box.x + gap.label_box.width, y, right, y, "rp-gap");
  } else {
    svg.line(gap.box.x, y, right, y, "rp-gap");
  }
  svg.text(gap.label_box.x, y + 4, "rp-gap-label", gap.label);
}

void draw_reign(Svg& svg, const Reign& reign) {
  svg.open("g", "rp-reign");
  svg.title(reign.title);
  svg.rect(reign.box.x, reign.box.y, reign.box.width, reign.box.height, "rp-reign-box",
           R"(rx="2")");
  if (!reign.label.empty()) svg.text(reign.box.x + 5, reign.box.y + 13, "rp-tick", reign.label);
  svg.close("g");
}

void draw_axis(Svg& svg, const Picture& picture, double y) {
  svg.line(picture.plot_left, y, picture.plot_right, y, "rp-axis");
  for (const auto& tick : picture.ticks) {
    svg.line(tick.x, y, tick.x, y + 5, "rp-axis");
    if (!tick.label.empty()) svg.text(tick.x, y + 18, "rp-tick", tick.label, "middle");
  }
  svg.text(picture.plot_left, y + 36, "rp-tick", picture.axis);
}

void draw_legend(Svg& svg, const Picture& picture, double y) {
  double x = picture.plot_left;
  const auto entry = [&](std::string_view css, std::string_view text) {
    svg.open("g", css);
    svg.rect(x, y - 9, 16, 11, css == "rp-fault" ? "rp-band" : "rp-bar", R"(rx="2")");
    svg.text(x + 21, y, "rp-tick", text);
    svg.close("g");
    x += 21 + text_width(text, 11) + 14;
  };
  const auto any = [&](auto&& wanted) {
    return std::any_of(picture.lanes.begin(), picture.lanes.end(), [&](const Lane& lane) {
      return std::any_of(lane.bars.begin(), lane.bars.end(), wanted);
    });
  };
  entry("rp-write", "write");
  entry("rp-read", "read");
  entry("rp-cas", "compare and set");
  entry("rp-read rp-culprit", "✗ cannot be placed");
  if (!picture.bands.empty()) entry("rp-fault", "fault in effect");
  if (any([](const Bar& bar) { return bar.place.has_value(); })) {
    svg.text(x, y, "rp-tick", "1, 2, 3: an order that works until ✗");
  }
}

}  // namespace

std::string draw(const Picture& picture, const history::History& history,
                 const checker::Anomaly& anomaly, std::string_view id) {
  Svg svg;
  svg.open("svg", "rp-picture",
           fmt::format(R"(xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" )"
                       R"(height="{1}" role="img" aria-labelledby="{2}-title")",
                       number(picture.width), number(picture.height), id));
  svg.raw(fmt::format(
      R"(<title id="{}-title">{}</title>)", id,
      escape(fmt::format("The {}: {} operations that no order can explain", anomaly_title(anomaly),
                         value_label(anomaly.key), anomaly.operations.size()))));
  for (std::size_t i = 0; i < picture.lanes.size(); ++i) {
    const auto& lane = picture.lanes[i];
    svg.rect(0, lane.box.y, lane.box.width, lane.box.height,
             i % 2 ? "rp-lane" : "rp-lane rp-lane-odd");
  }
  draw_bands(svg, picture);
  if (picture.culprit_end > 0) {
    for (const double x : {picture.culprit_begin, picture.culprit_end}) {
      svg.line(x, picture.plot_top, x, picture.plot_bottom, "rp-guide");
    }
  }
  for (const auto& lane : picture.lanes) {
    svg.text(picture.plot_left - 12, lane.box.y + lane.box.height / 2 + 4, "rp-lane-label",
             lane.label, "end");
    for (const auto& bar : lane.bars) draw_bar(svg, bar, history.operations[bar.operation]);
  }
  if (picture.gap) draw_gap(svg, *picture.gap);
  if (!picture.reigns.empty()) {
    svg.text(picture.plot_left - 12, picture.reigns.front().box.y + 13, "rp-lane-label", "leader",
             "end");
    for (const auto& reign : picture.reigns) draw_reign(svg, reign);
  }
  draw_axis(svg, picture, picture.axis_y);
  draw_legend(svg, picture, picture.height - 8);
  svg.close("svg");
  return svg.take();
}

std::string witness_svg(const history::History& history, const checker::Anomaly& anomaly) {
  std::string svg = draw(lay_out(history, anomaly, Scale::time), history, anomaly, "witness");
  const std::size_t inside = svg.find('>') + 1;
  return svg.insert(inside, fmt::format("<style>{}</style>", escape(web::kPictureStyle)));
}

}  // namespace riptide::reports
