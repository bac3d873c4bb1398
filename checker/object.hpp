// Object: a model at work on the operations of one part, with its states numbered as they are met.
//
// The searches know nothing of queues or sets: they ask an Object for the number of the state after
// an action. Steps are remembered, so that a state which is met again costs one look into a table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace riptide::checker {

struct KeyHistory;

using StateId = std::uint32_t;
inline constexpr StateId kRefused = ~StateId{0};

/// Not safe to use from two threads; each search makes its own. An Object refers to the KeyHistory
/// that it was made for.
class Object {
 public:
  virtual ~Object() = default;
  virtual StateId initial() = 0;
  /// The state after the action; kRefused when the action cannot happen in `state`.
  virtual StateId step(StateId state, const Action& action) = 0;
  /// Whether the action never changes any state.
  virtual bool reads_only(const Action& action) const = 0;
  /// What it holds, for an explanation: "17", "the queue [1, 2]", "the lock, held by process 3".
  virtual std::string describe(StateId state) const = 0;
  /// How much memory states and steps take.
  virtual std::uint64_t bytes() const = 0;
};

/// The model on the values of `key`, which must outlive it.
std::unique_ptr<Object> make_object(const Model& model, const KeyHistory& key);

}  // namespace riptide::checker
