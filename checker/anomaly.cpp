#include "checker/anomaly.hpp"

#include <algorithm>
#include <tuple>

#include "checker/explain.hpp"
#include "checker/pattern.hpp"
#include "checker/witness.hpp"

namespace riptide::checker {

namespace {

/// Looking for a pattern at every operation is O(n²): only for keys up to this size.
constexpr std::size_t kEntriesForAllPatterns = 4000;
/// A witness is confirmed, and its longest order found, by a search that tries everything; a
/// minimal witness needs a handful of states.
constexpr std::uint64_t kStatesToConfirm = 200'000;

struct Culprit {
  std::uint32_t position = 0;
  std::optional<Pattern> pattern;
  Witness witness;
};

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
Witness witness_of(const KeyHistory& key, const Pattern& pattern) {
  return {.members = pattern.members(key), .minimal = true};
}

/// Without any search: the first operation, by return, that a pattern shows to be impossible.
std::optional<Culprit> first_pattern(const KeyHistory& key, const Budget& budget) {
  if (key.entries.size() > kEntriesForAllPatterns) return std::nullopt;
  std::vector<std::uint32_t> observers;
  for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
    if (key.entries[i].certain && key.entries[i].observes()) observers.push_back(i);
  }
  std::sort(observers.begin(), observers.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(key.entries[a].return_ns, a) < std::tie(key.entries[b].return_ns, b);
  });
  const ValueIndex index(key);
  for (const std::uint32_t observer : observers) {
    if (budget.poll() != Limit::none) break;
    if (auto pattern = find_pattern(key, index, observer)) {
      Witness witness = witness_of(key, *pattern);
      return Culprit{observer, std::move(pattern), std::move(witness)};
    }
  }
  return std::nullopt;
}

Culprit whole_key(const KeyHistory& key) {
  Culprit culprit;
  for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
    culprit.witness.members.push_back({i, false});
    const Entry& entry = key.entries[i];
    if (entry.certain && entry.return_ns > key.entries[culprit.position].return_ns) {
      culprit.position = i;
    }
  }
  return culprit;
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
  auto found = find_pattern(prefix.key, ValueIndex(prefix.key), in_prefix);
  if (found) to_whole(*found, prefix.positions);
  auto whole = whole_key_pattern(key, index, prefix.culprit);
  if (!whole) return found;
  const bool better =
      !found || found->kind == Pattern::Kind::never_written || whole->size() < found->size();
  return better ? whole : found;
}

/// How long the value had been replaced for certain when the observer was invoked; nothing for
/// patterns that are not about age.
std::optional<std::int64_t> age_ns(const KeyHistory& key, const Pattern& pattern) {
  const bool aged =
      pattern.kind == Pattern::Kind::superseded || pattern.kind == Pattern::Kind::overwritten;
  if (!aged || key.entries[pattern.observer].is_cas()) return std::nullopt;
  return key.entries[pattern.observer].call_ns - pattern.newer_known_ns;
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

Culprit find_culprit(const KeyHistory& key, Budget& budget) {
  const auto prefix = shortest_impossible_prefix(key, budget);
  if (!prefix) {
    auto found = first_pattern(key, budget);
    return found ? std::move(*found) : whole_key(key);
  }
  Culprit culprit{.position = prefix->culprit};
  const auto in_prefix = static_cast<std::uint32_t>(
      std::lower_bound(prefix->positions.begin(), prefix->positions.end(), prefix->culprit) -
      prefix->positions.begin());
  const ValueIndex index(key);
  culprit.pattern = culprit_pattern(key, index, *prefix, in_prefix);
  if (culprit.pattern) {
    prefer_the_stalest(key, index, budget, culprit);
    culprit.witness = witness_of(key, *culprit.pattern);
    return culprit;
  }
  culprit.witness = find_witness(prefix->key, in_prefix, budget);
  for (Member& member : culprit.witness.members) {
    member.position = prefix->positions[member.position];
  }
  // A cas that was open at the end of the prefix may have seen what was written after it. With
  // those writes the set is closed among all operations, and still impossible, because its prefix
  // is; and with what has completed since, fewer operations may do.
  culprit.witness =
      minimise(key, closure(key, std::move(culprit.witness.members)), culprit.position, budget);
  return culprit;
}

std::vector<Entry> judged_entries(const KeyHistory& key, const Members& members) {
  std::vector<Entry> entries;
  for (const Member& member : members) {
    entries.push_back(key.entries[member.position]);
    Entry& entry = entries.back();
    if (member.write_only) entry.action = {Action::Kind::write, entry.written()};
  }
  return entries;
}

/// For a value that nobody wrote: the operations that asked to write it, and were refused, before
/// it was seen.
void add_failed_writes(const history::History& history, const KeyHistory& key,
                       const Entry& observer, Anomaly& anomaly) {
  for (const history::Operation& operation : history.operations) {
    if (operation.invoke_ns > observer.return_ns) continue;
    if (!failed_write_of(operation, key, observer.observed())) continue;
    anomaly.operations.push_back(operation.index);
  }
}

}  // namespace

Anomaly unexplained(const KeyHistory& key, const std::string& why) {
  const Culprit culprit = whole_key(key);
  Anomaly anomaly{.klass = "non-linearizable", .key = key.key};
  anomaly.culprit = key.entries[culprit.position].index;
  for (const Entry& entry : key.entries) anomaly.operations.push_back(entry.index);
  std::sort(anomaly.operations.begin(), anomaly.operations.end());
  anomaly.explanation =
      numbered({"The search found no order of the " + std::to_string(key.entries.size()) +
                    " operations on this key.",
                why});
  return anomaly;
}

Finding find_anomaly(const history::History& history, const KeyHistory& key, Budget& budget) {
  const Culprit culprit = find_culprit(key, budget);
  Finding finding;
  Anomaly& anomaly = finding.anomaly;
  anomaly.key = key.key;
  anomaly.culprit = key.entries[culprit.position].index;
  for (const Member& member : culprit.witness.members) {
    anomaly.operations.push_back(key.entries[member.position].index);
  }

  const std::vector<Entry> entries = judged_entries(key, culprit.witness.members);
  Budget confirmation = budget.part(kStatesToConfirm);
  const Decision confirmed = search(entries, key.values.size(), Reductions::plain, confirmation);
  budget.absorb(confirmation);
  if (confirmed.found == Found::order) {
    finding.contradiction = "the witness of an anomaly of key " + key.key.json() +
                            " has an order after all; this is a defect of the checker";
  }
  std::vector<std::uint32_t> longest;
  for (const std::uint32_t position : confirmed.longest) {
    longest.push_back(culprit.witness.members[position].position);
    anomaly.longest_prefix.push_back(entries[position].index);
  }

  if (culprit.pattern) {
    anomaly.klass = classify(history, key, *culprit.pattern);
    anomaly.explanation = numbered(explain_pattern(history, key, *culprit.pattern, anomaly.klass));
    if (const auto age = age_ns(key, *culprit.pattern))
      anomaly.staleness_ms = static_cast<double>(*age) / 1e6;
    if (culprit.pattern->kind == Pattern::Kind::never_written) {
      add_failed_writes(history, key, key.entries[culprit.position], anomaly);
    }
  } else {
    anomaly.klass = key.entries[culprit.position].is_cas() ? "broken-cas" : "non-linearizable";
    anomaly.explanation =
        confirmed.found == Found::no_order
            ? numbered(explain_stuck(history, key, culprit.witness, longest, confirmation.states()))
            : numbered({"The search found no order of the " + std::to_string(key.entries.size()) +
                            " operations on this key.",
                        "The limit of the work on an explanation was reached before a smaller set "
                        "of operations was found that is impossible on its own."});
  }
  std::sort(anomaly.operations.begin(), anomaly.operations.end());
  return finding;
}

}  // namespace riptide::checker
