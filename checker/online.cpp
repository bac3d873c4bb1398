#include "checker/online.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

#include "checker/frontier/online_key.hpp"

namespace riptide::checker {

namespace {

using history::Event;
using history::Type;

/// A key may use this share of all memory.
constexpr std::uint64_t kShares = 8;
constexpr std::uint64_t kLeastShareBytes = 1 << 20;

}  // namespace

class Online::Run {
 public:
  Run(Model model, std::uint64_t memory_bytes, OnlineTimes times)
      : model_(std::move(model)), memory_bytes_(memory_bytes), times_(times) {
    if (!model_.is_register()) {
      state_.so_far = Word::unknown;
      state_.undecided_because =
          "the model " + model_.info.name + " is only checked when the run has ended";
    }
  }

  void take(const Event& event) {
    if (event.process == history::kNemesis) return;
    const std::lock_guard lock(mutex_);
    ++state_.events;
    if (!model_.is_register()) return;
    now_ns_ = std::max(now_ns_, event.t_ns);
    Part* part = event.type == Type::invoke ? invoke(event) : complete(event);
    if (part != nullptr) {
      part->latest_ns = now_ns_;
      advance(*part);
      schedule(*part);
    }
    while (!due_.empty() && due_.front().first <= now_ns_) {
      Part& next = *due_.front().second;
      due_.pop_front();
      next.scheduled = false;
      advance(next);
      if (next.latest_ns < now_ns_ - times_.patience_ns) rest(next);
      if (next.key.waits() || next.latest_ns >= now_ns_ - times_.patience_ns) schedule(next);
    }
  }

  void finish() {
    const std::lock_guard lock(mutex_);
    for (auto& [process, client] : open_) client.operation->open = false;
    open_.clear();
    finished_ = true;
    for (auto& [key, part] : parts_) advance(part);
  }

  OnlineState state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }

 private:
  struct Part {
    explicit Part(OnlineKey online) : key(std::move(online)) {}
    OnlineKey key;
    std::int64_t latest_ns = INT64_MIN;
    std::uint64_t bytes = 0;
    bool scheduled = false;
    bool settled = false;  // violated or given up, and counted
  };
  struct Client {
    OnlineKey::Operation operation;
    Part* part;
  };

  Part& part_of(const history::Value& key) {
    const auto found = parts_.find(key);
    if (found != parts_.end()) return found->second;
    ++state_.keys;
    const std::uint64_t share = std::max(memory_bytes_ / kShares, kLeastShareBytes);
    return parts_.emplace(key, Part(OnlineKey(model_, times_, share))).first->second;
  }

  Part* invoke(const Event& event) {
    Part& part = part_of(event.key);
    if (open_.contains(event.process)) {
      Client& before = open_[event.process];
      before.part->key.give_up("a process invoked an operation before it completed another");
      advance(*before.part);
      part.key.give_up("a process invoked an operation before it completed another");
    }
    auto operation = std::make_shared<OnlineOperation>();
    operation->operation.process = event.process;
    operation->operation.f = event.f;
    operation->operation.key = event.key;
    operation->operation.input = event.value;
    operation->operation.invoke_ns = event.t_ns;
    operation->operation.node = event.node;
    open_[event.process] = {operation, &part};
    part.key.call(std::move(operation));
    return &part;
  }

  Part* complete(const Event& event) {
    const auto found = open_.find(event.process);
    if (found == open_.end()) {
      Part& part = part_of(event.key);
      part.key.give_up("a process completed what it had not invoked");
      return &part;
    }
    const Client client = found->second;
    open_.erase(found);
    history::Operation& operation = client.operation->operation;
    operation.outcome = event.type;
    operation.output = event.value;
    operation.error = event.error;
    if (event.type == Type::info) {
      operation.gave_up_ns = event.t_ns;
    } else {
      operation.complete_ns = event.t_ns;
    }
    client.operation->open = false;
    if (event.type != Type::info && event.t_ns < operation.invoke_ns) {
      client.part->key.give_up("an operation completed before it was invoked");
    }
    client.part->key.completed(client.operation);
    return client.part;
  }

  void schedule(Part& part) {
    if (std::exchange(part.scheduled, true)) return;
    due_.emplace_back(now_ns_ + times_.patience_ns / 2 + 1, &part);
  }

  void advance(Part& part) {
    if (part.settled) return;
    try {
      part.key.advance(now_ns_, finished_);
    } catch (const std::bad_alloc&) {
      part.key.give_up("the memory of the machine was used up");
    }
    state_.decided += part.key.take_decided();
    account(part);
    if (state_.bytes > memory_bytes_) {
      part.key.give_up("all keys together outgrew the memory that they may use");
      account(part);
    }
    settle(part);
  }

  void rest(Part& part) {
    if (part.settled) return;
    part.key.rest();
    account(part);
  }

  void account(Part& part) {
    const std::uint64_t bytes = part.key.bytes();
    state_.bytes += bytes - part.bytes;
    part.bytes = bytes;
  }

  void settle(Part& part) {
    if (const auto& violation = part.key.violation()) {
      part.settled = true;
      state_.so_far = Word::invalid;
      const auto& first = state_.violation;
      if (!first || violation->t_ns < first->t_ns) state_.violation = violation;
    } else if (!part.key.undecided_because().empty()) {
      part.settled = true;
      ++state_.undecided_keys;
      if (state_.undecided_because.empty()) {
        state_.undecided_because = part.key.undecided_because();
      }
      if (state_.so_far == Word::valid) state_.so_far = Word::unknown;
    }
  }

  const Model model_;
  const std::uint64_t memory_bytes_;
  const OnlineTimes times_;
  mutable std::mutex mutex_;
  std::int64_t now_ns_ = INT64_MIN + (std::int64_t{1} << 62);  // far from where times underflow
  bool finished_ = false;
  std::unordered_map<history::Value, Part> parts_;
  std::unordered_map<history::Process, Client> open_;
  std::deque<std::pair<std::int64_t, Part*>> due_;
  OnlineState state_;
};

Online::Online(Model model, std::uint64_t memory_bytes, OnlineTimes times)
    : run_(std::make_unique<Run>(std::move(model), memory_bytes, times)) {}
Online::~Online() = default;
void Online::take(const history::Event& event) { run_->take(event); }
void Online::finish() { run_->finish(); }
OnlineState Online::state() const { return run_->state(); }

}  // namespace riptide::checker
