// ObjectOf<M>: makes an Object of a model that is a struct of functions.
//
//   struct M {
//     using State = …;                        copyable, with ==
//     static std::size_t hash(const State&);  not needed when State is StateId
//     State initial();
//     std::optional<State> step(const State&, const Action&);   nothing: it cannot happen
//     bool reads_only(const Action&) const;
//     std::string describe(const State&) const;
//     std::uint64_t bytes() const;            what it keeps besides the states
//   };
//
// step() depends on nothing but its arguments. It may keep tables of what it computed before, as
// models with large states do: their State is already a number, and nothing is interned twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "checker/object.hpp"

namespace riptide::checker {

/// Numbers states in the order in which they are met.
template <class M>
class States {
 public:
  using State = typename M::State;

  StateId number(const State& state) {
    if (2 * (states_.size() + 1) > slots_.size()) grow();
    std::size_t at = M::hash(state) & (slots_.size() - 1);
    while (slots_[at] != kRefused) {
      if (states_[slots_[at]] == state) return slots_[at];
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = static_cast<StateId>(states_.size());
    states_.push_back(state);
    return slots_[at];
  }
  const State& operator[](StateId id) const { return states_[id]; }
  std::uint64_t bytes() const {
    return states_.capacity() * sizeof(State) + slots_.capacity() * sizeof(StateId);
  }

 private:
  void grow() {
    slots_.assign(slots_.empty() ? 32 : 2 * slots_.size(), kRefused);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      std::size_t at = M::hash(states_[i]) & (slots_.size() - 1);
      while (slots_[at] != kRefused) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<StateId>(i);
    }
  }
  std::vector<State> states_;
  std::vector<StateId> slots_;
};

template <class M>
class ObjectOf final : public Object {
  static constexpr bool kNumbered = std::is_same_v<typename M::State, StateId>;

 public:
  explicit ObjectOf(M model) : model_(std::move(model)) {}

  StateId initial() override {
    if constexpr (kNumbered) {
      return model_.initial();
    } else {
      return states_.number(model_.initial());
    }
  }
  StateId step(StateId state, const Action& action) override {
    if constexpr (kNumbered) {
      return model_.step(state, action).value_or(kRefused);
    } else {
      const auto next = model_.step(states_[state], action);
      return next ? states_.number(*next) : kRefused;
    }
  }
  bool reads_only(const Action& action) const override { return model_.reads_only(action); }
  std::string describe(StateId state) const override {
    if constexpr (kNumbered) {
      return model_.describe(state);
    } else {
      return model_.describe(states_[state]);
    }
  }
  std::uint64_t bytes() const override {
    if constexpr (kNumbered) {
      return model_.bytes();
    } else {
      return model_.bytes() + states_.bytes();
    }
  }

 private:
  struct Nothing {};
  M model_;
  std::conditional_t<kNumbered, Nothing, States<M>> states_;
};

}  // namespace riptide::checker
