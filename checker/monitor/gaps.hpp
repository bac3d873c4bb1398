// Operations that change nothing, put into an order that has all the others.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

/// The first gap, `gap` or a later one, in which the operation at `position` is legal. Gap g is the
/// place before order[g]; an answer beyond the last gap says that there is none.
using LegalGap = std::function<std::uint32_t(std::uint32_t position, std::uint32_t gap)>;

/// Puts the operations at the positions `idle` (in the order of the entries) into `order`, which
/// respects real time, each as early as real time and `legal` allow. False, and `order` is as it
/// was, when one fits nowhere; another order of the others might have had room for it. O(n log n).
bool place_idle(std::span<const Entry> entries, std::span<const std::uint32_t> idle,
                const LegalGap& legal, std::vector<std::uint32_t>& order);

}  // namespace riptide::checker
