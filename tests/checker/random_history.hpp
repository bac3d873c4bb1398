// Small random histories of every model, about half of them linearizable: a correct object is
// simulated, each operation taking effect at a moment inside its interval, and then, half of the
// time, something is spoilt: an answer, an interval, an operation that goes missing.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "tests/checker/definition.hpp"

namespace riptide::checker::testing {

/// `distinct`: no value is written, added or inserted twice, nor equal to an initial one; counters
/// only go up by one; what monitors need.
enum class Values { repeated, distinct };

/// The model with everything that may be chosen about it chosen at random.
inline Model vary(Random& random, Model model) {
  if (random.chance(0.4)) model.nil_read_matches_any = random.chance(0.5);
  model.failed_cas_observes = random.chance(0.5);
  model.permits = random.between(1, 3);
  if (random.chance(0.5)) return model;
  switch (model.kind()) {
    case ModelKind::kv:
      model.initial = Value("a");
      break;
    case ModelKind::single_register:
    case ModelKind::cas_register:
    case ModelKind::counter:
    case ModelKind::fenced_lock:
      model.initial = random.between(0, 3);
      break;
    case ModelKind::set:
    case ModelKind::fifo_queue:
    case ModelKind::stack:
    case ModelKind::priority_queue:
      model.initial = random.chance(0.5) ? Value(Value::List{1}) : Value(Value::List{2, 1});
      break;
    case ModelKind::multi_register:
      model.initial = random.chance(0.5) ? Value(1) : Value(Value::List{Value::List{"x", 1}});
      break;
    case ModelKind::list_append:
      model.initial = Value(Value::List{Value::List{"x", Value::List{1}}});
      break;
    case ModelKind::mutex:
    case ModelKind::semaphore:
      break;
  }
  return model;
}

class RandomHistory {
 public:
  RandomHistory(Random& random, const Model& model, std::size_t most_operations, Values values)
      : random_(random),
        model_(model),
        definition_(model_),
        distinct_(values == Values::distinct),
        operations_(1 + std::max(random.below(most_operations), random.below(most_operations))),
        state_(definition_.initial()) {
    pool_ = 1 + static_cast<std::int64_t>(std::max(random.below(3), random.below(3)));
    width_ns_ = random.between(0, random.chance(0.6) ? 4 : 14);
    gap_ns_ = random.between(0, 4);
    info_ = random.chance(0.3) ? 0.0 : random.unit() * 0.4;
    nonsense_ = random.chance(0.4) ? 0.0 : is_lock() ? 0.4 : 0.2;
    one_key_ = random.chance(0.4);
    clients_.resize(1 + random.below(4));
    for (auto& client : clients_) client.process = next_process_++;
    for (int i = -20; i <= 20; ++i) {
      const auto* initial = model.initial.list();
      const bool taken = model.initial == Value(i) ||
                         (initial && std::count(initial->begin(), initial->end(), Value(i)) > 0);
      if (!taken) fresh_.emplace_back(i);
    }
    random.shuffle(fresh_);
  }

  History make() {
    while (history_.operations.size() < operations_ && tries_++ < 20 * operations_) step();
    const std::uint64_t spoils = random_.chance(0.3) ? 0 : 1 + random_.below(4);
    for (std::uint64_t i = 0; i < spoils; ++i) spoil();
    auto& all = history_.operations;
    std::stable_sort(all.begin(), all.end(), [](const Operation& a, const Operation& b) {
      return a.invoke_ns < b.invoke_ns;
    });
    for (OpIndex i = 0; i < all.size(); ++i) all[i].index = i;
    return std::move(history_);
  }

 private:
  struct Client {
    std::int64_t process = 0;
    std::int64_t free_at_ns = 0;
  };

  void step() {
    Operation o;
    Client& client = random_.pick(clients_);
    choose(o);
    const bool sequential = model_.kind() == ModelKind::fenced_lock;
    now_ns_ += random_.between(0, gap_ns_);
    if (sequential) now_ns_ = std::max(now_ns_, client.free_at_ns);
    o.process = history::Process(sequential ? client.process : next_process_++);
    o.invoke_ns = now_ns_ - random_.between(0, width_ns_);
    if (sequential) o.invoke_ns = std::max(o.invoke_ns, client.free_at_ns);
    o.complete_ns = now_ns_ + random_.between(0, width_ns_);
    const bool open = random_.chance(info_);
    o.outcome = open ? Type::info : random_.chance(0.04) ? Type::fail : Type::ok;
    if (o.outcome == Type::ok) answer(o);
    if (open) o.complete_ns = history::kNever;
    if (o.outcome != Type::fail && definition_.counts(o) && (!open || random_.chance(0.6))) {
      const auto next = definition_.apply(state_, o);
      if (next) {
        state_ = *next;
      } else if (!open && !random_.chance(nonsense_)) {
        // A lock that is taken, a cas of another value: it surely did not happen.
        if (is_lock() && random_.chance(0.8)) return;
        o.outcome = Type::fail;
        o.output = Value();
        if (random_.chance(0.2)) o.error = "timeout";
      }
    }
    client.free_at_ns = open ? o.invoke_ns : o.complete_ns;
    if (open) client.process = next_process_++;
    history_.operations.push_back(std::move(o));
  }

  bool is_lock() const {
    return model_.kind() == ModelKind::mutex || model_.kind() == ModelKind::semaphore ||
           model_.kind() == ModelKind::fenced_lock;
  }
  Value any() { return random_.between(1, pool_); }
  /// A value to write: not written before when values are distinct.
  Value written() {
    if (!distinct_) return any();
    ASSERT(!fresh_.empty(), "no distinct values are left");
    const Value value = fresh_.back();
    fresh_.pop_back();
    used_.push_back(value);
    return value;
  }
  /// A value that may have been written.
  Value known() {
    if (!distinct_ || used_.empty() || random_.chance(0.1)) return any();
    return random_.pick(used_);
  }
  static Value text(const Value& value) { return Value("v" + value.json()); }

  void set(Operation& o, const char* f, Value input) {
    o.f = history::Symbol(f);
    o.input = std::move(input);
  }

  /// What the client is about to do.
  void choose(Operation& o) {
    o.key = 5;
    const std::uint64_t dice = random_.below(100);
    switch (model_.kind()) {
      case ModelKind::single_register:
      case ModelKind::cas_register:
        if (dice < 45) return set(o, "read", Value());
        if (dice < 70 || model_.kind() == ModelKind::single_register) {
          return set(o, "write", !distinct_ && random_.chance(0.1) ? Value() : written());
        }
        {
          const Value from = random_.chance(0.7) ? state_ : known();
          return set(o, "cas", Value(Value::List{from, written()}));
        }
      case ModelKind::kv:
        if (dice < 45) return set(o, "get", Value());
        if (dice < 65) return set(o, "put", random_.chance(0.1) ? any() : text(written()));
        return set(o, "append", random_.chance(0.1) ? any() : text(written()));
      case ModelKind::counter:
        if (dice < 40) return set(o, "read", Value());
        if (distinct_) return set(o, "add", random_.chance(0.5) ? Value() : Value(1));
        if (dice < 80) return set(o, "increment", random_.between(-1, 3));
        return set(o, "dec", random_.chance(0.5) ? Value() : Value(random_.between(-1, 2)));
      case ModelKind::set:
        return choose_of_set(o, dice);
      case ModelKind::fifo_queue:
        return dice < 52 ? set(o, "enqueue", written()) : set(o, "dequeue", Value());
      case ModelKind::stack:
        return dice < 52 ? set(o, "push", written()) : set(o, "pop", Value());
      case ModelKind::priority_queue:
        return dice < 52 ? set(o, "insert", written()) : set(o, "poll", Value());
      case ModelKind::semaphore:
        return set(o, dice < 50 ? "acquire" : "release",
                   dice % 2 == 0 ? Value() : Value(random_.between(1, 2)));
      case ModelKind::mutex:
      case ModelKind::fenced_lock:
        return set(o, dice < 50 ? "acquire" : "release", Value());
      case ModelKind::multi_register:
      case ModelKind::list_append:
        return choose_transaction(o, dice);
    }
  }

  void choose_of_set(Operation& o, std::uint64_t dice) {
    if (dice < 30) return set(o, "contains", known());
    if (dice < 45) return set(o, "read", Value());
    if (dice < 75) return set(o, "add", written());
    if (!distinct_) return set(o, "remove", any());
    Value::List left;
    for (const Value& value : used_) {
      if (std::count(removed_.begin(), removed_.end(), value) == 0) left.push_back(value);
    }
    if (left.empty()) return set(o, "add", written());
    removed_.push_back(random_.pick(left));
    set(o, "remove", removed_.back());
  }

  void choose_transaction(Operation& o, std::uint64_t dice) {
    const bool lists = model_.kind() == ModelKind::list_append;
    const auto key = [&] { return random_.chance(0.5) ? Value("x") : Value("y"); };
    if (dice < 20) {  // one access, of a keyed operation
      o.key = key();
      if (dice < 10) return set(o, "read", Value());
      return set(o, lists ? "append" : "write", written());
    }
    o.key = Value();
    Value::List accesses;
    const Value only = key();
    const std::size_t size = 1 + random_.below(3);
    for (std::size_t i = 0; i < size; ++i) {
      const Value k = one_key_ ? only : key();
      const bool reads = random_.chance(0.55);
      accesses.emplace_back(Value::List{Value(reads   ? "r"
                                              : lists ? "append"
                                                      : "w"),
                                        k, reads ? Value() : written()});
    }
    set(o, "txn", Value(std::move(accesses)));
  }

  /// What a correct object answers in `state_`.
  void answer(Operation& o) {
    o.output = o.input;
    if (o.f == "txn") return answer_transaction(o);
    if (o.f == "read" && !o.key.is_nil() && state_.list() && !(o.key == Value(5))) {
      o.output = held(*state_.list(), o.key);
      return;
    }
    if (o.f == "read" || o.f == "get") {
      o.output = state_;
      if (const auto* list = state_.list()) {
        Value::List shuffled = *list;
        random_.shuffle(shuffled);
        o.output = Value(std::move(shuffled));
      }
    } else if (o.f == "contains") {
      const auto& list = *state_.list();
      const bool present = std::count(list.begin(), list.end(), o.input) > 0;
      o.output = random_.chance(0.5) ? Value(present) : Value(Value::List{o.input, present});
    } else if (o.f == "dequeue" || o.f == "pop" || o.f == "poll") {
      const auto& list = *state_.list();
      o.output = list.empty()       ? (random_.chance(0.5) ? Value() : Value("empty"))
                 : o.f == "dequeue" ? list.front()
                                    : list.back();
    } else if (o.f == "acquire" && model_.kind() == ModelKind::fenced_lock) {
      const Value& largest = (*state_.list())[1];
      o.output = (largest.is_nil() ? 0 : *largest.integer()) + 1 + random_.between(0, 1);
    }
  }
  Value held(const Value::List& pairs, const Value& key) const {
    for (const Value& pair : pairs) {
      if ((*pair.list())[0] == key) return (*pair.list())[1];
    }
    if (model_.kind() == ModelKind::list_append) return Value(Value::List{});
    return model_.initial.list() ? Value() : model_.initial;
  }
  void answer_transaction(Operation& o) {
    const bool lists = model_.kind() == ModelKind::list_append;
    std::map<Value, Value> now;
    Value::List answered;
    for (const Value& access : *o.input.list()) {
      Value::List parts = *access.list();
      if (!now.contains(parts[1])) now[parts[1]] = held(*state_.list(), parts[1]);
      Value& value = now[parts[1]];
      if (parts[0] == Value("r")) {
        parts[2] = lists && value.list()->empty() && random_.chance(0.5) ? Value() : value;
      } else if (lists) {
        Value::List longer = *value.list();
        longer.push_back(parts[2]);
        value = Value(std::move(longer));
      } else {
        value = parts[2];
      }
      answered.emplace_back(std::move(parts));
    }
    o.output = Value(std::move(answered));
  }

  void spoil() {
    auto& all = history_.operations;
    if (all.empty()) return;
    Operation& o = random_.pick(all);
    const std::uint64_t dice = random_.below(100);
    if (dice < 45) return spoil_answer();
    if (dice < 55) {
      all.erase(all.begin() + (&o - all.data()));
    } else if (dice < 70 && o.outcome == Type::info) {
      o.invoke_ns += random_.between(-6, 6);
    } else if (o.outcome != Type::info && model_.kind() != ModelKind::fenced_lock) {
      o.invoke_ns += random_.between(-8, 8);
      o.complete_ns = o.invoke_ns + random_.between(0, 3);
    }
  }
  void spoil_answer() {
    std::vector<Operation*> answered;
    for (Operation& o : history_.operations) {
      if (o.outcome == Type::ok && has_answer(o)) answered.push_back(&o);
    }
    if (answered.empty()) return;
    Operation& o = *random_.pick(answered);
    Operation& other = *random_.pick(answered);
    if (o.f == other.f && o.f != "contains" && o.f != "txn" && random_.chance(0.5)) {
      return std::swap(o.output, other.output);
    }
    if (o.f == "txn") {
      Value::List accesses = *o.output.list();
      Value& access = random_.pick(accesses);
      Value::List parts = *access.list();
      if (parts[0] == Value("r")) parts[2] = wrong(parts[2]);
      access = Value(std::move(parts));
      o.output = Value(std::move(accesses));
    } else if (o.f == "contains") {
      const Value said = o.output.list() ? (*o.output.list())[1] : o.output;
      o.output = !*said.boolean();
    } else if (o.f == "acquire") {
      o.output = *o.output.integer() + random_.between(-2, 2);
    } else {
      o.output = wrong(o.output);
    }
  }
  bool has_answer(const Operation& o) const {
    return o.f == "read" || o.f == "get" || o.f == "contains" || o.f == "txn" || o.f == "dequeue" ||
           o.f == "pop" || o.f == "poll" ||
           (o.f == "acquire" && model_.kind() == ModelKind::fenced_lock);
  }
  /// Another answer of the same shape.
  Value wrong(const Value& right) {
    const bool list = model_.kind() == ModelKind::list_append || model_.kind() == ModelKind::set;
    if (list) {
      Value::List items = right.list() ? *right.list() : Value::List{};
      if (!items.empty() && random_.chance(0.5)) {
        items.pop_back();
      } else {
        items.push_back(known());
      }
      return Value(std::move(items));
    }
    if (model_.kind() == ModelKind::counter)
      return Value(*right.integer() + random_.between(-2, 2));
    const Value other = random_.chance(0.15) ? Value() : known();
    if (model_.kind() == ModelKind::kv && !other.is_nil()) return text(other);
    return other;
  }

  Random& random_;
  const Model model_;
  Definition definition_;
  bool distinct_;
  std::size_t operations_;
  std::size_t tries_ = 0;
  Value state_;
  History history_;
  std::int64_t now_ns_ = 20;
  std::int64_t pool_ = 1, width_ns_ = 0, gap_ns_ = 0;
  double info_ = 0, nonsense_ = 0;
  bool one_key_ = false;
  std::vector<Client> clients_;
  std::int64_t next_process_ = 0;
  Value::List fresh_, used_, removed_;
};

/// Up to `most_operations` operations, at most 12 with distinct values.
inline History random_history(Random& random, const Model& model, std::size_t most_operations,
                              Values values = Values::repeated) {
  return RandomHistory(random, model, most_operations, values).make();
}

/// One line for each operation, for the message of a failed test.
inline std::string dump(const History& history, const Model& model) {
  std::string text = model.info.name + ", initial " + model.initial.json() + ", permits " +
                     std::to_string(model.permits) +
                     (model.nil_reads_say_nothing() ? ", nil reads say nothing" : "") +
                     (model.failed_cas_observes ? ", failed cas observes\n" : "\n");
  for (const Operation& o : history.operations) {
    text += std::to_string(o.index) + " p" + std::to_string(o.process.value()) + " " + o.f.name() +
            " " + o.key.json() + " " + o.input.json() + " -> " + o.output.json() + " [" +
            std::to_string(o.invoke_ns) + "," +
            (o.outcome == Type::info ? "…" : std::to_string(o.complete_ns)) + "] " +
            std::string(name(o.outcome)) + (o.error.empty() ? "\n" : " " + o.error + "\n");
  }
  return text;
}

}  // namespace riptide::checker::testing
