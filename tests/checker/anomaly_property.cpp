// Explanations of every model against brute force: what is left of a linearizable history is
// linearizable, and every witness is impossible on its own.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "checker/anomaly.hpp"
#include "checker/endings.hpp"
#include "checker/judge.hpp"
#include "checker/object.hpp"
#include "checker/projection.hpp"
#include "checker/suspects.hpp"
#include "checker/witness.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

Budget budget() { return Budget{Limits{.memory_bytes = 64 << 20}}; }

/// By walking all configurations, which is held against brute force below. A part with too many of
/// them counts as `otherwise`.
bool possible(const Model& model, const KeyHistory& key, bool otherwise) {
  const auto object = make_object(model, key);
  Budget limits = budget();
  const Found found = find_endings(key, *object, limits).found;
  return found == Found::limit ? otherwise : found == Found::order;
}

class AnomaliesOfEveryModel : public ::testing::TestWithParam<std::string> {
 protected:
  /// Calls `body` with random histories of the model, each split into its parts.
  template <class Body>
  void with_histories(int count, Body body) {
    const Model plain = *find_model(GetParam());
    Random random(41, "anomalies of " + plain.info.name);
    for (int i = 0; i < count && !HasFatalFailure(); ++i) {
      const Model model = vary(random, plain);
      const History history =
          random_history(random, model, 8, i % 2 == 0 ? Values::repeated : Values::distinct);
      const auto keys = partition(history, model);
      ASSERT_TRUE(keys.has_value()) << keys.error().text() << dump(history, model);
      for (const KeyHistory& key : *keys) body(random, model, history, key);
    }
  }
};

TEST_P(AnomaliesOfEveryModel, EndingsAreFoundExactlyWhenThereIsNoOrder) {
  const Model plain = *find_model(GetParam());
  Random random(41, "endings of " + plain.info.name);
  for (int i = 0; i < share_of(2'000); ++i) {
    const Model model = vary(random, plain);
    const History history = random_history(random, model, 8, Values::repeated);
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value());
    const bool expected = BruteForce(history, model).linearizable();
    const bool walked = std::all_of(keys->begin(), keys->end(), [&](const KeyHistory& key) {
      return possible(model, key, expected);
    });
    ASSERT_EQ(walked, expected) << dump(history, model);
  }
}

TEST_P(AnomaliesOfEveryModel, WhateverIsLeftOfALinearizableHistoryIsLinearizable) {
  if (find_model(GetParam())->is_register()) GTEST_SKIP() << "registers have closed sets instead";
  int projected = 0;
  with_histories(2'000, [&](Random& random, const Model& model, const History& history,
                            const KeyHistory& key) {
    if (!possible(model, key, false)) return;
    const Part whole = whole_part(key);
    const auto projection = make_projection(model, history, whole);
    std::vector<bool> kept;
    std::string which;
    for (std::size_t i = 0; i < projection->atoms(); ++i) {
      kept.push_back(random.chance(0.5));
      which += kept.back() ? '+' : '-';
    }
    const Part part = projection->project(kept);
    ASSERT_TRUE(possible(model, part.key, true)) << which << "\n" << dump(history, model);
    ++projected;
  });
  EXPECT_GT(projected, 500);
}

TEST_P(AnomaliesOfEveryModel, AWitnessIsImpossibleOnItsOwnAndIsTold) {
  std::map<std::string, int> classes;
  with_histories(2'000, [&](Random&, const Model& model, const History& history,
                            const KeyHistory& key) {
    if (possible(model, key, true)) return;
    Budget limits = budget();
    const Finding finding = find_anomaly(history, model, key, nullptr, limits);
    const Anomaly& anomaly = finding.anomaly;
    std::string told = dump(history, model) + anomaly.klass;
    for (const OpIndex index : anomaly.operations) told += " " + std::to_string(index);
    for (const std::string& step : anomaly.explanation) told += "\n" + step;
    ASSERT_FALSE(finding.contradiction.has_value()) << *finding.contradiction << told;
    ASSERT_FALSE(anomaly.explanation.empty()) << told;
    ASSERT_TRUE(anomaly.minimal) << told;
    KeyHistory witness{.key = key.key, .values = key.values};
    std::set<OpIndex> operations(anomaly.operations.begin(), anomaly.operations.end());
    ASSERT_TRUE(operations.contains(anomaly.culprit)) << told;
    for (const Entry& entry : key.entries) {
      if (operations.contains(entry.index)) witness.entries.push_back(entry);
    }
    // What is said of elements that are left out does not count.
    if (model.kind() != ModelKind::set && model.kind() != ModelKind::list_append &&
        model.kind() != ModelKind::multi_register) {
      const bool initially = key.values[kInitial].list() && !key.values[kInitial].list()->empty();
      if (!initially) {
        ASSERT_FALSE(possible(model, witness, false)) << told;
      }
    }
    ++classes[anomaly.klass];
  });
  EXPECT_GE(classes.size(), GetParam() == "counter" ? 1u : 2u);
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const ModelInfo& model : models()) names.push_back(model.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(anomalies, AnomaliesOfEveryModel, ::testing::ValuesIn(model_names()),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::replace(text.begin(), text.end(), '-', '_');
                           return text;
                         });

TEST(Suspects, LeaveOutNobodyWhoHasAPattern) {
  Random random(43, "suspects");
  const Model model = default_model();
  int patterns = 0, left_out = 0;
  for (int i = 0; i < share_of(20'000); ++i) {
    const History history =
        random_history(random, model, 10, i % 2 == 0 ? Values::repeated : Values::distinct);
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value());
    for (const KeyHistory& key : *keys) {
      const ValueIndex index(key);
      const auto found = suspects(key, index);
      const std::set<std::uint32_t> suspected(found.begin(), found.end());
      for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
        if (!key.entries[p].certain || !key.entries[p].observes()) continue;
        const bool pattern = find_pattern(key, index, p).has_value();
        ASSERT_TRUE(!pattern || suspected.contains(p)) << dump(history, model) << p;
        patterns += pattern;
        left_out += !suspected.contains(p);
      }
    }
  }
  EXPECT_GT(patterns, least_of(1'000));
  EXPECT_GT(left_out, least_of(1'000));
}

TEST(CoveredClosure, OfALinearizableHistoryIsLinearizableWhateverItStartsFrom) {
  Random random(47, "covered closure");
  const Model model = default_model();
  for (int i = 0; i < share_of(20'000); ++i) {
    const History history = random_history(random, model, 10, Values::repeated);
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value());
    for (const KeyHistory& key : *keys) {
      if (!possible(model, key, false)) continue;
      Members members;
      for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
        if (random.chance(0.5)) members.push_back({p, false});
      }
      const Part part = part_of(key, closure(key, members, Covered::left_out));
      ASSERT_TRUE(possible(model, part.key, true)) << dump(history, model);
    }
  }
}

}  // namespace
}  // namespace riptide::checker::testing
