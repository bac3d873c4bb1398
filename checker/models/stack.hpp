// stack: what was inserted last is taken first. A state is a chain of elements.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/models/chains.hpp"
#include "checker/models/contents.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

class StackModel {
 public:
  using State = StateId;  // Chains::Node

  explicit StackModel(const KeyHistory& key) : values_(&key.values) {
    ValueNumbers numbers(key.values);
    for (const history::Value& element : *key.values[kInitial].list()) {
      initial_ = chains_.append(initial_, numbers.of(element));
    }
  }

  State initial() const { return initial_; }
  std::optional<State> step(State state, const Action& action) {
    if (action.kind == Action::Kind::insert) return chains_.append(state, action.first);
    if (action.kind != Action::Kind::take) return std::nullopt;
    const bool unseen = action.first == kUnobserved;
    if (state == Chains::kEmptyChain) {
      return unseen || action.first == kEmpty ? std::optional(state) : std::nullopt;
    }
    const bool legal = unseen || action.first == chains_.last(state);
    return legal ? std::optional(chains_.parent(state)) : std::nullopt;
  }
  static bool reads_only(const Action& action) {
    return action.kind == Action::Kind::take && action.first == kEmpty;
  }
  std::string describe(State state) const {
    std::vector<history::Value> elements;
    for (; state != Chains::kEmptyChain; state = chains_.parent(state)) {
      elements.push_back((*values_)[chains_.last(state)]);
    }
    if (elements.empty()) return "the empty stack";
    std::reverse(elements.begin(), elements.end());
    return "the stack " + told(elements) + ", its top last";
  }
  std::uint64_t bytes() const { return chains_.bytes(); }

 private:
  const std::vector<history::Value>* values_;
  Chains chains_;
  State initial_ = Chains::kEmptyChain;
};

}  // namespace riptide::checker
