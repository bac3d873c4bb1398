// Projection of transactions: an atom is a value of a key, or the reads of one transaction.
#include <algorithm>
#include <map>
#include <utility>

#include "checker/projection.hpp"

namespace riptide::checker {

namespace {

using history::Value;

class Transactions : public Projection {
 public:
  Transactions(const Part& part, bool lists) : part_(part), lists_(lists) {
    const Value& initial = part.key.values[kInitial];
    if (lists_ && initial.list()) {
      for (const Value& pair : *initial.list()) learn((*pair.list())[0], (*pair.list())[1]);
    }
    for (const Entry& entry : part.key.entries) {
      for (const Value& access : accesses(entry)) {
        const Value::List& parts = *access.list();
        if (parts.size() < 3) continue;
        if (reads(parts)) {
          learn(parts[1], parts[2]);
        } else {
          atom_of(parts[1], parts[2]);
        }
      }
    }
    first_of_reads_ = next_;
    atoms_ = next_ + part.key.entries.size();
  }

  Part project(const std::vector<bool>& kept) const override {
    Part made{.key = {.key = part_.key.key, .values = part_.key.values}};
    if (lists_ && part_.key.values[kInitial].list()) made.key.values[kInitial] = initial(kept);
    for (std::uint32_t i = 0; i < part_.key.entries.size(); ++i) {
      Entry entry = part_.key.entries[i];
      const Value::List& all = accesses(entry);
      Value::List left;
      for (const Value& access : all) add_if_kept(access, kept, kept[first_of_reads_ + i], left);
      if (left.empty()) continue;
      const bool same = Value(left) == part_.key.values[entry.action.first];
      if (!same) {
        made.key.values.emplace_back(std::move(left));
        entry.action.first = static_cast<ValueId>(made.key.values.size() - 1);
      }
      made.key.entries.push_back(entry);
      made.positions.push_back(part_.positions[i]);
      made.taken.push_back(same ? part_.taken[i] : Taken::in_part);
    }
    return made;
  }

 private:
  const Value::List& accesses(const Entry& entry) const {
    return *part_.key.values[entry.action.first].list();
  }
  static bool reads(const Value::List& access) { return *access[0].text() == "r"; }

  std::uint32_t atom_of(const Value& key, const Value& value) {
    const auto [found, added] = of_value_.try_emplace(std::pair(key, value), next_);
    if (added) ++next_;
    return found->second;
  }
  bool has(const Value& key, const Value& value, const std::vector<bool>& kept) const {
    return kept[of_value_.at(std::pair(key, value))];
  }
  /// What was read of a key: its elements, or its value.
  void learn(const Value& key, const Value& answer) {
    if (!lists_) {
      atom_of(key, answer);
      return;
    }
    for (const Value& element : *answer.list()) atom_of(key, element);
  }

  Value without(const Value& key, const Value& list, const std::vector<bool>& kept) const {
    Value::List left;
    for (const Value& element : *list.list()) {
      if (has(key, element, kept)) left.push_back(element);
    }
    return Value(std::move(left));
  }
  Value initial(const std::vector<bool>& kept) const {
    Value::List pairs;
    for (const Value& pair : *part_.key.values[kInitial].list()) {
      const Value& key = (*pair.list())[0];
      pairs.emplace_back(Value::List{key, without(key, (*pair.list())[1], kept)});
    }
    return Value(std::move(pairs));
  }

  void add_if_kept(const Value& access, const std::vector<bool>& kept, bool with_reads,
                   Value::List& left) const {
    const Value::List& parts = *access.list();
    if (!reads(parts)) {
      if (has(parts[1], parts[2], kept)) left.push_back(access);
    } else if (with_reads && parts.size() == 3) {
      if (lists_) {
        left.emplace_back(Value::List{parts[0], parts[1], without(parts[1], parts[2], kept)});
      } else if (has(parts[1], parts[2], kept)) {
        left.push_back(access);
      }
    }
  }

  const Part& part_;
  bool lists_;
  std::map<std::pair<Value, Value>, std::uint32_t> of_value_;
  std::uint32_t next_ = 0;
  std::size_t first_of_reads_ = 0;
};

}  // namespace

std::unique_ptr<Projection> make_transaction_projection(const Model& model, const Part& part) {
  return std::make_unique<Transactions>(part, model.kind() == ModelKind::list_append);
}

}  // namespace riptide::checker
