// fifo-queue: what was inserted first is taken first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/models/chains.hpp"
#include "checker/models/pair_table.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

/// A state is the end of a chain of everything that was ever inserted. Equal contents must be equal
/// states whatever was taken before, so states are found by a hash of their contents, and compared.
class QueueModel {
 public:
  using State = StateId;

  explicit QueueModel(const KeyHistory& key);

  State initial() const { return initial_; }
  std::optional<State> step(State state, const Action& action);
  static bool reads_only(const Action& action) {
    return action.kind == Action::Kind::take && action.first == kEmpty;
  }
  std::string describe(State state) const;
  std::uint64_t bytes() const;

 private:
  struct Content {
    Chains::Node tail = Chains::kEmptyChain;
    std::uint32_t length = 0;
    std::uint64_t hash = 0;
    ValueId head = kUnobserved;  // and what is left without it, when it was asked for
    State rest = kRefused;
  };
  State insert(State state, ValueId element);
  State take(State state);
  State number(const Content& content);
  bool same(const Content& a, const Content& b) const;
  std::uint64_t power(std::uint32_t exponent);
  void grow();

  const std::vector<history::Value>* values_;
  Chains chains_;
  std::vector<Content> contents_;      // of each state
  std::vector<State> slots_;           // open-addressed by hash
  std::vector<std::uint64_t> powers_;  // of the base of the hash
  PairTable inserted_;                 // (state, element) → state
  State initial_ = 0;
};

}  // namespace riptide::checker
