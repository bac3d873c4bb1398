// Tales: the anomalies of objects that are no registers, whose proof can be told in a few fixed
// sentences. The others are told by explain_stuck().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/explain.hpp"

namespace riptide::checker {

struct Tale {
  std::string klass;                     ///< docs/anomalies.md
  std::vector<std::string> steps;        ///< without numbers; empty: only the class is known
  std::optional<std::uint32_t> culprit;  ///< in the part; the last to return when not given
};

/// Of an impossible part, `fatal` being the entry whose return made it so.
Tale tell(const Stuck& stuck, std::uint32_t fatal);

// One for each kind of object.
Tale tell_collection(const Stuck& stuck, std::uint32_t fatal);  ///< queue, stack, priority queue
Tale tell_set(const Stuck& stuck, std::uint32_t fatal);
Tale tell_counter(const Stuck& stuck, std::uint32_t fatal);
Tale tell_lock(const Stuck& stuck, std::uint32_t fatal);  ///< mutex, semaphore, fenced lock
Tale tell_text(const Stuck& stuck, std::uint32_t fatal);  ///< kv with append
Tale tell_transactions(const Stuck& stuck, std::uint32_t fatal);

}  // namespace riptide::checker
