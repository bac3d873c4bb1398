// The gold of the monitors' tests: linearizability of the entries of one part, from the definition
// alone, for any small model; an order is checked step by step.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checker/decision.hpp"
#include "checker/partition.hpp"

namespace riptide::checker::testing {

/// A model of a few lines: step(state, action) is the next state, or nothing when it is illegal.
template <class State, class Step>
class Gold {
 public:
  Gold(State initial, Step step) : initial_(std::move(initial)), step_(std::move(step)) {}

  bool linearizable(const std::vector<Entry>& entries) const {
    std::set<std::pair<std::uint64_t, State>> seen;
    return extend(entries, 0, initial_, seen);
  }

  /// Of these positions alone.
  bool linearizable(const std::vector<Entry>& entries,
                    const std::vector<std::uint32_t>& only) const {
    std::vector<Entry> some;
    for (const std::uint32_t position : only) some.push_back(entries[position]);
    return linearizable(some);
  }

  /// Why `order` is no order of the entries.
  std::optional<std::string> refused(const std::vector<Entry>& entries,
                                     const std::vector<std::uint32_t>& order) const {
    std::vector<bool> used(entries.size(), false);
    State state = initial_;
    std::int64_t called = INT64_MIN;
    for (const std::uint32_t position : order) {
      if (position >= entries.size() || used[position]) return "an operation comes twice";
      used[position] = true;
      const auto next = step_(state, entries[position].action);
      if (!next) return "illegal: " + std::to_string(position);
      state = *next;
      if (entries[position].return_ns < called) return "against time: " + std::to_string(position);
      called = std::max(called, entries[position].call_ns);
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].certain && !used[i]) return "left out: " + std::to_string(i);
    }
    return std::nullopt;
  }

 private:
  bool extend(const std::vector<Entry>& entries, std::uint64_t used, const State& state,
              std::set<std::pair<std::uint64_t, State>>& seen) const {
    bool done = true;
    std::int64_t until = INT64_MAX;  // the first return of what is left
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].certain || (used >> i & 1) != 0) continue;
      done = false;
      until = std::min(until, entries[i].return_ns);
    }
    if (done) return true;
    if (!seen.emplace(used, state).second) return false;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if ((used >> i & 1) != 0 || entries[i].call_ns > until) continue;
      const auto next = step_(state, entries[i].action);
      if (next && extend(entries, used | std::uint64_t{1} << i, *next, seen)) return true;
    }
    return false;
  }

  State initial_;
  Step step_;
};

inline std::string dump(const KeyHistory& key) {
  static const char* const names[] = {"read", "write",   "cas",     "cas_refused", "append",
                                      "inc",  "add",     "remove",  "contains",    "insert",
                                      "take", "acquire", "release", "transaction"};
  const auto text = [&](ValueId value) {
    return value < key.values.size() ? key.values[value].json() : std::string("-");
  };
  std::string all = "initially " + text(kInitial) + "\n";
  for (std::size_t i = 0; i < key.entries.size(); ++i) {
    const Entry& e = key.entries[i];
    all += std::to_string(i) + " " + names[static_cast<int>(e.action.kind)] + " " +
           text(e.action.first) + " " + text(e.action.second) + " [" + std::to_string(e.call_ns) +
           "," + (e.certain ? std::to_string(e.return_ns) : "…") + "]\n";
  }
  return all;
}

inline std::string dump(const KeyHistory& key, const Decision& decision) {
  std::string all = dump(key);
  all += decision.found == Found::order ? "order" : "no order, witness";
  for (const auto position : decision.found == Found::order ? decision.order : decision.witness) {
    all += " " + std::to_string(position);
  }
  return all + "\n";
}

/// How often a monitor answered what.
struct Answers {
  int orders = 0, no_orders = 0, nothing = 0;
  std::map<std::size_t, int> witnesses;  ///< by size
};

/// The monitor's answer is what the definition says, its order is one, and its witness is
/// impossible alone.
template <class Gold>
void expect_right(const KeyHistory& key, const std::optional<Decision>& decision, const Gold& gold,
                  Answers& answers) {
  if (!decision) {
    ++answers.nothing;
    return;
  }
  const bool expected = gold.linearizable(key.entries);
  ASSERT_EQ(decision->found, expected ? Found::order : Found::no_order) << dump(key, *decision);
  if (expected) {
    ++answers.orders;
    const auto refused = gold.refused(key.entries, decision->order);
    ASSERT_FALSE(refused.has_value()) << *refused << "\n" << dump(key, *decision);
  } else {
    ++answers.no_orders;
    ++answers.witnesses[decision->witness.size()];
    ASSERT_FALSE(decision->witness.empty()) << dump(key, *decision);
    ASSERT_FALSE(gold.linearizable(key.entries, decision->witness)) << dump(key, *decision);
  }
}

}  // namespace riptide::checker::testing
