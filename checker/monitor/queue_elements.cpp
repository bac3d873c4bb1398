#include "checker/monitor/queue_elements.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace riptide::checker {

namespace {

using Kind = Action::Kind;
using Position = std::uint32_t;
using ElementId = QueueElements::Id;

class QueueCollector {
 public:
  explicit QueueCollector(const KeyHistory& key) : key_(key), entries_(key.entries) {}

  std::optional<QueueElements> run() {
    if (!place_initial() || !collect()) return std::nullopt;
    if (into_.impossible.empty()) settle_intervals();
    if (into_.impossible.empty()) sort_elements();
    return std::move(into_);
  }

 private:
  /// False when the initial value is not understood.
  bool place_initial();
  /// False when the monitor does not apply.
  bool collect();
  bool collect_insert(Position position);
  bool collect_take(Position position);
  void settle_intervals();
  void sort_elements();

  const KeyHistory& key_;
  const std::vector<Entry>& entries_;
  std::vector<ElementId> initial_;
  QueueElements into_;
};

bool QueueCollector::place_initial() {
  if (key_.values.empty()) return false;
  into_.elements.resize(key_.values.size());
  const history::Value& initial = key_.values[kInitial];
  if (initial.is_nil()) return true;
  if (!initial.list()) return false;
  const history::Value::List& list = *initial.list();
  if (list.empty()) return true;
  std::unordered_map<history::Value, std::size_t> index;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!index.emplace(list[i], i).second) return false;  // twice
  }
  // Before all operations, one after the other.
  const std::int64_t start = INT64_MIN;
  if (!entries_.empty() &&
      entries_.front().call_ns <= start + static_cast<std::int64_t>(list.size())) {
    return false;
  }
  std::vector<ElementId> ids(list.size(), kNoPosition);
  for (ElementId id = 0; id < key_.values.size(); ++id) {
    const auto found = index.find(key_.values[id]);
    if (found != index.end()) ids[found->second] = id;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (ids[i] == kNoPosition) {  // no operation names it
      ids[i] = static_cast<ElementId>(into_.elements.size());
      into_.elements.emplace_back();
    }
    QueueElement& element = into_.elements[ids[i]];
    element.initial = true;
    element.insert_call = element.insert_return = start + static_cast<std::int64_t>(i);
  }
  initial_ = std::move(ids);
  return true;
}

bool QueueCollector::collect() {
  for (Position position = 0; position < entries_.size(); ++position) {
    const Action& action = entries_[position].action;
    if (action.kind == Kind::insert) {
      if (!collect_insert(position)) return false;
    } else if (action.kind != Kind::take || !collect_take(position)) {
      return false;
    }
  }
  return true;
}

bool QueueCollector::collect_insert(Position position) {
  const ValueId id = entries_[position].action.first;
  if (id >= key_.values.size()) return false;
  QueueElement& element = into_.elements[id];
  if (element.initial || element.insert != kNoPosition) return false;
  element.insert = position;
  element.insert_call = entries_[position].call_ns;
  element.insert_return = entries_[position].return_ns;
  return true;
}

bool QueueCollector::collect_take(Position position) {
  const Entry& entry = entries_[position];
  const ValueId id = entry.action.first;
  if (!entry.certain) {
    if (id == kUnobserved) into_.uncertain_takes.push_back(position);
    return id == kUnobserved || id == kEmpty;
  }
  if (id == kEmpty) {
    into_.empties.push_back(position);
    return true;
  }
  if (id >= key_.values.size()) return false;
  QueueElement& element = into_.elements[id];
  if (element.taken) {
    if (into_.impossible.empty()) into_.impossible = {element.take, position};
    return true;
  }
  element.taken = true;
  element.take = position;
  element.take_call = entry.call_ns;
  element.take_return = entry.return_ns;
  return true;
}

/// Makes each interval as narrow as its own element allows.
void QueueCollector::settle_intervals() {
  for (QueueElement& element : into_.elements) {
    const bool inserted = element.initial || element.insert != kNoPosition;
    if (element.taken) {
      if (!inserted || element.take_return < element.insert_call) {
        if (element.insert != kNoPosition) into_.impossible.push_back(element.insert);
        into_.impossible.push_back(element.take);
        std::sort(into_.impossible.begin(), into_.impossible.end());
        return;
      }
      element.live = true;
      element.insert_return = std::min(element.insert_return, element.take_return);
      element.take_call = std::max(element.take_call, element.insert_call);
    } else {
      element.live =
          element.initial || (element.insert != kNoPosition && entries_[element.insert].certain);
    }
  }
}

void QueueCollector::sort_elements() {
  for (const ElementId id : initial_) into_.by_insert_call.push_back(id);
  for (Position position = 0; position < entries_.size(); ++position) {
    const ElementId id = entries_[position].action.first;
    if (id >= into_.elements.size() || !into_.elements[id].live) continue;
    const QueueElement& element = into_.elements[id];
    if (element.insert == position) into_.by_insert_call.push_back(id);
    // Entries come by call: the take can come from the later of the two calls on.
    const Position later = element.initial ? element.take : std::max(element.insert, element.take);
    if (element.taken && later == position) into_.by_take_call.push_back(id);
  }
  into_.by_insert_return.reserve(into_.by_insert_call.size());
  into_.by_take_return.reserve(into_.by_take_call.size());
  for (const ElementId id : into_.by_insert_call) {
    into_.by_insert_return.push_back({into_.elements[id].insert_return, id});
  }
  for (const ElementId id : into_.by_take_call) {
    into_.by_take_return.push_back({into_.elements[id].take_return, id});
  }
  sort_by_time(into_.by_insert_return);
  sort_by_time(into_.by_take_return);
  for (const Stamp& stamp : into_.by_insert_return) {
    if (!into_.elements[stamp.what].taken) into_.leftovers.push_back(stamp.what);
  }
}

}  // namespace

std::optional<QueueElements> queue_elements(const KeyHistory& key) {
  return QueueCollector(key).run();
}

}  // namespace riptide::checker
