// Svg: writes SVG elements. Numbers get one decimal; all text is escaped here, in one place.
#pragma once

#include <string>
#include <string_view>

namespace riptide::reports {

/// "12.3", "12": short, and the same everywhere.
std::string number(double value);

class Svg {
 public:
  /// `extra` is more attributes, already escaped.
  void rect(double x, double y, double width, double height, std::string_view css,
            std::string_view extra = {});
  void line(double x1, double y1, double x2, double y2, std::string_view css);
  void path(std::string_view d, std::string_view css);
  void circle(double x, double y, double radius, std::string_view css);
  void text(double x, double y, std::string_view css, std::string_view text,
            std::string_view anchor = "start");
  void title(std::string_view text);
  void open(std::string_view element, std::string_view css, std::string_view extra = {});
  void close(std::string_view element);
  void raw(std::string_view markup) { out_ += markup; }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace riptide::reports
