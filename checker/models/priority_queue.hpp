// priority-queue: the largest element is taken first. A state is an array of how often each element
// is there, by size, shared with the other states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/models/shared_array.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

class PriorityQueueModel {
 public:
  using State = StateId;  // SharedArrays::Root

  explicit PriorityQueueModel(const KeyHistory& key) : PriorityQueueModel(key, ranked(key)) {}

  State initial() const { return initial_; }
  std::optional<State> step(State state, const Action& action);
  static bool reads_only(const Action& action) {
    return action.kind == Action::Kind::take && action.first == kEmpty;
  }
  std::string describe(State state) const;
  std::uint64_t bytes() const {
    return arrays_.bytes() + (by_rank_.capacity() + rank_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  PriorityQueueModel(const KeyHistory& key, std::vector<ValueId> by_rank);
  /// The elements of the part, the smallest first.
  static std::vector<ValueId> ranked(const KeyHistory& key);

  const std::vector<history::Value>* values_;
  std::vector<ValueId> by_rank_;
  std::vector<std::uint32_t> rank_;  // of each ValueId that is an element
  SharedArrays arrays_;
  State initial_ = SharedArrays::kZeros;
};

}  // namespace riptide::checker
