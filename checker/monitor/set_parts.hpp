// The parts of the monitor of sets. A history without reads of the whole set is decided element by
// element (linearizability is local: Herlihy & Wing 1990, Theorem 1); one in which nothing is
// removed, by the order of its reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checker/decision.hpp"
#include "checker/monitor/placement.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

/// Where an entry would be that does not exist.
inline constexpr std::uint32_t kNoEntry = ~std::uint32_t{0};

/// The entries of a set, all of kinds and values that a set has.
struct SetHistory {
  std::span<const Entry> entries;
  std::vector<bool> initial;  ///< by ValueId: there at the start
};

/// What an operation is for its element, whose state is either what it was at the start or the
/// other one. Adding to what is absent and removing from what is present are the same problem.
enum class SetRole : std::uint8_t {
  away,       ///< makes the state the other one
  back,       ///< makes it what it was at the start
  sees_away,  ///< saw the other one
  sees_back,  ///< saw what was there at the start
  none,       ///< says nothing
};
SetRole set_role(const Entry& entry, bool initial);

/// Decides a history without reads of the whole set. Nothing when an element is added and removed
/// so often, at once, that a small search did not end.
std::optional<Decision> decide_elements(const SetHistory& set);

/// Decides the operations of one element, all of those in `positions`, by a search.
Decision search_element(const SetHistory& set, std::span<const std::uint32_t> positions);

/// Decides a history with reads of the whole set in which nothing is removed. Nothing when a read
/// names an element twice.
std::optional<Decision> decide_growth(const SetHistory& set, const KeyHistory& key);

}  // namespace riptide::checker
