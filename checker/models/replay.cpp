#include "checker/models/replay.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/assert.hpp"

namespace riptide::checker {

namespace {

using history::Value;

class RegisterReplay final : public Replay {
 public:
  bool happens(const Action& action) override {
    const auto next = RegisterModel::step(state_, action);
    if (next) state_ = *next;
    return next.has_value();
  }

 private:
  ValueId state_ = RegisterModel::initial();
};

class KvReplay final : public Replay {
 public:
  explicit KvReplay(const Numbering& numbering) : numbering_(numbering) {}
  bool happens(const Action& action) override {
    switch (action.kind) {
      case Action::Kind::read:
        return action.first == kUnobserved || holds(action.first);
      case Action::Kind::write:
        written_ = action.first;
        return true;
      case Action::Kind::append:
        if (written_ != kUnobserved) text_ = plain(written_);
        written_ = kUnobserved;
        text_ += plain(action.first);
        return true;
      default:
        return false;
    }
  }

 private:
  bool holds(ValueId value) const {
    if (written_ != kUnobserved) return value == written_;
    const std::string* text = numbering_.values()[value].text();
    return text && *text == text_;
  }
  std::string plain(ValueId id) const {
    const Value& value = numbering_.values()[id];
    return value.text() ? *value.text() : value.json();
  }
  const Numbering& numbering_;
  ValueId written_ = kInitial;  // kUnobserved: something was appended, and text_ is what it holds
  std::string text_;
};

class CounterReplay final : public Replay {
 public:
  explicit CounterReplay(const Numbering& numbering)
      : numbering_(numbering), sum_(integer(kInitial)) {}
  bool happens(const Action& action) override {
    if (action.kind == Action::Kind::read) {
      return action.first == kUnobserved || integer(action.first) == sum_;
    }
    return action.kind == Action::Kind::increment &&
           !__builtin_add_overflow(sum_, integer(action.first), &sum_);
  }

 private:
  std::int64_t integer(ValueId id) const { return *numbering_.values()[id].integer(); }
  const Numbering& numbering_;
  std::int64_t sum_;
};

class SetReplay final : public Replay {
 public:
  explicit SetReplay(Numbering& numbering) : numbering_(numbering) {
    const Value initial = numbering.values()[kInitial];
    for (const Value& element : *initial.list()) {
      put(numbering.number(element), true);
    }
  }
  bool happens(const Action& action) override {
    switch (action.kind) {
      case Action::Kind::add:
        put(action.first, true);
        return true;
      case Action::Kind::remove:
        put(action.first, false);
        return true;
      case Action::Kind::contains:
        return has(action.first) == (action.second == 1);
      case Action::Kind::read:
        return action.first == kUnobserved || is(action.first);
      default:
        return false;
    }
  }

 private:
  bool has(ValueId element) const { return element < present_.size() && present_[element]; }
  void put(ValueId element, bool present) {
    if (has(element) == present) return;
    if (element >= present_.size()) present_.resize(2 * element + 1, false);
    present_[element] = present;
    size_ += present ? 1 : std::size_t(-1);
  }
  /// Whether the list has every element that is there, once, and no other.
  bool is(ValueId list) {
    const Value value = numbering_.values()[list];
    if (value.list()->size() != size_) return false;
    std::vector<ValueId> elements;
    elements.reserve(size_);
    for (const Value& element : *value.list()) elements.push_back(numbering_.find(element));
    std::sort(elements.begin(), elements.end());
    return std::adjacent_find(elements.begin(), elements.end()) == elements.end() &&
           std::all_of(elements.begin(), elements.end(), [&](ValueId e) { return has(e); });
  }
  Numbering& numbering_;
  std::vector<bool> present_;
  std::size_t size_ = 0;
};

/// What queues, stacks and priority queues have in common.
class TakeReplay : public Replay {
 public:
  explicit TakeReplay(Numbering& numbering) : numbering_(numbering) {}
  bool happens(const Action& action) override {
    if (action.kind == Action::Kind::insert) {
      insert(action.first);
      return true;
    }
    if (action.kind != Action::Kind::take) return false;
    if (empty()) return action.first == kEmpty || action.first == kUnobserved;
    if (action.first != kUnobserved && action.first != next()) return false;
    take();
    return true;
  }

 protected:
  void insert_initial() {
    const Value initial = numbering_.values()[kInitial];
    for (const Value& element : *initial.list()) insert(numbering_.number(element));
  }
  const Value& value(ValueId id) const { return numbering_.values()[id]; }

 private:
  virtual bool empty() const = 0;
  virtual ValueId next() const = 0;
  virtual void insert(ValueId element) = 0;
  virtual void take() = 0;
  Numbering& numbering_;
};

class QueueReplay final : public TakeReplay {
 public:
  explicit QueueReplay(Numbering& numbering) : TakeReplay(numbering) { insert_initial(); }

 private:
  bool empty() const override { return head_ == elements_.size(); }
  ValueId next() const override { return elements_[head_]; }
  void insert(ValueId element) override { elements_.push_back(element); }
  void take() override { ++head_; }
  std::vector<ValueId> elements_;  // all that were ever inserted
  std::size_t head_ = 0;
};

class StackReplay final : public TakeReplay {
 public:
  explicit StackReplay(Numbering& numbering) : TakeReplay(numbering) { insert_initial(); }

 private:
  bool empty() const override { return elements_.empty(); }
  ValueId next() const override { return elements_.back(); }
  void insert(ValueId element) override { elements_.push_back(element); }
  void take() override { elements_.pop_back(); }
  std::vector<ValueId> elements_;
};

class PriorityQueueReplay final : public TakeReplay {
 public:
  explicit PriorityQueueReplay(Numbering& numbering) : TakeReplay(numbering) { insert_initial(); }

 private:
  struct Element {
    std::int64_t integer;  // 0 for what is none; saves a look at the value
    ValueId id;
  };
  /// Both orders are the same while there are only integers.
  auto smaller() const {
    return [this](const Element& a, const Element& b) {
      return integers_ ? a.integer < b.integer : value(a.id) < value(b.id);
    };
  }
  bool empty() const override { return heap_.empty(); }
  ValueId next() const override { return heap_.front().id; }
  void insert(ValueId element) override {
    const std::int64_t* integer = value(element).integer();
    if (!integer) integers_ = false;
    heap_.push_back({integer ? *integer : 0, element});
    std::push_heap(heap_.begin(), heap_.end(), smaller());
  }
  void take() override {
    std::pop_heap(heap_.begin(), heap_.end(), smaller());
    heap_.pop_back();
  }
  std::vector<Element> heap_;
  bool integers_ = true;
};

class SemaphoreReplay final : public Replay {
 public:
  SemaphoreReplay(std::int64_t permits, const Numbering& numbering)
      : numbering_(numbering), permits_(permits) {}
  bool happens(const Action& action) override {
    const std::int64_t n = *numbering_.values()[action.first].integer();
    if (action.kind == Action::Kind::acquire) {
      if (n > permits_ - held_) return false;
      held_ += n;
      return true;
    }
    if (action.kind != Action::Kind::release || n > held_) return false;
    held_ -= n;
    return true;
  }

 private:
  const Numbering& numbering_;
  std::int64_t permits_;
  std::int64_t held_ = 0;
};

class FencedLockReplay final : public Replay {
 public:
  explicit FencedLockReplay(const Numbering& numbering) : numbering_(numbering) {
    if (const auto* given = numbering.values()[kInitial].integer()) at_least(*given);
  }
  bool happens(const Action& action) override {
    if (action.kind == Action::Kind::release) {
      if (!held_ || holder_ != action.second) return false;
      held_ = false;
      return true;
    }
    if (action.kind != Action::Kind::acquire || held_) return false;
    if (action.first == kUnobserved) {
      // Some integer above those before; docs/models.md.
      if (given_ && largest_ == INT64_MAX) return false;
      if (given_) ++largest_;
    } else {
      const std::int64_t token = *numbering_.values()[action.first].integer();
      if (given_ && token <= largest_) return false;
      at_least(token);
    }
    held_ = true;
    holder_ = action.second;
    return true;
  }

 private:
  void at_least(std::int64_t token) {
    given_ = true;
    largest_ = token;
  }
  const Numbering& numbering_;
  bool held_ = false;
  ValueId holder_ = kUnobserved;
  bool given_ = false;
  std::int64_t largest_ = 0;
};

class TransactionReplay final : public Replay {
 public:
  TransactionReplay(bool lists, const Numbering& numbering) : lists_(lists), numbering_(numbering) {
    const Value initial = numbering.values()[kInitial];
    if (!initial.list()) {
      if (!lists) at_first_ = initial;
      return;
    }
    for (const Value& pair : *initial.list()) {
      const Value& held = (*pair.list())[1];
      Cell& cell = cell_of((*pair.list())[0]);
      cell.value = held;
      if (lists) cell.list = *held.list();
    }
  }
  bool happens(const Action& action) override {
    if (action.kind != Action::Kind::transaction) return false;
    const Value all = numbering_.values()[action.first];
    for (const Value& item : *all.list()) {
      const Value::List& parts = *item.list();
      Cell& cell = cell_of(parts[1]);
      if (*parts[0].text() == "r") {
        if (parts.size() < 3) continue;
        if (lists_ ? cell.list != *parts[2].list() : !(cell.value == parts[2])) return false;
      } else if (lists_) {
        cell.list.push_back(parts[2]);
      } else {
        cell.value = parts[2];
      }
    }
    return true;
  }

 private:
  struct Cell {
    Value value;       // of a register
    Value::List list;  // of a list
  };
  Cell& cell_of(const Value& key) {
    const ValueId id = keys_.number(key);
    if (id == cells_.size()) cells_.push_back({at_first_, {}});
    return cells_[id];
  }
  bool lists_;
  const Numbering& numbering_;
  Value at_first_;
  Numbering keys_;
  std::vector<Cell> cells_;
};

}  // namespace

std::unique_ptr<Replay> make_replay(const Model& model, Numbering& numbering) {
  switch (model.kind()) {
    case ModelKind::single_register:
    case ModelKind::cas_register:
      return std::make_unique<RegisterReplay>();
    case ModelKind::kv:
      return std::make_unique<KvReplay>(numbering);
    case ModelKind::counter:
      return std::make_unique<CounterReplay>(numbering);
    case ModelKind::set:
      return std::make_unique<SetReplay>(numbering);
    case ModelKind::fifo_queue:
      return std::make_unique<QueueReplay>(numbering);
    case ModelKind::stack:
      return std::make_unique<StackReplay>(numbering);
    case ModelKind::priority_queue:
      return std::make_unique<PriorityQueueReplay>(numbering);
    case ModelKind::mutex:
      return std::make_unique<SemaphoreReplay>(1, numbering);
    case ModelKind::semaphore:
      return std::make_unique<SemaphoreReplay>(model.permits, numbering);
    case ModelKind::fenced_lock:
      return std::make_unique<FencedLockReplay>(numbering);
    case ModelKind::multi_register:
      return std::make_unique<TransactionReplay>(false, numbering);
    case ModelKind::list_append:
      return std::make_unique<TransactionReplay>(true, numbering);
  }
  ASSERT(false, "a model without a replay", static_cast<int>(model.kind()));
  return nullptr;
}

}  // namespace riptide::checker
