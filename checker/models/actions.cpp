#include "checker/models/actions.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace riptide::checker {

using history::Operation;
using history::Type;
using history::Value;

namespace {

using Answer = Result<std::optional<Action>>;

Answer nothing() { return std::optional<Action>(); }
Answer action(Action::Kind kind, ValueId first = kUnobserved, ValueId second = kUnobserved) {
  return std::optional(Action{kind, first, second});
}

Error carries(const Operation& operation, const Value& found, const std::string& instead) {
  std::string text = found.json();
  if (text.size() > 60) text = text.substr(0, 60) + "…";
  return refuse(operation, "carries " + text + " instead of " + instead);
}

/// Jepsen's queues and Knossos' write the answer "there is none" as nil or as the keyword.
bool says_empty(const Value& value) {
  const std::string* text = value.text();
  return value.is_nil() || (text && (*text == "empty" || *text == ":empty"));
}

/// Whether a value is compared in an order, and integers and reals in one order.
bool is_collection(ModelKind kind) {
  return kind == ModelKind::set || kind == ModelKind::fifo_queue || kind == ModelKind::stack ||
         kind == ModelKind::priority_queue;
}

}  // namespace

Error refuse(const Operation& operation, const std::string& why) {
  return fail("operation " + std::to_string(operation.index) + " (process " +
              std::to_string(operation.process.value()) + ", " + operation.f.name() + " at " +
              std::to_string(operation.invoke_ns) + " ns) " + why);
}

Result<Value> initial_value(const Model& model) {
  const Value& initial = model.initial;
  const auto refused = [&](const std::string& what, const std::string& fix) {
    return fail("the model " + model.info.name + " cannot start as " + initial.json() +
                ": it starts as " + what)
        .fix(fix);
  };
  switch (model.kind()) {
    case ModelKind::kv:
      return initial.is_nil() ? Value("") : initial;
    case ModelKind::counter:
      if (initial.is_nil()) return Value(0);
      if (!initial.integer()) return refused("an integer", "Give --initial an integer.");
      return initial;
    case ModelKind::set:
    case ModelKind::fifo_queue:
    case ModelKind::stack:
    case ModelKind::priority_queue:
      if (initial.is_nil()) return Value(Value::List{});
      if (!initial.list()) {
        return refused("a list of its elements", "Give --initial a list, such as [1,2].");
      }
      return initial;
    case ModelKind::mutex:
    case ModelKind::semaphore:
      if (!initial.is_nil()) return refused("a free lock", "Leave --initial out.");
      if (model.kind() == ModelKind::semaphore && model.permits < 1) {
        return fail("a semaphore with " + std::to_string(model.permits) +
                    " permits can never be acquired")
            .fix("Give --permits at least 1.");
      }
      return initial;
    case ModelKind::fenced_lock:
      if (!initial.is_nil() && !initial.integer()) {
        return refused("the largest token that was given before",
                       "Give --initial an integer, or leave it out.");
      }
      return initial;
    case ModelKind::multi_register:
    case ModelKind::list_append: {
      const bool lists = model.kind() == ModelKind::list_append;
      if (!initial.list()) {
        if (lists && !initial.is_nil()) {
          return refused("a list of [key, list]", "Give --initial such as [[\"x\",[1,2]]].");
        }
        return initial;
      }
      for (const Value& pair : *initial.list()) {
        if (!pair.list() || pair.list()->size() != 2 || (lists && !(*pair.list())[1].list())) {
          return lists ? refused("a list of [key, list]", "Give --initial such as [[\"x\",[1,2]]].")
                       : refused("one value for all registers or a list of [key, value]",
                                 "Give --initial such as 0 or [[\"x\",0],[\"y\",1]].");
        }
      }
      return initial;
    }
    case ModelKind::single_register:
    case ModelKind::cas_register:
      break;
  }
  return initial;
}

Numbering begin_numbering(const Model& model, const Value& initial) {
  Numbering numbering(initial);
  if (is_collection(model.kind())) {
    for (const Value& element : *initial.list()) numbering.number(element);
  }
  return numbering;
}

Result<Verb> ActionReader::verb_of(const Operation& operation) {
  for (const auto& [symbol, verb] : verbs_) {
    if (symbol == operation.f) return verb;
  }
  std::string_view name = operation.f.name();
  if (name.starts_with(':')) name.remove_prefix(1);
  for (const Function& function : vocabulary(model_.kind())) {
    if (function.name != name) continue;
    verbs_.emplace_back(operation.f, function.verb);
    return function.verb;
  }
  return refuse(operation, "is not an operation of the model " + model_.info.name)
      .fix("Choose another model with --model; " + model_.info.name + " understands " +
           join(model_.info.functions, ", ") + ".");
}

Answer ActionReader::read(const Operation& operation, Numbering& numbering) {
  const auto verb = verb_of(operation);
  if (!verb) return verb.error();
  if (*verb == Verb::cas) return cas(operation, numbering);
  if (operation.outcome == Type::fail) return nothing();
  if (is_transactional(model_)) return transaction(operation, *verb, numbering);
  switch (*verb) {
    case Verb::read:
      return operation.outcome == Type::ok ? read_answer(operation, numbering) : nothing();
    case Verb::contains:
      return operation.outcome == Type::ok ? contains(operation, numbering) : nothing();
    case Verb::take:
      return take(operation, numbering);
    case Verb::acquire:
    case Verb::release:
      return lock(operation, *verb, numbering);
    default:
      return change(operation, *verb, numbering);
  }
}

Answer ActionReader::read_answer(const Operation& operation, Numbering& numbering) {
  const Value& answer = operation.output;
  if (answer.is_nil() && model_.nil_reads_say_nothing()) return action(Action::Kind::read);
  switch (model_.kind()) {
    case ModelKind::kv:
      return action(Action::Kind::read, numbering.number(answer.is_nil() ? Value("") : answer));
    case ModelKind::counter:
      if (!answer.integer()) {
        return carries(operation, answer, "the integer that was read")
            .fix("Complete a read of a counter with an integer, or as info.");
      }
      break;
    case ModelKind::set:
      if (!answer.list()) {
        return carries(operation, answer, "the list of all elements")
            .fix("Complete a read of a set with a list, such as [1,2], or as info.");
      }
      break;
    default:
      break;
  }
  return action(Action::Kind::read, numbering.number(answer));
}

Answer ActionReader::cas(const Operation& operation, Numbering& numbering) {
  const Value::List* pair = operation.input.list();
  if (!pair || pair->size() != 2) {
    return carries(operation, operation.input, "[from, to]")
        .fix("Give a cas the value [from, to].");
  }
  if (operation.outcome != Type::fail) {
    const ValueId from = numbering.number((*pair)[0]);
    return action(Action::Kind::cas, from, numbering.number((*pair)[1]));
  }
  // An error is a reason other than "the register held something else".
  if (!model_.failed_cas_observes || !operation.error.empty()) return nothing();
  return action(Action::Kind::cas_refused, numbering.number((*pair)[0]));
}

Answer ActionReader::change(const Operation& operation, Verb verb, Numbering& numbering) {
  const Value& input = operation.input;
  switch (verb) {
    case Verb::write:
      if (model_.kind() == ModelKind::kv && input.is_nil()) {
        return action(Action::Kind::write, numbering.number(Value("")));
      }
      return action(Action::Kind::write, numbering.number(input));
    case Verb::append:
      return action(Action::Kind::append, numbering.number(input.is_nil() ? Value("") : input));
    case Verb::increment:
    case Verb::decrement: {
      std::int64_t amount = 1;
      if (!input.is_nil()) {
        if (!input.integer() || *input.integer() == INT64_MIN) {
          return carries(operation, input, "an amount of 64 bits")
              .fix("Give an increment an integer, or nothing for 1.");
        }
        amount = *input.integer();
      }
      if (verb == Verb::decrement) amount = -amount;
      return action(Action::Kind::increment, numbering.number(Value(amount)));
    }
    default:
      break;
  }
  if (input.is_nil() || (verb == Verb::insert && says_empty(input))) {
    return carries(operation, input, "an element")
        .fix(input.is_nil() ? "Give the operation the element as its value."
                            : "Use other elements: this one is what a take from an empty object "
                              "answers.");
  }
  const Action::Kind kind = verb == Verb::add      ? Action::Kind::add
                            : verb == Verb::remove ? Action::Kind::remove
                                                   : Action::Kind::insert;
  return action(kind, numbering.number(input));
}

Answer ActionReader::contains(const Operation& operation, Numbering& numbering) {
  const Value* element = &operation.input;
  const Value* answer = &operation.output;
  if (const Value::List* pair = answer->list(); pair && pair->size() == 2) {
    if (element->is_nil()) element = &(*pair)[0];
    if ((*pair)[0] == *element) answer = &(*pair)[1];
  }
  if (element->is_nil() || !answer->boolean()) {
    return carries(operation, operation.output, "true or false")
        .fix(
            "Invoke contains with the element and complete it with true, false or "
            "[element, true or false].");
  }
  return action(Action::Kind::contains, numbering.number(*element), *answer->boolean() ? 1 : 0);
}

Answer ActionReader::take(const Operation& operation, Numbering& numbering) {
  if (operation.outcome != Type::ok) return action(Action::Kind::take);
  if (says_empty(operation.output)) return action(Action::Kind::take, kEmpty);
  return action(Action::Kind::take, numbering.number(operation.output));
}

Answer ActionReader::lock(const Operation& operation, Verb verb, Numbering& numbering) {
  const auto kind = verb == Verb::acquire ? Action::Kind::acquire : Action::Kind::release;
  if (model_.kind() == ModelKind::fenced_lock) {
    const ValueId holder = numbering.number(Value(operation.process.value()));
    if (verb == Verb::release || operation.outcome != Type::ok) {
      return action(kind, kUnobserved, holder);
    }
    if (!operation.output.integer()) {
      return carries(operation, operation.output, "the token that it was given")
          .fix("Complete an acquire of a fenced lock with its token, an integer.");
    }
    return action(kind, numbering.number(operation.output), holder);
  }
  if (model_.kind() == ModelKind::mutex) return action(kind, numbering.number(Value(1)));
  const Value permits = operation.input.is_nil() ? Value(1) : operation.input;
  if (!permits.integer() || *permits.integer() < 1) {
    return carries(operation, permits, "a number of permits")
        .fix("Give the operation a positive integer, or nothing for 1.");
  }
  return action(kind, numbering.number(permits));
}

}  // namespace riptide::checker
