#include "checker/frontier/online_key.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

namespace {

/// One return must not take seconds: the run would have to wait for it.
constexpr std::uint64_t kStatesPerReturn = 100'000;
constexpr std::size_t kLongestWindow = 256;
constexpr std::size_t kFirstValues = 64;

bool ends_window(const Action& action) {
  return action.kind != Action::Kind::cas_refused &&
         (action.kind != Action::Kind::read || action.first != kUnobserved);
}

}  // namespace

OnlineKey::OnlineKey(const Model& model, const OnlineTimes& times, std::uint64_t memory_bytes)
    : model_(model), times_(times), memory_bytes_(memory_bytes), values_(model.initial) {}

void OnlineKey::give_up(std::string reason) {
  if (done()) return;
  undecided_because_ = std::move(reason);
  queue_.clear();
  stream_.reset();
  ahead_.reset();
}

void OnlineKey::call(Operation operation) {
  const std::int64_t t_ns = operation->operation.invoke_ns;
  insert({t_ns, false, std::move(operation)});
}

void OnlineKey::completed(const Operation& operation) {
  operation->arrival = arrivals_++;
  if (operation->operation.outcome == history::Type::info) return;
  insert({operation->operation.complete_ns, true, operation});
}

void OnlineKey::insert(Item item) {
  if (done()) return;
  if (item.t_ns <= passed_ns_) {
    give_up(fmt::format("an event at {} ns came after others at {} ns were decided", item.t_ns,
                        passed_ns_));
    return;
  }
  auto at = queue_.end();
  while (at != queue_.begin()) {
    const Item& before = *std::prev(at);
    const bool later =
        before.t_ns > item.t_ns || (before.t_ns == item.t_ns && before.returns && !item.returns);
    if (!later) break;
    --at;
  }
  queue_.insert(at, std::move(item));
}

void OnlineKey::advance(std::int64_t now_ns, bool last) {
  if (done()) return;
  now_ns_ = std::max(now_ns_, now_ns);
  last_ = last;
  while (!done() && !queue_.empty() && is_past(queue_.front())) {
    if (!(queue_.front().returns ? return_front() : call_front())) break;
  }
  if (done() || queue_.empty()) return;
  const Item& front = queue_.front();
  if (!front.returns && front.of->open && front.t_ns < now_ns_ - times_.patience_ns) run_ahead();
  if (!done() && values_.size() >= free_values_at_) free_values();
}

// What operations do.

Action OnlineKey::numbered(Action action, const Numbering& from) {
  for (ValueId* value : {&action.first, &action.second}) {
    if (*value < from.size()) *value = values_.number(from.values()[*value]);
  }
  return action;
}

bool OnlineKey::understand(OnlineOperation& operation) {
  if (operation.understood) return true;
  Numbering numbering(model_.initial);
  const auto action = action_of(operation.operation, model_, numbering);
  if (!action) {
    give_up(action.error().text());
    return false;
  }
  if (*action) operation.action = numbered(**action, numbering);
  operation.understood = true;
  return true;
}

std::optional<Action> OnlineKey::action_of_open(history::Operation operation) {
  operation.outcome = history::Type::info;
  Numbering numbering(model_.initial);
  const auto action = action_of(operation, model_, numbering);
  // What is wrong with it will be said when it completes.
  if (!action || !*action) return std::nullopt;
  return numbered(**action, numbering);
}

// The frontier.

void OnlineKey::wake() {
  if (stream_ != nullptr) return;
  stream_ = register_stream(Reductions::reduced, false);
  if (!states_.empty()) stream_->restart_from(states_);
}

void OnlineKey::rest() {
  if (!queue_.empty() || stream_ == nullptr || !stream_->idle()) return;
  states_.clear();
  for (const EventStream::Final& final : stream_->finals(stream_->size())) {
    states_.push_back(final.state);
  }
  stream_.reset();
  queue_.shrink_to_fit();
  free_values();
}

bool OnlineKey::widen(std::unique_ptr<EventStream>& stream) {
  auto wider = stream->wider();
  if (wider == nullptr || wider->bytes() > memory_bytes_) return false;
  stream = std::move(wider);
  return true;
}

Step OnlineKey::feed(std::unique_ptr<EventStream>& stream, const Call& call,
                     EventStream::Slot& slot) {
  while (true) {
    const Step step = stream->call(call, slot);
    if (step != Step::too_narrow) return step;
    if (!widen(stream)) return Step::limit;
  }
}

Step OnlineKey::give_back(std::unique_ptr<EventStream>& stream, EventStream::Slot slot) {
  Budget budget = Budget({.memory_bytes = memory_bytes_}).part(kStatesPerReturn);
  while (true) {
    const Step step = stream->returns(slot, 0, budget);
    if (step != Step::too_narrow) return step;
    if (!widen(stream)) return Step::limit;
  }
}

void OnlineKey::pop() {
  passed_ns_ = std::max(passed_ns_, queue_.front().t_ns);
  queue_.pop_front();
  ++popped_;
  ++decided_;
}

bool OnlineKey::call_front() {
  OnlineOperation& operation = *queue_.front().of;
  if (operation.open || !understand(operation)) return false;
  ahead_.reset();  // what it was made for is over
  held_by_ = nullptr;
  ahead_failed_ = false;
  if (operation.action) {
    wake();
    const bool certain = operation.operation.outcome != history::Type::info;
    const Call call{*operation.action, operation.arrival, operation.operation.complete_ns, certain};
    if (feed(stream_, call, operation.slot) == Step::limit) {
      give_up("more operations were open at once than a frontier can hold");
      return false;
    }
  }
  if (operation.operation.outcome == history::Type::info) ++decided_;  // its completion too
  pop();
  return true;
}

bool OnlineKey::return_front() {
  const Item& front = queue_.front();
  const EventStream::Slot slot = front.of->slot;
  if (slot == EventStream::kNoSlot) {
    pop();
    return true;
  }
  std::vector<Action> foreseen;
  const Outlook outlook = look_ahead(foreseen);
  if (done()) return false;
  if (outlook == Outlook::unknown && front.t_ns >= now_ns_ - times_.patience_ns) return false;
  for (const Action& action : foreseen) stream_->foresee(action, +1);
  stream_->set_blind(outlook == Outlook::unknown);
  const Step step = give_back(stream_, slot);
  switch (step) {
    case Step::dead:
      violated(front);
      return false;
    case Step::limit:
      give_up(stream_->limit() == Limit::states ? "its frontier took too long at one return"
                                                : "its frontier outgrew its share of memory");
      return false;
    default:
      break;
  }
  for (const Action& action : foreseen) stream_->foresee(action, -1);
  pop();
  return true;
}

OnlineKey::Outlook OnlineKey::look_ahead(std::vector<Action>& foreseen) {
  ++windows_;
  for (std::size_t i = 1; i < queue_.size(); ++i) {
    const Item& item = queue_[i];
    if (i > kLongestWindow || !is_past(item)) return Outlook::unknown;
    passed_ns_ = std::max(passed_ns_, item.t_ns);
    if (item.returns) {
      const auto& action = item.of->action;
      if (item.of->window == windows_ && action && ends_window(*action)) return Outlook::known;
      continue;
    }
    if (item.of->open || !understand(*item.of)) return Outlook::unknown;
    item.of->window = windows_;
    if (item.of->action) foreseen.push_back(*item.of->action);
  }
  return last_ ? Outlook::known : Outlook::unknown;
}

// The copy that runs ahead.

void OnlineKey::run_ahead() {
  const OnlineOperation* holds = queue_.front().of.get();
  if (held_by_ != holds) {
    wake();
    ahead_ = stream_->clone();
    ahead_->set_blind(true);
    ahead_at_ = popped_;
    ++ahead_number_;
    held_by_ = holds;
    ahead_failed_ = false;
  }
  while (!ahead_failed_ && !done() && ahead_at_ - popped_ < queue_.size()) {
    const Item& item = queue_[ahead_at_ - popped_];
    if (!is_past(item)) return;
    // It may be about to complete: then more is known of it.
    if (item.of->open && item.t_ns >= now_ns_ - times_.patience_ns) return;
    const Step step = item.returns ? ahead_return(*item.of) : ahead_call(*item.of);
    if (step == Step::dead) violated(item);
    if (step == Step::limit) {  // the frontier itself goes on when the operation completes
      ahead_failed_ = true;
      ahead_.reset();
    }
    if (step != Step::alive) return;
    passed_ns_ = std::max(passed_ns_, item.t_ns);
    ++ahead_at_;
  }
}

Step OnlineKey::ahead_call(OnlineOperation& operation) {
  operation.ahead = ahead_number_;
  operation.ahead_slot = EventStream::kNoSlot;
  std::optional<Action> action;
  if (operation.open) {
    action = action_of_open(operation.operation);
  } else {
    if (!understand(operation)) return Step::alive;
    action = operation.action;
  }
  if (!action) return Step::alive;
  const bool certain = !operation.open && operation.operation.outcome != history::Type::info;
  const Call call{*action, operation.arrival, operation.operation.complete_ns, certain};
  return feed(ahead_, call, operation.ahead_slot);
}

Step OnlineKey::ahead_return(const OnlineOperation& operation) {
  const EventStream::Slot slot =
      operation.ahead == ahead_number_ ? operation.ahead_slot : operation.slot;
  return slot == EventStream::kNoSlot ? Step::alive : give_back(ahead_, slot);
}

void OnlineKey::violated(const Item& item) {
  const history::Operation& o = item.of->operation;
  const history::Value& said = o.output.is_nil() ? o.input : o.output;
  violation_ = OnlineViolation{
      .key = o.key,
      .t_ns = item.t_ns,
      .process = o.process,
      .sentence = fmt::format(
          "key {}: no order of the operations has both the {} {} of process {}, which completed "
          "after {:.6f} s, and all that completed before it",
          o.key.json(), o.f.name(), said.json(), o.process.value(),
          static_cast<double>(item.t_ns) / 1e9)};
  queue_.clear();
  stream_.reset();
  ahead_.reset();
}

void OnlineKey::free_values() {
  std::vector<bool> used(values_.limit(), false);
  const auto mark = [&](ValueId value) {
    if (value < used.size()) used[value] = true;
  };
  if (stream_ != nullptr) stream_->mark_values(used);
  if (ahead_ != nullptr) ahead_->mark_values(used);
  for (const StateId state : states_) mark(state);
  for (const Item& item : queue_) {
    if (!item.of->action) continue;
    mark(item.of->action->first);
    mark(item.of->action->second);
  }
  values_.keep(used);
  free_values_at_ = std::max(kFirstValues, values_.size() * 2);
}

std::uint64_t OnlineKey::bytes() const {
  std::uint64_t total = sizeof(*this) + values_.bytes() +
                        queue_.size() * (sizeof(Item) + sizeof(OnlineOperation) / 2 + 64) +
                        states_.capacity() * sizeof(StateId);
  if (stream_ != nullptr) total += stream_->bytes();
  if (ahead_ != nullptr) total += ahead_->bytes();
  return total;
}

}  // namespace riptide::checker
