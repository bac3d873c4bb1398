#include "node/core/log.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace riptide::node {

Log::Log(std::vector<Entry> entries) {
  for (Entry& entry : entries) append(std::move(entry));
}

Term Log::term_at(LogIndex index) const {
  if (index <= base_ || index > last_index()) return Term{};
  return entry_at(index).term;
}

const Entry& Log::entry_at(LogIndex index) const {
  ASSERT(index > base_ && index <= last_index(), "no entry", index, "last is", last_index());
  return entries_[index.value() - base_.value() - 1];
}

bool Log::matches(LogIndex index, Term term) const {
  return index <= last_index() && term_at(index) == term;
}

void Log::append(Entry entry) {
  ASSERT(entry.index == last_index().next(), "a hole before", entry.index, "last is", last_index());
  ASSERT(entry.term >= last_term(), "term", entry.term, "behind term", last_term());
  entries_.push_back(std::move(entry));
}

void Log::truncate(LogIndex from) {
  ASSERT(from > base_ && from <= last_index(), "truncate at", from, "last is", last_index());
  entries_.resize(from.value() - base_.value() - 1);
}

void Log::copy(LogIndex from, LogIndex to, std::size_t max_entries, std::size_t max_bytes,
               std::vector<Entry>& out) const {
  ASSERT(to <= last_index(), "copy up to", to, "last is", last_index());
  if (from > to) return;
  const std::size_t count = std::min<std::size_t>(to.value() - from.value() + 1, max_entries);
  out.reserve(out.size() + count);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Entry& entry = entry_at(from.plus(i));
    if (entry.data) bytes += entry.data->size();
    if (i > 0 && bytes > max_bytes) return;
    out.push_back(entry);
  }
}

LogIndex Log::last_with_term_at_most(LogIndex upto, Term term) const {
  upto = std::min(upto, last_index());
  if (upto <= base_) return upto;
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(upto.value() - base_.value());
  const auto above = std::upper_bound(entries_.begin(), end, term,
                                      [](Term t, const Entry& entry) { return t < entry.term; });
  return base_.plus(static_cast<std::uint64_t>(above - entries_.begin()));
}

void Durability::truncated(LogIndex from) {
  handed_ = std::min(handed_, from.previous());
  durable_ = std::min(durable_, from.previous());
}

void Durability::handed_out(LogIndex first, Term last_term, LogIndex last) {
  under_way_.push_back({first, last, last_term});
  handed_ = last;
}

bool Durability::persisted(Term term, LogIndex index) {
  const auto write = std::find_if(under_way_.begin(), under_way_.end(), [&](const Write& w) {
    return w.last == index && w.last_term == term;
  });
  if (write == under_way_.end()) return false;
  under_way_.erase(under_way_.begin(), write + 1);
  LogIndex safe = std::min(index, handed_);
  for (const Write& w : under_way_) safe = std::min(safe, w.first.previous());
  if (safe <= durable_) return false;
  durable_ = safe;
  return true;
}

}  // namespace riptide::node
