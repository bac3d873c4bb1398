// The frontier at work (Lowe 2017, §4, just-in-time linearization): operations are linearised only
// when one of them returns, and then only as many as it takes.
//
// What is kept per configuration is a state and two bits per slot (pareto_set.hpp). The reductions,
// and why no verdict changes (tests/checker/frontier_property.cpp compares them with brute force):
//
// Laziness. Take any linearization, and at each return of an operation o that is not linearised
//   yet linearise it up to o. Every linearization comes about like this, so it is enough to search
//   for these; what is said about "the next operation" below is about that order.
// Equal operations. Of pending operations with equal actions the one that returns first is used
//   first, uncertain ones last and in order of call: swapping two of them in an order leaves it
//   legal, and the first to return is the one that must not come later.
// Fewer bits are never worse. `open` of a read: whoever has it linearised already can do all that
//   the other can. `used` of an uncertain operation: it can be left out. A blind write can be
//   hidden right before any other blind write that takes effect while it is pending, so that after
//   one every other that is pending owes nothing: it may still take effect where its value is
//   wanted, or return without. This is better than to have used it, and better than to owe it.
// An uncertain write can do what an uncertain cas to the same value can, and hides other writes
//   besides. So to have used the cas is no worse than to have used the write.
// Reads (and a cas from a value to itself, a refused cas) come as soon as they are legal: they
//   change nothing.
// Blind writes come when the next operation in the order observes them, at their own return, or
//   hidden. If the next in the order is another blind write, the first is hidden before it. So when
//   a blind write (or an uncertain cas, which could be left out) that is not the returning one is
//   chosen, a pending read must become legal, or a cas from the new value must come next: the
//   configuration is "hungry" until then.
// Lost values. When no pending operation and no operation that is called before the first return
//   f of those called later observes the state's value, nobody ever will: f must come after the
//   prefix, and is no observer, and whoever is called after f's return must come after f. All such
//   states are one (kLost). A blind write that returns, owes nothing and would only lead there is
//   let go instead.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "checker/frontier/pareto_set.hpp"
#include "checker/frontier/pending.hpp"
#include "checker/frontier/rules.hpp"
#include "checker/frontier/stream.hpp"

namespace riptide::checker {

template <std::size_t Words, class Rules>
class Engine final : public PendingOperations<Words, Rules> {
  using Base = PendingOperations<Words, Rules>;
  using EventStream::kNoSlot;
  using typename Base::Pending;
  using typename Base::Row;
  using typename Base::Set;
  using typename EventStream::Final;
  using typename EventStream::Slot;
  using Item = Configuration<Words>;
  static constexpr StateId kHungry = StateId{1} << 31;  // a flag
  static constexpr StateId kLost = kHungry - 1;
  static constexpr std::size_t kWidest = 32;

  template <std::size_t, class>
  friend class Engine;

 public:
  Engine(Rules rules, Reductions reductions, bool keeps_trail)
      : Base(std::move(rules), reductions), trail_(keeps_trail) {
    items_.push_back({.state = rules_.initial()});
  }

  template <std::size_t Fewer>
  explicit Engine(const Engine<Fewer, Rules>& other)
      : Base(other),
        blind_to_future_(other.blind_to_future_),
        refused_foreseen_(other.refused_foreseen_),
        also_bytes_(other.also_bytes_),
        trail_(other.trail_) {
    items_.reserve(other.items_.size());
    for (const auto& item : other.items_) {
      items_.push_back({item.state, item.trail, item.open.template widened<Words>(),
                        item.used.template widened<Words>()});
    }
  }

  Step call(const Call& call, Slot& slot) override {
    slot = kNoSlot;
    if (call.certain) {
      slot = allocate(call);
      return slot == kNoSlot ? Step::too_narrow : Step::alive;
    }
    if (rules_.reads_only(call.action)) return Step::alive;  // as if it had not been
    UncertainClass& all = classes_[key_of(call.action)];
    if (all.spare != kNoSlot && !all.spare_used) {
      all.waiting.push_back(call.position);
      return Step::alive;
    }
    const Slot given = allocate(call);
    if (given == kNoSlot) return Step::too_narrow;
    all.spare = given;
    all.spare_used = false;
    return Step::alive;
  }

  Step returns(Slot slot, std::uint32_t rank, Budget& budget) override {
    budget_ = &budget;
    goal_ = slot;
    rank_ = rank;
    stopped_ = Step::alive;
    see_calls();
    Set exact = exact_;
    inner_.restart(exact);
    exact.reset(slot);
    next_.restart(exact);
    const bool write = writes_.has(slot);
    for (const Item& item : items_) {
      const bool done = is_done(item);
      if (done) finish(item, item.trail);
      if (!done || (write && !item.used.has(slot) && is_wanted(item))) keep(inner_, item);
      if (stopped_ != Step::alive) return stopped_;
    }
    for (std::size_t i = 0; i < inner_.size(); ++i) {
      if (inner_.gone(i)) continue;
      expand(Item(inner_[i]));
      if (stopped_ != Step::alive) return stopped_;
    }
    if (next_.size() == 0) return Step::dead;
    next_.take_into(items_);
    release(slot);
    forget_spent();
    if (trail_.wants_collection()) {
      trail_.collect([&](auto use) {
        for (Item& item : items_) use(item.trail);
      });
    }
    return budget.grant(bytes()) ? Step::alive : stop(Limit::memory);
  }

  void foresee(const Action& action, int by) override {
    if constexpr (!Rules::kRegister) return;
    const auto add = [by](std::uint32_t& n) { n += static_cast<std::uint32_t>(by); };
    if (action.kind == Action::Kind::cas_refused) add(refused_foreseen_);
    if (observes(action)) add(row_of(action.first).foreseen);
  }
  void count_also(std::uint64_t bytes) override { also_bytes_ = bytes; }
  void set_blind(bool blind) override { blind_to_future_ = blind; }

  std::unique_ptr<EventStream> clone() const override { return std::make_unique<Engine>(*this); }
  std::unique_ptr<EventStream> wider() const override {
    if constexpr (Words >= kWidest) {
      return nullptr;
    } else {
      return std::make_unique<Engine<Words == 1 ? 2 : Words * 4, Rules>>(*this);
    }
  }
  std::size_t size() const override { return items_.size(); }
  Limit limit() const override { return limit_; }
  std::uint64_t bytes() const override {
    return sizeof(*this) + also_bytes_ + rules_.bytes() + trail_.bytes() + next_.bytes() +
           inner_.bytes() + items_.capacity() * sizeof(Item) + rows_.capacity() * sizeof(Row);
  }

  std::vector<Final> finals(std::size_t most) const override {
    std::map<StateId, std::vector<Trail::Step>> longest;
    for (const Item& item : items_) {
      auto& steps = longest[item.state == kLost ? kRefused : item.state];
      auto mine = trail_.steps(item.trail);
      if (mine.size() >= steps.size()) steps = std::move(mine);
      if (longest.size() > most) longest.erase(std::prev(longest.end()));
    }
    std::vector<Final> result;
    for (auto& [state, steps] : longest) result.push_back({state, std::move(steps)});
    std::stable_sort(result.begin(), result.end(), [](const Final& a, const Final& b) {
      return a.steps.size() > b.steps.size();
    });
    return result;
  }

  void restart_from(const std::vector<StateId>& states) override {
    items_.clear();
    for (const StateId state : states) {
      items_.push_back({.state = state == kRefused ? kLost : state});
    }
  }
  void mark_values(std::vector<bool>& used) const override {
    const auto mark = [&](ValueId value) {
      if (value < used.size()) used[value] = true;
    };
    occupied_.for_each([&](std::size_t i) {
      mark(slots_[i].action.first);
      mark(slots_[i].action.second);
    });
    for (const Item& item : items_) mark(item.state);
  }
  bool idle() const override { return !occupied_.any(); }

 private:
  using Base::allocate;
  using Base::before_;
  using Base::by_value;
  using Base::classes_;
  using Base::exact_;
  using Base::key_of;
  using Base::new_readers_;
  using Base::new_writes_;
  using Base::observes;
  using Base::occupied_;
  using Base::provide;
  using Base::readers_;
  using Base::refused_;
  using Base::release;
  using Base::release_spent;
  using Base::row_of;
  using Base::rows_;
  using Base::rules_;
  using Base::slots_;
  using Base::uncertain_;
  using Base::uncertain_cas_;
  using Base::writes_;

  Step stop(Limit limit) {
    limit_ = limit;
    return stopped_ = Step::limit;
  }

  /// Which of the reads in `open` are legal in the state.
  Set legal_reads(StateId state, const Set& open) const {
    Set legal;
    if constexpr (Rules::kRegister) {
      if (state != kLost && state < rows_.size()) {
        legal = rows_[state].reads | refused_.without(rows_[state].refused);
      } else if (state != kLost) {
        legal = refused_;
      }
      legal &= open;
    } else {
      open.for_each([&](std::size_t i) {
        if (rules_.step(state, slots_[i].action) != kRefused) legal.set(i);
      });
    }
    return legal;
  }

  /// Takes the calls since the last return into every configuration.
  void see_calls() {
    if (!new_readers_.any() && !new_writes_.any()) return;
    for (Item& item : items_) {
      const Set refused = new_readers_.without(legal_reads(item.state, new_readers_));
      item.open |= new_writes_ | refused;
    }
    new_readers_ = new_writes_ = Set();
  }

  /// Frees the slots of uncertain operations that took effect in every configuration.
  void forget_spent() {
    if (!uncertain_.any()) return;
    Set spent = uncertain_;
    for (const Item& item : items_) spent &= item.used;
    if (!spent.any()) return;
    for (Item& item : items_) item.used = item.used.without(spent);
    spent.for_each([&](std::size_t i) { release_spent(static_cast<Slot>(i)); });
  }

  bool is_done(const Item& item) const {
    const bool owes = readers_.has(goal_) || writes_.has(goal_);
    return owes ? !item.open.has(goal_) : item.used.has(goal_);
  }

  /// Registers: whether anybody may still observe the value.
  bool is_observable(ValueId value, const Set& open, const Set& used) const {
    if (blind_to_future_ || refused_.any() || refused_foreseen_ > 0) return true;
    if (value >= rows_.size()) return false;
    const Row& row = rows_[value];
    return row.foreseen > 0 || row.cas.without(used).any() || row.reads.intersects(open);
  }
  /// Whether the write that returns may be of use where it owes nothing.
  bool is_wanted(const Item& item) const {
    return is_observable(slots_[goal_].action.first, item.open, item.used);
  }

  /// Into the next frontier, with the returning operation done.
  void finish(Item item, std::uint32_t trail) {
    if (by_value() && item.state != kLost && !is_observable(item.state, item.open, item.used)) {
      item.state = kLost;
    }
    item.trail = trail;
    item.open.reset(goal_);
    item.used.reset(goal_);
    keep(next_, item);
  }

  /// Whether each of `extra` is an uncertain cas for which `spare` has an uncertain write of the
  /// same value.
  bool covers(const Set& extra, Set spare) const {
    if (!extra.subset_of(uncertain_cas_)) return false;
    spare &= uncertain_;
    spare &= writes_;
    bool all = spare.any();
    extra.for_each([&](std::size_t cas) {
      bool found = false;
      spare.for_each([&](std::size_t write) {
        if (found || slots_[write].action.first != slots_[cas].action.second) return;
        found = true;
        spare.reset(write);
      });
      all = all && found;
    });
    return all;
  }

  bool keep(ParetoSet<Words>& set, const Item& item) {
    using Insert = typename ParetoSet<Words>::Insert;
    const auto others = [&] { return bytes() - set.bytes(); };
    const auto covered = [&](const Set& extra, const Set& spare) { return covers(extra, spare); };
    const Insert insert = set.insert(item, *budget_, others, covered);
    if (insert == Insert::superfluous) return false;
    if (insert == Insert::no_memory) {
      stop(Limit::memory);
      return false;
    }
    if (const Limit limit = budget_->visit(); limit != Limit::none) stop(limit);
    return true;
  }

  void expand(const Item& item) {
    if (by_value()) {
      expand_register(item);
      return;
    }
    occupied_.without(readers_ | item.used).for_each([&](std::size_t i) {
      if (!before_[i].subset_of(item.used)) return;
      const StateId state = rules_.step(item.state, slots_[i].action);
      if (state != kRefused) choose(item, static_cast<Slot>(i), state);
    });
  }

  void expand_register(Item item) {
    const bool hungry = (item.state & kHungry) != 0;
    item.state &= ~kHungry;
    if (item.state < rows_.size()) {
      rows_[item.state].cas.without(item.used).for_each([&](std::size_t i) {
        if (!before_[i].subset_of(item.used)) return;
        choose(item, static_cast<Slot>(i), slots_[i].action.second);
      });
    }
    if (hungry) return;
    const Set cas =
        item.state < rows_.size() ? (rows_[item.state].cas & uncertain_).without(item.used) : Set();
    const bool hides = item.open.intersects(writes_);
    writes_.without(item.used).for_each([&](std::size_t i) {
      if (!before_[i].subset_of(item.used)) return;
      if (!hides && uncertain_.has(i) && leads_to(cas, slots_[i].action.first)) return;
      choose(item, static_cast<Slot>(i), slots_[i].action.first);
    });
  }

  bool leads_to(const Set& cas, ValueId value) const {
    bool leads = false;
    cas.for_each([&](std::size_t i) { leads = leads || slots_[i].action.second == value; });
    return leads;
  }

  /// Linearises the operation, which leads to `state`, and what becomes legal by that.
  void choose(const Item& from, Slot slot, StateId state) {
    if (stopped_ != Step::alive) return;
    Item item = from;
    item.state = state;
    item.used.set(slot);
    const bool write = writes_.has(slot);
    if (write) item.open = item.open.without(writes_);
    const Set read = legal_reads(state, item.open);
    item.open = item.open.without(read);
    const bool goal_is_write = writes_.has(goal_);
    if (slot == goal_ && goal_is_write && !from.open.has(slot) && !read.any() &&
        !is_observable(state, item.open, item.used)) {
      return;  // it owed nothing and leads nowhere
    }
    if (slot == goal_ || (!goal_is_write && is_done(item))) {
      add_step(next_, item, slot);
      return;
    }
    if (by_value() && (write || uncertain_.has(slot)) && !read.any()) {
      if (state >= rows_.size() || !rows_[state].cas.without(item.used).any()) return;
      item.state |= kHungry;
    }
    add_step(inner_, item, slot);
  }

  void add_step(ParetoSet<Words>& set, Item item, Slot slot) {
    if (uncertain_.has(slot) && !provide(slot)) stopped_ = Step::too_narrow;
    if (&set == &next_) {
      if (by_value() && !is_observable(item.state, item.open, item.used)) item.state = kLost;
      item.open.reset(goal_);
      item.used.reset(goal_);
    }
    if (keep(set, item)) {
      set.last().trail = trail_.add(item.trail, {slots_[slot].position, rank_});
    }
  }

  bool blind_to_future_ = false;
  std::uint32_t refused_foreseen_ = 0;
  std::uint64_t also_bytes_ = 0;
  std::vector<Item> items_;
  ParetoSet<Words> inner_, next_;
  Trail trail_;
  // Of the return that is being processed:
  Budget* budget_ = nullptr;
  Slot goal_ = kNoSlot;
  std::uint32_t rank_ = 0;
  Step stopped_ = Step::alive;
  Limit limit_ = Limit::none;
};

}  // namespace riptide::checker
