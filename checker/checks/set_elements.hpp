// Sets, element by element: what became of everything that was added?
#pragma once

#include <cstdint>
#include <vector>

#include "checker/checker.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// Operations: `add` an element, `read` the whole set (a list), `contains` (true or false),
/// `remove`. A set for each key, or a single one. A read of nil says nothing.
///
/// An element is known from the moment when its add was acknowledged, or a read that saw it was
/// answered, whichever came first; initial elements always. A read that begins later must see it.
/// An element that anybody asked to remove (and was not refused) may come and go: whether it does
/// so in a legal way is left to the check of linearizability.
struct SetAccount {
  std::uint64_t observations = 0;  ///< answered reads of the whole set and answered contains
  std::uint64_t attempts = 0;      ///< elements that may have been added, initial ones included
  std::uint64_t acknowledged = 0;  ///< elements whose add was acknowledged, or initial
  std::uint64_t recovered = 0;     ///< elements that were seen although no add was acknowledged
  std::uint64_t removable = 0;     ///< elements that somebody asked to remove
  std::uint64_t stable = 0;        ///< known, and seen by every read that began later
  std::uint64_t never_read = 0;    ///< acknowledged, but no read began later and none saw it
  std::uint64_t stale = 0;         ///< missing from a read that began later; seen again after that
  std::uint64_t lost = 0;          ///< missing from a read that began later; never seen again
  std::uint64_t duplicated = 0;    ///< more than once in the answer of one read
  std::uint64_t phantom = 0;       ///< seen, but nobody added it, or its add surely failed
  std::uint64_t early = 0;         ///< seen before anybody had asked to add it
  /// Of each known element that was not lost: from then to the last read that began without it; 0
  /// for those that every read saw. Sorted.
  std::vector<std::int64_t> visible_after_ns;
  std::vector<Anomaly> anomalies;

  std::uint64_t impossible() const { return stale + lost + duplicated + phantom + early; }
};
SetAccount account_set(const history::History& history, const Model& model);

/// "set": invalid when an element is lost, stale, duplicated, phantom or early; vacuous when
/// nothing was added or nothing was observed.
Check check_set(const history::History& history, const Model& model);
/// Whether the history adds elements to sets.
bool has_set_elements(const history::History& history, const Model& model);

}  // namespace riptide::checker
