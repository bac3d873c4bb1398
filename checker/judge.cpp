#include "checker/judge.hpp"

#include <algorithm>

#include "checker/endings.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/object.hpp"
#include "checker/prune.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

namespace {

Decision walk(const Model& model, const KeyHistory& key, Budget& budget) {
  const auto object = make_object(model, key);
  return {.found = find_endings(key, *object, budget).found, .limit = Limit::states};
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
  if (!acts_as_register(model, key)) return walk(model, key, budget);
  // The reductions know nothing of what a refused cas needs.
  const bool refused = std::any_of(key.entries.begin(), key.entries.end(), [](const Entry& entry) {
    return entry.action.kind == Action::Kind::cas_refused;
  });
  if (refused) return judge_plainly(model, key, budget);
  return search(prune(key.entries, key.values.size(), &budget), key.values.size(),
                Reductions::reduced, budget);
}

Decision judge_plainly(const Model& model, const KeyHistory& key, Budget& budget) {
  if (!acts_as_register(model, key)) return walk(model, key, budget);
  return search(key.entries, key.values.size(), Reductions::plain, budget);
}

}  // namespace riptide::checker
