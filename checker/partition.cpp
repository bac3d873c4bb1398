#include "checker/partition.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "checker/models/actions.hpp"

namespace riptide::checker {

namespace {

using history::Operation;
using history::Type;
using history::Value;

Result<void> in_order(const Operation& operation) {
  const bool ended = operation.outcome != Type::info && operation.complete_ns != history::kNever;
  if (ended && operation.complete_ns < operation.invoke_ns) {
    return refuse(operation, "completed before it was invoked")
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

/// Which part each operation belongs to.
class Parts {
 public:
  Parts(const history::History& history, const Model& model) : model_(model) {
    const bool split = is_transactional(model) && transactions_keep_to_one_key(history);
    of_.reserve(history.operations.size());
    for (const Operation& operation : history.operations) {
      if (is_transactional(model)) {
        add(key_of_transaction(operation, split));
      } else {
        add(operation.key);
      }
    }
  }
  std::uint32_t of(std::size_t operation) const { return of_[operation]; }
  std::vector<Value> take_keys() { return keys_.take_values(); }
  const std::vector<std::size_t>& sizes() const { return sizes_; }

 private:
  void add(const Value& key) {
    // Most often the key is that of the operation before.
    if (of_.empty() || !(keys_.values()[of_.back()] == key)) {
      const ValueId part = keys_.number(key);
      if (part == sizes_.size()) sizes_.push_back(0);
      of_.push_back(part);
    } else {
      of_.push_back(of_.back());
    }
    ++sizes_[of_.back()];
  }

  /// The accesses of an operation that surely or perhaps happened; nothing when there are none, or
  /// when it is damaged, which whoever reads its action will say.
  Value::List accesses(const Operation& operation) const {
    if (operation.outcome == Type::fail) return {};
    const bool whole = operation.f == "txn" || operation.f == ":txn";
    const bool reads = operation.f == "read" || operation.f == ":read";
    const Verb verb = whole ? Verb::transaction : reads ? Verb::read : Verb::append;
    auto found = accesses_of(operation, verb, model_);
    return found ? std::move(*found) : Value::List{};
  }
  static const Value& key_of(const Value& access) { return (*access.list())[1]; }

  bool transactions_keep_to_one_key(const history::History& history) const {
    return std::all_of(history.operations.begin(), history.operations.end(),
                       [&](const Operation& operation) {
                         const Value::List all = accesses(operation);
                         return std::all_of(all.begin(), all.end(), [&](const Value& access) {
                           return key_of(access) == key_of(all.front());
                         });
                       });
  }
  Value key_of_transaction(const Operation& operation, bool split) const {
    // A read or an append of a key is a transaction with one access, in the object without a key.
    const bool single = !(operation.f == "txn" || operation.f == ":txn");
    const Value object = single ? Value() : operation.key;
    if (!split) return object;
    const Value::List all = accesses(operation);
    if (all.empty()) return object;
    return object.is_nil() ? key_of(all.front()) : Value(Value::List{object, key_of(all.front())});
  }

  const Model& model_;
  Numbering keys_;
  std::vector<std::uint32_t> of_;
  std::vector<std::size_t> sizes_;
};

/// Sums of a counter stay within 64 bits whatever the order; then no step can overflow.
class CounterReach {
 public:
  explicit CounterReach(const Value& initial) { add(initial); }
  /// False when the sum of all amounts no longer fits.
  bool add(const Value& amount) {
    const std::int64_t n = *amount.integer();
    return n != INT64_MIN && !__builtin_add_overflow(reach_, n < 0 ? -n : n, &reach_);
  }

 private:
  std::int64_t reach_ = 0;
};

/// A part under construction.
struct Building {
  KeyHistory key;
  Numbering numbering;
};

Result<void> counter_fits(const Value& initial, const Building& building,
                          const history::History& history) {
  CounterReach reach(initial);
  for (const Entry& entry : building.key.entries) {
    if (entry.action.kind != Action::Kind::increment) continue;
    if (reach.add(building.numbering.values()[entry.action.first])) continue;
    return refuse(history.operations[entry.index], "takes the counter out of the range of 64 bits")
        .fix("Use smaller amounts: their sum must fit a signed integer of 64 bits.");
  }
  return {};
}

/// Elements of a priority queue are compared; integers and reals have no common order here.
Result<void> comparable(const Value& initial, const Building& building,
                        const history::History& history) {
  bool integers = false, reals = false;
  const auto mixed = [&](const Value& element) {
    integers = integers || element.integer();
    reals = reals || element.real();
    return integers && reals;
  };
  for (const Value& element : *initial.list()) mixed(element);
  for (const Entry& entry : building.key.entries) {
    if (entry.action.first >= kEmpty) continue;
    if (!mixed(building.numbering.values()[entry.action.first])) continue;
    return refuse(history.operations[entry.index],
                  "has a priority of another kind than those before it")
        .fix("Write all priorities as integers, or all as reals such as 1.0.");
  }
  if (!integers || !reals) return {};
  return fail("the initial priority queue " + initial.json() + " has integers and reals")
      .fix("Write all priorities as integers, or all as reals such as 1.0.");
}

/// What no single operation shows.
Result<void> whole(const Building& building, const Model& model, const Value& initial,
                   const history::History& history) {
  if (model.kind() == ModelKind::counter) return counter_fits(initial, building, history);
  if (model.kind() == ModelKind::priority_queue) return comparable(initial, building, history);
  return {};
}

void sort_by_call(std::vector<Entry>& entries) {
  const auto before = [](const Entry& a, const Entry& b) {
    return std::tie(a.call_ns, a.index) < std::tie(b.call_ns, b.index);
  };
  if (std::is_sorted(entries.begin(), entries.end(), before)) return;
  std::sort(entries.begin(), entries.end(), before);
}

}  // namespace

Result<std::optional<Action>> action_of(const Operation& operation, const Model& model,
                                        Numbering& numbering) {
  return ActionReader(model).read(operation, numbering);
}

Result<std::vector<KeyHistory>> partition(const history::History& history, const Model& model) {
  const auto initial = initial_value(model);
  if (!initial) return initial.error();
  Parts parts(history, model);
  std::vector<Building> buildings(parts.sizes().size());
  for (std::size_t i = 0; i < buildings.size(); ++i) {
    buildings[i].key.entries.reserve(parts.sizes()[i]);
    buildings[i].numbering = begin_numbering(model, *initial);
  }
  ActionReader reader(model);
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    const Operation& operation = history.operations[i];
    if (auto ok = in_order(operation); !ok) return ok.error();
    Building& building = buildings[parts.of(i)];
    auto action = reader.read(operation, building.numbering);
    if (!action) return action.error();
    if (*action) building.key.entries.push_back(entry_of(operation, **action));
  }
  std::vector<Value> names = parts.take_keys();
  std::vector<KeyHistory> keys;
  keys.reserve(buildings.size());
  for (std::size_t i = 0; i < buildings.size(); ++i) {
    Building& building = buildings[i];
    if (building.key.entries.empty()) continue;
    if (auto ok = whole(building, model, *initial, history); !ok) return ok.error();
    building.key.key = std::move(names[i]);
    building.key.values = building.numbering.take_values();
    sort_by_call(building.key.entries);
    keys.push_back(std::move(building.key));
  }
  return keys;
}

}  // namespace riptide::checker
