#include "checker/part.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace riptide::checker {

namespace {

/// An open operation of which this is all that is known changes nothing.
bool says_nothing_when_open(const Action& action) {
  return action.kind == Action::Kind::read || action.kind == Action::Kind::contains ||
         action.kind == Action::Kind::cas_refused ||
         (action.kind == Action::Kind::take && action.first == kEmpty);
}

}  // namespace

Part whole_part(const KeyHistory& key) {
  Part part{.key = key};
  part.positions.resize(key.entries.size());
  std::iota(part.positions.begin(), part.positions.end(), 0);
  part.taken.assign(key.entries.size(), Taken::whole);
  return part;
}

Part composed(const Part& outer, Part inner) {
  for (std::size_t i = 0; i < inner.positions.size(); ++i) {
    const std::uint32_t position = inner.positions[i];
    if (inner.taken[i] == Taken::whole) inner.taken[i] = outer.taken[position];
    inner.positions[i] = outer.positions[position];
  }
  return inner;
}

Part prefix_until(const Part& part, std::uint32_t last) {
  const std::int64_t end_ns = part.key.entries[last].return_ns;
  Part prefix{.key = {.key = part.key.key, .values = part.key.values}};
  for (std::uint32_t i = 0; i < part.key.entries.size(); ++i) {
    Entry entry = part.key.entries[i];
    if (entry.call_ns > end_ns) break;
    if (std::tie(entry.return_ns, i) > std::tie(end_ns, last)) {
      if (says_nothing_when_open(entry.action)) continue;
      entry.certain = false;
      entry.return_ns = history::kNever;
    }
    prefix.key.entries.push_back(entry);
    prefix.positions.push_back(part.positions[i]);
    prefix.taken.push_back(part.taken[i]);
  }
  return prefix;
}

std::vector<std::uint32_t> by_return(const KeyHistory& key) {
  std::vector<std::uint32_t> returns;
  for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
    if (key.entries[i].certain) returns.push_back(i);
  }
  std::sort(returns.begin(), returns.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(key.entries[a].return_ns, a) < std::tie(key.entries[b].return_ns, b);
  });
  return returns;
}

}  // namespace riptide::checker
