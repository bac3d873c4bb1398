// The monitor of sets: which of its parts applies.
#include <unordered_set>

#include "checker/monitor/monitor.hpp"
#include "checker/monitor/set_parts.hpp"

namespace riptide::checker {

namespace {

using Kind = Action::Kind;

/// By ValueId, whether the initial value has it; nothing when it is no list, or has one twice.
/// Elements that no operation names matter only to reads of the whole, whose part looks for them.
std::optional<std::vector<bool>> initial_elements(const KeyHistory& key) {
  if (key.values.empty()) return std::nullopt;
  std::vector<bool> initial(key.values.size(), false);
  const history::Value& value = key.values[kInitial];
  if (value.is_nil()) return initial;
  if (!value.list()) return std::nullopt;
  if (value.list()->empty()) return initial;
  const std::unordered_set<history::Value> there(value.list()->begin(), value.list()->end());
  if (there.size() != value.list()->size()) return std::nullopt;
  for (ValueId id = 0; id < key.values.size(); ++id) initial[id] = there.contains(key.values[id]);
  return initial;
}

}  // namespace

SetRole set_role(const Entry& entry, bool initial) {
  switch (entry.action.kind) {
    case Kind::add:
      return initial ? SetRole::back : SetRole::away;
    case Kind::remove:
      return initial ? SetRole::away : SetRole::back;
    case Kind::contains:
      if (!entry.certain || entry.action.second == kUnobserved) return SetRole::none;
      return (entry.action.second == 1) == initial ? SetRole::sees_back : SetRole::sees_away;
    default:
      return SetRole::none;
  }
}

std::optional<Decision> monitor_set(const Model&, const KeyHistory& key) {
  bool reads = false, removes = false;
  for (const Entry& entry : key.entries) {
    const Action& action = entry.action;
    const bool whole = action.kind == Kind::read;
    if (!whole && action.kind != Kind::add && action.kind != Kind::remove &&
        action.kind != Kind::contains) {
      return std::nullopt;
    }
    if (action.first >= key.values.size() && !(whole && action.first == kUnobserved)) {
      return std::nullopt;
    }
    reads |= whole && entry.certain && action.first != kUnobserved;
    removes |= action.kind == Kind::remove;
  }
  if (reads && removes) return std::nullopt;
  std::optional<std::vector<bool>> initial = initial_elements(key);
  if (!initial) return std::nullopt;
  const SetHistory set{.entries = key.entries, .initial = std::move(*initial)};
  return reads ? decide_growth(set, key) : decide_elements(set);
}

}  // namespace riptide::checker
