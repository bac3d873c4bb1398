#include "base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace riptide {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array kDurations{Unit{"ns", 1},     Unit{"us", 1e3},  Unit{"µs", 1e3},
                                Unit{"ms", 1e6},   Unit{"s", 1e9},   Unit{"m", 60e9},
                                Unit{"min", 60e9}, Unit{"h", 3600e9}};
constexpr double kKi = 1024.0;
constexpr std::array kSizes{Unit{"", 1},
                            Unit{"B", 1},
                            Unit{"K", kKi},
                            Unit{"KB", kKi},
                            Unit{"KiB", kKi},
                            Unit{"M", kKi* kKi},
                            Unit{"MB", kKi* kKi},
                            Unit{"MiB", kKi* kKi},
                            Unit{"G", kKi* kKi* kKi},
                            Unit{"GB", kKi* kKi* kKi},
                            Unit{"GiB", kKi* kKi* kKi}};

/// The number and the factor of its unit, multiplied; nullopt-like NaN when the text is no such
/// thing.
template <class Units>
double scaled(std::string_view text, const Units& units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !(number >= 0) || !std::isfinite(number)) return std::nan("");
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& u : units)
    if (u.name == unit) return number * u.factor;
  return std::nan("");
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const double ns = text == "0" ? 0 : scaled(text, kDurations);
  if (!(ns < 9e18))
    return fail(fmt::format("'{}' is not a duration", text))
        .fix("write a number with a unit, such as 30s, 250ms or 2m");
  return Duration(std::llround(ns));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const double bytes = scaled(text, kSizes);
  if (!(bytes < 9e18))
    return fail(fmt::format("'{}' is not a size", text))
        .fix("write a number with a unit, such as 512MiB or 2GiB");
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string format_duration(Duration duration) {
  const double ns = static_cast<double>(duration.count());
  const double size = std::abs(ns);
  const auto three = [](double value, const char* unit) {
    const double positive = std::abs(value);
    const int decimals = positive >= 99.95 ? 0 : positive >= 9.995 ? 1 : 2;
    return fmt::format("{:.{}f} {}", value, decimals, unit);
  };
  if (duration.count() == 0) return "0 s";
  if (size < 1e3) return fmt::format("{} ns", duration.count());
  if (size < 999.5e3) return three(ns / 1e3, "µs");
  if (size < 999.5e6) return three(ns / 1e6, "ms");
  if (size < 600e9) return three(ns / 1e9, "s");
  return three(ns / 60e9, "min");
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  const char* unit = "KiB";
  for (const char* larger : {"MiB", "GiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace riptide
