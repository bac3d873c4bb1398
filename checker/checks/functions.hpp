// What an operation is about, told by the name of its function: the checks that count work for
// histories of any model, so that they go by Jepsen's names.
#pragma once

#include <cstdint>

#include "history/history.hpp"
#include "history/symbol.hpp"

namespace riptide::checker {

enum class Deed : std::uint8_t {
  read,      ///< tells all that the object holds
  contains,  ///< tells whether an element is there
  write,     ///< changes it, and is told nothing of what it held: write, put, append
  add,       ///< adds an element to a set, or a number to a counter
  subtract,  ///< takes a number from a counter
  remove,    ///< removes an element from a set
  insert,    ///< enqueue, push, …
  take,      ///< dequeue, pop, …: tells the element, or nil when there was none
  drain,     ///< takes all there is: tells the list
  generate,  ///< tells an id that nobody had before
  other,     ///< changes it, and is told something of what it held: cas, acquire, txn, …
};

Deed deed_of(history::Symbol f);

/// Whether a take was answered that there was nothing: nil, or the word "empty".
bool says_empty(const history::Value& answer);

/// deed_of() with the last answer remembered: functions come in runs, names are compared as text.
class Deeds {
 public:
  Deed of(const history::Operation& operation);

 private:
  struct Known {
    history::Symbol f;
    Deed deed = Deed::other;
  };
  static constexpr std::size_t kSlots = 4;
  Known known_[kSlots] = {};
  std::size_t next_ = 0;
};

}  // namespace riptide::checker
