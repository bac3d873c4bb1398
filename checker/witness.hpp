// The witness of an anomaly: the few operations that are already impossible on their own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/partition.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

/// One operation of a set that is to be judged.
struct Member {
  std::uint32_t position = 0;  ///< in the key's entries
  /// A cas of which only the write counts. If the history is linearizable it still is when a cas
  /// demands less, so that an anomaly that remains is an anomaly of the history.
  bool write_only = false;

  friend auto operator<=>(const Member&, const Member&) = default;
};
using Members = std::vector<Member>;  // sorted by position

/// What makes a subset of a key's operations a proof. A set is closed when for every operation in
/// it that observed a value, all operations that wrote that value and were invoked before the
/// observation returned are in it too. Lemma: if the key is linearizable, so is every closed set.
/// (Take the order of the whole. What the observer saw was written by the last write before it;
/// that write is in the set, and no write between them is in the set because there is none.
/// Write-only members observe nothing.) So an impossible closed set proves that the key is
/// impossible; dropping a write whose value was observed would prove nothing.
Members closure(const KeyHistory& key, Members members);

/// Is this set, on its own, impossible? nullopt: a limit was hit. Searches without reductions when
/// `confirm` is set.
std::optional<bool> impossible(const KeyHistory& key, const Members& members, Budget& budget,
                               Reductions reductions = Reductions::reduced);

/// The operations of `members` as they would look had the world ended right after the operation at
/// `last` returned: what was called later is gone, what returned later is open.
struct Prefix {
  std::uint32_t culprit = 0;  ///< the position of the operation whose return made it impossible
  KeyHistory key;             ///< the entries up to then
  std::vector<std::uint32_t> positions;  ///< of the prefix' entries in the whole key
};
/// The shortest impossible prefix; by bisection, because every prefix of a linearizable history is
/// linearizable. nullopt: a limit was hit.
std::optional<Prefix> shortest_impossible_prefix(const KeyHistory& key, Budget& budget);

struct Witness {
  Members members;
  bool minimal = false;  ///< no operation can be left out; otherwise a limit ended the work
};
/// Starts from `members`, which are closed and impossible, and leaves out what it can (delta
/// debugging, Zeller & Hildebrandt 2002, with the search as the judge); `culprit` stays.
Witness minimise(const KeyHistory& key, Members members, std::uint32_t culprit, Budget& budget);

/// A minimal witness of an impossible key that contains `culprit`: first the smallest sets that
/// contain it, then delta debugging from all operations.
Witness find_witness(const KeyHistory& key, std::uint32_t culprit, Budget& budget);

}  // namespace riptide::checker
