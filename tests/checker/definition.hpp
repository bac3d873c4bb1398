// What each model's object does, written from docs/models.md alone and on plain values. Shares
// nothing with checker/ but the options in Model. Slow on purpose: it is to be believed.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker::testing {

using history::History;
using history::Operation;
using history::OpIndex;
using history::Type;
using history::Value;

/// States are Values: a register's value, a collection's list (a set's and a priority queue's
/// sorted), a lock's free permits, [holder, largest token], a list of [key, value] by key.
class Definition {
 public:
  explicit Definition(const Model& model) : model_(model) {}

  /// Whether the operation is among those that an order is made of.
  bool counts(const Operation& o) const {
    if (o.outcome == Type::fail) {
      return model_.kind() == ModelKind::cas_register && o.f == "cas" &&
             model_.failed_cas_observes && o.error.empty();
    }
    const bool reads = o.f == "read" || o.f == "get" || o.f == "contains";
    return o.outcome == Type::ok || !reads;
  }
  /// Whether every order has it.
  bool must(const Operation& o) const { return o.outcome != Type::info; }
  /// The object that it belongs to: objects are independent of each other.
  Value object(const Operation& o) const {
    return transactional() && o.f != "txn" ? Value() : o.key;
  }

  Value initial() const {
    const Value& given = model_.initial;
    switch (model_.kind()) {
      case ModelKind::kv:
        return given.is_nil() ? Value("") : given;
      case ModelKind::counter:
        return given.is_nil() ? Value(0) : given;
      case ModelKind::set:
      case ModelKind::priority_queue:
        return given.is_nil() ? Value(Value::List{}) : sorted(*given.list());
      case ModelKind::fifo_queue:
      case ModelKind::stack:
        return given.is_nil() ? Value(Value::List{}) : given;
      case ModelKind::mutex:
        return 1;
      case ModelKind::semaphore:
        return model_.permits;
      case ModelKind::fenced_lock:
        return Value(Value::List{Value(), given});
      case ModelKind::multi_register:
      case ModelKind::list_append:
        return given.list() ? sorted(*given.list()) : Value(Value::List{});
      case ModelKind::single_register:
      case ModelKind::cas_register:
        break;
    }
    return given;
  }

  /// The state after the operation; nothing when it cannot happen in `state`.
  std::optional<Value> apply(const Value& state, const Operation& o) const {
    switch (model_.kind()) {
      case ModelKind::single_register:
      case ModelKind::cas_register:
      case ModelKind::kv:
        return apply_register(state, o);
      case ModelKind::counter:
        return apply_counter(state, o);
      case ModelKind::set:
        return apply_set(state, o);
      case ModelKind::fifo_queue:
      case ModelKind::stack:
      case ModelKind::priority_queue:
        return apply_queue(*state.list(), o);
      case ModelKind::mutex:
      case ModelKind::semaphore:
        return apply_semaphore(*state.integer(), o);
      case ModelKind::fenced_lock:
        return apply_fenced_lock(*state.list(), o);
      case ModelKind::multi_register:
      case ModelKind::list_append:
        return apply_transaction(state, o);
    }
    return std::nullopt;
  }

 private:
  using Next = std::optional<Value>;

  static Value sorted(Value::List items) {
    std::sort(items.begin(), items.end());
    return Value(std::move(items));
  }
  static Next only_if(bool legal, const Value& state) { return legal ? Next(state) : Next(); }
  bool transactional() const {
    return model_.kind() == ModelKind::multi_register || model_.kind() == ModelKind::list_append;
  }

  Next apply_register(const Value& state, const Operation& o) const {
    const bool kv = model_.kind() == ModelKind::kv;
    const auto text = [&](const Value& v) { return kv && v.is_nil() ? Value("") : v; };
    if (o.f == "read" || o.f == "get") {
      if (o.output.is_nil() && model_.nil_reads_say_nothing()) return state;
      return only_if(text(o.output) == state, state);
    }
    if (o.f == "write" || o.f == "put") return text(o.input);
    if (o.f == "append") {
      const Value added = text(o.input);
      return Value((state.text() ? *state.text() : state.json()) +
                   (added.text() ? *added.text() : added.json()));
    }
    const Value::List& pair = *o.input.list();
    if (o.outcome == Type::fail) return only_if(!(pair[0] == state), state);
    return only_if(pair[0] == state, pair[1]);
  }

  Next apply_counter(const Value& state, const Operation& o) const {
    if (o.f == "read") {
      if (o.output.is_nil() && model_.nil_reads_say_nothing()) return state;
      return only_if(o.output == state, state);
    }
    const std::int64_t amount = o.input.is_nil() ? 1 : *o.input.integer();
    const bool down = o.f == "dec" || o.f == "decr" || o.f == "decrement";
    return Value(*state.integer() + (down ? -amount : amount));
  }

  Next apply_set(const Value& state, const Operation& o) const {
    Value::List elements = *state.list();
    const auto at = std::find(elements.begin(), elements.end(), o.input);
    const bool present = at != elements.end();
    if (o.f == "read") {
      if (o.output.is_nil() && model_.nil_reads_say_nothing()) return state;
      return only_if(sorted(*o.output.list()) == state, state);
    }
    if (o.f == "contains") {
      const Value answer = o.output.list() ? (*o.output.list())[1] : o.output;
      return only_if(answer == Value(present), state);
    }
    if (o.f == "add" && !present) elements.push_back(o.input);
    if (o.f == "remove" && present) elements.erase(at);
    return sorted(std::move(elements));
  }

  Next apply_queue(Value::List elements, const Operation& o) const {
    const bool priority = model_.kind() == ModelKind::priority_queue;
    if (o.f == "enqueue" || o.f == "push" || o.f == "insert") {
      elements.push_back(o.input);
      return priority ? sorted(std::move(elements)) : Value(std::move(elements));
    }
    const bool seen = o.outcome == Type::ok;
    if (elements.empty()) {
      return only_if(!seen || o.output.is_nil() || o.output == Value("empty"),
                     Value(std::move(elements)));
    }
    // A queue's head is its first; the largest is the last of those that are sorted.
    const auto head =
        model_.kind() == ModelKind::fifo_queue ? elements.begin() : elements.end() - 1;
    if (seen && !(o.output == *head)) return {};
    elements.erase(head);
    return Value(std::move(elements));
  }

  Next apply_semaphore(std::int64_t free, const Operation& o) const {
    const bool mutex = model_.kind() == ModelKind::mutex;
    const std::int64_t wanted = mutex || o.input.is_nil() ? 1 : *o.input.integer();
    const std::int64_t all = mutex ? 1 : model_.permits;
    if (o.f == "acquire") return only_if(wanted <= free, Value(free - wanted));
    return only_if(free + wanted <= all, Value(free + wanted));
  }

  /// A token that nobody saw is some integer above those before; the smallest leaves the most room.
  /// Before the first token that is known it can be as small as need be.
  Next apply_fenced_lock(const Value::List& state, const Operation& o) const {
    const Value& holder = state[0];
    const Value& largest = state[1];
    const Value process = o.process.value();
    if (o.f == "release") return only_if(holder == process, Value(Value::List{Value(), largest}));
    if (!holder.is_nil()) return {};
    if (o.outcome != Type::ok) {
      const Value token = largest.is_nil() ? Value() : Value(*largest.integer() + 1);
      return Value(Value::List{process, token});
    }
    const bool larger = largest.is_nil() || *o.output.integer() > *largest.integer();
    return only_if(larger, Value(Value::List{process, o.output}));
  }

  /// The accesses in the shape [f, key, value], one after the other.
  static Value::List accesses(const Operation& o) {
    if (o.f != "txn" && !o.key.is_nil()) {
      const Value what = o.f == "read" ? o.output : o.input;
      return {Value(Value::List{o.f.name(), o.key, what})};
    }
    Value::List all;
    for (const Value& item : *(o.output.list() ? o.output : o.input).list()) {
      const Value::List& parts = *item.list();
      all.push_back(parts.size() == 3 ? item : Value(Value::List{o.f.name(), parts[0], parts[1]}));
    }
    return all;
  }

  Next apply_transaction(const Value& state, const Operation& o) const {
    const bool lists = model_.kind() == ModelKind::list_append;
    Value::List pairs = *state.list();
    for (const Value& access : accesses(o)) {
      const Value::List& parts = *access.list();
      const auto at = std::find_if(pairs.begin(), pairs.end(),
                                   [&](const Value& p) { return (*p.list())[0] == parts[1]; });
      const Value now = at != pairs.end() ? (*at->list())[1] : untouched();
      if (parts[0] == Value("r") || parts[0] == Value("read")) {
        if (o.outcome != Type::ok) continue;
        Value seen = parts[2];
        if (seen.is_nil() && !lists && model_.nil_reads_say_nothing()) continue;
        if (seen.is_nil() && lists) seen = Value(Value::List{});
        if (!(seen == now)) return {};
        continue;
      }
      Value next = parts[2];
      if (lists) {
        Value::List longer = *now.list();
        longer.push_back(parts[2]);
        next = Value(std::move(longer));
      }
      const Value pair = Value(Value::List{parts[1], next});
      if (at == pairs.end()) {
        pairs.push_back(pair);
      } else {
        *at = pair;
      }
    }
    std::erase_if(pairs, [&](const Value& p) { return (*p.list())[1] == untouched(); });
    return sorted(std::move(pairs));
  }
  /// What a register or a list holds that is not in the state.
  Value untouched() const {
    if (model_.kind() == ModelKind::list_append) return Value(Value::List{});
    return model_.initial.list() ? Value() : model_.initial;
  }

  const Model& model_;
};

}  // namespace riptide::checker::testing
