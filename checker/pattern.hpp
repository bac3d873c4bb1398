// Patterns: the anomalies whose proof can be told in a few fixed sentences.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/partition.hpp"
#include "checker/witness.hpp"

namespace riptide::checker {

/// Why one operation (the observer, a read or a cas) cannot have observed what it did. Positions
/// are in the entries that find_pattern() was given.
struct Pattern {
  enum class Kind : std::uint8_t {
    never_written,  ///< nobody writes the value
    future,         ///< it was answered before the first write of it was invoked
    double_cas,     ///< another cas had taken the one value away
    superseded,     ///< one newer write lies between every write of the value and the observer
    overwritten,    ///< each write of the value has its own newer write before the observer
  };
  /// Why the newer write comes after the value's: it is the key's first state; the newer was
  /// invoked after the value was in place; a cas took the value away; the newer value was seen, by
  /// an operation that began when the older was already in place, and is written only once.
  enum class Order : std::uint8_t { from_start, invoked_after, consumed, seen_after };

  Kind kind = Kind::never_written;
  std::uint32_t observer = 0;
  std::vector<std::uint32_t> sources;  ///< writes of the value; empty: the initial value, or none
  /// More writes of the value, all of which had returned before the newer one was called: that one
  /// came after them, so that they are no part of the proof (see Members).
  std::size_t earlier_sources = 0;
  std::optional<std::uint32_t>
      source_seen_by;                ///< shows that the source was in place before its return
  std::vector<std::uint32_t> newer;  ///< superseded: one; overwritten: one for each source
  Order order = Order::invoked_after;
  std::optional<std::uint32_t> order_seen_by;  ///< of seen_after
  std::optional<std::uint32_t>
      newer_seen_by;                ///< shows that the newer was in place before its return
  std::int64_t newer_known_ns = 0;  ///< when the newer write was certain to be in place

  /// The closed set that is the proof.
  Members members(const KeyHistory& key) const;
  /// How many those are.
  std::size_t size() const { return size(sources); }
  /// The same with other sources.
  std::size_t size(const std::vector<std::uint32_t>& with_sources) const;
};

/// Who wrote and who observed each value of a key: built once, for every observer.
class ValueIndex {
 public:
  explicit ValueIndex(const KeyHistory& key);
  const std::vector<std::uint32_t>& writers(ValueId value) const { return writers_[value]; }
  const std::vector<std::uint32_t>& observers(ValueId value) const { return observers_[value]; }

 private:
  std::vector<std::vector<std::uint32_t>> writers_, observers_;  // by call
};

/// The pattern with the fewest operations that shows `observer` to be impossible, if there is one.
/// O(number of entries). `index` is that of `key`.
std::optional<Pattern> find_pattern(const KeyHistory& key, const ValueIndex& index,
                                    std::uint32_t observer);

}  // namespace riptide::checker
