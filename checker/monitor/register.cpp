// Registers whose observed values have one writer each: zones (Gibbons & Korach 1997, §4), with
// compare-and-set.
//
// The operations of one value, its write and its reads, are a cluster: in every order they stand
// together. A cas from a to b ties b's cluster to the end of a's, so that clusters make chains; a
// chain is a block. Inside a block the order is given but for that of the reads of one value. Of
// two blocks, A has to come first when something of A returned before something of B was called:
// first_return(A) < last_call(B). When for no two blocks both have to come first, there are no
// longer circles either: in a circle everybody comes before the one with the latest last_call,
// which comes before its successor. Then the blocks in the order of (smaller, larger) of
// (first_return, last_call) are an order: if A has to be first and B has not, then
// first_return(A) < last_call(B) and last_call(A) <= first_return(B), so that A's smaller end is
// not above B's, nor A's larger one, and when both are equal A does not have to be first.
#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "checker/monitor/gaps.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/prune.hpp"

namespace riptide::checker {

namespace {

using Position = std::uint32_t;
constexpr Position kNone = ~Position{0};
/// In the place of a writer: the initial state, which nobody wrote.
constexpr Position kInitialState = kNone - 1;
constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

/// A value with all who observe it.
struct Cluster {
  Position writer = kNone;
  Position first_read = kNone;      // by call; the others are linked
  Position last_read = kNone;       // by call
  Position first_returned = kNone;  // the read that returned first
  Position next = kNone;            // the cas that expects this value
  bool in_block = false;
  std::int64_t until = kBeforeAll;  // the latest return of an observer
  bool observed() const { return first_read != kNone || next != kNone; }
};

struct Block {
  std::int64_t first_return_ns = history::kNever;
  std::int64_t last_call_ns = kBeforeAll;
  Position first_return = kNone;
  Position last_call = kNone;
  Position root = kInitialState;
  bool is_initial() const { return root == kInitialState; }
  bool forward() const { return is_initial() || first_return_ns < last_call_ns; }
};

class RegisterMonitor {
 public:
  explicit RegisterMonitor(const KeyHistory& key)
      : entries_(key.entries),
        clusters_(std::max<std::size_t>(key.values.size(), 1)),
        next_read_(key.entries.size(), kNone) {}

  std::optional<Decision> run() {
    if (!select() || !find_writers()) return std::nullopt;
    if (const Position unwritten = find_unwritten(); unwritten != kNone) {
      return impossible({unwritten});
    }
    if (second_cas_ != kNone) {
      return impossible({second_cas_, clusters_[entries_[second_cas_].observed()].next});
    }
    if (!make_blocks()) return impossible(std::move(conflict_));
    if (const Position lost = find_circle(); lost != kNone) return impossible({lost});
    std::sort(blocks_.begin(), blocks_.end(), comes_first);
    if (!zones_agree() || !refusals_agree()) return impossible(std::move(conflict_));
    Decision decision{.found = Found::order, .order = make_order()};
    if (!place_others(decision.order)) return std::nullopt;
    return decision;
  }

 private:
  /// Sorts operations into clusters; false when one is of another kind.
  bool select() {
    const std::vector<std::uint8_t> kept = needed(entries_, clusters_.size(), false);
    for (Position i = 0; i < entries_.size(); ++i) {
      if (kept[i] == 0) continue;
      const Entry& entry = entries_[i];
      switch (entry.action.kind) {
        case Action::Kind::write:
          writers_.push_back(i);
          break;
        case Action::Kind::cas:
          if (entry.writes()) writers_.push_back(i);
          observe(i);
          break;
        case Action::Kind::read:
          entry.observes() ? observe(i) : idle_.push_back(i);
          break;
        case Action::Kind::cas_refused:
          idle_.push_back(i);
          break;
        default:
          return false;
      }
    }
    return true;
  }

  void observe(Position position) {
    const Entry& entry = entries_[position];
    Cluster& cluster = clusters_[entry.observed()];
    if (entry.observed() == kInitial && !cluster.observed()) initial_seen_ns_ = entry.call_ns;
    cluster.until = std::max(cluster.until, entry.return_ns);
    if (entry.writes()) {
      if (cluster.next == kNone) {
        cluster.next = position;
      } else {
        second_cas_ = position;
      }
      return;
    }
    if (cluster.first_read == kNone) {
      cluster.first_read = cluster.first_returned = position;
    } else {
      next_read_[cluster.last_read] = position;
      if (entry.return_ns < entries_[cluster.first_returned].return_ns) {
        cluster.first_returned = position;
      }
    }
    cluster.last_read = position;
  }

  /// False when an observed value may have come from two writers. One that was called after every
  /// observer of its value had returned is not one of them; nor is the initial state when a write
  /// had returned before anybody who observed its value was called.
  bool find_writers() {
    Position first_write = kNone;  // the certain write that returned first
    for (const Position writer : writers_) {
      const Entry& entry = entries_[writer];
      if (entry.certain && !entry.is_cas() &&
          (first_write == kNone || entry.return_ns < entries_[first_write].return_ns)) {
        first_write = writer;
      }
    }
    clusters_[kInitial].writer = kInitialState;
    for (const Position writer : writers_) {
      const Entry& entry = entries_[writer];
      Cluster& cluster = clusters_[entry.written()];
      const bool in_time = entry.call_ns <= cluster.until;
      if (cluster.writer == kNone) {
        cluster.writer = writer;
      } else if (in_time) {
        if (cluster.writer != kInitialState || !cluster.observed()) return false;
        if (first_write == kNone || entries_[first_write].return_ns >= initial_seen_ns_) {
          return false;
        }
        cluster.writer = writer;
        overwrote_initial_ = first_write;
      }
    }
    return true;
  }

  /// The cluster whose beginning is that operation (or the initial state); null when nobody
  /// observed what it wrote.
  Cluster* led_by(Position writer) {
    const ValueId value = writer == kInitialState ? kInitial : entries_[writer].written();
    return clusters_[value].writer == writer ? &clusters_[value] : nullptr;
  }

  /// Measures the chains; false, with conflict_, when real time contradicts the order inside one.
  bool make_blocks() {
    if (clusters_[kInitial].writer == kInitialState && clusters_[kInitial].observed()) {
      if (!make_block(kInitialState)) return false;
    }
    for (const Position writer : writers_) {
      if (!entries_[writer].is_cas() && !make_block(writer)) return false;
    }
    return true;
  }

  bool make_block(Position root) {
    Block block{.root = root};
    for (Position writer = root; writer != kNone;) {
      if (writer != kInitialState && !extend(block, writer, writer)) return false;
      Cluster* cluster = led_by(writer);
      if (cluster == nullptr) break;
      cluster->in_block = true;
      if (cluster->first_read != kNone &&
          !extend(block, cluster->first_returned, cluster->last_read)) {
        return false;
      }
      writer = cluster->next;
    }
    blocks_.push_back(block);
    return true;
  }

  /// What comes next in a block: of these operations `returned` returned first, and `called` was
  /// called last.
  bool extend(Block& block, Position returned, Position called) {
    if (entries_[returned].return_ns < block.last_call_ns) {
      conflict_ = {returned, block.last_call};
      return false;
    }
    if (entries_[returned].return_ns < block.first_return_ns || block.first_return == kNone) {
      block.first_return_ns = entries_[returned].return_ns;
      block.first_return = returned;
    }
    if (entries_[called].call_ns > block.last_call_ns || block.last_call == kNone) {
      block.last_call_ns = entries_[called].call_ns;
      block.last_call = called;
    }
    return true;
  }

  /// An operation that observes what nobody wrote.
  Position find_unwritten() const {
    for (const Cluster& cluster : clusters_) {
      if (cluster.observed() && cluster.writer == kNone) return any_observer(cluster);
    }
    return kNone;
  }

  /// An operation that observes a value of a circle of cas: a chain without a beginning.
  Position find_circle() const {
    for (const Cluster& start : clusters_) {
      if (start.in_block || !start.observed()) continue;
      const Cluster* cluster = &start;
      // Up the chain, which has gone around after as many steps as there are clusters.
      for (std::size_t step = 0; step < clusters_.size(); ++step) {
        cluster = &clusters_[entries_[cluster->writer].observed()];
      }
      return any_observer(*cluster);
    }
    return kNone;
  }

  static Position any_observer(const Cluster& cluster) {
    return cluster.first_read != kNone ? cluster.first_returned : cluster.next;
  }

  static bool comes_first(const Block& a, const Block& b) {
    if (a.is_initial() || b.is_initial()) return a.is_initial() && !b.is_initial();
    const auto [a_low, a_high] = std::minmax(a.first_return_ns, a.last_call_ns);
    const auto [b_low, b_high] = std::minmax(b.first_return_ns, b.last_call_ns);
    return a_low != b_low ? a_low < b_low : a_high < b_high;
  }

  /// Forward zones are disjoint, and no backward zone is inside one; else conflict_.
  bool zones_agree() {
    const Block* forward = nullptr;  // the last one: it ends last
    for (const Block& block : blocks_) {
      // It has to come after `forward`, unless it is before or around its beginning.
      if (forward != nullptr && block.first_return_ns < forward->last_call_ns &&
          (forward->is_initial() || forward->first_return_ns < block.last_call_ns)) {
        conflict_ = contradiction(*forward, block);
        return false;
      }
      if (block.forward()) forward = &block;
    }
    return true;
  }

  /// Of each block something that returned before something of the other one was called; the first
  /// there is in the block's order, so that little has to be said of what came before it.
  std::vector<Position> contradiction(const Block& a, const Block& b) {
    const auto returned_before = [&](const Block& block, std::int64_t time_ns) {
      return first_of(block, [&](const Entry& entry) { return entry.return_ns < time_ns; });
    };
    const auto called_after = [&](const Block& block, std::int64_t time_ns, Position chosen) {
      if (entries_[chosen].call_ns > time_ns) return chosen;
      return first_of(block, [&](const Entry& entry) { return entry.call_ns > time_ns; });
    };
    const Position b_first = returned_before(b, a.last_call_ns);
    if (a.is_initial()) {
      const std::int64_t until_ns = entries_[b_first].return_ns;
      return {b_first, first_of(a, [&](const Entry& e) { return e.call_ns > until_ns; })};
    }
    const Position b_last = called_after(b, a.first_return_ns, b_first);
    const Position a_first = returned_before(a, entries_[b_last].call_ns);
    const Position a_last = called_after(a, entries_[b_first].return_ns, a_first);
    return {a_first, a_last, b_first, b_last};
  }

  template <class Predicate>
  Position first_of(const Block& block, Predicate predicate) {
    for (Position writer = block.root; writer != kNone;) {
      if (writer != kInitialState && predicate(entries_[writer])) return writer;
      const Cluster* cluster = led_by(writer);
      if (cluster == nullptr) break;
      for (Position read = cluster->first_read; read != kNone; read = next_read_[read]) {
        if (predicate(entries_[read])) return read;
      }
      writer = cluster->next;
    }
    return kNone;
  }

  /// No cas was refused between two operations of the value that it expected: all that time the
  /// register held it. Else conflict_.
  bool refusals_agree() {
    for (const Position position : idle_) {
      const Entry& refused = entries_[position];
      if (refused.action.kind != Action::Kind::cas_refused) continue;
      const Cluster& cluster = clusters_[refused.action.first];
      Position before = cluster.first_returned;
      if (cluster.writer < kInitialState &&
          (before == kNone || entries_[cluster.writer].return_ns < entries_[before].return_ns)) {
        before = cluster.writer;
      }
      Position after = cluster.last_read;
      if (cluster.next != kNone &&
          (after == kNone || entries_[cluster.next].call_ns > entries_[after].call_ns)) {
        after = cluster.next;
      }
      if (after == kNone || entries_[after].call_ns <= refused.return_ns) continue;
      const bool initially = cluster.writer == kInitialState;
      if (!initially && entries_[before].return_ns >= refused.call_ns) continue;
      conflict_ = {position, after, initially ? kInitialState : before};
      return false;
    }
    return true;
  }

  std::vector<Position> make_order() {
    std::vector<Position> order;
    order.reserve(entries_.size());
    for (const Block& block : blocks_) {
      for (Position writer = block.root; writer != kNone;) {
        if (writer != kInitialState) order.push_back(writer);
        const Cluster* cluster = led_by(writer);
        if (cluster == nullptr) break;
        for (Position read = cluster->first_read; read != kNone; read = next_read_[read]) {
          order.push_back(read);
        }
        writer = cluster->next;
      }
    }
    return order;
  }

  /// Reads that nobody saw the answer of, and refused cas. The latter may ask for another order of
  /// the blocks than the one that was found: then nothing is known.
  bool place_others(std::vector<Position>& order) const {
    if (idle_.empty()) return true;
    std::vector<ValueId> state(order.size() + 1, kInitial);  // in each gap
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Entry& entry = entries_[order[i]];
      state[i + 1] = entry.writes() ? entry.written() : state[i];
    }
    std::vector<std::uint32_t> changed(state.size());  // the next gap with another state
    for (std::size_t i = state.size(); i-- > 0;) {
      const bool same = i + 1 < state.size() && state[i + 1] == state[i];
      changed[i] = same ? changed[i + 1] : static_cast<std::uint32_t>(i + 1);
    }
    const auto legal = [&](Position position, std::uint32_t gap) {
      const Action& action = entries_[position].action;
      const bool refused = action.kind == Action::Kind::cas_refused && gap < state.size();
      return refused && state[gap] == action.first ? changed[gap] : gap;
    };
    return place_idle(entries_, idle_, legal, order);
  }

  /// `operations` contradict each other if all of them happen, and observe what they observe. So
  /// whoever wrote what one of them observes belongs to the witness, and for an uncertain one
  /// somebody certain who shows that it happened.
  Decision impossible(std::vector<Position> operations) {
    std::unordered_set<Position> in_witness;
    bool initial_value = false;
    const auto add = [&](Position position) {
      if (position < kInitialState && in_witness.insert(position).second) {
        operations.push_back(position);
      }
    };
    for (const Position given : std::exchange(operations, {})) add(given);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const Entry& entry = entries_[operations[i]];
      if (entry.observes()) {
        add(clusters_[entry.observed()].writer);
        initial_value = initial_value || entry.observed() == kInitial;
      }
      if (entry.certain) continue;
      add(any_observer(clusters_[entry.written()]));
    }
    if (initial_value && overwrote_initial_ != kNone) add(overwrote_initial_);
    std::sort(operations.begin(), operations.end());
    return {.found = Found::no_order, .witness = std::move(operations)};
  }

  const std::vector<Entry>& entries_;
  std::vector<Cluster> clusters_;    // of each value
  std::vector<Position> next_read_;  // of a read: the next of its cluster
  std::vector<Position> writers_;    // by call
  std::vector<Position> idle_;       // by call; they observe no value
  std::vector<Block> blocks_;
  std::vector<Position> conflict_;
  Position second_cas_ = kNone;                     // expects a value that another cas took away
  Position overwrote_initial_ = kNone;              // why nobody observed the initial state
  std::int64_t initial_seen_ns_ = history::kNever;  // the first call of an observer of its value
};

}  // namespace

std::optional<Decision> monitor_register(const Model&, const KeyHistory& key) {
  return RegisterMonitor(key).run();
}

}  // namespace riptide::checker
