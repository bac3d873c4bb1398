#include "checker/words.hpp"

#include <fmt/format.h>

namespace riptide::checker {

using history::Operation;
using history::Type;

std::string Words::ms(std::int64_t ns) {
  return fmt::format("{:.3f} ms", static_cast<double>(ns) / 1e6);
}

std::string Words::key() const {
  return key_.key.is_nil() ? "the register" : "key " + key_.key.json();
}

std::string Words::value(ValueId value) const {
  return key_.values[value].is_nil() ? "nil" : key_.values[value].json();
}

std::string Words::who(std::uint32_t position) const {
  return fmt::format("Process {}", operation(position).process.value());
}

std::string Words::did(std::uint32_t position) const {
  const Action& action = key_.entries[position].action;
  const bool unsure = operation(position).outcome != Type::ok;
  switch (action.kind) {
    case Action::Kind::read:
      return "read " + key();
    case Action::Kind::write:
      return fmt::format("{} {} to {}", unsure ? "asked to write" : "wrote", value(action.first),
                         key());
    case Action::Kind::cas:
      return fmt::format("{} {} from {} to {} with a cas", unsure ? "asked to change" : "changed",
                         key(), value(action.first), value(action.second));
    default:
      return operation(position).f.name() + " " + operation(position).input.json();
  }
}

std::string Words::thing(std::uint32_t position) const {
  const Action& action = key_.entries[position].action;
  switch (action.kind) {
    case Action::Kind::read:
      return "read of " + value(action.first);
    case Action::Kind::write:
      return "write of " + value(action.first);
    case Action::Kind::cas:
      return fmt::format("cas from {} to {}", value(action.first), value(action.second));
    default:
      return operation(position).f.name() + " " + operation(position).input.json();
  }
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

std::string Words::answered(std::uint32_t position) const {
  const Operation& done = operation(position);
  const Entry& entry = key_.entries[position];
  const std::string by = done.node.empty() ? "" : " by " + done.node.name();
  if (entry.is_cas()) {
    return fmt::format("was told{} at {} that {} had held {} and now held {}", by,
                       ms(done.complete_ns), key(), value(entry.action.first),
                       value(entry.action.second));
  }
  return fmt::format("was answered {}{} at {}", value(entry.action.first), by,
                     ms(done.complete_ns));
}

}  // namespace riptide::checker
