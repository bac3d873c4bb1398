#include "checker/monitor/semaphore.hpp"

#include <numeric>

#include "checker/monitor/monitor.hpp"
#include "checker/monitor/turns.hpp"

namespace riptide::checker {

namespace {

using Position = std::uint32_t;

/// So many numbers of taken permits are tried for the beginning of a witness.
constexpr std::int64_t kMostBeginnings = 16;

class SemaphoreMonitor {
 public:
  SemaphoreMonitor(const KeyHistory& key, std::int64_t permits)
      : key_(key), permits_(permits), wanted_(key.entries.size(), 0) {}

  std::optional<Decision> run() {
    if (!sort_out()) return std::nullopt;
    std::vector<Position> all(key_.entries.size());
    std::iota(all.begin(), all.end(), Position{0});
    std::vector<Position> order;
    Position stuck = 0;
    if (find_order(all, 0, order, stuck)) {
      return Decision{.found = Found::order, .order = std::move(order)};
    }
    if (!equal_) return std::nullopt;
    // The end of what was found is enough when it is impossible whatever was taken before it.
    auto witness = impossible_end(order, std::vector{stuck}, 1,
                                  [&](const auto& some) { return impossible_from_any(some); });
    return Decision{.found = Found::no_order, .witness = std::move(witness)};
  }

 private:
  enum Group : std::size_t { kAcquire, kRelease };

  bool sort_out() {
    for (std::size_t i = 0; i < key_.entries.size(); ++i) {
      const Action& action = key_.entries[i].action;
      if (action.kind != Action::Kind::acquire && action.kind != Action::Kind::release) {
        return false;
      }
      if (action.first >= key_.values.size()) return false;
      const std::int64_t* wanted = key_.values[action.first].integer();
      if (wanted == nullptr || *wanted < 1) return false;
      wanted_[i] = *wanted;
      equal_ = equal_ && wanted_[i] == wanted_[0];
    }
    return true;
  }

  Group group_of(Position position) const {
    return key_.entries[position].action.kind == Action::Kind::acquire ? kAcquire : kRelease;
  }

  bool legal(Position position, std::int64_t taken) const {
    const std::int64_t room = group_of(position) == kAcquire ? permits_ - taken : taken;
    return wanted_[position] <= room;
  }

  /// False when it cannot go on: the operation that returned first of those that are left is not
  /// legal, and nobody may come who would change that.
  bool find_order(const std::vector<Position>& positions, std::int64_t taken,
                  std::vector<Position>& order, Position& stuck) const {
    Turns turns(key_.entries, positions, 2, [&](Position p) { return group_of(p); });
    while (!turns.done()) {
      std::size_t group = turns.most_urgent_group();
      if (!legal(turns.most_urgent(), taken)) {
        group = group == kAcquire ? kRelease : kAcquire;
        if (!turns.has(group) || !legal(turns.next(group), taken)) {
          stuck = turns.most_urgent();
          return false;
        }
      }
      const Position next = turns.take(group);
      taken += group == kAcquire ? wanted_[next] : -wanted_[next];
      order.push_back(next);
    }
    return true;
  }

  bool impossible_from_any(const std::vector<Position>& some) const {
    const std::int64_t step = wanted_[0];
    if (permits_ / step >= kMostBeginnings) return false;
    for (std::int64_t taken = 0; taken <= permits_; taken += step) {
      std::vector<Position> order;
      Position stuck = 0;
      if (find_order(some, taken, order, stuck)) return false;
    }
    return true;
  }

  const KeyHistory& key_;
  std::int64_t permits_;
  std::vector<std::int64_t> wanted_;  // permits, of each entry
  bool equal_ = true;                 // all want the same number
};

}  // namespace

std::optional<Decision> monitor_permits(const KeyHistory& key, std::int64_t permits) {
  return SemaphoreMonitor(key, permits).run();
}

std::optional<Decision> monitor_semaphore(const Model& model, const KeyHistory& key) {
  return monitor_permits(key, model.permits);
}

}  // namespace riptide::checker
