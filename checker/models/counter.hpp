// counter: a number that is incremented and read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace riptide::checker {

class CounterModel {
 public:
  using State = std::int64_t;

  explicit CounterModel(const std::vector<history::Value>& values) {
    integers_.reserve(values.size());
    for (const history::Value& value : values) {
      integers_.push_back(value.integer() ? *value.integer() : 0);
    }
  }
  static std::size_t hash(State state) {
    const std::uint64_t x = static_cast<std::uint64_t>(state) * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(x ^ x >> 32);
  }

  State initial() const { return integers_[kInitial]; }
  std::optional<State> step(State state, const Action& action) const {
    const bool unseen = action.first == kUnobserved;
    if (action.kind == Action::Kind::read) {
      return unseen || integers_[action.first] == state ? std::optional(state) : std::nullopt;
    }
    // partition() refuses histories whose amounts could overflow.
    State next = 0;
    if (action.kind != Action::Kind::increment || unseen ||
        __builtin_add_overflow(state, integers_[action.first], &next)) {
      return std::nullopt;
    }
    return next;
  }
  bool reads_only(const Action& action) const {
    return action.kind == Action::Kind::read || integers_[action.first] == 0;
  }
  static std::string describe(State state) { return std::to_string(state); }
  std::uint64_t bytes() const { return integers_.capacity() * sizeof(std::int64_t); }

 private:
  std::vector<std::int64_t> integers_;  // of each ValueId
};

}  // namespace riptide::checker
