// set: elements that are there or not. A state is an array of bits, shared with the other states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/models/contents.hpp"
#include "checker/models/pair_table.hpp"
#include "checker/models/shared_array.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

class SetModel {
 public:
  using State = StateId;  // SharedArrays::Root

  explicit SetModel(const KeyHistory& key);

  State initial() const { return initial_; }
  std::optional<State> step(State state, const Action& action);
  static bool reads_only(const Action& action) {
    return action.kind == Action::Kind::read || action.kind == Action::Kind::contains;
  }
  std::string describe(State state) const;
  std::uint64_t bytes() const {
    return arrays_.bytes() + index_.capacity() * sizeof(std::uint32_t) +
           elements_.capacity() * sizeof(ValueId) + lists_.bytes() + numbers_.bytes();
  }

 private:
  // A word of 31 bits never is kRefused.
  static constexpr std::uint32_t kBitsPerWord = 31;
  static constexpr std::uint32_t kNoElement = ~std::uint32_t{0};

  void give_index(ValueId element);
  bool has(State state, std::uint32_t index) const {
    return (arrays_.get(state, index / kBitsPerWord) >> (index % kBitsPerWord) & 1) != 0;
  }
  State with(State state, std::uint32_t index, bool present);
  State state_of(ValueId list);

  const std::vector<history::Value>* values_;
  std::vector<std::uint32_t> index_;  // of each ValueId that is an element
  std::vector<ValueId> elements_;     // of each index
  SharedArrays arrays_;
  ValueNumbers numbers_;
  PairTable lists_;  // (list, 0) → state
  State initial_ = SharedArrays::kZeros;
};

}  // namespace riptide::checker
