// The accesses of transactions (multi-register, list-append), in one shape.
#include <algorithm>

#include "checker/models/actions.hpp"

namespace riptide::checker {

using history::Operation;
using history::Type;
using history::Value;

namespace {

std::string_view without_colon(const std::string& text) {
  std::string_view view = text;
  if (view.starts_with(':')) view.remove_prefix(1);
  return view;
}

/// Puts accesses into the one shape that actions have.
class AccessReader {
 public:
  AccessReader(const Operation& operation, const Model& model)
      : operation_(operation),
        lists_(model.kind() == ModelKind::list_append),
        nil_says_nothing_(!lists_ && model.nil_reads_say_nothing()),
        ok_(operation.outcome == Type::ok) {}

  Value read(const Value& key, const Value& answer) const {
    if (!ok_ || (answer.is_nil() && nil_says_nothing_)) return Value(Value::List{"r", key});
    if (lists_ && answer.is_nil()) return Value(Value::List{"r", key, Value(Value::List{})});
    return Value(Value::List{"r", key, answer});
  }
  Value write(const Value& key, const Value& value) const {
    return Value(Value::List{lists_ ? "append" : "w", key, value});
  }
  /// [f, key, value], or for a read [f, key].
  Result<Value> access(const Value& found) const {
    const Value::List* parts = found.list();
    const std::string* f = parts && !parts->empty() ? (*parts)[0].text() : nullptr;
    if (!f || parts->size() < 2 || parts->size() > 3) return bad(found);
    const std::string_view name = without_colon(*f);
    if (name == "r" || name == "read") {
      const Value answer = parts->size() == 3 ? (*parts)[2] : Value();
      return read((*parts)[1], answer);
    }
    const bool writes = lists_ ? name == "append" : (name == "w" || name == "write");
    if (!writes || parts->size() != 3) return bad(found);
    return write((*parts)[1], (*parts)[2]);
  }
  /// What was read of a list is a list.
  bool answers_well(const Value& access) const {
    const Value::List& parts = *access.list();
    return !lists_ || parts.size() < 3 || *parts[0].text() != "r" || parts[2].list();
  }
  Error bad(const Value& found) const {
    std::string text = found.json();
    if (text.size() > 60) text = text.substr(0, 60) + "…";
    return refuse(operation_, "carries " + text + " instead of an access")
        .fix(lists_ ? "Write accesses as [\"append\", key, element] and [\"r\", key, list]."
                    : "Write accesses as [\"r\", key, value] and [\"w\", key, value].");
  }

 private:
  const Operation& operation_;
  bool lists_;
  bool nil_says_nothing_;
  bool ok_;
};

}  // namespace

Result<Value::List> accesses_of(const Operation& operation, Verb verb, const Model& model) {
  const AccessReader reader(operation, model);
  const bool ok = operation.outcome == Type::ok;
  if (verb != Verb::transaction && !operation.key.is_nil()) {  // one access of the key
    if (verb != Verb::read) return Value::List{reader.write(operation.key, operation.input)};
    Value access = reader.read(operation.key, operation.output);
    if (!reader.answers_well(access)) return reader.bad(operation.output);
    return Value::List{std::move(access)};
  }
  // A write may be completed without repeating what it wrote.
  const bool answered = ok && operation.output.list();
  const Value& value = answered ? operation.output : operation.input;
  if (!value.list()) return reader.bad(value);
  Value::List accesses;
  accesses.reserve(value.list()->size());
  for (const Value& item : *value.list()) {
    const bool pair = verb != Verb::transaction && item.list() && item.list()->size() == 2;
    auto access = pair ? Result<Value>(verb == Verb::read
                                           ? reader.read((*item.list())[0], (*item.list())[1])
                                           : reader.write((*item.list())[0], (*item.list())[1]))
                       : reader.access(item);
    if (!access) return access.error();
    if (!reader.answers_well(*access)) return reader.bad(item);
    const bool reads = *(*access->list())[0].text() == "r";
    if (ok && !answered && reads) {
      return refuse(operation, "was completed without the answers of its reads")
          .fix("Complete a transaction with all its accesses and what they read.");
    }
    accesses.push_back(std::move(*access));
  }
  return accesses;
}

Result<std::optional<Action>> ActionReader::transaction(const Operation& operation, Verb verb,
                                                        Numbering& numbering) {
  auto accesses = accesses_of(operation, verb, model_);
  if (!accesses) return accesses.error();
  const bool says_nothing =
      operation.outcome != Type::ok &&
      std::all_of(accesses->begin(), accesses->end(),
                  [](const Value& access) { return *(*access.list())[0].text() == "r"; });
  if (says_nothing) return std::optional<Action>();
  return std::optional(Action{Action::Kind::transaction,
                              numbering.number(Value(std::move(*accesses))), kUnobserved});
}

}  // namespace riptide::checker
