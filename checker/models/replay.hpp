// Replay: carries out one order of operations, from the first to the last.
//
// What validates certificates. Written from the definition of each object, with plain containers
// that change in place: it shares nothing with the states of object.hpp, and a whole order costs no
// more than its operations and what they carry.
#pragma once

#include <memory>

#include "checker/model.hpp"
#include "checker/models/numbering.hpp"

namespace riptide::checker {

class Replay {
 public:
  virtual ~Replay() = default;
  /// Whether the action can happen now; then it has happened.
  virtual bool happens(const Action& action) = 0;
};

/// `numbering` numbers the values of the actions, begins with the initial value, and may grow while
/// the replay goes on; it must outlive it.
std::unique_ptr<Replay> make_replay(const Model& model, Numbering& numbering);

}  // namespace riptide::checker
