#include "reports/svg.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "reports/escape.hpp"

namespace riptide::reports {

std::string number(double value) {
  const double rounded = std::round(value * 10) / 10;
  if (rounded == std::floor(rounded)) return fmt::format("{:.0f}", rounded + 0.0);
  return fmt::format("{:.1f}", rounded);
}

namespace {
std::string with_space(std::string_view extra) {
  return extra.empty() ? std::string() : " " + std::string(extra);
}
}  // namespace

void Svg::rect(double x, double y, double width, double height, std::string_view css,
               std::string_view extra) {
  fmt::format_to(std::back_inserter(out_),
                 R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"{}/>)", css, number(x),
                 number(y), number(width), number(height), with_space(extra));
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
  fmt::format_to(std::back_inserter(out_), R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)",
                 css, number(x1), number(y1), number(x2), number(y2));
}

void Svg::path(std::string_view d, std::string_view css) {
  fmt::format_to(std::back_inserter(out_), R"(<path class="{}" d="{}"/>)", css, d);
}

void Svg::circle(double x, double y, double radius, std::string_view css) {
  fmt::format_to(std::back_inserter(out_), R"(<circle class="{}" cx="{}" cy="{}" r="{}"/>)", css,
                 number(x), number(y), number(radius));
}

void Svg::text(double x, double y, std::string_view css, std::string_view text,
               std::string_view anchor) {
  fmt::format_to(std::back_inserter(out_), R"(<text class="{}" x="{}" y="{}"{}>{}</text>)", css,
                 number(x), number(y),
                 anchor == "start" ? "" : fmt::format(R"( text-anchor="{}")", anchor),
                 escape(text));
}

void Svg::title(std::string_view text) {
  fmt::format_to(std::back_inserter(out_), "<title>{}</title>", escape(text));
}

void Svg::open(std::string_view element, std::string_view css, std::string_view extra) {
  fmt::format_to(std::back_inserter(out_), R"(<{} class="{}"{}>)", element, css, with_space(extra));
}

void Svg::close(std::string_view element) {
  fmt::format_to(std::back_inserter(out_), "</{}>", element);
}

}  // namespace riptide::reports
