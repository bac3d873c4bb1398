#include "checker/witness.hpp"

#include <algorithm>
#include <tuple>

#include "checker/prune.hpp"

namespace riptide::checker {

namespace {

Entry as_judged(const KeyHistory& key, const Member& member) {
  Entry entry = key.entries[member.position];
  if (member.write_only) entry.action = {Action::Kind::write, entry.written()};
  return entry;
}

Members all_of(const KeyHistory& key) {
  Members members(key.entries.size());
  for (std::uint32_t i = 0; i < members.size(); ++i) members[i].position = i;
  return members;
}

/// Tries `candidate`; takes it over when it is a smaller (or weaker) impossible set.
/// nullopt: a limit was hit.
std::optional<bool> improve(const KeyHistory& key, Members candidate, Members& best,
                            Budget& budget) {
  candidate = closure(key, std::move(candidate));
  const auto demands = [](const Members& members) {
    return std::count_if(members.begin(), members.end(),
                         [](const Member& member) { return !member.write_only; });
  };
  const auto weight = [&](const Members& m) { return std::tuple(m.size(), demands(m)); };
  budget.charge(1 + key.entries.size() / 256);
  if (weight(candidate) >= weight(best)) {
    if (budget.states_left() == 1 || budget.poll() != Limit::none) return std::nullopt;
    return false;
  }
  const auto judged = impossible(key, candidate, budget);
  if (!judged) return std::nullopt;
  if (*judged) best = std::move(candidate);
  return *judged;
}

}  // namespace

Members closure(const KeyHistory& key, Members members) {
  std::vector<bool> inside(key.entries.size(), false);
  for (const Member& member : members) inside[member.position] = true;
  for (std::size_t i = 0; i < members.size(); ++i) {  // grows while it is walked
    const Entry& observer = key.entries[members[i].position];
    if (members[i].write_only || !observer.observes()) continue;
    for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
      const Entry& writer = key.entries[p];
      if (writer.call_ns > observer.return_ns) break;  // sorted by call
      if (inside[p] || !writer.writes() || writer.written() != observer.observed()) continue;
      inside[p] = true;
      members.push_back({p, writer.is_cas()});
    }
  }
  std::sort(members.begin(), members.end());
  return members;
}

std::optional<bool> impossible(const KeyHistory& key, const Members& members, Budget& budget,
                               Reductions reductions) {
  std::vector<Entry> entries;
  entries.reserve(members.size());
  for (const Member& member : members) entries.push_back(as_judged(key, member));
  if (reductions == Reductions::reduced)
    entries = prune(std::move(entries), key.values.size(), &budget);
  Budget part = budget.part(budget.states_left());
  const Decision result = search(entries, key.values.size(), reductions, part);
  budget.absorb(part);
  budget.charge(1 + key.entries.size() / 16);  // so that many small judgements end, too
  if (result.found == Found::limit) return std::nullopt;
  return result.found == Found::no_order;
}

std::optional<Prefix> shortest_impossible_prefix(const KeyHistory& key, Budget& budget) {
  std::vector<std::uint32_t> returns;
  for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
    if (key.entries[i].certain) returns.push_back(i);
  }
  std::sort(returns.begin(), returns.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(key.entries[a].return_ns, a) < std::tie(key.entries[b].return_ns, b);
  });
  if (returns.empty()) return std::nullopt;
  std::vector<std::size_t> rank(key.entries.size(), returns.size());
  for (std::size_t i = 0; i < returns.size(); ++i) rank[returns[i]] = i;
  const auto prefix_at = [&](std::size_t last) {
    Prefix prefix{.culprit = returns[last]};
    prefix.key.key = key.key;
    prefix.key.values = key.values;
    for (std::uint32_t i = 0; i < key.entries.size(); ++i) {
      Entry entry = key.entries[i];
      if (entry.call_ns > key.entries[returns[last]].return_ns) break;
      if (rank[i] > last) {
        if (!entry.writes()) continue;
        entry.certain = false;
        entry.return_ns = history::kNever;
      }
      prefix.key.entries.push_back(entry);
      prefix.positions.push_back(i);
    }
    return prefix;
  };
  std::size_t low = 0, high = returns.size() - 1;  // the whole is impossible
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const Prefix prefix = prefix_at(middle);
    const auto judged = impossible(prefix.key, all_of(prefix.key), budget);
    if (!judged) return std::nullopt;
    (*judged ? high : low) = *judged ? middle : middle + 1;
  }
  return prefix_at(low);
}

Witness minimise(const KeyHistory& key, Members members, std::uint32_t culprit, Budget& budget) {
  Witness witness{.members = std::move(members)};
  std::size_t chunk = std::max<std::size_t>(1, witness.members.size() / 2);
  while (true) {
    bool improved = false;
    for (std::size_t at = 0; at < witness.members.size();) {
      Members without;
      for (std::size_t i = 0; i < witness.members.size(); ++i) {
        const Member& member = witness.members[i];
        if (i < at || i >= at + chunk || member.position == culprit) without.push_back(member);
      }
      const auto better = improve(key, std::move(without), witness.members, budget);
      if (!better) return witness;
      improved = improved || *better;
      if (!*better) at += chunk;
    }
    for (std::size_t i = 0; chunk == 1 && i < witness.members.size(); ++i) {
      const Member member = witness.members[i];
      if (member.write_only || !key.entries[member.position].is_cas()) continue;
      if (member.position == culprit) continue;
      Members weaker = witness.members;
      weaker[i].write_only = true;
      const auto better = improve(key, std::move(weaker), witness.members, budget);
      if (!better) return witness;
      improved = improved || *better;
    }
    if (chunk == 1 && !improved) break;
    if (chunk > 1 && !improved) chunk /= 2;
    chunk = std::clamp<std::size_t>(witness.members.size() / 2, 1, chunk);
  }
  witness.minimal = true;
  return witness;
}

Witness find_witness(const KeyHistory& key, std::uint32_t culprit, Budget& budget) {
  Members best = all_of(key);
  const Members alone = {{culprit, false}};
  auto found = improve(key, alone, best, budget);
  for (std::uint32_t other = 0; found && other < key.entries.size(); ++other) {
    if (other == culprit) continue;
    found = improve(key, {{culprit, false}, {other, false}}, best, budget);
  }
  if (!found) return {.members = std::move(best)};
  return minimise(key, std::move(best), culprit, budget);
}

}  // namespace riptide::checker
