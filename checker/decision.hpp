// What every algorithm answers: an order, "no order" with what shows it, or the limit that was hit.
#pragma once

#include <cstdint>
#include <vector>

namespace riptide::checker {

enum class Limit : std::uint8_t { none, memory, time, stop, states };
enum class Found : std::uint8_t { order, no_order, limit };

/// Positions are in the entries that the algorithm was given.
struct Decision {
  Found found = Found::limit;
  Limit limit = Limit::none;         ///< which, when found is limit
  std::vector<std::uint32_t> order;  ///< found order: the proof. Uncertain operations that are
                                     ///< not in it did not take effect
  /// no_order: a few operations that are impossible on their own, each as it stands in the entries
  /// (an uncertain one stays uncertain); empty when the algorithm does not know.
  std::vector<std::uint32_t> witness;
  std::vector<std::uint32_t> longest;  ///< no_order, limit: the longest order that was reached
  /// How far in time every operation is accounted for: all operations that returned up to and
  /// including this time fit one order. INT64_MIN when nothing is known.
  std::int64_t decided_until_ns = INT64_MIN;
};

}  // namespace riptide::checker
