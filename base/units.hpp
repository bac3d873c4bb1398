// Durations and sizes as people write them: "30s", "250ms", "2m", "2GiB", "64K".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace riptide {

/// Accepts ns, us, ms, s, m, h with a decimal number: "1.5s". A bare number is an error: a unit is
/// a must.
Result<Duration> parse_duration(std::string_view text);
/// The shortest exact-looking form with three significant digits: "310 ms", "1.25 s", "84 µs".
std::string format_duration(Duration duration);

/// Accepts B, K/KB/KiB, M/MB/MiB, G/GB/GiB (all powers of 1024). A bare number is bytes.
Result<std::uint64_t> parse_size(std::string_view text);
/// "3.2 MiB".
std::string format_size(std::uint64_t bytes);

/// "41,207".
std::string format_count(std::uint64_t count);

}  // namespace riptide
