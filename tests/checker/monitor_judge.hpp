// Judges what a monitor decided, by brute force and by a replay of the order.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "checker/decision.hpp"
#include "checker/partition.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"

namespace riptide::checker::testing {

inline std::vector<OpIndex> indices(const KeyHistory& key,
                                    const std::vector<std::uint32_t>& positions) {
  std::vector<OpIndex> result;
  for (const std::uint32_t position : positions) result.push_back(key.entries[position].index);
  return result;
}

/// Replays the order; empty when it is right.
inline std::string fault(const History& history, const Model& model, const KeyHistory& key,
                         const std::vector<std::uint32_t>& order) {
  const Definition definition(model);
  std::vector<bool> used(key.entries.size());
  std::int64_t latest_call = INT64_MIN;
  Value state = definition.initial();
  for (const std::uint32_t position : order) {
    if (position >= key.entries.size() || used[position]) return "not an order";
    used[position] = true;
    const Entry& entry = key.entries[position];
    if (entry.return_ns < latest_call) return "not the order of time";
    latest_call = std::max(latest_call, entry.call_ns);
    const auto next = definition.apply(state, history.operations[entry.index]);
    if (!next) return "operation " + std::to_string(entry.index) + " cannot happen there";
    state = *next;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i] && key.entries[i].certain) return "not complete";
  }
  return "";
}

/// The only object of a small history.
inline KeyHistory only_object(const History& history, const Model& model) {
  auto keys = partition(history, model);
  EXPECT_TRUE(keys.has_value());
  return keys->empty() ? KeyHistory{.key = {}, .entries = {}, .values = {Value()}} : keys->front();
}

/// Fails the test when the decision is not what brute force says, or proves nothing.
inline void judge(const History& history, const Model& model, const KeyHistory& key,
                  const Decision& decision, bool expected) {
  ASSERT_EQ(decision.found, expected ? Found::order : Found::no_order) << dump(history, model);
  if (expected) {
    ASSERT_EQ(fault(history, model, key, decision.order), "") << dump(history, model);
    return;
  }
  ASSERT_FALSE(decision.witness.empty()) << dump(history, model);
  const std::vector<OpIndex> witness = indices(key, decision.witness);
  ASSERT_TRUE(std::is_sorted(decision.witness.begin(), decision.witness.end()));
  if (BruteForce(history, witness, model).linearizable()) {
    History shown;
    for (const OpIndex index : witness) shown.operations.push_back(history.operations[index]);
    FAIL() << "the witness is possible:\n" << dump(shown, model) << "of\n" << dump(history, model);
  }
}

}  // namespace riptide::checker::testing
