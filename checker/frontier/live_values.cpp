#include "checker/frontier/online_key.hpp"

namespace riptide::checker {

LiveValues::LiveValues(const history::Value& initial) { number(initial); }

ValueId LiveValues::number(const history::Value& value) {
  const auto found = numbers_.find(value);
  if (found != numbers_.end()) return found->second;
  if (free_.empty()) {
    free_.push_back(static_cast<ValueId>(names_.size()));
    names_.emplace_back();
    taken_.push_back(false);
  }
  const ValueId id = free_.back();
  free_.pop_back();
  names_[id] = value;
  taken_[id] = true;
  numbers_.emplace(value, id);
  return id;
}

void LiveValues::keep(const std::vector<bool>& used) {
  for (ValueId id = kInitial + 1; id < names_.size(); ++id) {
    if (!taken_[id] || used[id]) continue;
    numbers_.erase(names_[id]);
    names_[id] = history::Value();
    taken_[id] = false;
    free_.push_back(id);
  }
}

}  // namespace riptide::checker
