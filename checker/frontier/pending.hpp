// The operations that are pending at one moment: who has which slot, which are equal, and which are
// about which value.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "checker/frontier/mask.hpp"
#include "checker/frontier/rules.hpp"
#include "checker/frontier/stream.hpp"

namespace riptide::checker {

/// Uncertain operations with equal actions. A slot is given only to as many as may be used.
struct UncertainClass {
  EventStream::Slot spare = EventStream::kNoSlot;  // the last that was given a slot
  bool spare_used = false;                         // by some configuration; then nobody waits
  std::deque<std::uint32_t> waiting;
};

/// The part of an Engine that knows nothing of configurations. Masks are by slot.
template <std::size_t Words, class Rules>
class PendingOperations : public EventStream {
  template <std::size_t, class>
  friend class PendingOperations;

 protected:
  using Set = Mask<Words>;
  using Pending = Call;
  using Class = UncertainClass;
  using ActionKey = std::tuple<Action::Kind, ValueId, ValueId>;
  static constexpr std::size_t kSlots = 64 * Words;

  /// Pending operations by the value that they are about.
  struct Row {
    Set reads;    // legal only in this state
    Set cas;      // from this value to another
    Set refused;  // legal in every state but this
    std::uint32_t foreseen = 0;
  };

  PendingOperations(Rules rules, Reductions reductions)
      : rules_(std::move(rules)), reduced_(reductions == Reductions::reduced) {}

  template <std::size_t Fewer>
  explicit PendingOperations(const PendingOperations<Fewer, Rules>& other)
      : rules_(other.rules_),
        reduced_(other.reduced_),
        occupied_(other.occupied_.template widened<Words>()),
        readers_(other.readers_.template widened<Words>()),
        writes_(other.writes_.template widened<Words>()),
        exact_(other.exact_.template widened<Words>()),
        uncertain_(other.uncertain_.template widened<Words>()),
        uncertain_cas_(other.uncertain_cas_.template widened<Words>()),
        refused_(other.refused_.template widened<Words>()),
        new_readers_(other.new_readers_.template widened<Words>()),
        new_writes_(other.new_writes_.template widened<Words>()),
        classes_(other.classes_) {
    std::copy(other.slots_.begin(), other.slots_.end(), slots_.begin());
    for (std::size_t i = 0; i < other.before_.size(); ++i) {
      before_[i] = other.before_[i].template widened<Words>();
    }
    rows_.reserve(other.rows_.size());
    for (const auto& row : other.rows_) {
      rows_.push_back({row.reads.template widened<Words>(), row.cas.template widened<Words>(),
                       row.refused.template widened<Words>(), row.foreseen});
    }
  }

  static ActionKey key_of(const Action& action) {
    return {action.kind, action.first, action.second};
  }
  static bool observes(const Action& action) {
    return action.kind == Action::Kind::cas ||
           (action.kind == Action::Kind::read && action.first != kUnobserved);
  }
  bool by_value() const { return Rules::kRegister && reduced_; }
  Row& row_of(ValueId value) {
    if (value >= rows_.size()) rows_.resize(std::max<std::size_t>(value + 1, rows_.size() * 2));
    return rows_[value];
  }

  Slot allocate(const Call& call) {
    Slot slot = kNoSlot;
    for (std::size_t i = 0; i < Words && slot == kNoSlot; ++i) {
      const auto bit = static_cast<Slot>(std::countr_one(occupied_.words[i]));
      if (bit < 64) slot = static_cast<Slot>(i * 64) + bit;
    }
    if (slot == kNoSlot) return slot;
    slots_[slot] = {call.action, call.position, call.rank, call.certain};
    order_among_equals(slot);
    occupied_.set(slot);
    if (!call.certain) uncertain_.set(slot);
    enter(slot);
    return slot;
  }

  void order_among_equals(Slot slot) {
    before_[slot] = Set();
    const Pending& mine = slots_[slot];
    if (!reduced_ && mine.certain) return;
    occupied_.for_each([&](std::size_t i) {
      const Pending& other = slots_[i];
      if (!(other.action == mine.action) || (!reduced_ && other.certain)) return;
      const bool first = other.certain && (!mine.certain || std::tie(other.rank, other.position) <
                                                                std::tie(mine.rank, mine.position));
      if (first || (!other.certain && !mine.certain)) {
        before_[slot].set(i);
      } else {
        before_[i].set(slot);
      }
    });
  }

  /// Says what kind of operation it is, in the masks.
  void enter(Slot slot) {
    const Pending& mine = slots_[slot];
    const Action& action = mine.action;
    if (!reduced_) {
      if (mine.certain) exact_.set(slot);
      return;
    }
    const bool reads = rules_.reads_only(action);
    if (reads) {
      readers_.set(slot);
      if (action.first != kUnobserved || !Rules::kRegister) new_readers_.set(slot);
    }
    if constexpr (Rules::kRegister) {
      if (action.kind == Action::Kind::write) {
        writes_.set(slot);
        if (mine.certain) new_writes_.set(slot);
        row_of(action.first);
        return;
      }
      if (action.kind == Action::Kind::cas_refused) {
        refused_.set(slot);
        row_of(action.first).refused.set(slot);
      } else if (observes(action)) {
        (reads ? row_of(action.first).reads : row_of(action.first).cas).set(slot);
        if (!reads) row_of(action.second);
        if (!reads && !mine.certain) uncertain_cas_.set(slot);
      }
    }
    if (!reads && mine.certain) exact_.set(slot);
  }

  void release(Slot slot) {
    const Action& action = slots_[slot].action;
    for (Set* set :
         {&occupied_, &readers_, &writes_, &exact_, &uncertain_, &uncertain_cas_, &refused_}) {
      set->reset(slot);
    }
    occupied_.for_each([&](std::size_t i) { before_[i].reset(slot); });
    if (by_value() && action.first < rows_.size()) {
      for (Set* set :
           {&rows_[action.first].reads, &rows_[action.first].cas, &rows_[action.first].refused}) {
        set->reset(slot);
      }
    }
  }

  /// Frees the slot of an uncertain operation that took effect in every configuration.
  void release_spent(Slot slot) {
    const auto found = classes_.find(key_of(slots_[slot].action));
    if (found != classes_.end() && found->second.spare == slot) classes_.erase(found);
    release(slot);
  }

  /// When the last slot of a class is used, the next that waits gets one; whether there was room.
  bool provide(Slot used) {
    const Pending& mine = slots_[used];
    Class& all = classes_[key_of(mine.action)];
    if (all.spare != used) return true;
    if (all.waiting.empty()) {
      all.spare_used = true;
      return true;
    }
    const Call next{mine.action, all.waiting.front(), 0, false};
    const Slot slot = allocate(next);
    if (slot == kNoSlot) return false;
    all.waiting.pop_front();
    all.spare = slot;
    return true;
  }

  Rules rules_;
  bool reduced_;
  std::array<Pending, kSlots> slots_{};
  std::array<Set, kSlots> before_{};  // equal operations that are to be used before
  Set occupied_;
  Set readers_;                   // reduced: only read
  Set writes_;                    // reduced registers: blind writes
  Set exact_;                     // must happen, and having happened is neither better nor worse
  Set uncertain_;                 // never return
  Set uncertain_cas_;             // reduced registers: of these, each cas from a value to another
  Set refused_;                   // reduced registers: a cas that was refused
  Set new_readers_, new_writes_;  // called since the last return
  std::map<ActionKey, Class> classes_;
  std::vector<Row> rows_;  // reduced registers: by value
};

}  // namespace riptide::checker
