// Reads of counters against the bounds of their time; ids that come twice.
#include <gtest/gtest.h>

#include "checker/checks/checks.hpp"
#include "checker/checks/counter_bounds.hpp"
#include "checker/checks/unique_ids.hpp"
#include "tests/checker/checks_script.hpp"

namespace riptide::checker::testing {
namespace {

Check checked(const History& history) { return check_counter(history, default_model()); }

TEST(CounterBounds, AReadSeesAllThatWasAcknowledgedBeforeItBegan) {
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 3).ok("add", 1, 2, 4).read(3, 4, 7)).verdict,
            Word::valid);
  const Check check =
      checked(Operations().ok("add", 1, 2, 3).ok("add", 1, 2, 4).read(3, 4, 3).by(9, "n1"));
  EXPECT_EQ(check.verdict, Word::invalid);
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].klass, "counter-out-of-bounds");
  // The one of 4 is enough: whatever else happened, 3 is too low.
  EXPECT_EQ(check.anomalies[0].operations, (std::vector<history::OpIndex>{1, 2}));
  EXPECT_EQ(sentences(check.anomalies[0]),
            "1. Process 1 did an add of 4 on the counter, beginning at 1.000 ms; it was "
            "acknowledged at 2.000 ms. / 2. Process 9 read the counter from 3.000 ms to 4.000 ms "
            "and was answered 3 by n1. / 3. What was acknowledged before it began, and what may "
            "have happened by its end, allow 7 to 7; 3 is 4 too low.");
}

TEST(CounterBounds, WhatIsOpenOrUnansweredMayCountOrNot) {
  const auto with = [](int value) {
    return checked(Operations()
                       .ok("add", 1, 2, 1)
                       .ok("add", 1, 9, 2)
                       .info("add", 1, 4)
                       .failed("add", 1, 2, 8)
                       .read(3, 4, value))
        .verdict;
  };
  EXPECT_EQ(with(0), Word::invalid);
  for (const int value : {1, 3, 5, 7}) EXPECT_EQ(with(value), Word::valid) << value;
  EXPECT_EQ(with(8), Word::invalid);
  EXPECT_EQ(with(9), Word::invalid);
}

TEST(CounterBounds, WhatWasInvokedAfterTheReadCannotCount) {
  EXPECT_EQ(checked(Operations().read(1, 2, 5).ok("add", 3, 4, 5)).verdict, Word::invalid);
  EXPECT_EQ(checked(Operations().read(1, 3, 5).ok("add", 3, 4, 5)).verdict, Word::valid);
}

TEST(CounterBounds, NegativeAmountsWidenTheBoundsDownwards) {
  const auto with = [](int value) {
    return checked(Operations()
                       .ok("increment", 1, 2, 10)
                       .ok("decrement", 1, 2, 3)
                       .info("add", 1, -2)
                       .read(3, 4, value))
        .verdict;
  };
  EXPECT_EQ(with(4), Word::invalid);
  for (const int value : {5, 6, 7}) EXPECT_EQ(with(value), Word::valid) << value;
  EXPECT_EQ(with(8), Word::invalid);
}

TEST(CounterBounds, AnIncrementWithoutANumberIsOne) {
  EXPECT_EQ(checked(Operations().ok("increment", 1, 2, Value()).read(3, 4, 1)).verdict,
            Word::valid);
  EXPECT_EQ(checked(Operations().ok("increment", 1, 2, Value()).read(3, 4, 2)).verdict,
            Word::invalid);
}

TEST(CounterBounds, ACounterThatOnlyGrowsMustNotGoBack) {
  const Check other =
      checked(Operations().info("add", 1, 5).read(2, 3, 5).by(1).read(4, 5, 0).by(2));
  EXPECT_EQ(other.verdict, Word::invalid);
  EXPECT_EQ(other.anomalies.at(0).klass, "new-old-inversion");
  EXPECT_EQ(other.anomalies.at(0).operations, (std::vector<history::OpIndex>{1, 2}));
  const Check own = checked(Operations().info("add", 1, 5).read(2, 3, 5).by(1).read(4, 5, 0).by(1));
  EXPECT_EQ(own.anomalies.at(0).klass, "non-monotonic-read");
  EXPECT_EQ(checked(Operations().info("add", 1, 5).info("add", 1, -5).read(2, 3, 5).read(4, 5, 0))
                .verdict,
            Word::valid);
  EXPECT_EQ(checked(Operations().info("add", 1, 5).read(2, 4, 5).read(4, 5, 0)).verdict,
            Word::valid)
      << "they overlap";
}

TEST(CounterBounds, SumsBeyondSixtyFourBitsAreExact) {
  const std::int64_t most = INT64_MAX;
  Operations h;
  h.ok("add", 1, 2, most).ok("add", 1, 2, most).read(3, 4, most);
  EXPECT_EQ(checked(h).verdict, Word::invalid);
}

TEST(CounterBounds, TheInitialValueCounts) {
  Model model = default_model();
  model.initial = 10;
  EXPECT_EQ(check_counter(Operations().ok("add", 1, 2, 1).read(3, 4, 11), model).verdict,
            Word::valid);
  EXPECT_EQ(check_counter(Operations().ok("add", 1, 2, 1).read(3, 4, 1), model).verdict,
            Word::invalid);
}

TEST(CounterBounds, WithoutAReadOrWithoutAnAddItIsVacuous) {
  EXPECT_EQ(checked(Operations()).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 1)).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().read(1, 2, 0)).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 1).read(3, 4, Value())).verdict, Word::vacuous);
}

TEST(CounterBounds, AnAddOfWhatIsNoIntegerIsUnknownNeverValid) {
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, "x").read(3, 4, 1)).verdict, Word::unknown);
}

TEST(UniqueIds, AnIdThatIsGivenTwiceIsInvalid) {
  const Check check = check_unique_ids(Operations()
                                           .ok("generate", 1, 2, Value(), 5)
                                           .ok("generate", 1, 2, Value(), 6)
                                           .ok("generate", 3, 4, Value(), 5),
                                       default_model());
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "duplicate-id");
  EXPECT_EQ(check.anomalies.at(0).operations, (std::vector<history::OpIndex>{0, 2}));
  EXPECT_NE(check.reason.find("3 ids were given to 3 requests, from 5 to 6"), std::string::npos)
      << check.reason;
}

TEST(UniqueIds, RequestsThatFailedOrWereNotAnsweredGaveNoId) {
  const Check check = check_unique_ids(Operations()
                                           .ok("generate", 1, 2, Value(), "a")
                                           .failed("generate", 1, 2, Value())
                                           .info("generate", 1)
                                           .ok("generate", 3, 4, Value(), "b"),
                                       default_model());
  EXPECT_EQ(check.verdict, Word::valid) << check.reason;
}

TEST(UniqueIds, FewerThanTwoIdsAreVacuous) {
  EXPECT_EQ(
      check_unique_ids(Operations().ok("generate", 1, 2, Value(), 5), default_model()).verdict,
      Word::vacuous);
}

std::string names(const std::vector<Check>& answers) {
  std::string all;
  for (const Check& check : answers) all += check.name + " ";
  return all;
}

TEST(OtherChecks, AreChosenByWhatTheHistoryHas) {
  const Model model = default_model();
  const auto chosen = [&](const History& history) { return names(other_checks(history, model)); };
  EXPECT_EQ(chosen(Operations()), "");
  EXPECT_EQ(chosen(Operations().ok("write", 1, 2, 1).read(3, 4, 1)), "");
  EXPECT_EQ(chosen(Operations().ok("write", 1, 2, 1).read(3, 4, list({1}))), "");
  EXPECT_EQ(chosen(Operations().ok("add", 1, 2, 1).read(3, 4, list({1}))), "set ");
  EXPECT_EQ(chosen(Operations().ok("add", 1, 2, 1).read(3, 4, 1)), "counter ");
  EXPECT_EQ(chosen(Operations().ok("add", 1, 2, 1)), "set ") << "vacuous, and it says so";
  EXPECT_EQ(chosen(Operations().ok("enqueue", 1, 2, 1).take(3, 4, 1)), "queue ");
  EXPECT_EQ(chosen(Operations().ok("generate", 1, 2, Value(), 1)), "unique-ids ");
}

TEST(OtherChecks, CanBeNamed) {
  const auto answers = named_checks(Operations(), default_model(), {"queue", "set"});
  ASSERT_TRUE(answers.has_value());
  EXPECT_EQ(names(*answers), "queue set ");
  for (const Check& check : *answers) EXPECT_EQ(check.verdict, Word::vacuous);
}

TEST(OtherChecks, AnUnknownNameIsAnErrorWithASuggestion) {
  const auto answers = named_checks(Operations(), default_model(), {"quue"});
  ASSERT_FALSE(answers.has_value());
  EXPECT_NE(answers.error().fix().find("\"queue\""), std::string::npos) << answers.error().fix();
}

}  // namespace
}  // namespace riptide::checker::testing
