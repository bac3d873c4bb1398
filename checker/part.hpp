// Part: some operations of a key, each perhaps taken for less than it says, that are judged on
// their own.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

/// How much of an operation counts in a part. If the history is linearizable it still is when an
/// operation demands less.
enum class Taken : std::uint8_t {
  whole,
  as_write,  ///< a cas of which only the write counts
  in_part,   ///< only what it says about the elements, or the values, of this part
};

struct Part {
  KeyHistory key;
  std::vector<std::uint32_t> positions;  ///< of the entries in the key that this is a part of
  std::vector<Taken> taken;              ///< of each entry
};

/// The key as a part of itself.
Part whole_part(const KeyHistory& key);

/// `inner` is a part of `outer.key`: the same as a part of what `outer` is a part of.
Part composed(const Part& outer, Part inner);

/// The part as it would look had the world ended right after entry `last` returned: what was called
/// later is gone, what returned later is open. Every prefix of a linearizable history is
/// linearizable.
Part prefix_until(const Part& part, std::uint32_t last);

/// The certain entries by return.
std::vector<std::uint32_t> by_return(const KeyHistory& key);

}  // namespace riptide::checker
