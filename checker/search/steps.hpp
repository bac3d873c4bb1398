// Steps: what a search asks a model, answered without a virtual call for registers.
#pragma once

#include "checker/object.hpp"

namespace riptide::checker {

/// Registers: a state is the number of the value. Rules that follow from what is wanted and written
/// (search/demand.hpp) hold for them.
struct RegisterSteps {
  static constexpr bool kRegister = true;
  static StateId initial() { return RegisterModel::initial(); }
  static StateId step(StateId state, const Action& action) {
    return RegisterModel::step(state, action).value_or(kRefused);
  }
  static bool reads_only(const Action& action) {
    return action.kind == Action::Kind::read || action.kind == Action::Kind::cas_refused ||
           (action.kind == Action::Kind::cas && action.first == action.second);
  }
  static std::uint64_t bytes() { return 0; }
};

/// Everything else. The object belongs to the caller.
struct ObjectSteps {
  static constexpr bool kRegister = false;
  Object& object;
  StateId initial() const { return object.initial(); }
  StateId step(StateId state, const Action& action) const { return object.step(state, action); }
  bool reads_only(const Action& action) const { return object.reads_only(action); }
  std::uint64_t bytes() const { return object.bytes(); }
};

}  // namespace riptide::checker
