// The witness of an anomaly of a register: the few operations that are already impossible on their
// own. Other models have checker/projection.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/part.hpp"
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
/// All operations of the key, each in full.
Members all_members(const KeyHistory& key);

/// What makes a subset of a register's operations a proof. A set is closed when for every operation
/// o in it that observed a value, every operation s that wrote that value and was invoked before o
/// returned is in it too, unless a write w that is in it for certain shows that o did not see s: s
/// returned before w was invoked, and w returned before o was invoked. For every cas in it that was
/// refused, all writes that were invoked before it returned are in it.
///
/// Lemma: if the key is linearizable, so is every closed set. Take the order of the whole. What o
/// saw was written by the last write before it. That is no s which a w covers, because w lies
/// between the two; so it is in the set, and no write between it and o is in the set because there
/// is none. A refused cas finds what it found: every write that can come before it is there.
/// Write-only members observe nothing. So an impossible closed set proves that the key is
/// impossible; dropping a write whose value was observed would prove nothing.
///
/// `covered` says whether writes that are covered are left out. The proof is shorter with it, and
/// easier to follow without.
enum class Covered : std::uint8_t { stay, left_out };
Members closure(const KeyHistory& key, Members members, Covered covered = Covered::stay);

/// The set as a part that can be judged.
Part part_of(const KeyHistory& key, const Members& members);

/// Is this set, on its own, impossible? nullopt: a limit was hit.
std::optional<bool> impossible(const KeyHistory& key, const Members& members, Budget& budget,
                               Reductions reductions = Reductions::reduced);

/// The shortest impossible prefix, and the position in the key of the operation whose return made
/// it impossible; by bisection, because every prefix of a linearizable history is linearizable.
/// nullopt: a limit was hit.
struct Prefix {
  std::uint32_t culprit = 0;
  Part part;
};
std::optional<Prefix> shortest_impossible_prefix(const Model& model, const Part& part,
                                                 Budget& budget);

struct Window {
  Part part;  ///< impossible, and closed when writes that are covered may be left out
  /// The same operations, and of each value the write left out that returned last: a smaller set
  /// that is closed without these is closed in the key.
  Part with_guards;
  std::vector<bool> guard;  ///< of each entry of with_guards
};
/// The latest operations before `culprit` returned, as few as are impossible, in steps of four
/// times as many: of a history in which values are written again and again a proof needs no more
/// than the recent past. nullopt: a limit was hit, or all operations are needed.
std::optional<Window> impossible_window(const KeyHistory& key, std::uint32_t culprit,
                                        Budget& budget);

struct Witness {
  Members members;
  bool minimal = false;  ///< no operation can be left out; otherwise a limit ended the work
};
/// Starts from `members`, which are closed and impossible, and leaves out what it can (delta
/// debugging, Zeller & Hildebrandt 2002, with judge() as the judge); `culprit` stays. With `guard`
/// covered writes may be left out, and sets that have a guard in them are no candidates.
Witness minimise(const KeyHistory& key, Members members, std::uint32_t culprit, Budget& budget,
                 const std::vector<bool>* guard = nullptr);

/// A minimal witness of an impossible key that contains `culprit`: first the smallest sets that
/// contain it, then delta debugging from all operations.
Witness find_witness(const KeyHistory& key, std::uint32_t culprit, Budget& budget);

}  // namespace riptide::checker
