// One part of a history (one key, most often), as the algorithms see it: values numbered, failures
// gone, intervals closed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "checker/model.hpp"
#include "checker/models/numbering.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// An operation of one part. Its interval is closed: at equal times calls come before returns.
struct Entry {
  std::int64_t call_ns = 0;
  std::int64_t return_ns = history::kNever;  ///< kNever: may take effect at any later time
  history::OpIndex index = 0;
  Action action;
  bool certain = false;  ///< it took effect; otherwise it may or may not have

  // What follows is about registers only.

  bool is_cas() const { return action.kind == Action::Kind::cas; }
  /// Whether it is legal only in a state that holds observed().
  bool observes() const {
    return is_cas() || (action.kind == Action::Kind::read && action.first != kUnobserved);
  }
  ValueId observed() const { return action.first; }
  /// Whether it can change the state; a cas from a value to itself is only a read.
  bool writes() const {
    return action.kind == Action::Kind::write || (is_cas() && action.first != action.second);
  }
  ValueId written() const { return is_cas() ? action.second : action.first; }
};

struct KeyHistory {
  history::Value key;
  std::vector<Entry> entries;          ///< by call, then by index
  std::vector<history::Value> values;  ///< of each ValueId; values[kInitial] is the initial value
};

/// What the operation does, as part of its model: nothing when it says nothing (a failed operation,
/// an info read). An error for an operation that the model does not understand.
Result<std::optional<Action>> action_of(const history::Operation& operation, const Model& model,
                                        Numbering& numbering);

/// Splits by key, in the order in which keys first appear. `fail` is dropped because it surely did
/// not happen, an info read because nobody saw its answer; every other info operation stays, for
/// ever open. Transactions are one object for each Operation::key; when every transaction of the
/// history stays with one key inside its object, they are split by that key (linearizability is
/// local), and a part's key is that key, or [Operation::key, key]. An error for an operation that
/// the model does not understand, or an initial value that it cannot start from.
Result<std::vector<KeyHistory>> partition(const history::History& history, const Model& model);

}  // namespace riptide::checker
