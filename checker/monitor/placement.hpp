// Placement: an order of operations by the moments at which they take effect. Every moment is the
// call of some entry, so that the order is made by counting, without a sort by time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace riptide::checker {

class Placement {
 public:
  static constexpr std::uint32_t kLeftOut = ~std::uint32_t{0};

  explicit Placement(std::size_t entries) : at_(entries, kLeftOut), rank_(entries, 0) {}

  /// The entry at `position` takes effect when the entry at `at` is called; of those that take
  /// effect then, the lower rank comes first. What is not placed is left out.
  void place(std::uint32_t position, std::uint32_t at, std::uint32_t rank) {
    at_[position] = at;
    rank_[position] = rank;
  }

  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> end(at_.size(), 0);
    for (const std::uint32_t at : at_) {
      if (at != kLeftOut) ++end[at];
    }
    std::uint32_t sum = 0;
    for (std::uint32_t& place : end) {
      const std::uint32_t here = place;
      place = sum;
      sum += here;
    }
    std::vector<std::uint32_t> order(sum);
    for (std::uint32_t position = 0; position < at_.size(); ++position) {
      if (at_[position] != kLeftOut) order[end[at_[position]]++] = position;
    }
    const auto lower = [&](std::uint32_t a, std::uint32_t b) { return rank_[a] < rank_[b]; };
    std::uint32_t begin = 0;
    for (const std::uint32_t next : end) {
      if (next - begin > 1) {
        const auto first = order.begin() + begin, last = order.begin() + next;
        if (!std::is_sorted(first, last, lower)) std::stable_sort(first, last, lower);
      }
      begin = next;
    }
    return order;
  }

 private:
  std::vector<std::uint32_t> at_, rank_;
};

}  // namespace riptide::checker
