// One key of the online checker: its events in a queue, its frontier behind them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checker/frontier/stream.hpp"
#include "checker/model.hpp"
#include "checker/models/numbering.hpp"
#include "checker/online.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// An operation of a client, from its call until the key's frontier is past its return.
struct OnlineOperation {
  history::Operation operation;
  bool open = true;  ///< its completion has not come
  bool understood = false;
  std::optional<Action> action;  ///< once understood, if it says anything; in the key's values
  std::uint32_t arrival = 0;     ///< of its completion; orders those of one time
  EventStream::Slot slot = EventStream::kNoSlot;
  EventStream::Slot ahead_slot = EventStream::kNoSlot;  ///< in the copy that runs ahead
  std::uint64_t ahead = 0;                              ///< which copy ahead_slot is of
  std::uint64_t window = 0;                             ///< which look ahead has met its call
};

/// The values that a key may still meet, with numbers that are used again.
class LiveValues {
 public:
  explicit LiveValues(const history::Value& initial);
  ValueId number(const history::Value& value);
  std::size_t size() const { return names_.size() - free_.size(); }
  std::size_t limit() const { return names_.size(); }
  /// Frees the numbers that are not `used`; the initial value keeps its own.
  void keep(const std::vector<bool>& used);
  std::uint64_t bytes() const { return names_.size() * 128; }  // about

 private:
  std::unordered_map<history::Value, ValueId> numbers_;
  std::vector<history::Value> names_;
  std::vector<bool> taken_;
  std::vector<ValueId> free_;
};

class OnlineKey {
 public:
  using Operation = std::shared_ptr<OnlineOperation>;

  OnlineKey(const Model& model, const OnlineTimes& times, std::uint64_t memory_bytes);

  /// In order of time but for OnlineTimes::settle_ns. `now_ns`: the latest time that was seen.
  void call(Operation operation);
  void completed(const Operation& operation);
  /// Goes as far as it can. `last`: no more events will come.
  void advance(std::int64_t now_ns, bool last);

  bool waits() const { return !queue_.empty(); }
  const std::optional<OnlineViolation>& violation() const { return violation_; }
  /// Why it is undecided; empty when it is not.
  const std::string& undecided_because() const { return undecided_because_; }
  void give_up(std::string reason);
  /// Events that were decided since this was asked last.
  std::uint64_t take_decided() { return std::exchange(decided_, 0); }
  std::uint64_t bytes() const;
  /// Frees what only an active key needs.
  void rest();

 private:
  struct Item {
    std::int64_t t_ns;
    bool returns;
    Operation of;
  };
  enum class Outlook { known, unknown };

  bool done() const { return violation_.has_value() || !undecided_because_.empty(); }
  void insert(Item item);
  bool understand(OnlineOperation& operation);
  std::optional<Action> action_of_open(history::Operation operation);
  Action numbered(Action action, const Numbering& from);
  bool is_past(const Item& item) const { return last_ || item.t_ns < now_ns_ - times_.settle_ns; }
  void wake();
  Step feed(std::unique_ptr<EventStream>& stream, const Call& call, EventStream::Slot& slot);
  Step give_back(std::unique_ptr<EventStream>& stream, EventStream::Slot slot);
  bool widen(std::unique_ptr<EventStream>& stream);
  bool call_front();
  bool return_front();
  void pop();
  Outlook look_ahead(std::vector<Action>& foreseen);
  void run_ahead();
  Step ahead_call(OnlineOperation& operation);
  Step ahead_return(const OnlineOperation& operation);
  void violated(const Item& item);
  void free_values();

  const Model& model_;
  const OnlineTimes& times_;
  std::uint64_t memory_bytes_;
  std::int64_t now_ns_ = INT64_MIN;
  bool last_ = false;
  std::int64_t passed_ns_ = INT64_MIN;  // what comes at or before it comes too late
  std::uint32_t arrivals_ = 0;
  std::uint64_t popped_ = 0;
  std::deque<Item> queue_;
  LiveValues values_;
  std::size_t free_values_at_ = 64;
  std::unique_ptr<EventStream> stream_;  // none while nothing is pending: then states_
  std::vector<StateId> states_;
  // The copy that runs ahead.
  std::unique_ptr<EventStream> ahead_;
  std::uint64_t ahead_number_ = 0;
  std::uint64_t ahead_at_ = 0;                // popped_ + index in the queue
  const OnlineOperation* held_by_ = nullptr;  // the open operation that it was made for
  bool ahead_failed_ = false;
  std::uint64_t windows_ = 0;
  std::uint64_t decided_ = 0;
  std::optional<OnlineViolation> violation_;
  std::string undecided_because_;
};

}  // namespace riptide::checker
