// Numbering: the values of one part get numbers in the order in which they are met, so that equal
// values have equal numbers. Made for millions of values: no allocation per value.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/model.hpp"
#include "history/value.hpp"

namespace riptide::checker {

/// Numbers the values of one part.
class Numbering {
 public:
  /// Nothing is numbered.
  Numbering() = default;
  /// `initial` gets the number kInitial.
  explicit Numbering(const history::Value& initial) { number(initial); }

  ValueId number(const history::Value& value);
  /// The number that the value has; kUnobserved when it has none.
  ValueId find(const history::Value& value) const;
  std::size_t size() const { return values_.size(); }
  const std::vector<history::Value>& values() const { return values_; }
  /// Every value in the order of the numbers; leaves the numbering empty.
  std::vector<history::Value> take_values();
  std::uint64_t bytes() const;

 private:
  /// An open-addressed slot: half of the hash and the number, so that most misses cost one look.
  struct Slot {
    std::uint32_t hash = 0;
    ValueId id = kUnobserved;
  };
  void remember(const history::Value& value, ValueId id);
  void remember_small(std::uint64_t integer, ValueId id);
  void grow_table();
  ValueId find_in_table(const history::Value& value) const;

  std::vector<history::Value> values_;
  std::vector<ValueId> small_;  // of the integers 0, 1, 2, …: tests most often write those
  std::vector<Slot> table_;     // of everything else; a power of two, at most half full
  std::size_t in_table_ = 0;
};

}  // namespace riptide::checker
