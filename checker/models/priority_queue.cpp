#include "checker/models/priority_queue.hpp"

#include <algorithm>

#include "checker/models/contents.hpp"

namespace riptide::checker {

using history::Value;

std::vector<ValueId> PriorityQueueModel::ranked(const KeyHistory& key) {
  std::vector<ValueId> elements;
  for (const Entry& entry : key.entries) {
    if (entry.action.first < kEmpty) elements.push_back(entry.action.first);
  }
  ValueNumbers numbers(key.values);
  for (const Value& element : *key.values[kInitial].list()) {
    elements.push_back(numbers.of(element));
  }
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  std::sort(elements.begin(), elements.end(),
            [&](ValueId a, ValueId b) { return key.values[a] < key.values[b]; });
  return elements;
}

PriorityQueueModel::PriorityQueueModel(const KeyHistory& key, std::vector<ValueId> by_rank)
    : values_(&key.values),
      by_rank_(std::move(by_rank)),
      rank_(key.values.size(), 0),
      arrays_(by_rank_.size()) {
  for (std::uint32_t rank = 0; rank < by_rank_.size(); ++rank) rank_[by_rank_[rank]] = rank;
  ValueNumbers numbers(key.values);
  for (const Value& element : *key.values[kInitial].list()) {
    initial_ = *step(initial_, {Action::Kind::insert, numbers.of(element), kUnobserved});
  }
}

std::optional<StateId> PriorityQueueModel::step(State state, const Action& action) {
  if (action.kind == Action::Kind::insert) {
    const std::uint32_t rank = rank_[action.first];
    return arrays_.set(state, rank, arrays_.get(state, rank) + 1);
  }
  if (action.kind != Action::Kind::take) return std::nullopt;
  const bool unseen = action.first == kUnobserved;
  if (state == SharedArrays::kZeros) {
    return unseen || action.first == kEmpty ? std::optional(state) : std::nullopt;
  }
  const std::size_t largest = arrays_.last_nonzero(state);
  if (!unseen && action.first != by_rank_[largest]) return std::nullopt;
  return arrays_.set(state, largest, arrays_.get(state, largest) - 1);
}

std::string PriorityQueueModel::describe(State state) const {
  std::vector<Value> elements;
  for (std::size_t rank = by_rank_.size(); rank-- > 0 && state != SharedArrays::kZeros;) {
    for (std::uint32_t n = arrays_.get(state, rank); n > 0; --n) {
      elements.push_back((*values_)[by_rank_[rank]]);
    }
  }
  if (elements.empty()) return "the empty priority queue";
  return "the priority queue " + told(elements);
}

}  // namespace riptide::checker
