#include "checker/culprit.hpp"

#include <algorithm>
#include <tuple>

#include "checker/suspects.hpp"
#include "checker/witness.hpp"

namespace riptide::checker {

namespace {

/// Up to this many entries the shortest impossible prefix and a minimal set are sought by search.
constexpr std::size_t kEntriesForSearches = 4096;
/// Looking for a pattern costs O(n) for each suspect: no more than this in all.
constexpr std::uint64_t kMostLooks = 400'000'000;

void to_whole(Pattern& pattern, const std::vector<std::uint32_t>& positions) {
  const auto move = [&](std::uint32_t& p) { p = positions[p]; };
  move(pattern.observer);
  for (std::uint32_t& p : pattern.sources) move(p);
  for (std::uint32_t& p : pattern.newer) move(p);
  for (auto* p : {&pattern.source_seen_by, &pattern.order_seen_by, &pattern.newer_seen_by}) {
    if (*p) move(**p);
  }
}

/// A pattern names all writes that its observer can have seen.
Culprit culprit_of(const KeyHistory& key, Pattern pattern) {
  Culprit culprit{.position = pattern.observer, .minimal = true};
  culprit.part = part_of(key, pattern.members(key));
  culprit.pattern = std::move(pattern);
  return culprit;
}

/// Without any search: the first operation, by return, that a pattern shows to be impossible.
std::optional<Culprit> first_pattern(const KeyHistory& key, const ValueIndex& index,
                                     const Budget& budget) {
  std::uint64_t looks = 0;
  for (const std::uint32_t observer : suspects(key, index)) {
    looks += key.entries.size();
    if (looks > kMostLooks || budget.poll() != Limit::none) break;
    if (auto pattern = find_pattern(key, index, observer)) {
      return culprit_of(key, std::move(*pattern));
    }
  }
  return std::nullopt;
}

Culprit whole_key(const KeyHistory& key) {
  return {.position = last_to_return(key), .part = whole_part(key)};
}

/// What only all operations of the key show: that somebody wrote the value later, or that two cas
/// took it of which one was still open at the end of the prefix. Other patterns are sought in the
/// prefix only: with evidence from after the culprit they would name more operations than are
/// needed.
std::optional<Pattern> whole_key_pattern(const KeyHistory& key, const ValueIndex& index,
                                         std::uint32_t culprit) {
  auto pattern = find_pattern(key, index, culprit);
  if (!pattern) return std::nullopt;
  const bool wanted = pattern->kind == Pattern::Kind::never_written ||
                      pattern->kind == Pattern::Kind::future ||
                      pattern->kind == Pattern::Kind::double_cas;
  return wanted ? pattern : std::nullopt;
}

/// The pattern of the culprit with the fewest operations.
std::optional<Pattern> culprit_pattern(const KeyHistory& key, const ValueIndex& index,
                                       const Prefix& prefix, std::uint32_t in_prefix) {
  auto found = find_pattern(prefix.part.key, ValueIndex(prefix.part.key), in_prefix);
  if (found) to_whole(*found, prefix.part.positions);
  auto whole = whole_key_pattern(key, index, prefix.culprit);
  if (!whole) return found;
  const bool better =
      !found || found->kind == Pattern::Kind::never_written || whole->size() < found->size();
  return better ? whole : found;
}

/// One stale read seldom comes alone. Of those that take no more operations to prove, the stalest
/// convinces most: 300 ms can be no matter of how clocks are read.
void prefer_the_stalest(const KeyHistory& key, const ValueIndex& index, const Budget& budget,
                        Culprit& culprit) {
  constexpr std::size_t kMostEntries = 4096;  // every observer is looked at, against every write
  auto best_ns = age_ns(key, *culprit.pattern);
  if (!best_ns || key.entries.size() > kMostEntries) return;
  const std::size_t size = culprit.pattern->size();
  for (std::uint32_t observer = 0; observer < key.entries.size(); ++observer) {
    if (!key.entries[observer].observes() || !key.entries[observer].certain) continue;
    if (budget.poll() != Limit::none) return;
    auto other = find_pattern(key, index, observer);
    if (!other) continue;
    const auto other_ns = age_ns(key, *other);
    if (!other_ns || *other_ns <= *best_ns || other->size() > size) continue;
    best_ns = other_ns;
    culprit.position = observer;
    culprit.pattern = std::move(other);
  }
}

/// The shortest impossible prefix says who; of a register that is small enough to search.
std::optional<Culprit> by_search(const Model& model, const KeyHistory& key, const ValueIndex& index,
                                 Budget& budget) {
  const auto prefix = shortest_impossible_prefix(model, whole_part(key), budget);
  if (!prefix) return std::nullopt;
  const auto& positions = prefix->part.positions;
  const auto in_prefix = static_cast<std::uint32_t>(
      std::lower_bound(positions.begin(), positions.end(), prefix->culprit) - positions.begin());
  if (auto pattern = culprit_pattern(key, index, *prefix, in_prefix)) {
    Culprit culprit = culprit_of(key, std::move(*pattern));
    prefer_the_stalest(key, index, budget, culprit);
    return culprit_of(key, std::move(*culprit.pattern));
  }
  Witness witness = find_witness(prefix->part.key, in_prefix, budget);
  for (Member& member : witness.members) member.position = positions[member.position];
  // A cas that was open at the end of the prefix may have seen what was written after it. With
  // those writes the set is closed among all operations, and still impossible, because its prefix
  // is; and with what has completed since, fewer operations may do.
  witness = minimise(key, closure(key, std::move(witness.members)), prefix->culprit, budget);
  return Culprit{.position = prefix->culprit,
                 .part = part_of(key, witness.members),
                 .minimal = witness.minimal};
}

/// The operation whose return ended what could be ordered.
std::optional<std::uint32_t> first_undecided(const KeyHistory& key, const Decision* decision) {
  if (decision == nullptr || decision->decided_until_ns == INT64_MIN) return std::nullopt;
  std::optional<std::uint32_t> first;
  for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
    const Entry& entry = key.entries[i];
    if (!entry.certain || entry.return_ns <= decision->decided_until_ns) continue;
    if (!first || entry.return_ns < key.entries[*first].return_ns) first = i;
  }
  return first;
}

/// From a few operations that a monitor found impossible.
std::optional<Culprit> by_witness(const KeyHistory& key, const ValueIndex& index,
                                  const Decision* decision, Budget& budget) {
  if (decision == nullptr || decision->witness.empty()) return std::nullopt;
  std::optional<Pattern> best;
  std::optional<std::uint32_t> last;
  for (const std::uint32_t position : decision->witness) {
    const Entry& entry = key.entries[position];
    if (!entry.certain) continue;
    if (!last || key.entries[*last].return_ns < entry.return_ns) last = position;
    if (!entry.observes()) continue;
    auto pattern = find_pattern(key, index, position);
    if (pattern && (!best || pattern->size() < best->size())) best = std::move(pattern);
  }
  if (best) return culprit_of(key, std::move(*best));
  if (!last) return std::nullopt;
  Members members;
  for (const std::uint32_t position : decision->witness) members.push_back({position, false});
  std::sort(members.begin(), members.end());
  members = closure(key, std::move(members));
  const auto judged = impossible(key, members, budget);
  if (!judged || !*judged) return std::nullopt;
  const Part part = part_of(key, members);
  const Witness witness =
      minimise(part.key, closure(part.key, all_members(part.key)),
               static_cast<std::uint32_t>(
                   std::lower_bound(part.positions.begin(), part.positions.end(), *last) -
                   part.positions.begin()),
               budget);
  return Culprit{.position = *last,
                 .part = composed(part, part_of(part.key, witness.members)),
                 .minimal = witness.minimal};
}

/// The recent past of an operation, when it is impossible on its own.
std::optional<Culprit> by_window(const KeyHistory& key, std::uint32_t position, Budget& budget) {
  auto window = impossible_window(key, position, budget);
  if (!window) return std::nullopt;
  Culprit culprit{.position = position, .writes_left_out = true};
  const Part& guarded = window->with_guards;
  Members members;
  std::uint32_t inside = 0;
  for (std::uint32_t p = 0; p < guarded.positions.size(); ++p) {
    if (guarded.positions[p] == position) inside = p;
    if (!window->guard[p]) members.push_back({p, false});
  }
  const Witness witness = minimise(guarded.key, std::move(members), inside, budget, &window->guard);
  culprit.part = composed(guarded, part_of(guarded.key, witness.members));
  culprit.minimal = witness.minimal;
  return culprit;
}

}  // namespace

std::optional<std::int64_t> age_ns(const KeyHistory& key, const Pattern& pattern) {
  const bool aged =
      pattern.kind == Pattern::Kind::superseded || pattern.kind == Pattern::Kind::overwritten;
  if (!aged || key.entries[pattern.observer].is_cas()) return std::nullopt;
  return key.entries[pattern.observer].call_ns - pattern.newer_known_ns;
}

std::uint64_t newer_versions(const KeyHistory& key, const Pattern& pattern) {
  std::int64_t in_place = INT64_MIN;
  for (const std::uint32_t source : pattern.sources) {
    in_place = std::max(in_place, key.entries[source].return_ns);
  }
  if (pattern.source_seen_by) {
    in_place = std::min(in_place, key.entries[*pattern.source_seen_by].return_ns);
  }
  const Entry& observer = key.entries[pattern.observer];
  std::uint64_t versions = 0;
  for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
    const Entry& write = key.entries[p];
    if (write.call_ns >= observer.call_ns) break;
    if (!write.writes() || write.written() == observer.observed()) continue;
    const bool told =
        std::find(pattern.newer.begin(), pattern.newer.end(), p) != pattern.newer.end();
    const bool newer =
        write.certain && write.return_ns < observer.call_ns && write.call_ns > in_place;
    if (told || newer) ++versions;
  }
  return versions;
}

std::uint32_t last_to_return(const KeyHistory& key) {
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
    const Entry& entry = key.entries[i];
    const bool later = !key.entries[last].certain || entry.return_ns > key.entries[last].return_ns;
    if (entry.certain && later) last = i;
  }
  return last;
}

Culprit find_culprit(const Model& model, const KeyHistory& key, const Decision* decision,
                     Budget& budget) {
  const ValueIndex index(key);
  if (key.entries.size() <= kEntriesForSearches) {
    if (auto found = by_search(model, key, index, budget)) return std::move(*found);
  }
  if (auto found = by_witness(key, index, decision, budget)) return std::move(*found);
  const auto undecided = first_undecided(key, decision);
  if (undecided && key.entries[*undecided].observes()) {
    if (auto pattern = find_pattern(key, index, *undecided)) {
      return culprit_of(key, std::move(*pattern));
    }
  }
  if (auto found = first_pattern(key, index, budget)) return std::move(*found);
  if (undecided) {
    if (auto found = by_window(key, *undecided, budget)) return std::move(*found);
  }
  if (const auto prefix = shortest_impossible_prefix(model, whole_part(key), budget)) {
    if (auto found = by_window(key, prefix->culprit, budget)) return std::move(*found);
    return {.position = prefix->culprit, .part = prefix->part};
  }
  return whole_key(key);
}

}  // namespace riptide::checker
