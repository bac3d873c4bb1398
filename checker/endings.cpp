#include "checker/endings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace riptide::checker {

namespace {

using Position = std::uint32_t;
constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// A configuration, and the one that it was made from by taking one more operation.
struct Node {
  StateId state = 0;
  std::vector<Position> taken;  // ahead of their returns; sorted
  std::uint32_t parent = kNone;
  Position last = kNone;
  std::uint32_t depth = 0;
};

class Walk {
 public:
  Walk(const KeyHistory& key, Object& object, Budget& budget)
      : entries_(key.entries), object_(object), budget_(budget) {}

  Endings run() {
    nodes_.push_back({.state = object_.initial()});
    frontier_ = {0};
    for (const auto& [time, returns, position] : events()) {
      if (!returns) {
        called_.push_back(position);
        continue;
      }
      if (!grow()) return {.found = Found::limit};
      if (!keep(position)) return ended(position);
      std::erase(called_, position);
    }
    return {.found = Found::order};
  }

 private:
  std::vector<std::tuple<std::int64_t, bool, Position>> events() const {
    std::vector<std::tuple<std::int64_t, bool, Position>> events;
    for (Position p = 0; p < entries_.size(); ++p) {
      events.emplace_back(entries_[p].call_ns, false, p);
      if (entries_[p].certain) events.emplace_back(entries_[p].return_ns, true, p);
    }
    std::sort(events.begin(), events.end());
    return events;
  }

  /// Adds all configurations that can be made of those in the frontier; false at a limit.
  bool grow() {
    std::map<std::pair<StateId, std::vector<Position>>, std::uint32_t> known;
    for (const std::uint32_t node : frontier_) {
      known.emplace(std::pair(nodes_[node].state, nodes_[node].taken), node);
    }
    stuck_.assign(frontier_.size(), false);
    for (std::size_t i = 0; i < frontier_.size(); ++i) {  // grows while it is walked
      bool stuck = true;
      for (const Position position : called_) {
        const Node& from = nodes_[frontier_[i]];
        if (std::binary_search(from.taken.begin(), from.taken.end(), position)) continue;
        const StateId state = object_.step(from.state, entries_[position].action);
        if (state == kRefused) continue;
        stuck = false;
        if (nodes_.size() >= kMostConfigurations || budget_.visit() != Limit::none) return false;
        Node next{state, from.taken, frontier_[i], position, from.depth + 1};
        next.taken.insert(std::upper_bound(next.taken.begin(), next.taken.end(), position),
                          position);
        const auto number = static_cast<std::uint32_t>(nodes_.size());
        if (!known.emplace(std::pair(state, next.taken), number).second) continue;
        nodes_.push_back(std::move(next));
        frontier_.push_back(number);
        stuck_.push_back(false);
      }
      stuck_[i] = stuck;
    }
    return true;
  }

  /// Leaves the configurations that have taken `position`; false when there is none.
  bool keep(Position position) {
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t number : frontier_) {
      auto& taken = nodes_[number].taken;
      if (std::binary_search(taken.begin(), taken.end(), position)) kept.push_back(number);
    }
    if (kept.empty()) return false;
    // A kept configuration is told apart without the operation; that may make two the same.
    std::set<std::pair<StateId, std::vector<Position>>> known;
    frontier_.clear();
    for (const std::uint32_t number : kept) {
      Node& node = nodes_[number];
      std::erase(node.taken, position);
      if (known.emplace(node.state, node.taken).second) frontier_.push_back(number);
    }
    return true;
  }

  Endings ended(Position fatal) const {
    Endings found{.found = Found::no_order, .fatal = fatal, .configurations = nodes_.size()};
    std::vector<std::uint32_t> ends;
    for (std::size_t i = 0; i < frontier_.size(); ++i) {
      if (stuck_[i]) ends.push_back(frontier_[i]);
    }
    std::stable_sort(ends.begin(), ends.end(), [&](std::uint32_t a, std::uint32_t b) {
      return nodes_[a].depth > nodes_[b].depth;
    });
    std::set<StateId> states;
    for (const std::uint32_t end : ends) {
      if (!states.insert(nodes_[end].state).second) continue;
      found.endings.push_back(ending(end, fatal));
    }
    return found;
  }

  Ending ending(std::uint32_t number, Position fatal) const {
    const Node& end = nodes_[number];
    Ending ending{.state = end.state};
    for (std::uint32_t at = number; nodes_[at].parent != kNone; at = nodes_[at].parent) {
      ending.order.push_back(nodes_[at].last);
    }
    std::reverse(ending.order.begin(), ending.order.end());
    ending.left.push_back(fatal);
    for (const Position position : called_) {
      if (position == fatal || !entries_[position].certain) continue;
      if (std::binary_search(end.taken.begin(), end.taken.end(), position)) continue;
      ending.left.push_back(position);
    }
    return ending;
  }

  const std::vector<Entry>& entries_;
  Object& object_;
  Budget& budget_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> frontier_;
  std::vector<bool> stuck_;  // of the frontier: nothing that was called can follow
  std::vector<Position> called_;
};

}  // namespace

Endings find_endings(const KeyHistory& key, Object& object, Budget& budget) {
  return Walk(key, object, budget).run();
}

}  // namespace riptide::checker
