// Classes of transactions (multi-register, list-append); their sentences are explain_stuck()'s.
#include <algorithm>

#include "checker/tales.hpp"

namespace riptide::checker {

namespace {

using history::Value;

/// Looks at one read of the fatal transaction, in the light of the whole key.
class ReadOfKey {
 public:
  ReadOfKey(const KeyHistory& whole, const Entry& fatal, const Value::List& read, bool lists)
      : whole_(whole), fatal_(fatal), key_(read[1]), lists_(lists) {
    seen_ = lists ? *read[2].list() : Value::List{read[2]};
  }

  /// Empty when nothing special is seen.
  std::string klass() const {
    for (const Value& value : seen_) {
      const Entry* first = first_writer(value);
      if (first == nullptr && !initially(value)) return "phantom-value";
      if (first != nullptr && first->call_ns > fatal_.return_ns) return "future-read";
      if (lists_ && std::count(seen_.begin(), seen_.end(), value) > 1) return "duplicate-element";
    }
    if (lists_ && reordered()) return "reordered-elements";
    for (const Entry& entry : whole_.entries) {
      if (!entry.certain || entry.return_ns >= fatal_.call_ns) continue;
      for (const Value& access : accesses(entry)) {
        if (!writes(access)) continue;
        const Value& value = (*access.list())[2];
        if (std::find(seen_.begin(), seen_.end(), value) != seen_.end()) continue;
        if (lists_) return ever_read(value) ? "stale-read" : "lost-write";
        if (all_writers_returned_before(entry.call_ns)) return "stale-read";
      }
    }
    return "";
  }

 private:
  const Value::List& accesses(const Entry& entry) const {
    return *whole_.values[entry.action.first].list();
  }
  static bool is_read(const Value& access) { return *(*access.list())[0].text() == "r"; }
  bool writes(const Value& access) const { return !is_read(access) && (*access.list())[1] == key_; }
  const Entry* first_writer(const Value& value) const {
    for (const Entry& entry : whole_.entries) {
      for (const Value& access : accesses(entry)) {
        if (writes(access) && (*access.list())[2] == value) return &entry;
      }
    }
    return nullptr;
  }
  bool initially(const Value& value) const {
    const Value& initial = whole_.values[kInitial];
    if (!initial.list()) return !lists_ && initial == value;
    for (const Value& pair : *initial.list()) {
      if (!((*pair.list())[0] == key_)) continue;
      const Value& held = (*pair.list())[1];
      if (!lists_) return held == value;
      return std::find(held.list()->begin(), held.list()->end(), value) != held.list()->end();
    }
    return !lists_ && value.is_nil();
  }
  /// Two neighbours that were appended the other way round.
  bool reordered() const {
    for (std::size_t i = 1; i < seen_.size(); ++i) {
      const Entry* before = first_writer(seen_[i - 1]);
      const Entry* after = first_writer(seen_[i]);
      if (before && after && after->return_ns < before->call_ns) return true;
    }
    return false;
  }
  bool ever_read(const Value& value) const {
    for (const Entry& entry : whole_.entries) {
      for (const Value& access : accesses(entry)) {
        const Value::List& parts = *access.list();
        if (!is_read(access) || parts.size() < 3 || !(parts[1] == key_)) continue;
        const Value::List& list = *parts[2].list();
        if (std::find(list.begin(), list.end(), value) != list.end()) return true;
      }
    }
    return false;
  }
  /// Of a register: whoever wrote the value that was seen was done by then.
  bool all_writers_returned_before(std::int64_t time_ns) const {
    for (const Entry& entry : whole_.entries) {
      for (const Value& access : accesses(entry)) {
        const bool source = writes(access) && (*access.list())[2] == seen_.front();
        if (source && entry.return_ns >= time_ns) return false;
      }
    }
    return true;
  }

  const KeyHistory& whole_;
  const Entry& fatal_;
  const Value& key_;
  bool lists_;
  Value::List seen_;
};

}  // namespace

Tale tell_transactions(const Stuck& stuck, std::uint32_t fatal) {
  const bool lists = stuck.model.kind() == ModelKind::list_append;
  const std::uint32_t position = stuck.part.positions[fatal];
  const Entry& entry = stuck.key.entries[position];
  for (const Value& access : *stuck.key.values[entry.action.first].list()) {
    const Value::List& read = *access.list();
    if (*read[0].text() != "r" || read.size() < 3) continue;
    std::string klass = ReadOfKey(stuck.key, entry, read, lists).klass();
    if (!klass.empty()) return {.klass = std::move(klass)};
  }
  return {.klass = "non-linearizable"};
}

}  // namespace riptide::checker
