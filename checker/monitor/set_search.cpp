// Elements of a set that are added and removed again and again: each is a register with two values,
// for which no fast algorithm is known. One element has few operations at a time, so that the
// search that decides registers ends soon; a limit keeps it from not ending.
#include <algorithm>

#include "checker/monitor/set_parts.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

namespace {

using Kind = Action::Kind;
using Position = std::uint32_t;

constexpr ValueId kAway = 1;  // kInitial: what the element was at the start
constexpr std::uint64_t kMemoryBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kStates = 20'000, kStatesPerEntry = 50;
constexpr std::size_t kWitnessMost = 48;  // larger ones are not made smaller

class ElementSearch {
 public:
  ElementSearch(const SetHistory& set, std::span<const Position> positions) {
    for (const Position position : positions) {
      Entry entry = set.entries[position];
      const SetRole role = set_role(entry, set.initial[entry.action.first]);
      const bool reads = role == SetRole::sees_away || role == SetRole::sees_back;
      const bool away = role == SetRole::away || role == SetRole::sees_away;
      entry.action = {reads ? Kind::read : Kind::write, away ? kAway : kInitial, kUnobserved};
      as_register_.push_back(entry);
    }
  }

  Decision run() {
    std::vector<Position> all(as_register_.size());
    for (Position i = 0; i < all.size(); ++i) all[i] = i;
    Decision decision = decide(all);
    if (decision.found == Found::no_order) {
      decision = {.found = Found::no_order, .witness = shorten(std::move(all))};
    }
    return decision;
  }

 private:
  /// From the state of the start, or from the other one.
  Decision decide(const std::vector<Position>& members, bool from_away = false) const {
    std::vector<Entry> entries;
    for (const Position member : members) {
      entries.push_back(as_register_[member]);
      if (from_away) entries.back().action.first ^= kAway ^ kInitial;
    }
    Budget budget = Budget(Limits{.memory_bytes = kMemoryBytes})
                        .part(kStates + kStatesPerEntry * entries.size());
    return search(entries, 2, Reductions::reduced, budget);
  }

  /// What changes the element stays, as far as it was called by the end; what saw it goes.
  std::vector<Position> shorten(std::vector<Position> all) const {
    std::vector<std::int64_t> ends;
    for (const Entry& entry : as_register_) {
      if (entry.certain) ends.push_back(entry.return_ns);
    }
    std::sort(ends.begin(), ends.end());
    std::vector<Position> witness = std::move(all);
    for (std::size_t low = 0, high = ends.size(); low < high;) {
      const std::size_t middle = low + (high - low) / 2;
      std::vector<Position> members = until(ends[middle]);
      if (decide(members).found == Found::no_order) {
        witness = std::move(members);
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    const bool from_any = leave_out_beginning(witness);
    for (std::size_t i = 0; i < witness.size() && witness.size() <= kWitnessMost;) {
      std::vector<Position> members = witness;
      members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
      if (as_register_[witness[i]].action.kind == Kind::read && impossible(members, from_any)) {
        witness = std::move(members);
      } else {
        ++i;
      }
    }
    return witness;
  }

  /// Whatever came before a moment at which no certain operation was open left one of two states.
  /// What comes after it, with what may still take effect, proves enough when it is impossible from
  /// both. Tries the latest such moments first, then ever greater steps back.
  /// Whether it left out something.
  bool leave_out_beginning(std::vector<Position>& witness) const {
    std::vector<std::size_t> quiet;
    std::int64_t open_until = INT64_MIN;
    for (std::size_t i = 0; i < witness.size(); ++i) {
      const Entry& entry = as_register_[witness[i]];
      if (open_until < entry.call_ns) quiet.push_back(i);
      if (entry.certain) open_until = std::max(open_until, entry.return_ns);
    }
    constexpr std::size_t kOneByOne = 32;
    std::size_t step = 1;
    for (std::size_t back = 1; back < quiet.size(); back += step) {
      if (back > kOneByOne) step *= 2;
      const std::size_t from = quiet[quiet.size() - back];
      std::vector<Position> members;
      for (std::size_t i = 0; i < witness.size(); ++i) {
        if (i >= from || !as_register_[witness[i]].certain) members.push_back(witness[i]);
      }
      if (impossible(members, true)) {
        witness = std::move(members);
        return true;
      }
    }
    return false;
  }

  bool impossible(const std::vector<Position>& members, bool from_any) const {
    return decide(members).found == Found::no_order &&
           (!from_any || decide(members, true).found == Found::no_order);
  }

  std::vector<Position> until(std::int64_t end_ns) const {
    std::vector<Position> members;
    for (Position i = 0; i < as_register_.size(); ++i) {
      const Entry& entry = as_register_[i];
      if (entry.action.kind == Kind::read ? entry.return_ns <= end_ns : entry.call_ns <= end_ns) {
        members.push_back(i);
      }
    }
    return members;
  }

  std::vector<Entry> as_register_;
};

}  // namespace

Decision search_element(const SetHistory& set, std::span<const std::uint32_t> positions) {
  Decision decision = ElementSearch(set, positions).run();
  for (Position& position : decision.order) position = positions[position];
  for (Position& position : decision.witness) position = positions[position];
  return decision;
}

}  // namespace riptide::checker
