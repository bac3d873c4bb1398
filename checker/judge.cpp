#include "checker/judge.hpp"

#include <algorithm>

#include "checker/monitor/monitor.hpp"
#include "checker/prune.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

namespace {

/// Objects that are no registers: a judgement is one of many, so it may not take long.
constexpr std::uint64_t kMostStates = 200'000;

Decision searched(const Model& model, const KeyHistory& key, Reductions reductions,
                  Budget& budget) {
  const std::uint64_t left = budget.states_left();
  Budget part = budget.part(left == 0 ? kMostStates : std::min(left, kMostStates));
  Decision decision = search(model, key, reductions, part);
  budget.absorb(part);
  return decision;
}

}  // namespace

bool acts_as_register(const Model& model, const KeyHistory& key) {
  if (model.is_register()) return true;
  return model.kind() == ModelKind::kv &&
         std::none_of(key.entries.begin(), key.entries.end(),
                      [](const Entry& entry) { return entry.action.kind == Action::Kind::append; });
}

Decision judge(const Model& model, const KeyHistory& key, Budget& budget) {
  if (auto decided = monitor(model, key)) return std::move(*decided);
  if (!acts_as_register(model, key)) return searched(model, key, Reductions::reduced, budget);
  return search(prune(key.entries, key.values.size(), &budget), key.values.size(),
                Reductions::reduced, budget);
}

Decision judge_plainly(const Model& model, const KeyHistory& key, Budget& budget) {
  if (!acts_as_register(model, key)) return searched(model, key, Reductions::plain, budget);
  return search(key.entries, key.values.size(), Reductions::plain, budget);
}

}  // namespace riptide::checker
