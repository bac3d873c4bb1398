// Injectable defects (docs/bugs.md). Each is one guarded line or branch next to the correct code:
//
//     if (bugs::active(Bug::kLocalLeaderRead)) …
//
// Set once at start, before anything runs. In a build with RIPTIDE_BUGS=OFF active() is a constant
// false and the branches are gone.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace riptide::node {

enum class Bug : unsigned char {
  kLocalLeaderRead,
  kVoteIgnoresLogTerm,
  kCommitPriorTerm,
  kAckBeforeApply,
  kFailInsteadOfInfo,
  kCount
};

namespace bugs {

struct Info {
  Bug bug;
  std::string_view id;     ///< "local-leader-read"
  std::string_view about;  ///< what it does wrong
  std::string_view known_from;
};
const std::vector<Info>& catalogue();

/// Switches one on. Unknown ids, and builds without defects, are errors that say so.
Result<void> enable(std::string_view id);
void disable_all();  // for tests

#if defined(RIPTIDE_BUGS)
inline std::array<bool, static_cast<std::size_t>(Bug::kCount)> enabled{};
inline bool active(Bug bug) { return enabled[static_cast<std::size_t>(bug)]; }
#else
inline constexpr bool active(Bug) { return false; }
#endif

}  // namespace bugs
}  // namespace riptide::node
