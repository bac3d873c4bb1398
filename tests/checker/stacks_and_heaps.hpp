// Histories of stacks and priority queues for the tests of their monitors: small random ones, long
// ones that a correct object answered, and what such an object does, by its definition.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "tests/checker/monitor_gold.hpp"

namespace riptide::checker::testing {

using history::Value;
using Kind = Action::Kind;

/// The object: its elements with the one that is taken next at the end.
class Pile {
 public:
  using State = std::vector<std::uint32_t>;
  enum class Type : std::uint8_t { stack, priority_queue };

  Pile(Type type, const KeyHistory& key) : type_(type), values_(key.values) {
    const Value::List* list = values_[kInitial].list();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const Value item = (*list)[i];  // also when it is known as an operation's value
      const auto found = std::find(values_.begin() + 1, values_.end(), item);
      const auto id = static_cast<std::uint32_t>(found - values_.begin());
      if (found == values_.end()) values_.push_back(item);
      put(initial_, id);
    }
  }

  const State& initial() const { return initial_; }

  void put(State& state, std::uint32_t id) const {
    const auto below = [this](std::uint32_t a, std::uint32_t b) { return values_[a] < values_[b]; };
    state.insert(type_ == Type::stack ? state.end()
                                      : std::lower_bound(state.begin(), state.end(), id, below),
                 id);
  }

  /// A take whose answer nobody saw removes something if there is something.
  std::optional<State> operator()(const State& state, const Action& action) const {
    State next = state;
    if (action.kind == Kind::insert) {
      put(next, action.first);
    } else if (action.first == kEmpty) {
      if (!next.empty()) return std::nullopt;
    } else if (action.first == kUnobserved) {
      if (!next.empty()) next.pop_back();
    } else {
      if (next.empty() || next.back() != action.first) return std::nullopt;
      next.pop_back();
    }
    return next;
  }

 private:
  Type type_;
  std::vector<Value> values_;
  State initial_;
};

inline Gold<Pile::State, Pile> gold(Pile::Type type, const KeyHistory& key) {
  const Pile pile(type, key);
  return Gold<Pile::State, Pile>(pile.initial(), pile);
}

inline Entry pile_entry(Kind kind, ValueId first, std::int64_t call, std::int64_t end,
                        bool certain) {
  return {.call_ns = call,
          .return_ns = certain ? end : history::kNever,
          .index = 0,
          .action = {.kind = kind, .first = first, .second = kUnobserved},
          .certain = certain};
}

inline void sort_and_number(KeyHistory& key) {
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (std::size_t i = 0; i < key.entries.size(); ++i) {
    key.entries[i].index = static_cast<history::OpIndex>(i);
  }
}

/// A run of a correct object; each operation takes effect at a moment inside its interval. Values
/// are in random order.
class PileRun {
 public:
  struct Shape {
    std::size_t operations = 8;
    std::int64_t gap_ns = 4, width_ns = 40;  ///< at most, between moments and around them
    double uncertain = 0, empty = 0, insert = 0.5;
    std::size_t depth = 20;  ///< above it fewer inserts
    Value initial;
    bool integers = true;
  };

  PileRun(Random& random, Pile::Type type, Shape shape)
      : random_(random), shape_(std::move(shape)) {
    key_.values.push_back(shape_.initial);
    const auto inserts = static_cast<std::int64_t>(shape_.operations);
    for (std::int64_t i = 0; i < inserts; ++i) {
      key_.values.push_back(shape_.integers ? Value(10 + i) : Value("v" + std::to_string(i)));
    }
    for (std::size_t i = key_.values.size(); i > 2; --i) {  // all but the initial one
      std::swap(key_.values[i - 1], key_.values[1 + random_.below(i - 1)]);
    }
    const auto* list = shape_.initial.list();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      key_.values.push_back((*list)[i]);
    }
    pile_.emplace(type, key_);
    state_ = pile_->initial();
  }

  KeyHistory make() {
    while (key_.entries.size() < shape_.operations) step();
    sort_and_number(key_);
    return std::move(key_);
  }

 private:
  void step() {
    now_ += random_.between(0, shape_.gap_ns);
    const std::int64_t call = now_ - random_.between(0, shape_.width_ns);
    const std::int64_t end = now_ + random_.between(0, shape_.width_ns);
    const bool certain = !random_.chance(shape_.uncertain);
    const bool happens = certain || random_.chance(0.5);
    if (random_.chance(state_.size() < shape_.depth ? shape_.insert : shape_.insert / 2)) {
      if (happens) pile_->put(state_, next_);
      key_.entries.push_back(pile_entry(Kind::insert, next_++, call, end, certain));
      return;
    }
    if (state_.empty() && certain && !random_.chance(shape_.empty)) return;
    const ValueId first = !certain ? kUnobserved : state_.empty() ? kEmpty : state_.back();
    if (happens && !state_.empty()) state_.pop_back();
    key_.entries.push_back(pile_entry(Kind::take, first, call, end, certain));
  }

  Random& random_;
  Shape shape_;
  KeyHistory key_;
  std::optional<Pile> pile_;
  Pile::State state_;
  ValueId next_ = 1;
  std::int64_t now_ = 1000;
};

/// A small history: a run in which something may be spoilt.
inline KeyHistory random_pile(Random& random, Pile::Type type) {
  PileRun::Shape shape;
  shape.operations = 1 + std::max(random.below(8), random.below(8));
  shape.gap_ns = random.between(0, 4);
  shape.width_ns = random.between(0, 8);
  shape.uncertain = random.chance(0.5) ? random.unit() * 0.5 : 0;
  shape.empty = random.unit() * 0.5;
  shape.insert = 0.4 + random.unit() * 0.3;
  shape.integers = random.chance(0.8);
  if (random.chance(0.25)) shape.initial = Value(Value::List{random.between(20, 30), 9});
  if (random.chance(0.05)) shape.initial = Value(Value::List{});
  KeyHistory key = PileRun(random, type, shape).make();
  const std::uint64_t spoils = random.chance(0.2) ? 0 : 1 + random.below(8);
  for (std::uint64_t i = 0; i < spoils && !key.entries.empty(); ++i) {
    Entry& e = random.pick(key.entries);
    const std::uint64_t dice = random.below(100);
    if (dice < 50) {
      e.call_ns += random.between(-8, 8);
      if (e.certain) e.return_ns = e.call_ns + random.between(0, shape.width_ns + 1);
    } else if (dice < 65) {
      key.entries.erase(key.entries.begin() + (&e - key.entries.data()));
    } else if (e.certain && e.action.kind == Kind::take) {
      Entry& other = random.pick(key.entries);
      if (other.certain && other.action.kind == Kind::take) {
        std::swap(e.action, other.action);
      } else if (random.chance(0.2)) {
        e.action.first = random.chance(0.5) ? kEmpty : other.action.first;
        if (e.action.first == kUnobserved) e.action.first = kEmpty;
      }
    }
  }
  sort_and_number(key);
  return key;
}

}  // namespace riptide::checker::testing
