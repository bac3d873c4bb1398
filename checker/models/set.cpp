#include "checker/models/set.hpp"

#include <algorithm>

namespace riptide::checker {

using history::Value;

namespace {

bool names_element(const Action& action) {
  return action.kind == Action::Kind::add || action.kind == Action::Kind::remove ||
         action.kind == Action::Kind::contains;
}

/// An upper bound of the elements that the part's sets can have.
std::size_t most_elements(const KeyHistory& key) {
  std::size_t most = key.values[kInitial].list()->size();
  for (const Entry& entry : key.entries) most += names_element(entry.action) ? 1 : 0;
  return std::min(most, key.values.size());
}

/// In place of a state: no set has this content.
constexpr StateId kImpossible = kRefused - 1;

}  // namespace

SetModel::SetModel(const KeyHistory& key)
    : values_(&key.values),
      index_(key.values.size(), kNoElement),
      arrays_(most_elements(key) / kBitsPerWord + 1),
      numbers_(key.values) {
  for (const Value& element : *key.values[kInitial].list()) give_index(numbers_.of(element));
  for (const Entry& entry : key.entries) {
    if (names_element(entry.action)) give_index(entry.action.first);
  }
  for (const Value& element : *key.values[kInitial].list()) {
    initial_ = with(initial_, index_[numbers_.of(element)], true);
  }
}

void SetModel::give_index(ValueId element) {
  if (index_[element] != kNoElement) return;
  index_[element] = static_cast<std::uint32_t>(elements_.size());
  elements_.push_back(element);
}

StateId SetModel::with(State state, std::uint32_t index, bool present) {
  const std::uint32_t word = arrays_.get(state, index / kBitsPerWord);
  const std::uint32_t bit = std::uint32_t{1} << (index % kBitsPerWord);
  return arrays_.set(state, index / kBitsPerWord, present ? word | bit : word & ~bit);
}

/// The state whose elements are those of the list; kImpossible when an element comes twice or is
/// none that anybody adds.
StateId SetModel::state_of(ValueId list) {
  const StateId found = lists_.find(list, 0);
  if (found != PairTable::kNone) return found;
  StateId state = SharedArrays::kZeros;
  for (const Value& element : *(*values_)[list].list()) {
    const ValueId number = numbers_.of(element);
    if (number == kUnobserved || index_[number] == kNoElement || has(state, index_[number])) {
      state = kImpossible;
      break;
    }
    state = with(state, index_[number], true);
  }
  lists_.insert(list, 0, state);
  return state;
}

std::optional<StateId> SetModel::step(State state, const Action& action) {
  if (action.kind == Action::Kind::read) {
    const bool legal = action.first == kUnobserved || state_of(action.first) == state;
    return legal ? std::optional(state) : std::nullopt;
  }
  const std::uint32_t index = index_[action.first];
  switch (action.kind) {
    case Action::Kind::add:
      return with(state, index, true);
    case Action::Kind::remove:
      return with(state, index, false);
    case Action::Kind::contains:
      return has(state, index) == (action.second == 1) ? std::optional(state) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::string SetModel::describe(State state) const {
  std::vector<Value> present;
  for (std::uint32_t index = 0; index < elements_.size(); ++index) {
    if (has(state, index)) present.push_back((*values_)[elements_[index]]);
  }
  if (present.empty()) return "the empty set";
  std::sort(present.begin(), present.end());
  return "the set {" + told_inside(present) + "}";
}

}  // namespace riptide::checker
