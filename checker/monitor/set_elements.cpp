// Sets without reads of the whole: every element on its own.
//
// Let the element be absent at the start (when it is present everything is the other way round).
// When it is added once, or never removed, at most two moments matter: `a` at which it comes, and
// `r` ≥ a at which it goes. Who saw it belongs between them, who saw that it is absent belongs
// outside, and so do removals without effect. Outside is larger the later `a` and the earlier `r`.
// So, either it never goes: a is after all who must come before; or r is the earliest moment at
// which it may go, and a is after those only who had returned by then. Both are tried; each takes
// time linear in the number of operations. What is added and removed more often is searched.
#include <algorithm>

#include "checker/monitor/set_parts.hpp"

namespace riptide::checker {

namespace {

using Position = std::uint32_t;

enum class Shape : std::uint8_t {
  still,     // the state never needs to change
  once,      // away, and never back
  twice,     // away, and back
  searched,  // decided by a search
};

struct Element {
  std::int64_t away_by = history::kNever;  // the state is the other one by then
  Position away_by_whom = kNoEntry;
  Position first_away = kNoEntry, last_sees_away = kNoEntry;
  Position last_back = kNoEntry;  // a certain one
  Position last_sees_back = kNoEntry;
  Position back = kNoEntry, back_at = kNoEntry;  // which may come back first, and when
  Position before_back = kNoEntry;               // the last of those who saw it back before that
  Position away_at = kNoEntry;
  std::uint32_t aways = 0, backs = 0;
  bool away_certain = false;
  Shape shape = Shape::still;

  bool goes_away() const { return away_certain || last_sees_away != kNoEntry; }
  bool may_come_back() const { return aways == 1 && backs > 0 && goes_away(); }
};

/// The later of two positions, where kNoEntry comes before all.
Position later(Position a, Position b) {
  if (a == kNoEntry) return b;
  return b == kNoEntry ? a : std::max(a, b);
}

class ElementMonitor {
 public:
  explicit ElementMonitor(const SetHistory& set)
      : set_(set), entries_(set.entries), elements_(set.initial.size()) {}

  std::optional<Decision> run() {
    gather();
    if (some_may_come_back_) find_back();
    for (ValueId id = 0; id < elements_.size(); ++id) {
      if (!choose(elements_[id])) return no_order(id);
    }
    Placement placement(entries_.size());
    if (some_are_searched_ && !search_some(placement)) return stopped_;
    place(placement);
    return Decision{.found = Found::order, .order = placement.order()};
  }

  /// Its witness is as small as it can be made.
  bool a_search_ended_it() const { return stopped_.has_value(); }

 private:
  SetRole role_of(const Entry& entry) const {
    return entry.action.first < elements_.size() ? set_role(entry, set_.initial[entry.action.first])
                                                 : SetRole::none;
  }

  void gather() {
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      const SetRole role = role_of(entry);
      if (role == SetRole::none) continue;
      Element& element = elements_[entry.action.first];
      if (role == SetRole::sees_back) {
        element.last_sees_back = position;
      } else if (role == SetRole::back) {
        ++element.backs;
        if (entry.certain) element.last_back = position;
        some_may_come_back_ = true;
      } else {
        if (role == SetRole::away) {
          if (element.aways++ == 0) element.first_away = position;
          element.away_certain |= entry.certain;
        } else {
          element.last_sees_away = position;
        }
        if (entry.return_ns < element.away_by) {
          element.away_by = entry.return_ns;
          element.away_by_whom = position;
        }
      }
    }
  }

  /// The earliest moment at which each element may come back, and who must have seen it before.
  void find_back() {
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      if (role_of(entry) != SetRole::back) continue;
      Element& element = elements_[entry.action.first];
      if (!element.may_come_back()) continue;
      const Position at = std::max(position, later(element.first_away, element.last_sees_away));
      if (entries_[at].call_ns <= entry.return_ns && at < element.back_at) {
        element.back_at = at;
        element.back = position;
      }
    }
    for (Position position = 0; position < entries_.size(); ++position) {
      if (!before_back(position)) continue;
      Element& element = elements_[entries_[position].action.first];
      element.before_back = later(element.before_back, position);
    }
  }

  /// Whether this one has no effect, or saw the state of the start, and must do so before the
  /// element comes back.
  bool before_back(Position position) const {
    const Entry& entry = entries_[position];
    const SetRole role = role_of(entry);
    if (role != SetRole::sees_back && (role != SetRole::back || !entry.certain)) return false;
    const Element& element = elements_[entry.action.first];
    return element.back_at != kNoEntry && position != element.back &&
           entry.return_ns < entries_[element.back_at].call_ns;
  }

  /// False: the element has no order.
  bool choose(Element& element) {
    if (!element.goes_away()) return true;
    if (element.aways == 0) return false;
    if (element.aways > 1 && element.backs > 0) {
      element.shape = Shape::searched;
      some_are_searched_ = true;
      return true;
    }
    element.away_at = later(element.first_away, later(element.last_sees_back, element.last_back));
    if (entries_[element.away_at].call_ns <= element.away_by) {
      element.shape = Shape::once;
      return true;
    }
    if (element.back_at == kNoEntry) return false;
    element.shape = Shape::twice;
    element.away_at = later(element.first_away, element.before_back);
    return entries_[element.away_at].call_ns <= element.away_by;
  }

  void place(Placement& placement) const {
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      const ValueId id = entry.action.first;
      const SetRole role = role_of(entry);
      if (role == SetRole::none) {
        if (entry.certain) placement.place(position, position, 0);
        continue;
      }
      const Element& element = elements_[id];
      if (element.shape == Shape::searched) continue;
      if (element.shape == Shape::still) {
        if (entry.certain) placement.place(position, position, 0);
      } else if (role == SetRole::away && position == element.first_away) {
        placement.place(position, element.away_at, 1);
      } else if (element.shape == Shape::twice && position == element.back) {
        placement.place(position, element.back_at, 3);
      } else if (!entry.certain) {
        continue;
      } else if (role == SetRole::away || role == SetRole::sees_away) {
        placement.place(position, std::max(position, element.away_at), 2);
      } else if (element.shape == Shape::once || before_back(position)) {
        placement.place(position, position, 0);
      } else {
        placement.place(position, std::max(position, element.back_at), 4);
      }
    }
  }

  /// Places the elements that need a search. False: one of them has no order, or a search stopped.
  bool search_some(Placement& placement) {
    std::vector<std::vector<Position>> positions(elements_.size());
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      if (role_of(entry) == SetRole::none) continue;
      if (elements_[entry.action.first].shape == Shape::searched) {
        positions[entry.action.first].push_back(position);
      }
    }
    for (const std::vector<Position>& of_element : positions) {
      if (of_element.empty()) continue;
      Decision decision = search_element(set_, of_element);
      if (decision.found != Found::order) {
        if (decision.found == Found::no_order) stopped_ = std::move(decision);
        return false;
      }
      Position at = 0;
      std::uint32_t rank = 0;
      for (const Position position : decision.order) {
        at = std::max(at, position);
        placement.place(position, at, rank++);
      }
    }
    return true;
  }

  /// With the operations that change the element and can matter, and those that bound the moments.
  Decision no_order(ValueId id) const {
    const Element& element = elements_[id];
    Decision decision{.found = Found::no_order};
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      if (entry.action.first != id) continue;
      const SetRole role = role_of(entry);
      const bool bounds = position == element.away_by_whom || position == element.last_sees_away ||
                          position == element.last_sees_back || position == element.before_back;
      const bool comes_back = role == SetRole::back && element.aways > 0 &&
                              entry.return_ns >= entries_[element.first_away].call_ns;
      if (bounds || comes_back || position == element.first_away) {
        decision.witness.push_back(position);
      }
    }
    return decision;
  }

  const SetHistory& set_;
  std::span<const Entry> entries_;
  std::vector<Element> elements_;
  bool some_may_come_back_ = false, some_are_searched_ = false;
  std::optional<Decision> stopped_;  // what a search found instead of an order
};

/// Leaves out operations that saw the element, as long as the rest stays impossible. Those that
/// change it stay, so that the rest proves something about the whole.
void leave_out_what_saw(const SetHistory& set, std::vector<Position>& witness) {
  constexpr std::size_t kMost = 48;
  if (witness.empty() || witness.size() > kMost) return;
  const bool initial = set.initial[set.entries[witness.front()].action.first];
  for (std::size_t i = 0; i < witness.size();) {
    std::vector<Entry> rest;
    for (const Position position : witness) {
      if (position == witness[i]) continue;
      rest.push_back(set.entries[position]);
      rest.back().action.first = 0;  // there is only one element
    }
    const std::optional<Decision> decision =
        set.entries[witness[i]].action.kind == Action::Kind::contains
            ? ElementMonitor({.entries = rest, .initial = {initial}}).run()
            : std::nullopt;
    if (decision && decision->found == Found::no_order) {
      witness.erase(witness.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

}  // namespace

std::optional<Decision> decide_elements(const SetHistory& set) {
  ElementMonitor monitor(set);
  std::optional<Decision> decision = monitor.run();
  if (decision && decision->found == Found::no_order && !monitor.a_search_ended_it()) {
    leave_out_what_saw(set, decision->witness);
  }
  return decision;
}

}  // namespace riptide::checker
