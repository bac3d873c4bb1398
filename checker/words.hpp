// The words of an explanation: who did what, when, and what came back.
#pragma once

#include <cstdint>
#include <string>

#include "checker/partition.hpp"

namespace riptide::checker {

class Words {
 public:
  Words(const history::History& history, const KeyHistory& key) : history_(history), key_(key) {}

  const history::Operation& operation(std::uint32_t position) const {
    return history_.operations[key_.entries[position].index];
  }
  /// "1204.391 ms"
  static std::string ms(std::int64_t ns);
  /// "key 5", or "the register" when there are no keys.
  std::string key() const;
  std::string value(ValueId value) const;
  /// "Process 3"
  std::string who(std::uint32_t position) const;
  /// "wrote 17 to key 5", "read key 5", "changed key 5 from 1 to 2 with a cas"
  std::string did(std::uint32_t position) const;
  /// "write of 17", "read", "cas from 1 to 2"
  std::string thing(std::uint32_t position) const;
  /// "n2 acknowledged it at 1204.391 ms", "whether it was done was never known (timeout)"
  std::string ended(std::uint32_t position) const;
  /// A sentence: "Process 3 wrote 17 to key 5, beginning at 1200.000 ms; n2 acknowledged …."
  std::string deed(std::uint32_t position) const;
  /// "was answered 12 by n1 at 1515.120 ms"; for a cas "succeeded, by n1 at …"
  std::string answered(std::uint32_t position) const;

 private:
  const history::History& history_;
  const KeyHistory& key_;
};

}  // namespace riptide::checker
