// What the frontier asks of a model. Registers are asked without a virtual call; everything else is
// an Object.
#pragma once

#include <cstdint>
#include <memory>

#include "checker/model.hpp"
#include "checker/object.hpp"

namespace riptide::checker {

struct RegisterRules {
  static constexpr bool kRegister = true;
  StateId initial() const { return kInitial; }
  StateId step(StateId state, const Action& action) const {
    return RegisterModel::step(state, action).value_or(kRefused);
  }
  bool reads_only(const Action& action) const {
    return action.kind == Action::Kind::read || action.kind == Action::Kind::cas_refused ||
           (action.kind == Action::Kind::cas && action.first == action.second);
  }
  std::uint64_t bytes() const { return 0; }
};

struct ObjectRules {
  static constexpr bool kRegister = false;
  std::shared_ptr<Object> object;
  StateId initial() const { return object->initial(); }
  StateId step(StateId state, const Action& action) const { return object->step(state, action); }
  bool reads_only(const Action& action) const { return object->reads_only(action); }
  std::uint64_t bytes() const { return object->bytes(); }
};

}  // namespace riptide::checker
