// Endings: everything that a few operations can have led to before the return that no order
// survives. Knossos' final paths, with one path for each state instead of one for each order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/decision.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

/// Nothing can follow this: every operation that had been called and is not in `order` is refused.
struct Ending {
  StateId state = 0;
  std::vector<std::uint32_t> order;  ///< one order that leads there
  std::vector<std::uint32_t> left;   ///< called, certain and not in it; the fatal one first
};

struct Endings {
  Found found = Found::limit;   ///< no_order; or order, or limit, and then nothing else is known
  std::uint32_t fatal = 0;      ///< the operation whose return no order survives
  std::vector<Ending> endings;  ///< of each state the longest; the longest first
  std::uint64_t configurations = 0;  ///< that were visited
};

/// Walks the events of `key` in their order with all configurations (state, operations taken ahead)
/// at once (Lowe 2017, §4, without reductions). `object` is of `key`. Ends with a limit when the
/// budget or kMostConfigurations says so.
Endings find_endings(const KeyHistory& key, Object& object, Budget& budget);

inline constexpr std::size_t kMostConfigurations = 50'000;

}  // namespace riptide::checker
