// Tales of elements: queues, stacks, priority queues and sets.
#include <fmt/format.h>

#include <algorithm>

#include "checker/tales.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

namespace {

using history::Value;
using Kind = Action::Kind;
using Position = std::uint32_t;

/// Tells what happened to the elements of one part. Positions are in the part.
class Elements {
 public:
  Elements(const Stuck& stuck, Position fatal)
      : stuck_(stuck),
        key_(stuck.part.key),
        fatal_(fatal),
        words_(stuck.history, stuck.model, key_) {}

  Tale collection() {
    const Entry& last = at(fatal_);
    if (last.action.kind != Kind::take || last.action.first == kUnobserved) {
      return pair_or("reordered-elements");
    }
    if (last.action.first == kEmpty) return false_empty();
    const ValueId element = last.action.first;
    const auto inserts = of(Kind::insert, element), takes = of(Kind::take, element);
    const std::size_t there = inserts.size() + initially(element);
    if (there == 0) return never_put(element);
    if (certain(takes) > there) return twice(element, inserts, takes);
    return pair_or("reordered-elements");
  }

  Tale set() {
    const Entry& last = at(fatal_);
    Tale tale{.klass = "non-linearizable"};
    const bool contains = last.action.kind == Kind::contains;
    if (!contains && last.action.kind != Kind::read) return tale;
    for (const ValueId element : mentioned()) {
      const bool seen = contains ? last.action.second != 0 && last.action.first == element
                                 : holds(last.action.first, element);
      if (contains && last.action.first != element) continue;
      const auto adds = of(Kind::add, element), removes = of(Kind::remove, element);
      if (seen && adds.empty() && initially(element) == 0) return never_put(element);
      if (!seen && removes.empty()) {
        for (const Position add : adds) {
          if (at(add).certain && at(add).return_ns < last.call_ns) return lost(element, add);
        }
      }
      if (seen && !removes.empty()) tale.klass = "stale-read";
      if (!seen && !adds.empty()) tale.klass = "lost-element";
    }
    if (!contains && tale.klass == "non-linearizable") phantom_in_list(last, tale);
    return tale;
  }

 private:
  const Entry& at(Position p) const { return key_.entries[p]; }
  std::vector<Position> of(Kind kind, ValueId element) const {
    std::vector<Position> found;
    for (Position p = 0; p < key_.entries.size(); ++p) {
      if (at(p).action.kind == kind && at(p).action.first == element) found.push_back(p);
    }
    return found;
  }
  std::size_t certain(const std::vector<Position>& positions) const {
    return static_cast<std::size_t>(std::count_if(positions.begin(), positions.end(),
                                                  [&](Position p) { return at(p).certain; }));
  }
  std::size_t initially(ValueId element) const {
    const Value::List* list = key_.values[kInitial].list();
    return list ? static_cast<std::size_t>(
                      std::count(list->begin(), list->end(), key_.values[element]))
                : 0;
  }
  bool holds(ValueId list, ValueId element) const {
    const Value::List* all = list == kUnobserved ? nullptr : key_.values[list].list();
    return all && std::find(all->begin(), all->end(), key_.values[element]) != all->end();
  }
  std::vector<ValueId> mentioned() const {
    std::vector<ValueId> elements;
    for (const Entry& entry : key_.entries) {
      if (entry.action.kind != Kind::read) elements.push_back(entry.action.first);
    }
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    return elements;
  }
  bool has_unseen_takes() const {
    return std::any_of(key_.entries.begin(), key_.entries.end(), [](const Entry& e) {
      return e.action.kind == Kind::take && e.action.first == kUnobserved;
    });
  }
  /// Whether anybody does that with the element in the whole key, and when the first one began.
  bool in_whole(Kind kind, const Value& element, std::int64_t& first_call_ns) const {
    for (const Entry& entry : stuck_.key.entries) {
      if (entry.action.kind != kind || entry.action.first >= stuck_.key.values.size()) continue;
      if (!(stuck_.key.values[entry.action.first] == element)) continue;
      first_call_ns = entry.call_ns;
      return true;
    }
    return false;
  }

  Tale never_put(ValueId element) {
    const std::string value = words_.value(element);
    const Kind kind = stuck_.model.kind() == ModelKind::set ? Kind::add : Kind::insert;
    Tale tale{.klass = "phantom-value", .culprit = fatal_};
    for (const history::Operation& operation : stuck_.history.operations) {
      const bool refused =
          operation.outcome == history::Type::fail && operation.key == stuck_.key.key &&
          operation.input == key_.values[element] && operation.invoke_ns <= at(fatal_).return_ns;
      if (!refused) continue;
      tale.steps.push_back(fmt::format(
          "Process {} asked to {} {} at {}. That was answered \"fail\" at {}: it surely was not "
          "done, and never would be.",
          operation.process.value(), operation.f.name(), value, Words::ms(operation.invoke_ns),
          Words::ms(operation.complete_ns)));
    }
    tale.steps.push_back(words_.told(fatal_));
    std::int64_t later = 0;
    if (in_whole(kind, key_.values[element], later)) {
      if (tale.steps.size() == 1) tale.klass = "future-read";
      tale.steps.push_back(fmt::format(
          "The first operation that puts {} into {} began only at {}, {} after that answer.", value,
          words_.key(), Words::ms(later), Words::ms(later - at(fatal_).return_ns)));
    } else {
      tale.steps.push_back(
          fmt::format("No {}operation of the history, completed or not, puts {} "
                      "into {}.",
                      tale.steps.size() > 1 ? "other " : "", value, words_.key()));
    }
    tale.steps.push_back(
        fmt::format("So no order of the operations can explain {}: nothing comes out of a {} that "
                    "was not put into it before.",
                    value, words_.kind()));
    return tale;
  }

  Tale twice(ValueId element, const std::vector<Position>& inserts,
             const std::vector<Position>& takes) {
    Tale tale{.klass = "duplicate-element", .culprit = fatal_};
    if (initially(element) > 0) tale.steps.push_back(words_.start() + ".");
    for (const Position p : inserts) tale.steps.push_back(words_.told(p));
    for (const Position p : takes) tale.steps.push_back(words_.told(p));
    const std::size_t there = inserts.size() + initially(element);
    tale.steps.push_back(fmt::format(
        "No other operation puts {} into {}: it was there {} at most, and was taken {} times. So "
        "no order of these operations is possible.",
        words_.value(element), words_.key(),
        there == 1 ? std::string("once") : fmt::format("{} times", there), certain(takes)));
    return tale;
  }

  Tale false_empty() {
    Tale tale{.klass = "false-empty"};
    const Entry& empty = at(fatal_);
    if (has_unseen_takes()) return tale;
    for (Position put = 0; put < key_.entries.size(); ++put) {
      const Entry& entry = at(put);
      const bool before =
          entry.action.kind == Kind::insert && entry.certain && entry.return_ns < empty.call_ns;
      if (!before || of(Kind::insert, entry.action.first).size() != 1) continue;
      const auto takes = of(Kind::take, entry.action.first);
      const bool taken_by_then = std::any_of(
          takes.begin(), takes.end(), [&](Position p) { return at(p).call_ns <= empty.return_ns; });
      if (taken_by_then) continue;
      const std::string value = words_.value(entry.action.first);
      tale.culprit = fatal_;
      tale.steps = {
          words_.told(put), words_.told(fatal_),
          fmt::format("{} was in {} all that time: nobody began to take it out before that "
                      "answer.",
                      Words::capital(value), words_.key()),
          fmt::format(
              "So no order of these operations agrees with real time: the {} was not empty.",
              words_.kind())};
      return tale;
    }
    return tale;
  }

  /// Two elements that left in an order in which they cannot have been.
  Tale pair_or(const std::string& klass) {
    Tale tale{.klass = klass};
    if (has_unseen_takes() || initial_elements()) return tale;
    std::vector<Position> puts;
    for (Position p = 0; p < key_.entries.size(); ++p) {
      if (at(p).action.kind == Kind::insert) puts.push_back(p);
    }
    if (puts.size() != 2) return tale;
    for (const auto& [kept, other] : {std::pair(puts[0], puts[1]), std::pair(puts[1], puts[0])}) {
      const auto out = of(Kind::take, at(kept).action.first);
      const auto passed = of(Kind::take, at(other).action.first);
      if (out.size() > 1 || passed.size() != 1 || !at(passed[0]).certain) continue;
      // `other` left although `kept` had to leave first, and had not begun to.
      if (!out.empty() && at(out[0]).call_ns <= at(passed[0]).return_ns) continue;
      if (!had_to_leave_first(kept, other, passed[0])) continue;
      tell_pair(kept, other, passed[0], out, tale);
      return tale;
    }
    return tale;
  }
  bool initial_elements() const {
    const Value::List* list = key_.values[kInitial].list();
    return list && !list->empty();
  }

  bool had_to_leave_first(Position kept, Position other, Position passed) const {
    const Entry& first = at(kept);
    if (!first.certain) return false;
    switch (stuck_.model.kind()) {
      case ModelKind::fifo_queue:
        return first.return_ns < at(other).call_ns;
      case ModelKind::stack:
        return at(other).certain && at(other).return_ns < first.call_ns &&
               first.return_ns < at(passed).call_ns;
      default:
        return key_.values[at(other).action.first] < key_.values[first.action.first] &&
               first.return_ns < at(passed).call_ns;
    }
  }

  void tell_pair(Position kept, Position other, Position passed, const std::vector<Position>& out,
                 Tale& tale) {
    const std::string value = words_.value(at(kept).action.first);
    const std::string rival = words_.value(at(other).action.first);
    tale.culprit = passed;
    const bool fifo = stuck_.model.kind() == ModelKind::fifo_queue;
    const bool stack = stuck_.model.kind() == ModelKind::stack;
    const Position before = stack ? other : kept, after = stack ? kept : other;
    tale.steps = {words_.told(before), words_.told(after)};
    if (fifo) {
      tale.steps.push_back(
          fmt::format("So {} was in {} before {} was.", value, words_.key(), rival));
    } else if (stack) {
      tale.steps.push_back(fmt::format("So {} came to lie above {}.", value, rival));
    } else {
      tale.steps.push_back(fmt::format("{} is larger than {}.", Words::capital(value), rival));
    }
    tale.steps.push_back(words_.told(passed));
    if (!out.empty()) {
      tale.steps.push_back(
          fmt::format("{} was still there: the only one that took it, {}, began "
                      "at {}, after that answer.",
                      Words::capital(value), words_.who(out[0]), Words::ms(at(out[0]).call_ns)));
    } else if (std::int64_t later = 0;
               in_whole(Kind::take, key_.values[at(kept).action.first], later)) {
      tale.steps.push_back(
          fmt::format("{} was still there: the first one that took it began at "
                      "{}, after that answer.",
                      Words::capital(value), Words::ms(later)));
    } else {
      tale.klass = "lost-element";
      tale.steps.push_back(fmt::format("Nobody ever took {}: it was lost, or passed over.", value));
    }
    tale.steps.push_back(fmt::format(
        "So no order of these operations agrees with real time: {} had to leave before {}.", value,
        rival));
  }

  Tale lost(ValueId element, Position add) {
    const std::string value = words_.value(element);
    return {
        .klass = "lost-element",
        .steps = {words_.told(add), told_in_full(),
                  fmt::format("{} was not in that answer, though nobody had begun to remove it.",
                              Words::capital(value)),
                  fmt::format("So no order of these operations agrees with real time: {} was in "
                              "{} from {} on.",
                              value, words_.key(), Words::ms(at(add).return_ns))},
        .culprit = fatal_};
  }
  /// With all that it answered, of which only a part may count.
  std::string told_in_full() const {
    return Words(stuck_.history, stuck_.model, stuck_.key).told(stuck_.part.positions[fatal_]);
  }

  /// An element that was read and that no operation of the part adds.
  void phantom_in_list(const Entry& read, Tale& tale) {
    if (read.action.first == kUnobserved) return;
    for (const Value& element : *key_.values[read.action.first].list()) {
      const Value::List* initial = key_.values[kInitial].list();
      if (initial && std::find(initial->begin(), initial->end(), element) != initial->end()) {
        continue;
      }
      std::int64_t first = 0;
      if (in_whole(Kind::add, element, first) && first <= read.return_ns) continue;
      const bool later = first > read.return_ns;
      tale = {
          .klass = later ? "future-read" : "phantom-value",
          .steps = {told_in_full(),
                    later ? fmt::format("{} was first added at {}, after that answer.",
                                        Words::capital(element.json()), Words::ms(first))
                          : fmt::format("No operation of the history, completed or not, adds "
                                        "{}.",
                                        element.json()),
                    fmt::format("So no order of the operations can explain {}.", element.json())},
          .culprit = fatal_};
      return;
    }
  }

  const Stuck& stuck_;
  const KeyHistory& key_;
  Position fatal_;
  Words words_;
};

}  // namespace

Tale tell_collection(const Stuck& stuck, std::uint32_t fatal) {
  return Elements(stuck, fatal).collection();
}
Tale tell_set(const Stuck& stuck, std::uint32_t fatal) { return Elements(stuck, fatal).set(); }

}  // namespace riptide::checker
