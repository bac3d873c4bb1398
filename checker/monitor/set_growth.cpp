// Sets that only grow, with reads of the whole. Linear in the size of the history.
//
// What was read must form a chain under inclusion: S1 ⊂ S2 ⊂ … That fixes the order of nearly
// everything. First comes what is in S1, then the reads of S1, then what is new in S2, and so on;
// last what nobody read. An element comes when the first of its additions takes effect, by the
// return of each certain one and of whoever saw it, and after the call of whoever saw that it was
// absent. So there is an order iff nobody must have returned before the call of somebody of an
// earlier layer.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "checker/monitor/set_parts.hpp"

namespace riptide::checker {

namespace {

using Kind = Action::Kind;
using Position = std::uint32_t;

constexpr std::uint32_t kUnread = ~std::uint32_t{0};

struct Element {
  std::int64_t there_by = history::kNever;
  Position there_by_whom = kNoEntry;
  Position first_add = kNoEntry;
  Position last_absent = kNoEntry;  // who saw that it was absent, and was called last
  std::uint32_t chain = kUnread;    // the first of the sets read that has it; 0: at the start
  bool certain = false;             // it was added, or somebody saw it
  Position comes_at = kNoEntry;
};

/// A set that was read, with the reads.
struct Group {
  ValueId list = 0;
  std::vector<Position> reads;
};

struct PlacedRead {
  Position position = 0, at = 0;
  std::uint32_t group = 0;
};

constexpr std::uint32_t kRanks = 4;  // see rank()

class GrowthMonitor {
 public:
  GrowthMonitor(const SetHistory& set, const KeyHistory& key)
      : key_(key), entries_(set.entries), elements_(key.values.size()) {}

  std::optional<Decision> run() {
    gather();
    if (!chain()) return std::nullopt;
    if (!witness_.empty() || !alone()) return no_order();
    if (!lay()) return no_order();
    return Decision{.found = Found::order, .order = place().order()};
  }

 private:
  void gather() {
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      if (entry.action.kind == Kind::read) {
        gather_read(position);
        continue;
      }
      const SetRole role = set_role(entry, false);
      Element& element = elements_[entry.action.first];
      if (role == SetRole::sees_back) {
        element.last_absent = position;
      } else if (role != SetRole::none) {
        if (role == SetRole::away && element.first_add == kNoEntry) element.first_add = position;
        element.certain |= entry.certain;
        if (entry.return_ns < element.there_by) {
          element.there_by = entry.return_ns;
          element.there_by_whom = position;
        }
      }
    }
  }

  void gather_read(Position position) {
    const Entry& entry = entries_[position];
    if (!entry.certain || entry.action.first == kUnobserved) return;
    const auto [found, added] =
        group_of_.try_emplace(entry.action.first, static_cast<std::uint32_t>(groups_.size()));
    if (added) groups_.push_back({entry.action.first, {}});
    groups_[found->second].reads.push_back(position);
  }

  const history::Value::List* list_of(const Group& group) const {
    return key_.values[group.list].list();
  }

  /// Sorts the sets by inclusion. False when the monitor does not apply.
  bool chain() {
    if (!name_elements()) return false;
    for (const Group& group : groups_) {
      if (!list_of(group)) return false;
    }
    std::stable_sort(groups_.begin(), groups_.end(), [&](const Group& a, const Group& b) {
      return list_of(a)->size() < list_of(b)->size();
    });
    std::vector<Group> sets = std::move(groups_);
    groups_.clear();
    std::vector<std::uint32_t> seen(elements_.size(), kUnread);
    std::size_t held = initial_count_;
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
      const std::optional<Counts> counts = count(sets[i], i, seen);
      if (!counts) return false;
      if (!witness_.empty()) continue;  // lists are still looked at for what comes twice
      if (counts->unknown) {
        witness_ = {sets[i].reads.front()};
      } else if (counts->old < held) {  // it lacks something of a set before, or of the start
        show_pair(i > 0 ? &sets[i - 1] : nullptr, sets[i], seen, i);
      } else if (counts->fresh == 0 && !groups_.empty()) {  // the same in another order
        std::vector<Position>& reads = groups_.back().reads;
        reads.insert(reads.end(), sets[i].reads.begin(), sets[i].reads.end());
      } else {
        groups_.push_back(sets[i]);
      }
      held += counts->fresh;
    }
    return true;
  }

  struct Counts {
    std::size_t old = 0, fresh = 0;  // elements that sets before have, and that they lack
    bool unknown = false;            // it has an element that nobody added
  };
  /// Looks at the i-th set. Nothing when it has an element twice.
  std::optional<Counts> count(const Group& set, std::uint32_t i, std::vector<std::uint32_t>& seen) {
    Counts counts;
    for (const history::Value& value : *list_of(set)) {
      const auto found = ids_.find(value);
      if (found == ids_.end()) {
        counts.unknown = true;
        continue;
      }
      if (std::exchange(seen[found->second], i) == i) return std::nullopt;
      Element& element = elements_[found->second];
      counts.unknown |= element.first_add == kNoEntry && element.chain != 0;
      if (element.chain == kUnread) {
        element.chain = static_cast<std::uint32_t>(groups_.size()) + 1;
        ++counts.fresh;
      } else {
        ++counts.old;
      }
    }
    return counts;
  }

  /// Two reads of which neither contains the other, with additions of an element of each that the
  /// other lacks; one read when it lacks what was there at the start.
  void show_pair(const Group* a, const Group& b, const std::vector<std::uint32_t>& seen,
                 std::uint32_t index_b) {
    witness_ = {b.reads.front()};
    if (!a) return;
    std::vector<bool> in_a(elements_.size(), false);
    Position only_a = kNoEntry, only_b = kNoEntry;
    for (const history::Value& value : *list_of(*a)) {
      const std::uint32_t id = ids_.at(value);
      in_a[id] = true;
      if (seen[id] == index_b) continue;
      if (elements_[id].chain == 0) return;
      only_a = elements_[id].first_add;
    }
    for (const history::Value& value : *list_of(b)) {
      const std::uint32_t id = ids_.at(value);
      if (!in_a[id]) only_b = elements_[id].first_add;
    }
    witness_.insert(witness_.end(), {a->reads.front(), only_a, only_b});
  }

  /// Numbers what is there at the start and what operations name. False: something is twice at the
  /// start.
  bool name_elements() {
    for (const Entry& entry : entries_) {
      if (entry.action.kind != Kind::read) {
        ids_.emplace(key_.values[entry.action.first], entry.action.first);
      }
    }
    const history::Value::List* initial = key_.values[kInitial].list();
    if (!initial) return true;
    for (const history::Value& value : *initial) {
      const auto [found, added] = ids_.emplace(value, static_cast<std::uint32_t>(elements_.size()));
      if (added) elements_.emplace_back();
      if (std::exchange(elements_[found->second].chain, 0) == 0) return false;
    }
    initial_count_ = initial->size();
    return true;
  }

  /// Whether each element is possible on its own.
  bool alone() {
    for (const Element& element : elements_) {
      if (element.chain == 0) {
        if (element.last_absent != kNoEntry) witness_ = {element.last_absent};
      } else if (element.certain && element.first_add == kNoEntry) {
        witness_ = {element.there_by_whom};
      }
      if (!witness_.empty()) return false;
    }
    return true;
  }

  /// Layer by layer, each moment as early as can be.
  bool lay() {
    std::vector<std::vector<std::uint32_t>> fresh(groups_.size() + 1);
    for (std::uint32_t id = 0; id < elements_.size(); ++id) {
      const Element& element = elements_[id];
      if (element.chain == 0 || element.first_add == kNoEntry) continue;
      if (element.chain != kUnread) {
        fresh[element.chain - 1].push_back(id);
      } else if (element.certain) {
        fresh.back().push_back(id);
      }
    }
    Position before = 0;  // the latest call of the layers so far
    for (std::uint32_t i = 0; i <= groups_.size(); ++i) {
      Position latest = before;
      for (const std::uint32_t id : fresh[i]) {
        Element& element = elements_[id];
        element.comes_at = std::max(before, element.first_add);
        if (element.last_absent != kNoEntry) {
          element.comes_at = std::max(element.comes_at, element.last_absent);
        }
        if (entries_[element.comes_at].call_ns > element.there_by) {
          return show_late(element.there_by_whom, element.comes_at, i);
        }
        latest = std::max(latest, element.comes_at);
      }
      before = latest;
      if (i == groups_.size()) break;
      for (const Position read : groups_[i].reads) {
        const Position at = std::max(before, read);
        if (entries_[at].call_ns > entries_[read].return_ns) return show_late(read, at, i);
        placed_reads_.push_back({read, at, i});
        latest = std::max(latest, at);
      }
      before = latest;
    }
    return true;
  }

  /// Somebody returned before the call of somebody who must come earlier.
  bool show_late(Position returned, Position called, std::uint32_t before_group) {
    witness_ = {returned, called};
    for (const Position position : {returned, called}) {
      if (entries_[position].action.kind == Kind::read) continue;
      const Element& element = elements_[entries_[position].action.first];
      witness_.push_back(element.first_add);
      // A read that has the one that was called and lacks the one that returned.
      if (position == called && element.chain <= before_group &&
          entries_[returned].action.kind != Kind::read) {
        witness_.push_back(groups_[element.chain - 1].reads.front());
      }
    }
    return false;
  }

  Placement place() const {
    Placement placement(entries_.size());
    for (Position position = 0; position < entries_.size(); ++position) {
      const Entry& entry = entries_[position];
      if (entry.action.kind == Kind::read || set_role(entry, false) == SetRole::none) {
        if (entry.certain) placement.place(position, position, 0);
        continue;
      }
      const Element& element = elements_[entry.action.first];
      const bool pivot = position == element.first_add;
      if (element.comes_at == kNoEntry) {  // there all the time, or never
        if (entry.certain) placement.place(position, position, 0);
      } else if (set_role(entry, false) == SetRole::sees_back) {
        placement.place(position, position, rank(element, 0));
      } else if (pivot || entry.certain) {
        placement.place(position, std::max(position, element.comes_at),
                        rank(element, pivot ? 1 : 2));
      }
    }
    for (const PlacedRead& read : placed_reads_) {
      placement.place(read.position, read.at, kRanks * (read.group + 1) + kRanks - 1);
    }
    return placement;
  }

  /// Within the moment: who saw it absent, what adds it, and those after; then the reads.
  std::uint32_t rank(const Element& element, std::uint32_t within) const {
    const std::uint32_t chain =
        element.chain == kUnread ? static_cast<std::uint32_t>(groups_.size()) + 1 : element.chain;
    return kRanks * chain + within;
  }

  Decision no_order() {
    std::sort(witness_.begin(), witness_.end());
    witness_.erase(std::unique(witness_.begin(), witness_.end()), witness_.end());
    return {.found = Found::no_order, .witness = std::move(witness_)};
  }

  const KeyHistory& key_;
  std::span<const Entry> entries_;
  std::vector<Element> elements_;  // by ValueId; then those at the start that nobody names
  std::unordered_map<history::Value, std::uint32_t> ids_;
  std::size_t initial_count_ = 0;
  std::unordered_map<ValueId, std::uint32_t> group_of_;
  std::vector<Group> groups_;  // once they are a chain: by inclusion, each set once
  std::vector<PlacedRead> placed_reads_;
  std::vector<Position> witness_;
};

}  // namespace

std::optional<Decision> decide_growth(const SetHistory& set, const KeyHistory& key) {
  return GrowthMonitor(set, key).run();
}

}  // namespace riptide::checker
