// Mutexes and locks that give fencing tokens.
//
// A mutex is a semaphore with one permit. Of a fenced lock the tokens say in which order it was
// acquired, so that every step is forced: who acquires next when it is free, and when it is held
// and something is left to come, a release by its holder. Of the holder's releases the one that
// has to come first is taken. Acquires that nobody saw the token of are left out: such a one and
// the release after it follow each other directly, and both can go from any order. Only when a
// release by the same process is certain, and may have come after it, this is no proof that there
// is no order.
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "checker/monitor/monitor.hpp"
#include "checker/monitor/semaphore.hpp"
#include "checker/monitor/turns.hpp"

namespace riptide::checker {

namespace {

using Position = std::uint32_t;

class FencedLockMonitor {
 public:
  explicit FencedLockMonitor(const KeyHistory& key)
      : entries_(key.entries), values_(key.values), tokens_(key.entries.size(), 0) {}

  std::optional<Decision> run() {
    if (!sort_out()) return std::nullopt;
    std::vector<Position> order, stuck;
    if (find_order(positions_, order, stuck)) {
      return Decision{.found = Found::order, .order = std::move(order)};
    }
    if (unseen_matters()) return std::nullopt;
    std::vector<Position> witness = impossible_end(
        order, stuck, needed_end(order, stuck), [&](const auto& some) { return impossible(some); });
    return Decision{.found = Found::no_order, .witness = only_involved(std::move(witness), stuck)};
  }

 private:
  bool acquires(Position position) const {
    return entries_[position].action.kind == Action::Kind::acquire;
  }
  ValueId holder(Position position) const { return entries_[position].action.second; }

  bool sort_out() {
    if (!values_.empty()) {
      if (const std::int64_t* initial = values_[kInitial].integer()) largest_before_ = *initial;
    }
    for (Position i = 0; i < entries_.size(); ++i) {
      const Action& action = entries_[i].action;
      if (!acquires(i) && action.kind != Action::Kind::release) return false;
      if (acquires(i) && action.first == kUnobserved) {
        if (entries_[i].certain) return false;
        unseen_.push_back(i);
        continue;
      }
      if (acquires(i)) {
        if (action.first >= values_.size() || !values_[action.first].integer()) return false;
        if (!entries_[i].certain) return false;
        tokens_[i] = *values_[action.first].integer();
      }
      group_of_holder_.try_emplace(action.second, group_of_holder_.size());
      positions_.push_back(i);
    }
    return true;
  }

  bool unseen_matters() const {
    if (unseen_.empty()) return false;
    std::unordered_map<ValueId, std::int64_t> first_call;
    for (const Position unseen : unseen_)
      first_call.try_emplace(holder(unseen), entries_[unseen].call_ns);
    return std::any_of(positions_.begin(), positions_.end(), [&](Position position) {
      if (acquires(position) || !entries_[position].certain) return false;
      const auto found = first_call.find(holder(position));
      return found != first_call.end() && entries_[position].return_ns >= found->second;
    });
  }

  /// False, with who contradicts whom, when it cannot go on.
  bool find_order(const std::vector<Position>& positions, std::vector<Position>& order,
                  std::vector<Position>& stuck) const {
    std::vector<Position> by_token;
    for (const Position position : positions) {
      if (acquires(position)) by_token.push_back(position);
    }
    std::sort(by_token.begin(), by_token.end(),
              [&](Position a, Position b) { return tokens_[a] < tokens_[b]; });
    for (std::size_t i = 0; i < by_token.size(); ++i) {
      if (largest_before_ && tokens_[by_token[i]] <= *largest_before_) {
        stuck = {by_token[i]};
        return false;
      }
      if (i > 0 && tokens_[by_token[i - 1]] == tokens_[by_token[i]]) {
        stuck = {by_token[i - 1], by_token[i]};
        return false;
      }
    }
    // Each acquire is a group of its own, numbered after the holders.
    const std::size_t holders = group_of_holder_.size();
    std::vector<std::size_t> group_of(entries_.size(), 0);
    for (const Position position : positions) {
      if (!acquires(position)) group_of[position] = group_of_holder_.at(holder(position));
    }
    for (std::size_t i = 0; i < by_token.size(); ++i) group_of[by_token[i]] = holders + i;
    Turns turns(entries_, positions, holders + by_token.size(),
                [&](Position position) { return group_of[position]; });
    std::size_t acquired = 0;
    bool free = true;
    while (!turns.done()) {
      stuck = {turns.most_urgent()};
      if (free && acquired == by_token.size()) return false;
      const std::size_t group =
          free ? holders + acquired : group_of_holder_.at(holder(by_token[acquired - 1]));
      if (!turns.has(group)) {
        if (free) stuck.push_back(by_token[acquired]);
        return false;
      }
      order.push_back(turns.take(group));
      acquired += free ? 1 : 0;
      free = !free;
    }
    return true;
  }

  bool impossible(const std::vector<Position>& some) const {
    std::vector<Position> order, stuck;
    return !find_order(some, order, stuck);
  }

  /// How much of the end of `order` is needed to say who holds the lock, and when those who could
  /// not release it had it last.
  std::size_t needed_end(const std::vector<Position>& order,
                         const std::vector<Position>& stuck) const {
    std::size_t needed = 0;
    for (std::size_t i = order.size(); i-- > 0 && needed == 0;) {
      if (acquires(order[i])) needed = order.size() - i;
    }
    for (const Position position : stuck) {
      if (acquires(position)) continue;
      for (std::size_t i = order.size(); i-- > 0;) {
        if (!acquires(order[i]) || holder(order[i]) != holder(position)) continue;
        needed = std::max(needed, order.size() - i);
        break;
      }
    }
    return needed;
  }

  /// Without those who have nothing to do with it, if that is still impossible; a release alone
  /// only when its process never acquired.
  std::vector<Position> only_involved(std::vector<Position> witness,
                                      const std::vector<Position>& stuck) const {
    const auto in = [&](const std::vector<Position>& some, Position position) {
      return std::any_of(some.begin(), some.end(),
                         [&](Position other) { return holder(other) == holder(position); });
    };
    std::vector<Position> fewer = witness;
    std::erase_if(fewer, [&](Position position) { return !in(stuck, position); });
    const bool enough = fewer.size() > 1 ||
                        std::none_of(positions_.begin(), positions_.end(), [&](Position position) {
                          return acquires(position) && in(stuck, position);
                        });
    return enough && impossible(fewer) ? fewer : witness;
  }

  const std::vector<Entry>& entries_;
  const std::vector<history::Value>& values_;
  std::vector<std::int64_t> tokens_;  // of each entry that acquires
  std::optional<std::int64_t> largest_before_;
  std::vector<Position> positions_;  // of all but those that are left out
  std::vector<Position> unseen_;     // acquires that nobody saw the token of
  std::unordered_map<ValueId, std::size_t> group_of_holder_;
};

}  // namespace

std::optional<Decision> monitor_lock(const Model& model, const KeyHistory& key) {
  if (model.kind() == ModelKind::mutex) return monitor_permits(key, 1);
  return FencedLockMonitor(key).run();
}

}  // namespace riptide::checker
