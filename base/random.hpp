// Seeded random numbers, the same on every machine and compiler: xoshiro256** seeded by SplitMix64
// (Blackman & Vigna). The standard library's distributions differ between implementations, and a
// seed must mean the same run everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/assert.hpp"

namespace riptide {

class Random {
 public:
  explicit Random(std::uint64_t seed);
  /// An independent stream for a named purpose, so that a new use does not shift the others'
  /// numbers.
  Random(std::uint64_t seed, std::string_view purpose);

  std::uint64_t next();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Uniform in [0, 1).
  double unit();
  bool chance(double probability) { return unit() < probability; }
  /// Exponentially distributed with this mean: the gaps of a Poisson process.
  double exponential(double mean);

  template <class Container>
  auto& pick(Container& from) {
    ASSERT(from.size() > 0, "pick from nothing");
    return from[static_cast<std::size_t>(below(from.size()))];
  }

  template <class Container>
  void shuffle(Container& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace riptide
