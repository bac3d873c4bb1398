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

/// A key under construction.
struct Building {
  KeyHistory key;
  std::unordered_map<Value, ValueId> numbers;

  ValueId number(const Value& value) {
    const auto [found, added] = numbers.try_emplace(value, ValueId(key.values.size()));
    if (added) key.values.push_back(value);
    return found->second;
  }
};

Error refused(const Operation& operation, const std::string& why) {
  return fail("operation " + std::to_string(operation.index) + " (process " +
              std::to_string(operation.process.value()) + ", " + operation.f.name() + " at " +
              std::to_string(operation.invoke_ns) + " ns) " + why);
}

Result<void> understood(const Operation& operation, const ModelInfo& model) {
  const std::string& f = operation.f.name();
  if (std::find(model.functions.begin(), model.functions.end(), f) == model.functions.end()) {
    return refused(operation, "is not an operation of the model " + model.name)
        .fix("Choose another model with --model; " + model.name + " understands " +
             join(model.functions, ", ") + ".");
  }
  if (f == "cas" && (!operation.input.list() || operation.input.list()->size() != 2)) {
    return refused(operation, "carries " + operation.input.json() + " instead of [from, to]")
        .fix("Give a cas the value [from, to].");
  }
  if (operation.outcome == Type::ok && operation.complete_ns < operation.invoke_ns) {
    return refused(operation, "completed before it was invoked")
        .fix("Record all times with one monotonic clock.");
  }
  return {};
}

Entry entry_of(const Operation& operation, Building& building) {
  Entry entry;
  entry.index = operation.index;
  entry.call_ns = operation.invoke_ns;
  entry.certain = operation.outcome == Type::ok;
  entry.return_ns = entry.certain ? operation.complete_ns : history::kNever;
  if (operation.f == "read") {
    entry.action = {Action::Kind::read, building.number(operation.output)};
  } else if (operation.f == "write") {
    entry.action = {Action::Kind::write, building.number(operation.input)};
  } else {
    const Value::List& pair = *operation.input.list();
    entry.action = {Action::Kind::cas, building.number(pair[0]), building.number(pair[1])};
  }
  return entry;
}

}  // namespace

Result<std::vector<KeyHistory>> partition(const history::History& history, const ModelInfo& model) {
  std::vector<Building> buildings;
  std::unordered_map<Value, std::size_t> of_key;
  for (const Operation& operation : history.operations) {
    if (auto ok = understood(operation, model); !ok) return ok.error();
    if (operation.outcome == Type::fail) continue;
    if (operation.outcome != Type::ok && operation.f == "read") continue;
    const auto [found, added] = of_key.try_emplace(operation.key, buildings.size());
    if (added) {
      buildings.emplace_back().key.key = operation.key;
      buildings.back().number(Value());  // nil is 0
    }
    Building& building = buildings[found->second];
    building.key.entries.push_back(entry_of(operation, building));
  }
  std::vector<KeyHistory> keys;
  keys.reserve(buildings.size());
  for (Building& building : buildings) {
    std::sort(building.key.entries.begin(), building.key.entries.end(),
              [](const Entry& a, const Entry& b) {
                return std::tie(a.call_ns, a.index) < std::tie(b.call_ns, b.index);
              });
    keys.push_back(std::move(building.key));
  }
  return keys;
}

}  // namespace riptide::checker
