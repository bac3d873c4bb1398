// Segment trees over flat arrays, without recursion: the smallest number of a range, and how often
// each place is covered.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace riptide::checker {

/// Numbers in places 0 … size-1; answers about ranges in O(log size).
class RangeMinimum {
 public:
  static constexpr std::int64_t kNothing = INT64_MAX;

  explicit RangeMinimum(const std::vector<std::int64_t>& numbers)
      : leaves_(std::bit_ceil(std::max<std::size_t>(numbers.size(), 1))),
        least_(2 * leaves_, kNothing) {
    std::copy(numbers.begin(), numbers.end(),
              least_.begin() + static_cast<std::ptrdiff_t>(leaves_));
    for (std::size_t node = leaves_ - 1; node > 0; --node) update(node);
  }

  void set(std::size_t place, std::int64_t number) {
    std::size_t node = leaves_ + place;
    least_[node] = number;
    while (node > 1) {
      node /= 2;
      const std::int64_t before = least_[node];
      update(node);
      if (least_[node] == before) return;
    }
  }
  std::int64_t at(std::size_t place) const { return least_[leaves_ + place]; }

  /// The first place in [from, to) whose number is at most `bound`; `to` when there is none.
  std::size_t first_at_most(std::size_t from, std::size_t to, std::int64_t bound) const {
    if (from >= to) return to;
    std::size_t node = leaves_ + from;
    std::size_t width = 1;
    std::size_t begin = from;  // of the places below `node`
    for (;;) {
      if (least_[node] <= bound) {
        while (node < leaves_) {
          node *= 2;
          width /= 2;
          if (least_[node] > bound) ++node;
        }
        return std::min(node - leaves_, to);
      }
      begin += width;
      if (begin >= to) return to;
      ++node;
      while (node % 2 == 0) {  // a left child: look at its parent instead
        node /= 2;
        width *= 2;
      }
    }
  }

  /// The smallest number in [from, size); kNothing when there is none.
  std::int64_t least_from(std::size_t from) const {
    std::int64_t least = kNothing;
    if (from >= leaves_) return least;
    std::size_t node = leaves_ + from;
    for (least = least_[node]; node > 1; node /= 2) {
      if (node % 2 == 0) least = std::min(least, least_[node + 1]);
    }
    return least;
  }

 private:
  void update(std::size_t node) { least_[node] = std::min(least_[2 * node], least_[2 * node + 1]); }

  std::size_t leaves_;
  std::vector<std::int64_t> least_;
};

/// How many intervals cover each place; starts with given counts, intervals are only taken away.
class Coverage {
 public:
  explicit Coverage(const std::vector<std::int32_t>& counts)
      : leaves_(std::bit_ceil(std::max<std::size_t>(counts.size(), 1))), nodes_(2 * leaves_) {
    for (std::size_t i = 0; i < leaves_; ++i) {
      nodes_[leaves_ + i].least = i < counts.size() ? counts[i] : INT32_MAX / 2;
    }
    for (std::size_t node = leaves_ - 1; node > 0; --node) update(node);
  }

  /// Takes one interval [from, to) away.
  void uncover(std::size_t from, std::size_t to) {
    if (from >= to) return;
    std::size_t left = leaves_ + from, right = leaves_ + to - 1;
    lower(left);
    if (left != right) lower(right);
    while (left / 2 != right / 2) {
      if (left % 2 == 0) lower(left + 1);
      if (right % 2 == 1) lower(right - 1);
      left /= 2;
      right /= 2;
      update(left);
      update(right);
    }
    for (std::size_t node = left / 2; node > 0; node /= 2) update(node);
  }

  /// The first place from `from` on that nothing covers. There must be one.
  std::size_t first_uncovered(std::size_t from) const {
    std::size_t node = leaves_ + from;
    std::int32_t above = 0;  // what the ancestors of `node` add
    for (std::size_t up = node / 2; up > 0; up /= 2) above += nodes_[up].added;
    while (nodes_[node].least + above != 0) {
      while (node % 2 == 1) {
        node /= 2;
        above -= nodes_[node].added;
      }
      ++node;  // the sibling on the right has the same ancestors
    }
    while (node < leaves_) {
      above += nodes_[node].added;
      node *= 2;
      if (nodes_[node].least + above != 0) ++node;
    }
    return node - leaves_;
  }

 private:
  struct Node {
    std::int32_t least = 0;  // of the places below, without what the ancestors add
    std::int32_t added = 0;
  };
  void lower(std::size_t node) {
    --nodes_[node].least;
    --nodes_[node].added;
  }
  void update(std::size_t node) {
    nodes_[node].least =
        std::min(nodes_[2 * node].least, nodes_[2 * node + 1].least) + nodes_[node].added;
  }

  std::size_t leaves_;
  std::vector<Node> nodes_;
};

}  // namespace riptide::checker
