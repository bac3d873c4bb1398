#include "checker/partition.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/text.hpp"

namespace riptide::checker {

namespace {

using history::Operation;
using history::Type;
using history::Value;

Error refused(const Operation& operation, const std::string& why) {
  return fail("operation " + std::to_string(operation.index) + " (process " +
              std::to_string(operation.process.value()) + ", " + operation.f.name() + " at " +
              std::to_string(operation.invoke_ns) + " ns) " + why);
}

Result<void> understood(const Operation& operation, const Model& model) {
  const std::string& f = operation.f.name();
  if (std::find(model.info.functions.begin(), model.info.functions.end(), f) ==
      model.info.functions.end()) {
    return refused(operation, "is not an operation of the model " + model.info.name)
        .fix("Choose another model with --model; " + model.info.name + " understands " +
             join(model.info.functions, ", ") + ".");
  }
  if (f == "cas" && (!operation.input.list() || operation.input.list()->size() != 2)) {
    return refused(operation, "carries " + operation.input.json() + " instead of [from, to]")
        .fix("Give a cas the value [from, to].");
  }
  return {};
}

Result<void> in_order(const Operation& operation) {
  if (operation.outcome == Type::ok && operation.complete_ns < operation.invoke_ns) {
    return refused(operation, "completed before it was invoked")
        .fix("Record all times with one monotonic clock.");
  }
  return {};
}

Entry entry_of(const Operation& operation, const Action& action) {
  Entry entry;
  entry.index = operation.index;
  entry.call_ns = operation.invoke_ns;
  entry.certain = operation.outcome != Type::info;
  entry.return_ns = entry.certain ? operation.complete_ns : history::kNever;
  entry.action = action;
  return entry;
}

/// A key under construction.
struct Building {
  KeyHistory key;
  Numbering numbering;
};

}  // namespace

ValueId Numbering::number(const Value& value) {
  const auto [found, added] = numbers_.try_emplace(value, ValueId(values_.size()));
  if (added) values_.push_back(value);
  return found->second;
}

Result<std::optional<Action>> action_of(const Operation& operation, const Model& model,
                                        Numbering& numbering) {
  if (auto ok = understood(operation, model); !ok) return ok.error();
  if (operation.outcome == Type::fail) return std::optional<Action>();
  if (operation.f == "read") {
    if (operation.outcome != Type::ok) return std::optional<Action>();
    return std::optional(Action{Action::Kind::read, numbering.number(operation.output)});
  }
  if (operation.f == "write") {
    return std::optional(Action{Action::Kind::write, numbering.number(operation.input)});
  }
  const Value::List& pair = *operation.input.list();
  return std::optional(
      Action{Action::Kind::cas, numbering.number(pair[0]), numbering.number(pair[1])});
}

Result<std::vector<KeyHistory>> partition(const history::History& history, const Model& model) {
  std::vector<Building> buildings;
  std::unordered_map<Value, std::size_t> of_key;
  for (const Operation& operation : history.operations) {
    if (auto ok = in_order(operation); !ok) return ok.error();
    const auto [found, added] = of_key.try_emplace(operation.key, buildings.size());
    if (added) buildings.push_back({{.key = operation.key}, Numbering(model.initial)});
    Building& building = buildings[found->second];
    auto action = action_of(operation, model, building.numbering);
    if (!action) return action.error();
    if (*action) building.key.entries.push_back(entry_of(operation, **action));
  }
  std::erase_if(buildings, [](const Building& b) { return b.key.entries.empty(); });
  std::vector<KeyHistory> keys;
  keys.reserve(buildings.size());
  for (Building& building : buildings) {
    building.key.values = building.numbering.take_values();
    std::sort(building.key.entries.begin(), building.key.entries.end(),
              [](const Entry& a, const Entry& b) {
                return std::tie(a.call_ns, a.index) < std::tie(b.call_ns, b.index);
              });
    keys.push_back(std::move(building.key));
  }
  return keys;
}

}  // namespace riptide::checker
