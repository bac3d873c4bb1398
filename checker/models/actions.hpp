// From operations as clients recorded them to actions of a model. What each shape of a value means
// is in docs/models.md.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "checker/model.hpp"
#include "checker/models/numbering.hpp"
#include "checker/models/vocabulary.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// Reads operations of one model. Remembers which function means what, so it is quick for many.
class ActionReader {
 public:
  explicit ActionReader(const Model& model) : model_(model) {}

  /// What the operation does, with its values numbered: nothing when it says nothing and changes
  /// nothing. An error names the operation, what was found and what to write instead.
  Result<std::optional<Action>> read(const history::Operation& operation, Numbering& numbering);

 private:
  using Answer = Result<std::optional<Action>>;

  Result<Verb> verb_of(const history::Operation& operation);
  Answer read_answer(const history::Operation& operation, Numbering& numbering);
  Answer cas(const history::Operation& operation, Numbering& numbering);
  Answer change(const history::Operation& operation, Verb verb, Numbering& numbering);
  Answer contains(const history::Operation& operation, Numbering& numbering);
  Answer take(const history::Operation& operation, Numbering& numbering);
  Answer lock(const history::Operation& operation, Verb verb, Numbering& numbering);
  Answer transaction(const history::Operation& operation, Verb verb, Numbering& numbering);

  const Model& model_;
  std::vector<std::pair<history::Symbol, Verb>> verbs_;  // of the functions met so far
};

/// What the object holds at the start, as the value that is numbered kInitial: Model::initial, or
/// what stands for nil ("" for kv, 0 for a counter, an empty list for a collection). An error when
/// the model cannot start like that.
Result<history::Value> initial_value(const Model& model);

/// A numbering that begins with the initial value and, for a collection, its elements.
Numbering begin_numbering(const Model& model, const history::Value& initial);

/// Whether operations of this model are transactions over several keys inside one object.
inline bool is_transactional(const Model& model) {
  return model.kind() == ModelKind::multi_register || model.kind() == ModelKind::list_append;
}

/// One access of a transaction: [f, key, value], with f "r" for a read and else "w" or "append"; a
/// read without a value is one whose answer nobody saw.
/// The accesses of the operation; an error for a bad shape.
Result<history::Value::List> accesses_of(const history::Operation& operation, Verb verb,
                                         const Model& model);

/// "operation 3 (process 1, cas at 17 ns) why".
Error refuse(const history::Operation& operation, const std::string& why);

}  // namespace riptide::checker
