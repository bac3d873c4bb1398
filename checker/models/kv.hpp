// kv: a text per key. Its states are the values of the part and the texts that appends make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/models/pair_table.hpp"
#include "checker/object.hpp"
#include "history/value.hpp"

namespace riptide::checker {

class KvModel {
 public:
  using State = StateId;

  explicit KvModel(const std::vector<history::Value>& values) : values_(&values) {}

  static State initial() { return kInitial; }
  std::optional<State> step(State state, const Action& action) {
    switch (action.kind) {
      case Action::Kind::read:
        return action.first == state || action.first == kUnobserved ? std::optional(state)
                                                                    : std::nullopt;
      case Action::Kind::write:
        return action.first;
      case Action::Kind::append:
        return append(state, action.first);
      default:
        return std::nullopt;
    }
  }
  static bool reads_only(const Action& action) { return action.kind == Action::Kind::read; }
  std::string describe(State state) const;
  std::uint64_t bytes() const;

 private:
  /// A text that is none of the part's values: the text of `before` and then that of a value.
  struct Text {
    State before = kInitial;
    ValueId piece = kInitial;
    std::uint64_t hash = 0;
    std::uint64_t length = 0;
  };
  /// The text and its number may be in values_ or in texts_.
  struct Known {
    State state = kRefused;
    std::uint64_t hash = 0;
  };
  State append(State state, ValueId piece);
  std::string text_of(State state) const;
  Text measure(State state) const;
  static std::string plain(const history::Value& value);
  void learn_values();
  void learn(State state, std::uint64_t hash);

  const std::vector<history::Value>* values_;
  bool values_learnt_ = false;
  std::vector<Text> texts_;   // of the states from values_.size() on
  std::vector<Known> known_;  // open-addressed by hash
  std::size_t known_count_ = 0;
  PairTable appended_;  // (state, piece) → state
};

}  // namespace riptide::checker
