// The gold of the checker's tests: every permutation is tried. Written from the definition of
// linearizability and definition.hpp alone; shares nothing with the checker.
#pragma once

#include <map>
#include <unordered_set>
#include <vector>

#include "base/assert.hpp"
#include "base/random.hpp"
#include "history/history.hpp"
#include "tests/checker/definition.hpp"

namespace riptide::checker::testing {

/// Tries every permutation, but comes to no set of operations with the same state twice.
class BruteForce {
 public:
  /// Of all operations (those of `only`, when given), at most 64 of an object.
  explicit BruteForce(const History& history, const Model& model = default_model())
      : model_(model) {
    for (const Operation& operation : history.operations) add(operation);
  }
  BruteForce(const History& history, const std::vector<OpIndex>& only,
             const Model& model = default_model())
      : model_(model) {
    for (const OpIndex index : only) add(history.operations[index]);
  }
  bool linearizable() {
    for (const auto& [object, operations] : objects_) {
      ops_ = operations;
      failed_.clear();
      if (!extend(0, definition_.initial())) return false;
    }
    return true;
  }

 private:
  struct Visited {
    std::uint64_t used;
    Value state;
    friend bool operator==(const Visited&, const Visited&) = default;
  };
  struct Hash {
    std::size_t operator()(const Visited& v) const {
      return v.state.hash() ^ (v.used * 0x9e3779b97f4a7c15ULL);
    }
  };
  void add(const Operation& operation) {
    if (!definition_.counts(operation)) return;
    auto& operations = objects_[definition_.object(operation)];
    ASSERT(operations.size() < 64, "too many operations for brute force");
    operations.push_back(&operation);
  }
  /// Whether what is not used can follow when the object is in `state`.
  bool extend(std::uint64_t used, const Value& state) {
    if (!failed_.insert({used, state}).second) return false;
    bool done = true;
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      done = done && ((used >> i & 1) != 0 || !definition_.must(*ops_[i]));
    }
    if (done) return true;
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      if ((used >> i & 1) != 0 || !may_be_next(used, *ops_[i])) continue;
      const auto next = definition_.apply(state, *ops_[i]);
      if (next && extend(used | std::uint64_t{1} << i, *next)) return true;
    }
    return false;
  }
  /// No unused operation had completed before this one was invoked.
  bool may_be_next(std::uint64_t used, const Operation& candidate) const {
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      if ((used >> i & 1) == 0 && definition_.must(*ops_[i]) &&
          ops_[i]->complete_ns < candidate.invoke_ns) {
        return false;
      }
    }
    return true;
  }

  const Model model_;
  Definition definition_{model_};
  std::map<Value, std::vector<const Operation*>> objects_;
  std::vector<const Operation*> ops_;
  std::unordered_set<Visited, Hash> failed_;  // also what is being tried
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
