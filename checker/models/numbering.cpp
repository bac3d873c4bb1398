#include "checker/models/numbering.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace riptide::checker {

using history::Value;

namespace {

/// Below this the values themselves are looked through: parts are often small, and there may be
/// millions of them.
constexpr std::size_t kFewValues = 8;
/// Integers below this times the number of values have a place in an array.
constexpr std::uint64_t kSpread = 4;

std::uint64_t hash_of(const Value& value) {
  std::uint64_t hash = value.hash();
  if (value.text()) hash *= 0x9e3779b97f4a7c15ULL;  // the standard library's may be weak above
  return hash ^ hash >> 32;
}

}  // namespace

ValueId Numbering::find(const Value& value) const {
  if (values_.size() <= kFewValues) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i] == value) return static_cast<ValueId>(i);
    }
    return kUnobserved;
  }
  if (const auto* integer = value.integer()) {
    const auto index = static_cast<std::uint64_t>(*integer);
    if (index < small_.size() && small_[index] != kUnobserved) return small_[index];
  }
  return in_table_ == 0 ? kUnobserved : find_in_table(value);
}

ValueId Numbering::number(const Value& value) {
  const ValueId found = find(value);
  if (found != kUnobserved) return found;
  ASSERT(values_.size() < kEmpty, "more values than numbers");
  const auto id = static_cast<ValueId>(values_.size());
  values_.push_back(value);
  if (values_.size() == kFewValues + 1) {
    for (ValueId i = 0; i < id; ++i) remember(values_[i], i);
  }
  if (values_.size() > kFewValues) remember(value, id);
  return id;
}

void Numbering::remember(const Value& value, ValueId id) {
  if (const auto* integer = value.integer()) {
    const auto index = static_cast<std::uint64_t>(*integer);
    if (index < small_.size() || index < kSpread * (values_.size() + 16)) {
      return remember_small(index, id);
    }
  }
  if (2 * (in_table_ + 1) > table_.size()) grow_table();
  const std::uint64_t hash = hash_of(value);
  std::size_t at = static_cast<std::uint32_t>(hash) & (table_.size() - 1);
  while (table_[at].id != kUnobserved) at = (at + 1) & (table_.size() - 1);
  table_[at] = {static_cast<std::uint32_t>(hash), id};
  ++in_table_;
}

void Numbering::remember_small(std::uint64_t integer, ValueId id) {
  if (integer >= small_.size()) {
    small_.resize(std::max<std::size_t>(integer + 1, 2 * small_.size()), kUnobserved);
  }
  small_[integer] = id;
}

void Numbering::grow_table() {
  std::vector<Slot> old = std::exchange(table_, {});
  table_.resize(std::max<std::size_t>(32, 2 * old.size()));
  for (const Slot& slot : old) {
    if (slot.id == kUnobserved) continue;
    // Half of the hash is enough while the table has at most 2^32 slots.
    std::size_t at = slot.hash & (table_.size() - 1);
    while (table_[at].id != kUnobserved) at = (at + 1) & (table_.size() - 1);
    table_[at] = slot;
  }
}

ValueId Numbering::find_in_table(const Value& value) const {
  const std::uint64_t hash = hash_of(value);
  std::size_t at = static_cast<std::uint32_t>(hash) & (table_.size() - 1);
  while (table_[at].id != kUnobserved) {
    if (table_[at].hash == static_cast<std::uint32_t>(hash) && values_[table_[at].id] == value) {
      return table_[at].id;
    }
    at = (at + 1) & (table_.size() - 1);
  }
  return kUnobserved;
}

std::vector<Value> Numbering::take_values() {
  small_ = {};
  table_ = {};
  in_table_ = 0;
  return std::exchange(values_, {});
}

std::uint64_t Numbering::bytes() const {
  return values_.capacity() * sizeof(Value) + small_.capacity() * sizeof(ValueId) +
         table_.capacity() * sizeof(Slot);
}

}  // namespace riptide::checker
