// The gold of the checker's tests: every permutation is tried. Written from the definition of
// linearizability alone; shares nothing with the checker.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "history/history.hpp"

namespace riptide::checker::testing {

using history::History;
using history::Operation;
using history::OpIndex;
using history::Type;
using history::Value;

class BruteForce {
 public:
  /// Of one key's operations (those of `only`, when given).
  explicit BruteForce(const History& history) {
    for (const Operation& operation : history.operations) add(operation);
  }
  BruteForce(const History& history, const std::vector<OpIndex>& only) {
    for (const OpIndex index : only) add(history.operations[index]);
  }
  bool linearizable() { return extend(Value()); }

 private:
  struct Op {
    const Operation* operation;
    bool used = false;
  };
  void add(const Operation& operation) {
    if (operation.outcome == Type::fail) return;
    if (operation.f == "read" && operation.outcome == Type::info) return;
    ops_.push_back({&operation});
  }
  /// Whether what is left can follow when the register holds `state`.
  bool extend(const Value& state) {
    bool done = true;
    for (const Op& op : ops_) done = done && (op.used || op.operation->outcome == Type::info);
    if (done) return true;
    for (Op& op : ops_) {
      if (op.used || !may_be_next(*op.operation)) continue;
      Value next = state;
      if (op.operation->f == "write") {
        next = op.operation->input;
      } else if (op.operation->f == "read") {
        if (!(op.operation->output == state)) continue;
      } else {
        if (!((*op.operation->input.list())[0] == state)) continue;
        next = (*op.operation->input.list())[1];
      }
      op.used = true;
      const bool found = extend(next);
      op.used = false;
      if (found) return true;
    }
    return false;
  }
  /// No unused operation had completed before this one was invoked.
  bool may_be_next(const Operation& candidate) const {
    for (const Op& op : ops_) {
      if (!op.used && op.operation->outcome == Type::ok &&
          op.operation->complete_ns < candidate.invoke_ns) {
        return false;
      }
    }
    return true;
  }
  std::vector<Op> ops_;
};

/// A history of one key in memory, one call per operation.
class Script {
 public:
  Script& write(int process, std::int64_t call, std::int64_t end, Value value) {
    return add(process, "write", call, end, std::move(value), Value(), Type::ok);
  }
  Script& read(int process, std::int64_t call, std::int64_t end, Value value) {
    return add(process, "read", call, end, Value(), std::move(value), Type::ok);
  }
  Script& cas(int process, std::int64_t call, std::int64_t end, Value from, Value to) {
    return add(process, "cas", call, end, Value(Value::List{from, to}), Value(), Type::ok);
  }
  Script& info(int process, const char* f, std::int64_t call, Value input) {
    return add(process, f, call, history::kNever, std::move(input), Value(), Type::info);
  }
  Script& failed(int process, const char* f, std::int64_t call, std::int64_t end, Value input) {
    return add(process, f, call, end, std::move(input), Value(), Type::fail);
  }
  /// The key of the operations that follow.
  Script& key(Value key) {
    key_ = std::move(key);
    return *this;
  }
  Script& at(const char* node) {
    history_.operations.back().node = history::Symbol(node);
    return *this;
  }
  const History& history() const { return history_; }
  History& history() { return history_; }

 private:
  Script& add(int process, const char* f, std::int64_t call, std::int64_t end, Value input,
              Value output, Type outcome) {
    Operation operation;
    operation.index = static_cast<OpIndex>(history_.operations.size());
    operation.process = history::Process(process);
    operation.f = history::Symbol(f);
    operation.key = key_;
    operation.input = std::move(input);
    operation.output = std::move(output);
    operation.invoke_ns = call;
    operation.complete_ns = end;
    operation.outcome = outcome;
    history_.operations.push_back(std::move(operation));
    return *this;
  }
  Value key_ = 5;
  History history_;
};

/// A small history: few values, so that they repeat, few times, so that they are equal.
inline History random_history(Random& random, std::size_t most_operations, bool with_cas) {
  Script script;
  const auto operations = static_cast<std::int64_t>(1 + random.below(most_operations));
  const auto values = static_cast<std::int64_t>(1 + random.below(4));
  const auto times = static_cast<std::int64_t>(2 + random.below(20));
  const double info = random.unit() * 0.4;
  std::int64_t call = 0;
  for (int i = 0; i < operations; ++i) {
    call += random.between(0, times / 4);
    const std::int64_t end = call + random.between(0, times / 2);
    const Value a = random.chance(0.15) ? Value() : Value(random.between(1, values));
    const Value b = random.chance(0.1) ? Value() : Value(random.between(1, values));
    const std::uint64_t f = random.below(with_cas ? 7 : 5);
    const bool open = random.chance(info), failed = random.chance(0.05);
    const Value pair = Value(Value::List{a, b});
    if (f >= 5) {
      open     ? script.info(i, "cas", call, pair)
      : failed ? script.failed(i, "cas", call, end, pair)
               : script.cas(i, call, end, a, b);
    } else if (f >= 2) {
      open     ? script.info(i, "read", call, Value())
      : failed ? script.failed(i, "read", call, end, Value())
               : script.read(i, call, end, a);
    } else {
      open     ? script.info(i, "write", call, a)
      : failed ? script.failed(i, "write", call, end, a)
               : script.write(i, call, end, a);
    }
  }
  return script.history();
}

}  // namespace riptide::checker::testing
