#include "checker/witness.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "checker/judge.hpp"

namespace riptide::checker {

namespace {

Entry as_judged(const KeyHistory& key, const Member& member) {
  Entry entry = key.entries[member.position];
  if (member.write_only) entry.action = {Action::Kind::write, entry.written()};
  return entry;
}

/// The steps of both registers are the same.
const Model& register_model() {
  static const Model model = default_model();
  return model;
}

/// Tries `candidate`; takes it over when it is a smaller (or weaker) impossible set.
/// nullopt: a limit was hit.
std::optional<bool> improve(const KeyHistory& key, Members candidate, Members& best, Budget& budget,
                            const std::vector<bool>* guard = nullptr) {
  candidate = closure(key, std::move(candidate), guard ? Covered::left_out : Covered::stay);
  const bool guarded =
      guard != nullptr && std::any_of(candidate.begin(), candidate.end(),
                                      [&](const Member& m) { return (*guard)[m.position]; });
  const auto demands = [](const Members& members) {
    return std::count_if(members.begin(), members.end(),
                         [](const Member& member) { return !member.write_only; });
  };
  const auto weight = [&](const Members& m) { return std::tuple(m.size(), demands(m)); };
  budget.charge(1 + key.entries.size() / 256);
  if (guarded || weight(candidate) >= weight(best)) {
    if (budget.states_left() == 1 || budget.poll() != Limit::none) return std::nullopt;
    return false;
  }
  const auto judged = impossible(key, candidate, budget);
  if (!judged) return std::nullopt;
  if (*judged) best = std::move(candidate);
  return *judged;
}

constexpr std::int64_t kNoCover = std::numeric_limits<std::int64_t>::min();

/// The latest call of a member that wrote for certain and returned before the observer was called:
/// what had returned before that call is not what the observer saw.
std::int64_t cover_ns(const KeyHistory& key, const Members& members, const Entry& observer) {
  std::int64_t cover = kNoCover;
  for (const Member& member : members) {
    const Entry& entry = key.entries[member.position];
    if (entry.writes() && entry.certain && entry.return_ns < observer.call_ns) {
      cover = std::max(cover, entry.call_ns);
    }
  }
  return cover;
}

/// The entries from `begin` to `end`, of which those that observed something from before are left
/// out, or taken as writes; `culprit` stays, with all that it can have seen.
Members closed_window(const KeyHistory& key, std::size_t begin, std::size_t end,
                      std::uint32_t culprit) {
  // By return: the writes that are certain, with the latest call so far.
  std::vector<std::pair<std::int64_t, std::int64_t>> covers;
  for (std::size_t p = begin; p < end; ++p) {
    const Entry& entry = key.entries[p];
    if (entry.writes() && entry.certain) covers.emplace_back(entry.return_ns, entry.call_ns);
  }
  std::sort(covers.begin(), covers.end());
  for (std::size_t i = 1; i < covers.size(); ++i) {
    covers[i].second = std::max(covers[i].second, covers[i - 1].second);
  }
  // Of each value: the latest return of a write from before the window.
  std::vector<std::int64_t> before(key.values.size(), kNoCover);
  for (std::size_t p = 0; p < begin; ++p) {
    const Entry& entry = key.entries[p];
    if (!entry.writes()) continue;
    before[entry.written()] = std::max(before[entry.written()], entry.return_ns);
  }
  const auto closed = [&](const Entry& entry) {
    const auto first =
        std::lower_bound(covers.begin(), covers.end(), std::pair(entry.call_ns, kNoCover));
    const std::int64_t cover = first == covers.begin() ? kNoCover : std::prev(first)->second;
    return before[entry.observed()] < cover || before[entry.observed()] == kNoCover;
  };
  Members members;
  if (culprit < begin) members.push_back({culprit, false});
  for (std::size_t p = begin; p < end; ++p) {
    const Entry& entry = key.entries[p];
    const auto position = static_cast<std::uint32_t>(p);
    if (position == culprit || (entry.observes() && closed(entry))) {
      members.push_back({position, false});
    } else if (entry.writes()) {
      members.push_back({position, entry.is_cas()});
    }
  }
  return closure(key, std::move(members), Covered::left_out);
}

/// `members`, and of each value the write before `end` that is not among them and returned last.
Window guarded(const KeyHistory& key, const Members& members, std::size_t end) {
  Window window{.part = part_of(key, members)};
  std::vector<bool> inside(key.entries.size(), false);
  for (const Member& member : members) inside[member.position] = true;
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::vector<std::uint32_t> last(key.values.size(), kNone);
  for (std::uint32_t p = 0; p < end; ++p) {
    const Entry& entry = key.entries[p];
    if (inside[p] || !entry.writes()) continue;
    std::uint32_t& best = last[entry.written()];
    if (best == kNone || key.entries[best].return_ns < entry.return_ns) best = p;
  }
  Members all = members;
  for (const std::uint32_t p : last) {
    if (p != kNone) all.push_back({p, key.entries[p].is_cas()});
  }
  std::sort(all.begin(), all.end());
  window.with_guards = part_of(key, all);
  for (const Member& member : all) window.guard.push_back(!inside[member.position]);
  return window;
}

}  // namespace

Members all_members(const KeyHistory& key) {
  Members members(key.entries.size());
  for (std::uint32_t i = 0; i < members.size(); ++i) members[i].position = i;
  return members;
}

Members closure(const KeyHistory& key, Members members, Covered covered) {
  std::vector<bool> inside(key.entries.size(), false);
  for (const Member& member : members) inside[member.position] = true;
  for (std::size_t i = 0; i < members.size(); ++i) {  // grows while it is walked
    const Entry& observer = key.entries[members[i].position];
    const bool refused = observer.action.kind == Action::Kind::cas_refused;
    if (members[i].write_only || !(observer.observes() || refused)) continue;
    const std::int64_t cover =
        covered == Covered::left_out ? cover_ns(key, members, observer) : kNoCover;
    for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
      const Entry& writer = key.entries[p];
      if (writer.call_ns > observer.return_ns) break;  // sorted by call
      if (inside[p] || !writer.writes()) continue;
      if (!refused && writer.written() != observer.observed()) continue;
      if (!refused && writer.return_ns < cover) continue;
      inside[p] = true;
      members.push_back({p, writer.is_cas()});
    }
  }
  std::sort(members.begin(), members.end());
  return members;
}

Part part_of(const KeyHistory& key, const Members& members) {
  Part part{.key = {.key = key.key, .values = key.values}};
  for (const Member& member : members) {
    part.key.entries.push_back(as_judged(key, member));
    part.positions.push_back(member.position);
    const bool weaker = member.write_only && key.entries[member.position].is_cas();
    part.taken.push_back(weaker ? Taken::as_write : Taken::whole);
  }
  return part;
}

std::optional<bool> impossible(const KeyHistory& key, const Members& members, Budget& budget,
                               Reductions reductions) {
  const KeyHistory judged = part_of(key, members).key;
  Budget part = budget.part(budget.states_left());
  const Decision result = reductions == Reductions::reduced
                              ? judge(register_model(), judged, part)
                              : judge_plainly(register_model(), judged, part);
  budget.absorb(part);
  budget.charge(1 + key.entries.size() / 16);  // so that many small judgements end, too
  if (result.found == Found::limit) return std::nullopt;
  return result.found == Found::no_order;
}

std::optional<Prefix> shortest_impossible_prefix(const Model& model, const Part& part,
                                                 Budget& budget) {
  const std::vector<std::uint32_t> returns = by_return(part.key);
  if (returns.empty()) return std::nullopt;
  std::size_t low = 0, high = returns.size() - 1;  // the whole is impossible
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const Part prefix = prefix_until(part, returns[middle]);
    Budget share = budget.part(budget.states_left());
    const Decision judged = judge(model, prefix.key, share);
    budget.absorb(share);
    budget.charge(1 + part.key.entries.size() / 16);
    if (judged.found == Found::limit) return std::nullopt;
    const bool impossible = judged.found == Found::no_order;
    (impossible ? high : low) = impossible ? middle : middle + 1;
  }
  return Prefix{part.positions[returns[low]], prefix_until(part, returns[low])};
}

std::optional<Window> impossible_window(const KeyHistory& key, std::uint32_t culprit,
                                        Budget& budget) {
  const std::int64_t end_ns = key.entries[culprit].return_ns;
  const auto end = static_cast<std::size_t>(
      std::upper_bound(key.entries.begin(), key.entries.end(), end_ns,
                       [](std::int64_t t, const Entry& e) { return t < e.call_ns; }) -
      key.entries.begin());
  for (std::size_t size = 32; size < end; size *= 4) {
    const Members members = closed_window(key, end - size, end, culprit);
    const auto judged = impossible(key, members, budget);
    if (!judged) return std::nullopt;
    if (*judged) return guarded(key, members, end);
  }
  return std::nullopt;
}

Witness minimise(const KeyHistory& key, Members members, std::uint32_t culprit, Budget& budget,
                 const std::vector<bool>* guard) {
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
      const auto better = improve(key, std::move(without), witness.members, budget, guard);
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
      const auto better = improve(key, std::move(weaker), witness.members, budget, guard);
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
  Members best = all_members(key);
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
