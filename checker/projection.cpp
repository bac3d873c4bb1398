#include "checker/projection.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace riptide::checker {

namespace {

using history::Value;
using Kind = Action::Kind;

constexpr std::uint32_t kStays = ~std::uint32_t{0};

/// A part in the making.
class Making {
 public:
  explicit Making(const Part& of)
      : of_(of), made_{.key = {.key = of.key.key, .values = of.key.values}} {}
  void add(std::uint32_t i, Entry entry, Taken taken) {
    made_.key.entries.push_back(entry);
    made_.positions.push_back(of_.positions[i]);
    made_.taken.push_back(taken == Taken::whole ? of_.taken[i] : taken);
  }
  void add(std::uint32_t i) { add(i, of_.key.entries[i], Taken::whole); }
  ValueId value(Value value) {
    made_.key.values.push_back(std::move(value));
    return static_cast<ValueId>(made_.key.values.size() - 1);
  }
  void initial(Value value) { made_.key.values[kInitial] = std::move(value); }
  Part take() { return std::move(made_); }

 private:
  const Part& of_;
  Part made_;
};

/// Elements of a collection by value, and single operations, as atoms.
class ElementAtoms {
 public:
  std::uint32_t of(const Value& value) {
    return atoms_.try_emplace(value, static_cast<std::uint32_t>(next_)).second ? next_++
                                                                               : atoms_.at(value);
  }
  std::uint32_t single() { return next_++; }
  std::uint32_t find(const Value& value) const { return atoms_.at(value); }
  std::uint32_t count() const { return next_; }

 private:
  std::unordered_map<Value, std::uint32_t> atoms_;
  std::uint32_t next_ = 0;
};

Value filtered(const Value& list, const ElementAtoms& atoms, const std::vector<bool>& kept) {
  Value::List left;
  for (const Value& element : *list.list()) {
    if (kept[atoms.find(element)]) left.push_back(element);
  }
  return Value(std::move(left));
}

class Collection : public Projection {
 public:
  explicit Collection(const Part& part) : part_(part) {
    const auto& values = part.key.values;
    if (values[kInitial].list()) {
      for (const Value& element : *values[kInitial].list()) count(elements_.of(element), -1);
    }
    for (const Entry& entry : part.key.entries) {
      const Action& action = entry.action;
      if (action.kind == Kind::take && action.first == kUnobserved) {
        of_entry_.push_back(kStays);
      } else if (action.kind == Kind::take && action.first == kEmpty) {
        of_entry_.push_back(elements_.single());
      } else {
        of_entry_.push_back(elements_.of(values[action.first]));
        if (action.kind == Kind::insert) count(of_entry_.back(), -1);
        if (action.kind == Kind::take && entry.certain) count(of_entry_.back(), 1);
      }
    }
    atoms_ = elements_.count();
    balance_.resize(atoms_, 0);
  }

  Part project(const std::vector<bool>& kept) const override {
    Making made(part_);
    const auto& values = part_.key.values;
    if (values[kInitial].list()) made.initial(filtered(values[kInitial], elements_, kept));
    bool accounted = true;
    for (std::size_t atom = 0; atom < atoms_; ++atom) {
      accounted = accounted && (!kept[atom] || balance_[atom] >= 0);
    }
    const bool all = std::find(kept.begin(), kept.end(), false) == kept.end();
    for (std::uint32_t i = 0; i < part_.key.entries.size(); ++i) {
      if (of_entry_[i] != kStays) {
        if (kept[of_entry_[i]]) made.add(i);
      } else if (all) {
        made.add(i);
      } else if (!accounted) {
        Entry entry = part_.key.entries[i];
        const Taken taken = entry.certain ? Taken::in_part : Taken::whole;
        entry.certain = false;
        entry.return_ns = history::kNever;
        made.add(i, entry, taken);
      }
    }
    return made.take();
  }

  std::vector<std::uint32_t> atoms_of(std::uint32_t i) const override {
    if (of_entry_[i] == kStays) return {};
    return {of_entry_[i]};
  }

 private:
  void count(std::uint32_t atom, std::int64_t by) {
    if (balance_.size() <= atom) balance_.resize(atom + 1, 0);
    balance_[atom] += by;
  }
  const Part& part_;
  ElementAtoms elements_;
  std::vector<std::uint32_t> of_entry_;
  std::vector<std::int64_t> balance_;  // takes that are certain, less inserts
};

class Set : public Projection {
 public:
  explicit Set(const Part& part) : part_(part) {
    const auto& values = part.key.values;
    const auto learn = [&](const Value& list) {
      for (const Value& element : *list.list()) elements_.of(element);
    };
    if (values[kInitial].list()) learn(values[kInitial]);
    for (const Entry& entry : part.key.entries) {
      const Action& action = entry.action;
      const bool reads = action.kind == Kind::read;
      if (reads && action.first != kUnobserved) learn(values[action.first]);
      if (!reads) elements_.of(values[action.first]);
      of_entry_.push_back(reads || action.kind == Kind::contains ? elements_.single() : kStays);
    }
    atoms_ = elements_.count();
  }

  Part project(const std::vector<bool>& kept) const override {
    Making made(part_);
    const auto& values = part_.key.values;
    if (values[kInitial].list()) made.initial(filtered(values[kInitial], elements_, kept));
    for (std::uint32_t i = 0; i < part_.key.entries.size(); ++i) {
      const Entry& entry = part_.key.entries[i];
      if (of_entry_[i] != kStays && !kept[of_entry_[i]]) continue;
      if (entry.action.kind != Kind::read) {
        if (kept[elements_.find(values[entry.action.first])]) made.add(i);
      } else if (entry.action.first != kUnobserved) {
        const Value& list = values[entry.action.first];
        Value left = filtered(list, elements_, kept);
        const bool same = left.list()->size() == list.list()->size();
        Entry weaker = entry;
        if (!same) weaker.action.first = made.value(std::move(left));
        made.add(i, weaker, same ? Taken::whole : Taken::in_part);
      }
    }
    return made.take();
  }

  std::vector<std::uint32_t> atoms_of(std::uint32_t i) const override {
    std::vector<std::uint32_t> atoms;
    const Action& action = part_.key.entries[i].action;
    if (of_entry_[i] != kStays) atoms.push_back(of_entry_[i]);
    if (action.kind != Kind::read) {
      atoms.push_back(elements_.find(part_.key.values[action.first]));
    }
    return atoms;
  }

 private:
  const Part& part_;
  ElementAtoms elements_;
  std::vector<std::uint32_t> of_entry_;  // of reads and contains
};

/// Counters and kv: every operation is an atom, but what changes the state stays when it can matter
/// to a read that is left.
class Reads : public Projection {
 public:
  Reads(const Part& part, bool texts) : part_(part), texts_(texts) {
    atoms_ = part.key.entries.size();
  }

  Part project(const std::vector<bool>& kept) const override {
    // Of each value that is read: until when.
    std::map<ValueId, std::int64_t> until;
    for (std::uint32_t i = 0; i < part_.key.entries.size(); ++i) {
      const Entry& entry = part_.key.entries[i];
      if (!kept[i] || !is_read(entry)) continue;
      auto [found, added] = until.try_emplace(entry.action.first, entry.return_ns);
      found->second = std::max(found->second, entry.return_ns);
    }
    Making made(part_);
    for (std::uint32_t i = 0; i < part_.key.entries.size(); ++i) {
      const Entry& entry = part_.key.entries[i];
      if (kept[i] || (!is_read(entry) && matters(entry, until))) made.add(i);
    }
    return made.take();
  }

 private:
  static bool is_read(const Entry& entry) { return entry.action.kind == Kind::read; }
  static std::string plain(const Value& value) {
    return value.text() ? *value.text() : value.json();
  }
  bool matters(const Entry& change, const std::map<ValueId, std::int64_t>& until) const {
    return std::any_of(until.begin(), until.end(), [&](const auto& read) {
      if (change.call_ns > read.second || read.first == kUnobserved) return false;
      if (!texts_) return true;
      const std::string seen = plain(part_.key.values[read.first]);
      const std::string text = plain(part_.key.values[change.action.first]);
      return change.action.kind == Kind::write ? seen.starts_with(text)
                                               : seen.find(text) != std::string::npos;
    });
  }
  const Part& part_;
  bool texts_;
};

class Holds : public Projection {
 public:
  Holds(const history::History& history, const Part& part, bool counts_permits)
      : part_(part), counts_permits_(counts_permits), of_entry_(part.key.entries.size()) {
    std::map<history::Process, std::vector<std::uint32_t>> of_process;
    for (std::uint32_t i = 0; i < part.key.entries.size(); ++i) {
      of_process[history.operations[part.key.entries[i].index].process].push_back(i);
    }
    for (const auto& [process, operations] : of_process) {
      if (cut(operations)) continue;
      atoms_ = 1;  // everything
      std::fill(of_entry_.begin(), of_entry_.end(), 0);
      return;
    }
  }

  Part project(const std::vector<bool>& kept) const override {
    Making made(part_);
    for (std::uint32_t i = 0; i < part_.key.entries.size(); ++i) {
      if (kept[of_entry_[i]]) made.add(i);
    }
    return made.take();
  }

  std::vector<std::uint32_t> atoms_of(std::uint32_t i) const override { return {of_entry_[i]}; }

 private:
  std::int64_t permits(const Entry& entry) const {
    if (!counts_permits_) return 1;
    const std::int64_t* permits = part_.key.values[entry.action.first].integer();
    return permits ? *permits : 1;
  }

  /// Cuts what one process did into atoms; false when it may have released what it did not hold.
  bool cut(const std::vector<std::uint32_t>& operations) {
    std::int64_t held = 0;
    bool open = true;
    const Entry* before = nullptr;
    for (const std::uint32_t i : operations) {
      const Entry& entry = part_.key.entries[i];
      if (before != nullptr && before->return_ns >= entry.call_ns) return false;
      if (open) ++atoms_;
      open = false;
      of_entry_[i] = static_cast<std::uint32_t>(atoms_ - 1);
      held += entry.action.kind == Kind::acquire ? permits(entry) : -permits(entry);
      if (held < 0) return false;
      open = held == 0;
      before = &entry;
    }
    return true;
  }

  const Part& part_;
  bool counts_permits_;
  std::vector<std::uint32_t> of_entry_;
};

}  // namespace

std::unique_ptr<Projection> make_projection(const Model& model, const history::History& history,
                                            const Part& part) {
  switch (model.kind()) {
    case ModelKind::fifo_queue:
    case ModelKind::stack:
    case ModelKind::priority_queue:
      return std::make_unique<Collection>(part);
    case ModelKind::set:
      return std::make_unique<Set>(part);
    case ModelKind::counter:
      return std::make_unique<Reads>(part, false);
    case ModelKind::kv:
      return std::make_unique<Reads>(part, true);
    case ModelKind::mutex:
    case ModelKind::fenced_lock:
      return std::make_unique<Holds>(history, part, false);
    case ModelKind::semaphore:
      return std::make_unique<Holds>(history, part, true);
    default:
      return make_transaction_projection(model, part);
  }
}

}  // namespace riptide::checker
