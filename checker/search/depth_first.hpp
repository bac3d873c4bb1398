// The search itself, over any object whose states are numbered.
#pragma once

#include <span>
#include <vector>

#include "checker/search/cache.hpp"
#include "checker/search/demand.hpp"
#include "checker/search/event_list.hpp"
#include "checker/search/linearised.hpp"
#include "checker/search/search.hpp"
#include "checker/search/steps.hpp"

namespace riptide::checker {

/// `Steps` is RegisterSteps or ObjectSteps (search/steps.hpp).
template <class Steps>
class DepthFirst {
  using Node = EventList::Node;

 public:
  /// `values` counts the values of a register; for other objects it is 0.
  DepthFirst(std::span<const Entry> entries, std::size_t values, Steps steps, Reductions reductions,
             Budget& budget)
      : entries_(entries),
        steps_(steps),
        reduced_(reductions == Reductions::reduced),
        cached_(reductions != Reductions::naive),
        budget_(budget),
        state_(steps_.initial()),
        events_(entries),
        set_(entries),
        twins_(entries),
        demand_(entries, values),
        cache_(set_.words_per_key(), own_bytes(), budget),
        row_(set_.words_per_key()) {}

  Decision run() {
    if (!budget_.grant(own_bytes())) return stopped(Limit::memory);
    if (const Limit limit = budget_.poll(); limit != Limit::none) return stopped(limit);
    if (reduces_values() && demand_.anything_lost(state_)) return no_order();
    read_all();
    Node from = events_.first();
    bool hidden_tried = false;
    while (set_.left() > 0) {
      const Node node = next_candidate(from, hidden_tried);
      if (!EventList::is_call(node)) {  // a return: its operation can no longer be put off
        if (choices_.empty()) return no_order();
        const Choice choice = take_back();
        from = events_.after(choice.node);
        hidden_tried = choice.hidden_tried;
        continue;
      }
      if (const Limit limit = budget_.visit(); limit != Limit::none) return stopped(limit);
      const bool hidden = reduces_values() && demand_.hidden(entry(node));
      choose(node, hidden_tried || hidden);
      const auto inserted = remember();
      if (inserted == ConfigurationCache::Insert::no_memory) return stopped(Limit::memory);
      if (inserted == ConfigurationCache::Insert::present) {
        const Choice choice = take_back();
        from = events_.after(choice.node);
        hidden_tried = choice.hidden_tried;
        continue;
      }
      from = events_.first();
      hidden_tried = false;
    }
    Decision result{.found = Found::order};
    for (const Step& step : order_) result.order.push_back(step.position);
    return result;
  }

 private:
  struct Step {
    std::uint32_t position;
    StateId before;
  };
  /// A decision that can be taken back, with what followed from it.
  struct Choice {
    std::size_t height;  // of order_ before it
    Node node;
    bool hidden_tried;
  };

  const Entry& entry(Node node) const { return entries_[EventList::position_of(node)]; }

  /// The first call from `from` on which is worth a try now; a return or the head when there is
  /// none.
  Node next_candidate(Node from, bool hidden_tried) const {
    Node node = from;
    while (EventList::is_call(node) && !worth_trying(EventList::position_of(node), hidden_tried)) {
      node = events_.after(node);
    }
    return node;
  }

  /// Rules that follow from what is wanted and written.
  bool reduces_values() const { return Steps::kRegister && reduced_; }

  bool worth_trying(std::uint32_t position, bool hidden_tried) const {
    const Entry& candidate = entries_[position];
    const StateId next = steps_.step(state_, candidate.action);
    if (next == kRefused) return false;
    if (!reduced_) return true;
    if (!candidate.certain) {
      // Nothing happens: the same order without it is as good.
      if (next == state_) return false;
      // Of operations that do the same and never return, the one that was called first comes first.
      const std::uint32_t elder = twins_.elder(position);
      if (elder != Twins::kNone && !set_.contains(elder)) return false;
    }
    if constexpr (!Steps::kRegister) return true;
    // All hidden writes go together: once is enough.
    if (demand_.hidden(candidate)) return candidate.certain && !hidden_tried;
    // A write that may not have happened and that nobody wants.
    if (!candidate.certain && demand_.unwanted(candidate.written())) return false;
    return true;
  }

  void place(std::uint32_t position) {
    const Entry& placed = entries_[position];
    order_.push_back({position, state_});
    state_ = steps_.step(state_, placed.action);
    events_.lift(position, placed.certain);
    set_.add(position, placed.certain);
    if constexpr (Steps::kRegister) demand_.linearised(placed);
  }

  void choose(Node node, bool hidden_tried) {
    choices_.push_back({order_.size(), node, hidden_tried});
    const std::uint32_t position = EventList::position_of(node);
    const StateId before = state_;
    if (reduces_values() && entries_[position].action.kind == Action::Kind::write)
      hide_before(position);
    place(position);
    dead_ = reduces_values() && state_ != before && demand_.lost(before);
    if (!dead_) read_all();
  }

  /// Linearises every hidden write that can come now, but `except`.
  void hide_before(std::uint32_t except) {
    Node node = events_.first();
    while (EventList::is_call(node)) {
      const std::uint32_t position = EventList::position_of(node);
      const Entry& candidate = entries_[position];
      if (position != except && candidate.certain && demand_.hidden(candidate)) {
        // A return is gone, so that more may have become candidates, but only later ones: what
        // comes earlier was refused, and a blind write changes no one's demand.
        const Node before = events_.before(node);
        place(position);
        node = events_.after(before);
      } else {
        node = events_.after(node);
      }
    }
  }

  /// Linearises every completed read that is legal now: it changes nothing, and nothing has to come
  /// before it, so that in any order of what is left it can be moved to the front.
  void read_all() {
    if (!reduced_) return;
    Node node = events_.first();
    while (EventList::is_call(node)) {
      const std::uint32_t position = EventList::position_of(node);
      const Entry& candidate = entries_[position];
      if (candidate.certain && steps_.reads_only(candidate.action) &&
          steps_.step(state_, candidate.action) != kRefused) {
        const Node before = events_.before(node);  // earlier ones were refused in this same state
        place(position);
        node = events_.after(before);
      } else {
        node = events_.after(node);
      }
    }
  }

  ConfigurationCache::Insert remember() {
    if (dead_) return ConfigurationCache::Insert::present;
    if (!cached_) return ConfigurationCache::Insert::added;
    set_.key(state_, row_);
    return cache_.insert(row_);
  }

  Choice take_back() {
    keep_longest();
    const Choice choice = choices_.back();
    choices_.pop_back();
    while (order_.size() > choice.height) {
      const Step step = order_.back();
      order_.pop_back();
      const Entry& taken = entries_[step.position];
      events_.unlift(step.position, taken.certain);
      set_.remove(step.position, taken.certain);
      if constexpr (Steps::kRegister) demand_.taken_back(taken);
      state_ = step.before;
    }
    common_ = std::min(common_, order_.size());
    return choice;
  }

  /// Copies only what changed since the last copy, so that it costs no more than the search.
  void keep_longest() {
    if (order_.size() <= longest_.size()) return;
    longest_.resize(order_.size());
    for (std::size_t i = common_; i < order_.size(); ++i) longest_[i] = order_[i].position;
    common_ = order_.size();
  }

  Decision no_order() {
    keep_longest();
    return {.found = Found::no_order, .longest = std::move(longest_)};
  }
  Decision stopped(Limit limit) {
    keep_longest();
    return {.found = Found::limit, .limit = limit, .longest = std::move(longest_)};
  }

  std::uint64_t own_bytes() const {
    return events_.bytes() + set_.bytes() + twins_.bytes() + demand_.bytes() + steps_.bytes() +
           entries_.size() *
               (sizeof(Entry) + sizeof(Step) + sizeof(Choice) + sizeof(std::uint32_t));
  }

  std::span<const Entry> entries_;
  Steps steps_;
  bool reduced_;
  bool cached_;
  Budget& budget_;
  StateId state_;
  EventList events_;
  LinearisedSet set_;
  Twins twins_;
  Demand demand_;
  ConfigurationCache cache_;
  std::vector<std::uint64_t> row_;
  bool dead_ = false;  // the last choice lost a value that is still needed
  std::vector<Step> order_;
  std::vector<Choice> choices_;
  std::vector<std::uint32_t> longest_;
  std::size_t common_ = 0;  // longest_ and order_ agree up to here
};

}  // namespace riptide::checker
