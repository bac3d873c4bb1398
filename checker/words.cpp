#include "checker/words.hpp"

#include <fmt/format.h>

namespace riptide::checker {

using history::Operation;
using history::Type;
using Kind = Action::Kind;

namespace {

/// Longer values are cut: a sentence is read by people, verdict.json has the operations in full.
constexpr std::size_t kLongestValue = 160;

/// What people call an insert and a take.
struct Trade {
  const char *put, *took, *take, *put_thing, *take_thing;
};
Trade trade(ModelKind kind) {
  if (kind == ModelKind::stack) return {"push", "popped", "pop", "push", "pop"};
  if (kind == ModelKind::priority_queue) return {"insert", "polled", "poll", "insert", "poll"};
  return {"enqueue", "dequeued", "dequeue", "enqueue", "dequeue"};
}

std::string past(const std::string& verb) { return verb + (verb.back() == 'e' ? "d" : "ed"); }

}  // namespace

std::string Words::ms(std::int64_t ns) {
  return fmt::format("{:.3f} ms", static_cast<double>(ns) / 1e6);
}

std::string Words::capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

std::string Words::kind() const {
  switch (model_.kind()) {
    case ModelKind::single_register:
    case ModelKind::cas_register:
      return "register";
    case ModelKind::multi_register:
      return "set of registers";
    case ModelKind::kv:
      return "text";
    case ModelKind::counter:
      return "counter";
    case ModelKind::set:
      return "set";
    case ModelKind::fifo_queue:
      return "queue";
    case ModelKind::stack:
      return "stack";
    case ModelKind::priority_queue:
      return "priority queue";
    case ModelKind::mutex:
    case ModelKind::fenced_lock:
      return "lock";
    case ModelKind::semaphore:
      return "semaphore";
    case ModelKind::list_append:
      return "set of lists";
  }
  return "object";
}

bool Words::holds_one_value() const {
  return model_.is_register() || model_.kind() == ModelKind::kv ||
         model_.kind() == ModelKind::counter;
}

std::string Words::key() const {
  if (key_.key.is_nil()) return "the " + kind();
  const bool plain = model_.is_register() || model_.kind() == ModelKind::kv ||
                     model_.kind() == ModelKind::multi_register ||
                     model_.kind() == ModelKind::list_append;
  return (plain ? "key" : kind()) + " " + key_.key.json();
}

std::string Words::value(ValueId value) const {
  if (value == kUnobserved) return "an unknown value";
  if (value == kEmpty) return "nothing";
  if (key_.values[value].is_nil()) return "nil";
  std::string text = key_.values[value].json();
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // UTF-8
  return text.substr(0, end) + "…";
}

std::string Words::start() const {
  const history::Value& initial = key_.values[kInitial];
  const std::string object = capital(key());
  if (model_.kind() == ModelKind::mutex) return object + " starts free";
  if (model_.kind() == ModelKind::semaphore) {
    return fmt::format("{} starts with {} free", object,
                       model_.permits == 1 ? std::string("one permit")
                                           : std::to_string(model_.permits) + " permits");
  }
  if (model_.kind() == ModelKind::fenced_lock) {
    return object + " starts free" +
           (initial.is_nil() ? std::string() : ", with " + initial.json() + " as its last token");
  }
  const bool empty = initial.is_nil() || (initial.list() && initial.list()->empty());
  if (holds_one_value() || !empty) return object + " starts as " + value(kInitial);
  if (model_.kind() == ModelKind::multi_register) return "Every register starts as nil";
  return model_.kind() == ModelKind::list_append ? "Every list starts empty"
                                                 : object + " starts empty";
}

std::string Words::who(std::uint32_t position) const {
  return fmt::format("Process {}", operation(position).process.value());
}

std::string Words::by(std::uint32_t position) const {
  const Operation& done = operation(position);
  return done.node.empty() ? "" : " by " + done.node.name();
}

std::string Words::permits(ValueId permits) const {
  return value(permits) == "1" ? "a permit" : value(permits) + " permits";
}

std::string Words::did(std::uint32_t position) const {
  const Action& action = key_.entries[position].action;
  const Trade words = trade(model_.kind());
  const auto verb = [&](const std::string& plain, const std::string& done) {
    return unsure(position) ? "asked to " + plain : done;
  };
  switch (action.kind) {
    case Kind::read:
      return "read " + key();
    case Kind::write:
      return fmt::format("{} {} to {}", verb("write", "wrote"), value(action.first), key());
    case Kind::cas:
      return fmt::format("{} {} from {} to {} with a cas", verb("change", "changed"), key(),
                         value(action.first), value(action.second));
    case Kind::cas_refused:
      return fmt::format("tried a cas from {} on {}", value(action.first), key());
    case Kind::append:
      return fmt::format("{} {} to {}", verb("append", "appended"), value(action.first), key());
    case Kind::increment:
      return fmt::format("{} {} to {}", verb("add", "added"), value(action.first), key());
    case Kind::add:
      return fmt::format("{} {} to {}", verb("add", "added"), value(action.first), key());
    case Kind::remove:
      return fmt::format("{} {} from {}", verb("remove", "removed"), value(action.first), key());
    case Kind::contains:
      return fmt::format("asked whether {} holds {}", key(), value(action.first));
    case Kind::insert:
      return fmt::format("{} {}{}", verb(words.put, past(words.put)), value(action.first),
                         key_.key.is_nil() ? "" : " into " + key());
    case Kind::take:
      return verb(words.take, words.took) + " from " + key();
    case Kind::acquire:
      return verb("acquire", "acquired") + " " +
             (model_.kind() == ModelKind::semaphore ? permits(action.first) + " of " : "") + key();
    case Kind::release:
      return verb("release", "released") + " " +
             (model_.kind() == ModelKind::semaphore ? permits(action.first) + " of " : "") + key();
    case Kind::transaction:
      return verb("run", "ran") + " the transaction " + value(action.first);
  }
  return operation(position).f.name();
}

std::string Words::began(std::uint32_t position) const {
  const Action& action = key_.entries[position].action;
  switch (action.kind) {
    case Kind::read:
      return "began to read " + key();
    case Kind::cas:
      return "began a cas from " + value(action.first) + " to " + value(action.second) + " on " +
             key();
    case Kind::cas_refused:
      return "began a cas from " + value(action.first) + " on " + key();
    case Kind::contains:
      return "began to ask whether " + key() + " holds " + value(action.first);
    case Kind::take:
      return std::string("began to ") + trade(model_.kind()).take + " from " + key();
    case Kind::acquire:
      return "began to acquire " + key();
    case Kind::transaction:
      return "began a transaction";
    default:
      return "began to " + operation(position).f.name();
  }
}

std::string Words::thing(std::uint32_t position) const {
  const Action& action = key_.entries[position].action;
  const std::string first = value(action.first);
  switch (action.kind) {
    case Kind::read:
      return "read of " + first;
    case Kind::write:
      return "write of " + first;
    case Kind::cas:
      return fmt::format("cas from {} to {}", first, value(action.second));
    case Kind::cas_refused:
      return fmt::format("refused cas from {}", first);
    case Kind::append:
      return "append of " + first;
    case Kind::increment:
      return "increment by " + first;
    case Kind::add:
      return "add of " + first;
    case Kind::remove:
      return "remove of " + first;
    case Kind::contains:
      return fmt::format("answer that {} is {}in it", first, action.second == 0 ? "not " : "");
    case Kind::insert:
      return std::string(trade(model_.kind()).put_thing) + " of " + first;
    case Kind::take:
      if (action.first == kUnobserved) {
        return std::string(trade(model_.kind()).take_thing) + " without an answer";
      }
      return std::string(trade(model_.kind()).take_thing) + " of " + first;
    case Kind::acquire:
      if (model_.kind() == ModelKind::semaphore) return "acquire of " + permits(action.first);
      if (model_.kind() == ModelKind::fenced_lock && action.first != kUnobserved) {
        return "acquire with token " + first;
      }
      return "acquire";
    case Kind::release:
      return model_.kind() == ModelKind::semaphore ? "release of " + permits(action.first)
                                                   : "release";
    case Kind::transaction:
      return "transaction " + first;
  }
  return operation(position).f.name();
}

std::string Words::ended(std::uint32_t position) const {
  const Operation& done = operation(position);
  if (done.outcome != Type::ok) {
    return "whether that was done was never known" +
           (done.error.empty() ? std::string() : " (" + done.error + ")");
  }
  if (done.node.empty()) return "it was acknowledged at " + ms(done.complete_ns);
  return fmt::format("{} acknowledged it at {}", done.node.name(), ms(done.complete_ns));
}

std::string Words::deed(std::uint32_t position) const {
  return fmt::format("{} {}, beginning at {}; {}.", who(position), did(position),
                     ms(operation(position).invoke_ns), ended(position));
}

bool Words::has_answer(std::uint32_t position) const {
  const Action& action = key_.entries[position].action;
  if (unsure(position) && action.kind != Kind::cas_refused) return false;
  switch (action.kind) {
    case Kind::read:
    case Kind::cas_refused:
    case Kind::contains:
    case Kind::transaction:
      return true;
    case Kind::take:
      return action.first != kUnobserved;
    case Kind::acquire:
      return model_.kind() == ModelKind::fenced_lock && action.first != kUnobserved;
    default:
      return false;
  }
}

std::string Words::answered(std::uint32_t position) const {
  const Operation& done = operation(position);
  const Action& action = key_.entries[position].action;
  const std::string from = by(position), at = ms(done.complete_ns);
  switch (action.kind) {
    case Kind::cas:
      return fmt::format("was told{} at {} that {} had held {} and now held {}", from, at, key(),
                         value(action.first), value(action.second));
    case Kind::cas_refused:
      return fmt::format("was told{} at {} that {} did not hold {}", from, at, key(),
                         value(action.first));
    case Kind::contains:
      return fmt::format("was answered {}{} at {}", action.second == 0 ? "no" : "yes", from, at);
    case Kind::take:
      if (action.first == kEmpty) {
        return fmt::format("was told{} at {} that {} is empty", from, at, key());
      }
      return fmt::format("was given {}{} at {}", value(action.first), from, at);
    case Kind::acquire:
      return fmt::format("was given it with token {}{} at {}", value(action.first), from, at);
    case Kind::transaction:
      return fmt::format("was told{} at {} that it was done as {}", from, at, value(action.first));
    default:
      return fmt::format("was answered {}{} at {}", value(action.first), from, at);
  }
}

std::string Words::told(std::uint32_t position) const {
  if (!has_answer(position)) return deed(position);
  return fmt::format("{} {} at {} and {}.", who(position), began(position),
                     ms(operation(position).invoke_ns), answered(position));
}

std::string Words::requirement(const Action& action) const {
  const std::string first = value(action.first);
  switch (action.kind) {
    case Kind::contains:
      return fmt::format("{} would have to {} {}", key(),
                         action.second == 0 ? "be without" : "hold", first);
    case Kind::take:
      if (action.first == kEmpty) return key() + " would have to be empty";
      if (model_.kind() == ModelKind::fifo_queue) {
        return fmt::format("{} would have to be the first in {}", first, key());
      }
      if (model_.kind() == ModelKind::stack) {
        return fmt::format("{} would have to be on top of {}", first, key());
      }
      return fmt::format("{} would have to be the largest in {}", first, key());
    case Kind::acquire:
      if (model_.kind() == ModelKind::semaphore) {
        return fmt::format("{} would have to be free", permits(action.first));
      }
      if (model_.kind() == ModelKind::fenced_lock && action.first != kUnobserved) {
        return fmt::format("{} would have to be free, with a last token below {}", key(), first);
      }
      return key() + " would have to be free";
    case Kind::release:
      if (model_.kind() == ModelKind::semaphore) {
        return fmt::format("{} would have to be taken", permits(action.first));
      }
      return model_.kind() == ModelKind::fenced_lock ? "it would have to hold " + key()
                                                     : key() + " would have to be taken";
    case Kind::read:
      if (model_.kind() == ModelKind::set)
        return fmt::format("{} would have to be {}", key(), first);
      [[fallthrough]];
    default:
      return fmt::format("{} would have to hold {}", key(), first);
  }
}

std::string Words::refusal(std::uint32_t position, const std::string& state) const {
  const Action& action = key_.entries[position].action;
  if (action.kind == Kind::cas_refused) {
    return fmt::format("{} holds {}, so that it would have succeeded", key(), state);
  }
  if (action.kind == Kind::transaction) return "what it read does not fit: there is " + state;
  if (holds_one_value()) return requirement(action) + ", but holds " + state;
  return requirement(action) + ", but that is " + state;
}

std::string Words::holds(const std::string& state) const {
  return holds_one_value() ? key() + " holds " + state : "there is " + state;
}

}  // namespace riptide::checker
