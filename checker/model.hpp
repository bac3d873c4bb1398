// Models: what a correct object does, one operation at a time.
//
// A model is a struct of pure functions over a State; the algorithms need nothing else. The values
// of one part (a key) are numbered, so that an Action is a few bytes and equality is one
// comparison. docs/models.md says which operations each model understands and what they mean.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "history/value.hpp"

namespace riptide::checker {

/// A value of one key: its number in that key's table.
using ValueId = std::uint32_t;
/// What a register holds before anybody writes to it: nil, or what --initial says.
inline constexpr ValueId kInitial = 0;
/// In the place of an answer that nobody saw: any answer is legal. Also "no such argument".
inline constexpr ValueId kUnobserved = ~ValueId{0};

/// What an operation does, with its values numbered.
struct Action {
  enum class Kind : std::uint8_t {
    read,         ///< first: what was read (registers, kv, counter; set: the list of all elements)
    write,        ///< first: what was written (registers, kv)
    cas,          ///< first: from, second: to; legal only when the register holds `from`
    cas_refused,  ///< first: from; legal only when the register does not hold `from`
    append,       ///< first: the text that is appended (kv)
    increment,    ///< first: by how much, may be negative (counter)
    add,          ///< first: the element (set)
    remove,       ///< first: the element; no effect when it is not there (set)
    contains,     ///< first: the element, second: the answer, 0 or 1 (set)
    insert,       ///< first: the element (enqueue, push)
    take,         ///< first: the element (dequeue, pop, poll); kEmpty: it said that there is none
    acquire,      ///< mutex, semaphore: first: permits; fenced lock: first: the token that was
                  ///< given (kUnobserved: nobody saw it), second: the process, as a value
    release,      ///< mutex, semaphore: first: permits; fenced lock: second: the process
    transaction,  ///< first: a list of ["r" | "w" | "append", key, value] (multi-register,
                  ///< list-append); a read that nobody saw is ["r", key]
  };
  Kind kind = Kind::read;
  ValueId first = kUnobserved;
  ValueId second = kUnobserved;
  friend bool operator==(const Action&, const Action&) = default;
};
/// The answer of a `take` that found nothing.
inline constexpr ValueId kEmpty = kUnobserved - 1;

/// Kinds of objects, one for each name of --model.
enum class ModelKind : std::uint8_t {
  single_register,  ///< register
  cas_register,
  multi_register,
  kv,
  counter,
  set,
  fifo_queue,
  stack,
  priority_queue,
  mutex,
  semaphore,
  fenced_lock,
  list_append,
};

/// What people may name with --model.
struct ModelInfo {
  ModelKind kind = ModelKind::cas_register;
  std::string name;
  std::string about;
  std::vector<std::string> functions;  ///< the `f`s it understands
};
const std::vector<ModelInfo>& models();
/// A model with everything that may be chosen about it.
struct Model {
  ModelInfo info;
  /// What the object holds at the start; nil: what the model's documentation says (a register nil,
  /// kv "", a counter 0, a collection nothing).
  history::Value initial;
  std::int64_t permits = 1;  ///< of a semaphore
  /// A failed cas says that the register did not hold `from`; else it says nothing (Knossos).
  bool failed_cas_observes = false;
  /// A completed read of nil says nothing (Knossos). Unset: when `initial` is not nil.
  std::optional<bool> nil_read_matches_any;

  ModelKind kind() const { return info.kind; }
  bool nil_reads_say_nothing() const { return nil_read_matches_any.value_or(!initial.is_nil()); }
  bool is_register() const {
    return kind() == ModelKind::single_register || kind() == ModelKind::cas_register;
  }
};

/// The model of that name as it is when nothing else is chosen; the error says which there are and
/// which may have been meant.
Result<Model> find_model(std::string_view name);
/// cas-register.
Model default_model();

/// register and cas-register: the state is the value's number.
struct RegisterModel {
  using State = ValueId;
  static State initial() { return kInitial; }
  /// The state after the action, or nothing when the action cannot happen in this state.
  static std::optional<State> step(State state, const Action& action) {
    switch (action.kind) {
      case Action::Kind::read:
        return action.first == state || action.first == kUnobserved ? std::optional(state)
                                                                    : std::nullopt;
      case Action::Kind::write:
        return action.first;
      case Action::Kind::cas:
        return action.first == state ? std::optional(action.second) : std::nullopt;
      case Action::Kind::cas_refused:
        return action.first != state ? std::optional(state) : std::nullopt;
      default:
        return std::nullopt;
    }
  }
};

}  // namespace riptide::checker
