// Which model is at work in an Object.
#include "checker/object.hpp"

#include "base/assert.hpp"
#include "checker/models/counter.hpp"
#include "checker/models/interned.hpp"
#include "checker/models/kv.hpp"
#include "checker/models/locks.hpp"
#include "checker/models/priority_queue.hpp"
#include "checker/models/queue.hpp"
#include "checker/models/set.hpp"
#include "checker/models/stack.hpp"
#include "checker/models/transaction.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

namespace {

/// A register's states are its values, so there is nothing to intern.
class RegisterObject final : public Object {
 public:
  explicit RegisterObject(const std::vector<history::Value>& values) : values_(values) {}

  StateId initial() override { return RegisterModel::initial(); }
  StateId step(StateId state, const Action& action) override {
    return RegisterModel::step(state, action).value_or(kRefused);
  }
  bool reads_only(const Action& action) const override {
    return action.kind == Action::Kind::read || action.kind == Action::Kind::cas_refused ||
           (action.kind == Action::Kind::cas && action.first == action.second);
  }
  std::string describe(StateId state) const override { return values_[state].json(); }
  std::uint64_t bytes() const override { return 0; }

 private:
  const std::vector<history::Value>& values_;
};

template <class M>
std::unique_ptr<Object> object_of(M model) {
  return std::make_unique<ObjectOf<M>>(std::move(model));
}

}  // namespace

std::unique_ptr<Object> make_object(const Model& model, const KeyHistory& key) {
  ASSERT(!key.values.empty(), "a part without its initial value");
  switch (model.kind()) {
    case ModelKind::single_register:
    case ModelKind::cas_register:
      return std::make_unique<RegisterObject>(key.values);
    case ModelKind::kv:
      return object_of(KvModel(key.values));
    case ModelKind::counter:
      return object_of(CounterModel(key.values));
    case ModelKind::set:
      return object_of(SetModel(key));
    case ModelKind::fifo_queue:
      return object_of(QueueModel(key));
    case ModelKind::stack:
      return object_of(StackModel(key));
    case ModelKind::priority_queue:
      return object_of(PriorityQueueModel(key));
    case ModelKind::mutex:
    case ModelKind::semaphore:
      return object_of(SemaphoreModel(model, key.values));
    case ModelKind::fenced_lock:
      return object_of(FencedLockModel(key.values));
    case ModelKind::multi_register:
    case ModelKind::list_append:
      return object_of(TransactionModel(model, key));
  }
  ASSERT(false, "a model without an object", static_cast<int>(model.kind()));
  return nullptr;
}

}  // namespace riptide::checker
