// Who still wants which value: what the search may conclude without trying.
//
// These rules hold for objects whose operations read, write or compare-and-set one value. Each says
// why; tests/checker compares every verdict with brute force and with a search that uses none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

class Demand {
 public:
  Demand(std::span<const Entry> entries, std::size_t values)
      : certain_(values, 0), any_(values, 0), writers_(values, 0) {
    if (values == 0) return;  // not a register
    for (const Entry& entry : entries) count(entry, +1);
  }

  void linearised(const Entry& entry) { count(entry, -1); }
  void taken_back(const Entry& entry) { count(entry, +1); }

  /// No operation that is left can be legal because of this value.
  bool unwanted(ValueId value) const { return any_[value] == 0; }
  /// Operations that must still happen need this value, and nobody is left to write it: a state
  /// that loses it has no future.
  bool lost(ValueId value) const { return certain_[value] > 0 && writers_[value] == 0; }
  /// A value, not the state's, that is lost from the start.
  bool anything_lost(ValueId state) const {
    for (ValueId value = 0; value < certain_.size(); ++value) {
      if (value != state && lost(value)) return true;
    }
    return false;
  }

  /// A blind write whose value nobody wants: in any order of what is left it can be moved to right
  /// before the next blind write, or be left out when it is uncertain.
  bool hidden(const Entry& entry) const {
    return entry.action.kind == Action::Kind::write && unwanted(entry.written());
  }
  std::size_t bytes() const { return 3 * certain_.capacity() * sizeof(std::uint32_t); }

 private:
  void count(const Entry& entry, int by) {
    const auto add = [by](std::uint32_t& n) { n += static_cast<std::uint32_t>(by); };
    if (entry.observes()) {
      add(any_[entry.observed()]);
      if (entry.certain) add(certain_[entry.observed()]);
    }
    if (entry.writes()) add(writers_[entry.written()]);
  }

  std::vector<std::uint32_t> certain_;  // operations that must still happen and observe the value
  std::vector<std::uint32_t> any_;      // the same with those that may or may not happen
  std::vector<std::uint32_t> writers_;
};

}  // namespace riptide::checker
