#include "checker/prune.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace riptide::checker {

namespace {

constexpr std::int64_t kNobody = std::numeric_limits<std::int64_t>::min();

/// One round of rules 1 and 2; whether anything was dropped.
bool drop_unobservable(std::vector<Entry>& entries, std::size_t values) {
  std::vector<std::int64_t> observed_until(values, kNobody);  // the latest return of an observer
  std::vector<bool> written(values, false);
  written[kInitial] = true;
  for (const Entry& entry : entries) {
    if (entry.observes()) {
      observed_until[entry.observed()] =
          std::max(observed_until[entry.observed()], entry.return_ns);
    }
    if (entry.writes()) written[entry.written()] = true;
  }
  const auto useless = [&](const Entry& entry) {
    if (entry.certain) return false;
    if (!entry.writes()) return true;
    if (entry.is_cas() && !written[entry.observed()]) return true;
    return observed_until[entry.written()] < entry.call_ns;
  };
  return std::erase_if(entries, useless) > 0;
}

/// Rule 3.
void bound_by_observers(std::vector<Entry>& entries, std::size_t values) {
  std::vector<std::uint32_t> writers(values, 0);
  std::vector<std::int64_t> first_seen(values, history::kNever);
  writers[kInitial] = 1;  // the initial state
  for (const Entry& entry : entries) {
    if (entry.writes()) ++writers[entry.written()];
    if (entry.observes() && entry.certain) {
      first_seen[entry.observed()] = std::min(first_seen[entry.observed()], entry.return_ns);
    }
  }
  for (Entry& entry : entries) {
    if (!entry.writes() || writers[entry.written()] != 1) continue;
    const std::int64_t seen = first_seen[entry.written()];
    // Seen before it was invoked: impossible, and for the search to say.
    if (seen == history::kNever || seen < entry.call_ns) continue;
    entry.certain = true;
    entry.return_ns = std::min(entry.return_ns, seen);
  }
}

}  // namespace

std::vector<Entry> prune(std::vector<Entry> entries, std::size_t values, const Budget* budget) {
  while (drop_unobservable(entries, values)) {
    if (budget != nullptr && budget->poll() != Limit::none) break;
  }
  bound_by_observers(entries, values);
  return entries;
}

}  // namespace riptide::checker
