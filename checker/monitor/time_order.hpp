// Sorting by time, linear for the times of a run: the monitors' only work that is not one pass.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace riptide::checker {

/// Something that happens at a time.
struct Stamp {
  std::int64_t time_ns = 0;
  std::uint32_t what = 0;
};

/// Sorts by time; equal times stay in their order. Radix sort of 11 bits a pass, least significant
/// first, over as many bits as the times differ in.
inline void sort_by_time(std::vector<Stamp>& stamps) {
  constexpr std::size_t kFew = 256;
  constexpr int kBits = 11;
  constexpr std::uint64_t kMask = (1U << kBits) - 1;
  const auto earlier = [](const Stamp& a, const Stamp& b) { return a.time_ns < b.time_ns; };
  if (std::is_sorted(stamps.begin(), stamps.end(), earlier)) return;
  if (stamps.size() < kFew) {
    std::stable_sort(stamps.begin(), stamps.end(), earlier);
    return;
  }
  const auto [least, most] = std::minmax_element(stamps.begin(), stamps.end(), earlier);
  // Differences of unsigned numbers are right even when those of signed ones would overflow.
  const auto base = static_cast<std::uint64_t>(least->time_ns);
  const std::uint64_t spread = static_cast<std::uint64_t>(most->time_ns) - base;
  std::vector<Stamp> other(stamps.size());
  for (int shift = 0; shift < 64 && (spread >> shift) != 0; shift += kBits) {
    const auto digit = [&](const Stamp& stamp) {
      return ((static_cast<std::uint64_t>(stamp.time_ns) - base) >> shift) & kMask;
    };
    std::array<std::uint32_t, kMask + 1> next{};
    for (const Stamp& stamp : stamps) ++next[digit(stamp)];
    std::uint32_t before = 0;
    for (std::uint32_t& count : next) {
      const std::uint32_t here = count;
      count = before;
      before += here;
    }
    for (const Stamp& stamp : stamps) other[next[digit(stamp)]++] = stamp;
    stamps.swap(other);
  }
}

}  // namespace riptide::checker
