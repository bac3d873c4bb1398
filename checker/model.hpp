// Models: what a correct object does, one operation at a time.
//
// A model is a struct of pure functions over a small State; the search needs nothing else. Values
// of one key are numbered (nil is 0), so that a state is a few bytes and equality is one
// comparison.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace riptide::checker {

/// A value of one key: its number in that key's table; 0 is nil.
using ValueId = std::uint32_t;
inline constexpr ValueId kNil = 0;

/// What an operation does, with its values numbered.
struct Action {
  enum class Kind : std::uint8_t { read, write, cas };
  Kind kind = Kind::read;
  ValueId first = kNil;   ///< read: the value read; write: the value written; cas: from
  ValueId second = kNil;  ///< cas: to
};

/// register: read, write. cas-register: also cas, which is legal only when the value is `from`.
struct RegisterModel {
  using State = ValueId;
  static State initial() { return kNil; }
  /// The state after the action, or nothing when the action cannot happen in this state.
  static std::optional<State> step(State state, const Action& action) {
    switch (action.kind) {
      case Action::Kind::read:
        return action.first == state ? std::optional(state) : std::nullopt;
      case Action::Kind::write:
        return action.first;
      case Action::Kind::cas:
        return action.first == state ? std::optional(action.second) : std::nullopt;
    }
    return std::nullopt;
  }
};

/// What people may name with --model.
struct ModelInfo {
  std::string name;
  std::string about;
  std::vector<std::string> functions;  ///< the `f`s it understands
};
const std::vector<ModelInfo>& models();
/// The model of that name; the error says which there are and which may have been meant.
Result<ModelInfo> find_model(std::string_view name);

}  // namespace riptide::checker
