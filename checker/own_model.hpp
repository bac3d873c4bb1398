// A model of one's own: a struct of pure functions, checked like Riptide's.
// Installed as <riptide/own_model.hpp>; docs/library.md has a worked example.
//
//   struct Account {
//     using State = std::int64_t;
//     static State initial() { return 0; }
//     /// The state after `op`, or nothing when `op` cannot happen (or be answered so) in `state`.
//     static std::optional<State> step(const State& state, const riptide::Operation& op);
//   };
//   const auto verdict = riptide::check<Account>(log);
//
// A State is copied, and compared with == ; with std::hash or < as well it is found again faster.
// Optional: static bool reads_only(const Operation&): true when it never changes a state;
//           static std::string describe(const State&): the state in words, for explanations;
//           static Value key(const Operation&): which object it is about (default: its key).
//
// What `step` may look at is f, key, input, output, outcome and process. An operation whose outcome
// is `info` was never answered: it has no output, and `step` says what it does if it happens.
// Failed operations never come.
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "checker/linearizability.hpp"
#include "checker/object.hpp"

namespace riptide {

template <class M>
concept OwnModel = std::copyable<typename M::State> &&
    std::equality_comparable<typename M::State> &&
    requires(const typename M::State& state, const Operation& op) {
  { M::initial() } -> std::convertible_to<typename M::State>;
  { M::step(state, op) } -> std::convertible_to<std::optional<typename M::State>>;
};

namespace own_model {

/// The operations that the actions of a part stand for: Action::first is a position in it.
using Operations = std::vector<const Operation*>;

template <class S>
concept Hashable = requires(const S& state) {
  { std::hash<S>{}(state) } -> std::convertible_to<std::size_t>;
};
template <class S>
concept Ordered = requires(const S& a, const S& b) {
  { a < b } -> std::convertible_to<bool>;
};

/// The number of a state that was met before.
template <class S>
class Numbers {
 public:
  checker::StateId number(const S& state) {
    const auto next = static_cast<checker::StateId>(states_.size());
    if constexpr (Hashable<S> || Ordered<S>) {
      const auto [found, fresh] = known_.try_emplace(state, next);
      if (fresh) states_.push_back(state);
      return found->second;
    } else {
      for (std::size_t i = 0; i < states_.size(); ++i)
        if (states_[i] == state) return static_cast<checker::StateId>(i);
      states_.push_back(state);
      return next;
    }
  }
  const S& at(checker::StateId id) const { return states_[id]; }
  std::size_t size() const { return states_.size(); }

 private:
  struct None {};
  using Known = std::conditional_t<
      Hashable<S>, std::unordered_map<std::conditional_t<Hashable<S>, S, int>, checker::StateId>,
      std::conditional_t<Ordered<S>, std::map<S, checker::StateId>, None>>;
  std::deque<S> states_;
  [[no_unique_address]] Known known_;
};

template <OwnModel M>
bool reads_only(const Operation& op) {
  if constexpr (requires { M::reads_only(op); }) return M::reads_only(op);
  return false;
}

template <OwnModel M>
Value key_of(const Operation& op) {
  if constexpr (requires { M::key(op); }) return M::key(op);
  return op.key;
}

/// The model as the searches want it.
template <OwnModel M>
class OwnObject : public checker::Object {
 public:
  explicit OwnObject(const Operations& operations) : operations_(operations) {}
  checker::StateId initial() override { return states_.number(M::initial()); }
  checker::StateId step(checker::StateId state, const checker::Action& action) override {
    const std::uint64_t question = std::uint64_t{state} << 32 | action.first;
    const auto known = steps_.find(question);
    if (known != steps_.end()) return known->second;
    const std::optional<typename M::State> after =
        M::step(states_.at(state), *operations_[action.first]);
    const checker::StateId answer = after ? states_.number(*after) : checker::kRefused;
    steps_.emplace(question, answer);
    return answer;
  }
  bool reads_only(const checker::Action& action) const override {
    return own_model::reads_only<M>(*operations_[action.first]);
  }
  std::string describe(checker::StateId state) const override {
    if constexpr (requires { M::describe(states_.at(state)); }) {
      return M::describe(states_.at(state));
    } else {
      return "state " + std::to_string(state);
    }
  }
  std::uint64_t bytes() const override {
    constexpr std::uint64_t kNode = 4 * sizeof(void*);
    return states_.size() * (2 * sizeof(typename M::State) + kNode) + steps_.size() * (16 + kNode);
  }

 private:
  const Operations& operations_;
  Numbers<typename M::State> states_;
  std::unordered_map<std::uint64_t, checker::StateId> steps_;
};

/// A model without its type.
struct Erased {
  std::function<Value(const Operation&)> key;
  std::function<bool(const Operation&)> reads_only;
  std::function<std::unique_ptr<checker::Object>(const Operations&)> make;
};
LinearizabilityVerdict check(const OperationLog& log, const Erased& model, const Limits& limits);

}  // namespace own_model

/// Judges the log by the model M. The word is never `valid` without an order of all operations that
/// was replayed through M::step; a limit that is reached is `unknown`.
template <OwnModel M>
LinearizabilityVerdict check(const OperationLog& log, const Limits& limits = {}) {
  own_model::Erased erased;
  erased.key = own_model::key_of<M>;
  erased.reads_only = own_model::reads_only<M>;
  erased.make = [](const own_model::Operations& operations) {
    return std::make_unique<own_model::OwnObject<M>>(operations);
  };
  return own_model::check(log, erased, limits);
}

}  // namespace riptide
