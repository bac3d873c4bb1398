#include "checker/search/search.hpp"

#include <algorithm>
#include <new>

#include "checker/prune.hpp"
#include "checker/search/depth_first.hpp"

namespace riptide::checker {

namespace {

template <class Steps>
Decision run(std::span<const Entry> entries, std::size_t values, Steps steps, Reductions reductions,
             Budget& budget) {
  Decision decision;
  try {
    decision = DepthFirst<Steps>(entries, values, steps, reductions, budget).run();
  } catch (const std::bad_alloc&) {  // the machine has less than the budget thought
    decision = {.found = Found::limit, .limit = Limit::memory};
  }
  budget.grant(0);
  return decision;
}

/// Positions among `pruned`, which is a subsequence of `entries`, become positions in `entries`.
void as_positions_of(std::span<const Entry> entries, std::span<const Entry> pruned,
                     Decision& decision) {
  std::vector<std::uint32_t> original;
  original.reserve(pruned.size());
  for (std::uint32_t at = 0; original.size() < pruned.size(); ++at) {
    if (entries[at].index == pruned[original.size()].index) original.push_back(at);
  }
  for (auto* positions : {&decision.order, &decision.longest}) {
    for (std::uint32_t& position : *positions) position = original[position];
  }
}

/// What search/demand.hpp concludes is about who wants and who writes a value, not about who wants
/// another one.
bool refuses(std::span<const Entry> entries) {
  return std::ranges::any_of(
      entries, [](const Entry& entry) { return entry.action.kind == Action::Kind::cas_refused; });
}

}  // namespace

Decision search(std::span<const Entry> entries, std::size_t values, Reductions reductions,
                Budget& budget) {
  if (reductions == Reductions::reduced && refuses(entries)) reductions = Reductions::plain;
  return run(entries, values, RegisterSteps(), reductions, budget);
}

Decision search(std::span<const Entry> entries, Object& object, Reductions reductions,
                Budget& budget) {
  return run(entries, 0, ObjectSteps{object}, reductions, budget);
}

Decision search(const Model& model, const KeyHistory& key, Reductions reductions, Budget& budget) {
  if (!model.is_register()) {
    const auto object = make_object(model, key);
    return search(key.entries, *object, reductions, budget);
  }
  if (reductions != Reductions::reduced) {
    return search(key.entries, key.values.size(), reductions, budget);
  }
  const std::vector<Entry> entries = prune(key.entries, key.values.size(), &budget);
  Decision decision = search(entries, key.values.size(), reductions, budget);
  as_positions_of(key.entries, entries, decision);
  return decision;
}

}  // namespace riptide::checker
