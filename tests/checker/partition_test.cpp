#include "checker/partition.hpp"

#include <gtest/gtest.h>

#include "checker/prune.hpp"
#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

const Model kCas = *find_model("cas-register");

std::vector<OpIndex> kept(const History& history) {
  const auto keys = partition(history, kCas);
  EXPECT_TRUE(keys.has_value());
  std::vector<OpIndex> left;
  if (keys->empty()) return left;
  for (const Entry& e : prune(keys->front().entries, keys->front().values.size())) {
    left.push_back(e.index);
  }
  return left;
}

TEST(partition, drops_failures_and_unanswered_reads_and_keeps_unanswered_writes_open) {
  Script script;
  script.write(0, 1, 2, 1).failed(1, "write", 3, 4, 2).info(2, "read", 5, Value());
  script.info(3, "write", 6, 3).read(4, 7, 8, 1);
  const auto keys = partition(script.history(), kCas);
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 1u);
  ASSERT_EQ(keys->front().entries.size(), 3u);
  EXPECT_EQ(keys->front().entries[1].index, 3u);
  EXPECT_FALSE(keys->front().entries[1].certain);
  EXPECT_EQ(keys->front().entries[1].return_ns, history::kNever);
}

TEST(partition, numbers_values_per_key_and_nil_is_always_zero) {
  Script script;
  script.key("a").write(0, 1, 2, 70).read(0, 3, 4, 70).key("b").read(1, 1, 2, Value());
  script.cas(1, 3, 4, 80, Value());
  const auto keys = partition(script.history(), kCas);
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].key, Value("a"));
  EXPECT_EQ((*keys)[0].entries[0].written(), (*keys)[0].entries[1].observed());
  EXPECT_EQ((*keys)[1].entries[0].observed(), kInitial);
  EXPECT_EQ((*keys)[1].entries[1].written(), kInitial);
  EXPECT_EQ((*keys)[1].values[(*keys)[1].entries[1].observed()], Value(80));
}

TEST(partition, refuses_what_the_model_does_not_understand_and_says_what_to_do) {
  Script cas;
  cas.cas(0, 1, 2, 1, 2);
  const auto keys = partition(cas.history(), *find_model("register"));
  ASSERT_FALSE(keys.has_value());
  EXPECT_NE(keys.error().text().find("cas"), std::string::npos);
  EXPECT_NE(keys.error().fix().find("--model"), std::string::npos);

  Script damaged;
  damaged.info(0, "cas", 1, Value(3));
  EXPECT_FALSE(partition(damaged.history(), kCas).has_value());
  Script backwards;
  backwards.write(0, 5, 4, 1);
  EXPECT_FALSE(partition(backwards.history(), kCas).has_value());
}

TEST(find_model, suggests_the_model_that_was_meant) {
  const auto model = find_model("cas-registr");
  ASSERT_FALSE(model.has_value());
  EXPECT_NE(model.error().fix().find("cas-register"), std::string::npos);
}

TEST(prune, drops_an_unanswered_write_that_nobody_can_have_observed) {
  EXPECT_EQ(kept(Script().write(0, 1, 2, 1).info(1, "write", 3, 2).read(2, 4, 5, 1).history()),
            (std::vector<OpIndex>{0, 2}));
}

TEST(prune, keeps_an_unanswered_write_whose_value_somebody_saw_or_a_cas_expects) {
  EXPECT_EQ(kept(Script().info(1, "write", 3, 2).read(2, 4, 5, 2).history()).size(), 2u);
  EXPECT_EQ(kept(Script().info(1, "write", 3, 2).cas(2, 4, 5, 2, 3).history()).size(), 2u);
}

TEST(prune, drops_an_unanswered_write_of_a_repeated_value_that_was_only_seen_before) {
  EXPECT_EQ(kept(Script().write(0, 1, 2, 1).read(1, 3, 4, 1).info(2, "write", 5, 1).history()),
            (std::vector<OpIndex>{0, 1}));
}

TEST(prune, goes_on_until_nothing_changes) {
  // 3 is seen by nobody, so the cas from 2 goes, so nobody wants 2, and so on.
  Script script;
  script.write(0, 1, 2, 9).info(1, "write", 3, 1).info(2, "cas", 3, Value(Value::List{1, 2}));
  script.info(3, "cas", 3, Value(Value::List{2, 3}));
  EXPECT_EQ(kept(script.history()), (std::vector<OpIndex>{0}));
}

TEST(prune, makes_an_observed_unanswered_write_certain_and_ends_it_where_it_was_seen) {
  Script script;
  script.info(1, "write", 3, 2).read(2, 4, 5, 2);
  const auto keys = partition(script.history(), kCas);
  const auto entries = prune(keys->front().entries, keys->front().values.size());
  EXPECT_TRUE(entries[0].certain);
  EXPECT_EQ(entries[0].return_ns, 5);
}

}  // namespace
}  // namespace riptide::checker::testing
