// Delta debugging over the atoms of a projection (Zeller & Hildebrandt 2002).
#include <algorithm>

#include "checker/culprit.hpp"
#include "checker/judge.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/projection.hpp"
#include "checker/witness.hpp"

namespace riptide::checker {

namespace {

class Reduction {
 public:
  Reduction(const Model& model, const Projection& projection, Budget& budget)
      : model_(model), projection_(projection), budget_(budget) {}

  /// The atoms of which none can be left out; `complete` tells whether the budget sufficed.
  std::vector<std::uint32_t> run(bool& complete) {
    std::vector<std::uint32_t> atoms(projection_.atoms());
    for (std::uint32_t i = 0; i < atoms.size(); ++i) atoms[i] = i;
    complete = false;
    std::size_t chunk = std::max<std::size_t>(1, atoms.size() / 2);
    while (!atoms.empty()) {
      bool improved = false;
      for (std::size_t at = 0; at < atoms.size();) {
        std::vector<std::uint32_t> fewer(atoms.begin(), atoms.begin() + std::ptrdiff_t(at));
        const std::size_t end = std::min(atoms.size(), at + chunk);
        fewer.insert(fewer.end(), atoms.begin() + std::ptrdiff_t(end), atoms.end());
        const auto judged = impossible(fewer);
        if (!judged) return atoms;
        improved = improved || *judged;
        if (*judged) {
          atoms = std::move(fewer);
        } else {
          at += chunk;
        }
      }
      if (chunk == 1 && !improved) break;
      if (!improved) chunk /= 2;
      chunk = std::clamp<std::size_t>(chunk, 1, std::max<std::size_t>(1, atoms.size() / 2));
    }
    complete = true;
    return atoms;
  }

  Part part(const std::vector<std::uint32_t>& atoms) const {
    std::vector<bool> kept(projection_.atoms(), false);
    for (const std::uint32_t atom : atoms) kept[atom] = true;
    return projection_.project(kept);
  }

 private:
  std::optional<bool> impossible(const std::vector<std::uint32_t>& atoms) {
    const Part judged = part(atoms);
    Budget share = budget_.part(budget_.states_left());
    const Decision decision = judge(model_, judged.key, share);
    budget_.absorb(share);
    budget_.charge(1 + projection_.atoms() / 16 + judged.positions.size() / 16);
    if (decision.found == Found::limit || budget_.poll() != Limit::none) return std::nullopt;
    if (budget_.states_left() == 1) return std::nullopt;
    return decision.found == Found::no_order;
  }

  const Model& model_;
  const Projection& projection_;
  Budget& budget_;
};

}  // namespace

Part reduced(const Model& model, const history::History& history, Part part, Budget& budget,
             bool& minimal) {
  minimal = false;
  for (int round = 0; round < 4; ++round) {  // what ends earlier may do with less
    const auto projection = make_projection(model, history, part);
    Reduction reduction(model, *projection, budget);
    Part fewer = reduction.part(reduction.run(minimal));
    const std::size_t before = part.positions.size();
    const auto prefix = shortest_impossible_prefix(model, fewer, budget);
    part = prefix ? prefix->part : std::move(fewer);
    if (!prefix) minimal = false;
    if (!minimal || part.positions.size() == before) break;
  }
  return part;
}

namespace {

bool impossible_part(const Model& model, const Part& part, Budget& budget) {
  Budget share = budget.part(budget.states_left());
  const Decision judged = judge(model, part.key, share);
  budget.absorb(share);
  return judged.found == Found::no_order;
}

/// A monitor's witness with all that belongs to its elements, or as it is, when that is impossible.
std::optional<Part> witnessed(const Model& model, const history::History& history,
                              const KeyHistory& key, const Decision* decision, Budget& budget) {
  if (decision == nullptr || decision->witness.empty()) return std::nullopt;
  const Part whole = whole_part(key);
  const auto projection = make_projection(model, history, whole);
  std::vector<bool> kept(projection->atoms(), false);
  bool any = false;
  for (const std::uint32_t position : decision->witness) {
    for (const std::uint32_t atom : projection->atoms_of(position)) any = kept[atom] = true;
  }
  if (any) {
    Part part = projection->project(kept);
    if (impossible_part(model, part, budget)) return part;
  }
  std::vector<std::uint32_t> positions = decision->witness;
  std::sort(positions.begin(), positions.end());
  Part part{.key = {.key = key.key, .values = key.values}};
  for (const std::uint32_t position : positions) {
    part.key.entries.push_back(key.entries[position]);
    part.positions.push_back(position);
    part.taken.push_back(Taken::whole);
  }
  if (impossible_part(model, part, budget)) return part;
  return std::nullopt;
}

/// The key until the return that no order survives.
std::optional<Part> impossible_start(const Model& model, const KeyHistory& key,
                                     const Decision* decision, Budget& budget) {
  const Part whole = whole_part(key);
  if (decision != nullptr && decision->decided_until_ns != INT64_MIN) {
    for (const std::uint32_t position : by_return(key)) {
      if (key.entries[position].return_ns <= decision->decided_until_ns) continue;
      Part prefix = prefix_until(whole, position);
      if (impossible_part(model, prefix, budget)) return prefix;
      break;
    }
  }
  const auto prefix = shortest_impossible_prefix(model, whole, budget);
  return prefix ? std::optional(prefix->part) : std::nullopt;
}

}  // namespace

Culprit find_culprit_of_object(const history::History& history, const Model& model,
                               const KeyHistory& key, const Decision* decision, Budget& budget) {
  Culprit culprit;
  std::optional<Part> start = witnessed(model, history, key, decision, budget);
  if (!start) {
    // A monitor that knows the part is asked for its witness.
    if (const auto asked = monitor(model, key); asked && asked->found == Found::no_order) {
      start = witnessed(model, history, key, &*asked, budget);
    }
  }
  if (!start) start = impossible_start(model, key, decision, budget);
  if (start) {
    culprit.part = reduced(model, history, std::move(*start), budget, culprit.minimal);
  } else {
    culprit.part = whole_part(key);
  }
  culprit.position = culprit.part.positions[last_to_return(culprit.part.key)];
  return culprit;
}

}  // namespace riptide::checker
