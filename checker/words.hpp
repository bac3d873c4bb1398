// The words of an explanation: who did what, when, and what came back. For every model.
#pragma once

#include <cstdint>
#include <string>

#include "checker/partition.hpp"

namespace riptide::checker {

/// Refers to its arguments. Positions are in the entries of `key`.
class Words {
 public:
  Words(const history::History& history, const Model& model, const KeyHistory& key)
      : history_(history), model_(model), key_(key) {}

  const history::Operation& operation(std::uint32_t position) const {
    return history_.operations[key_.entries[position].index];
  }
  /// "1204.391 ms"
  static std::string ms(std::int64_t ns);
  static std::string capital(std::string text);
  /// The object: "key 5", "the register", "queue 5", "the queue".
  std::string key() const;
  /// What kind of object it is: "register", "queue", "lock".
  std::string kind() const;
  /// As JSON, shortened when it is long.
  std::string value(ValueId value) const;
  /// What the object starts as: "Key 5 starts as nil", "The queue starts empty".
  std::string start() const;
  /// "Process 3"
  std::string who(std::uint32_t position) const;
  /// "wrote 17 to key 5", "read key 5", "changed key 5 from 1 to 2 with a cas", "enqueued 3"
  std::string did(std::uint32_t position) const;
  /// "began to read key 5", "began a cas from 1 to 2 on key 5", "began to dequeue"
  std::string began(std::uint32_t position) const;
  /// "write of 17", "read of 12", "cas from 1 to 2", "dequeue of 3"
  std::string thing(std::uint32_t position) const;
  /// "n2 acknowledged it at 1204.391 ms", "whether it was done was never known (timeout)"
  std::string ended(std::uint32_t position) const;
  /// A sentence: "Process 3 wrote 17 to key 5, beginning at 1200.000 ms; n2 acknowledged …."
  std::string deed(std::uint32_t position) const;
  /// Whether its answer says something about the state.
  bool has_answer(std::uint32_t position) const;
  /// "was answered 12 by n1 at 1515.120 ms"; for a cas "was told by n1 at … that …"
  std::string answered(std::uint32_t position) const;
  /// A sentence, told from the answer when it has one: "Process 3 began to read key 5 at … and was
  /// answered 12 by n1 at ….", else deed().
  std::string told(std::uint32_t position) const;
  /// Why it cannot come next: "key 5 would have to hold 3, but holds 2". `state` is what
  /// Object::describe() says.
  std::string refusal(std::uint32_t position, const std::string& state) const;
  /// "key 5 holds 7", "it is the queue [1, 2]"
  std::string holds(const std::string& state) const;

 private:
  bool unsure(std::uint32_t position) const {
    return operation(position).outcome != history::Type::ok;
  }
  bool holds_one_value() const;
  std::string by(std::uint32_t position) const;
  std::string permits(ValueId permits) const;
  std::string requirement(const Action& action) const;

  const history::History& history_;
  const Model& model_;
  const KeyHistory& key_;
};

}  // namespace riptide::checker
