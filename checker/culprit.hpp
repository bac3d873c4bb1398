// The culprit of an impossible register, and the few operations that show it.
#pragma once

#include <cstdint>
#include <optional>

#include "checker/decision.hpp"
#include "checker/part.hpp"
#include "checker/pattern.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

struct Culprit {
  std::uint32_t position = 0;      ///< in the key's entries
  std::optional<Pattern> pattern;  ///< positions are in the key's entries
  Part part;                       ///< the witness
  bool minimal = false;
  /// The proof leaves out older writes that its own writes cover (closure(), witness.hpp): what the
  /// register held before is not known from it.
  bool writes_left_out = false;
};

/// Of a register that was found impossible. `decision` is what found it, when that is at hand: its
/// witness, or how far it got, says where to look; without them the shortest impossible prefix is
/// sought. When the budget ends the part is larger than it need be, at worst the whole key.
Culprit find_culprit(const Model& model, const KeyHistory& key, const Decision* decision,
                     Budget& budget);

/// The same of any other object.
Culprit find_culprit_of_object(const history::History& history, const Model& model,
                               const KeyHistory& key, const Decision* decision, Budget& budget);

/// How long the value had been replaced for certain when the observer was invoked; nothing for
/// patterns that are not about age.
std::optional<std::int64_t> age_ns(const KeyHistory& key, const Pattern& pattern);
/// How many newer writes were certainly in place then; at least 1 when there is an age.
std::uint64_t newer_versions(const KeyHistory& key, const Pattern& pattern);

/// The certain operation that returned last: the culprit when nothing better is known.
std::uint32_t last_to_return(const KeyHistory& key);

}  // namespace riptide::checker
