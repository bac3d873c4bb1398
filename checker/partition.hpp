// One key's operations, as the search sees them: values numbered, failures gone, intervals closed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// An operation of one key. Its interval is closed: at equal times calls come before returns.
struct Entry {
  history::OpIndex index = 0;
  std::int64_t call_ns = 0;
  std::int64_t return_ns = history::kNever;  ///< kNever: may take effect at any later time
  Action action;
  bool certain = false;  ///< it took effect; otherwise it may or may not have

  bool is_cas() const { return action.kind == Action::Kind::cas; }
  /// Whether it is legal only in a state that holds observed().
  bool observes() const { return action.kind != Action::Kind::write; }
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
  std::vector<history::Value> values;  ///< of each ValueId; values[0] is nil
};

/// Splits by key, in the order in which keys first appear. `fail` is dropped because it surely did
/// not happen, an info read because nobody saw its answer; an info write or cas stays, for ever
/// open. An error for an operation that the model does not understand.
Result<std::vector<KeyHistory>> partition(const history::History& history, const ModelInfo& model);

}  // namespace riptide::checker
