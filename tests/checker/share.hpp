// How many random cases a property test tries. RIPTIDE_TEST_SHARE scales all of them: 10 for a
// long night, 0.1 under sanitizers, which slow everything down; the rest of the tests stays.
#pragma once

#include <algorithm>
#include <cstdlib>

namespace riptide::checker::testing {

inline int share_of(int cases) {
  const char* share = std::getenv("RIPTIDE_TEST_SHARE");
  const double factor = share == nullptr ? 1 : std::strtod(share, nullptr);
  return factor > 0 ? std::max(200, static_cast<int>(cases * factor)) : cases;
}

/// How many of something, expected among all cases, must at least be among that share of them.
inline int least_of(int among_all) {
  const char* share = std::getenv("RIPTIDE_TEST_SHARE");
  const double factor = share == nullptr ? 1 : std::strtod(share, nullptr);
  return factor > 0 && factor < 1 ? static_cast<int>(among_all * factor / 2) : among_all;
}

}  // namespace riptide::checker::testing
