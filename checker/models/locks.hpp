// mutex, semaphore and fenced lock.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace riptide::checker {

/// Permits that are acquired and released by anybody; a mutex is one permit. A state is how many
/// are free.
class SemaphoreModel {
 public:
  using State = std::int64_t;

  SemaphoreModel(const Model& model, const std::vector<history::Value>& values)
      : mutex_(model.kind() == ModelKind::mutex), permits_(mutex_ ? 1 : model.permits) {
    amounts_.reserve(values.size());
    for (const history::Value& value : values) {
      amounts_.push_back(value.integer() ? *value.integer() : 0);
    }
  }
  static std::size_t hash(State state) {
    const std::uint64_t x = static_cast<std::uint64_t>(state) * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(x ^ x >> 32);
  }

  State initial() const { return permits_; }
  std::optional<State> step(State free, const Action& action) const {
    const std::int64_t n = action.first == kUnobserved ? 1 : amounts_[action.first];
    if (action.kind == Action::Kind::acquire) {
      return n <= free ? std::optional(free - n) : std::nullopt;
    }
    if (action.kind != Action::Kind::release) return std::nullopt;
    return n <= permits_ - free ? std::optional(free + n) : std::nullopt;
  }
  static bool reads_only(const Action&) { return false; }
  std::string describe(State free) const {
    if (mutex_) return free == 1 ? "the lock, free" : "the lock, held";
    return std::to_string(free) + " of " + std::to_string(permits_) +
           (permits_ == 1 ? " permit free" : " permits free");
  }
  std::uint64_t bytes() const { return amounts_.capacity() * sizeof(std::int64_t); }

 private:
  bool mutex_;
  std::int64_t permits_;
  std::vector<std::int64_t> amounts_;  // of each ValueId
};

/// A lock that gives a larger token each time, so that what an old holder still sends can be told
/// from what the new one does (Kleppmann, "How to do distributed locking"). Only the holder
/// releases.
class FencedLockModel {
 public:
  struct State {
    ValueId holder = kUnobserved;  // kUnobserved: free
    bool given = false;            // a token whose size is known
    std::int64_t largest = 0;
    friend bool operator==(const State&, const State&) = default;
  };

  explicit FencedLockModel(const std::vector<history::Value>& values) : values_(&values) {}
  static std::size_t hash(const State& state) {
    std::uint64_t x =
        (static_cast<std::uint64_t>(state.largest) + (state.given ? 1 : 0)) * 0x9e3779b97f4a7c15ULL;
    x = (x ^ x >> 32 ^ state.holder) * 0xff51afd7ed558ccdULL;
    return static_cast<std::size_t>(x ^ x >> 31);
  }

  State initial() const {
    const std::int64_t* largest = (*values_)[kInitial].integer();
    return {kUnobserved, largest != nullptr, largest ? *largest : 0};
  }
  std::optional<State> step(const State& state, const Action& action) const {
    if (action.kind == Action::Kind::release) {
      return state.holder == action.second
                 ? std::optional(State{kUnobserved, state.given, state.largest})
                 : std::nullopt;
    }
    if (action.kind != Action::Kind::acquire || state.holder != kUnobserved) return std::nullopt;
    if (action.first != kUnobserved) {
      const std::int64_t token = *(*values_)[action.first].integer();
      if (state.given && token <= state.largest) return std::nullopt;
      return State{action.second, true, token};
    }
    // A token that nobody saw is some integer above those before. The smallest leaves the most
    // room; before the first known token it can be as small as need be.
    if (!state.given) return State{action.second, false, 0};
    if (state.largest == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    return State{action.second, true, state.largest + 1};
  }
  static bool reads_only(const Action&) { return false; }
  std::string describe(const State& state) const {
    const std::string tokens =
        state.given ? ", the largest token " + std::to_string(state.largest) : "";
    if (state.holder == kUnobserved) return "the lock, free" + tokens;
    return "the lock, held by process " + (*values_)[state.holder].json() + tokens;
  }
  static std::uint64_t bytes() { return 0; }

 private:
  const std::vector<history::Value>* values_;
};

}  // namespace riptide::checker
