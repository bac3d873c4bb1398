// Suspects: who could be the observer of a pattern, found for all operations of a key at once.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/pattern.hpp"

namespace riptide::checker {

/// Certain observers of a register, by return, among which is every one for which find_pattern()
/// finds something; most others are left out. O(n log n), where looking for a pattern at each
/// operation would be O(n²).
std::vector<std::uint32_t> suspects(const KeyHistory& key, const ValueIndex& index);

}  // namespace riptide::checker
