// What went into a queue against what came out.
#include <gtest/gtest.h>

#include "checker/checks/queue_account.hpp"
#include "tests/checker/checks_script.hpp"

namespace riptide::checker::testing {
namespace {

Check checked(const History& history) { return check_queue(history, default_model()); }
QueueAccount accounted(const History& history) { return account_queue(history, default_model()); }

TEST(QueueAccount, WhatWentInAndCameOutOnceIsInOrder) {
  const Operations h = Operations().ok("enqueue", 1, 2, 7).take(3, 4, 7).take(5, 6, Value());
  EXPECT_EQ(checked(h).verdict, Word::valid) << checked(h).reason;
  EXPECT_EQ(accounted(h).taken, 1u);
  EXPECT_EQ(accounted(h).empty, 1u);
}

TEST(QueueAccount, AnElementThatADrainDoesNotFindIsLost) {
  const Check check = checked(Operations()
                                  .ok("enqueue", 1, 2, 7)
                                  .by(0, "n1")
                                  .ok("enqueue", 1, 2, 8)
                                  .ok("drain", 3, 9, Value(), list({8}))
                                  .by(2));
  EXPECT_EQ(check.verdict, Word::invalid);
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].klass, "lost-element");
  EXPECT_EQ(check.anomalies[0].operations, (std::vector<history::OpIndex>{0, 2}));
  EXPECT_EQ(sentences(check.anomalies[0]),
            "1. Process 0 put 7 into the queue, beginning at 1.000 ms; n1 acknowledged it at "
            "2.000 ms. / 2. Process 2 did a drain on the queue, beginning at 3.000 ms; the answer "
            "at 9.000 ms shows that nothing was left. / 3. 7 never came out: it is lost.");
}

TEST(QueueAccount, AnElementIsLostWhenADequeueFindsNothingAlthoughItWasThere) {
  EXPECT_EQ(checked(Operations().ok("enqueue", 1, 2, 7).take(3, 4, Value())).verdict,
            Word::invalid);
  EXPECT_EQ(checked(Operations().ok("enqueue", 1, 3, 7).take(3, 4, Value())).verdict, Word::valid)
      << "they overlap";
}

TEST(QueueAccount, AnElementThatNobodyLookedForAfterwardsIsNotLost) {
  const Operations h = Operations().ok("enqueue", 1, 2, 7).ok("enqueue", 1, 2, 8).take(3, 4, 7);
  EXPECT_EQ(checked(h).verdict, Word::valid);
  EXPECT_EQ(accounted(h).missing, 1u);
  EXPECT_EQ(accounted(h).lost, 0u);
}

TEST(QueueAccount, AnUnansweredDequeueMayHaveTakenOneElementButNotTwo) {
  Operations h;
  h.ok("enqueue", 1, 2, 7).info("dequeue", 3).take(5, 6, Value());
  EXPECT_EQ(checked(h).verdict, Word::valid);
  Operations two;
  two.ok("enqueue", 1, 2, 7).ok("enqueue", 1, 2, 8).info("dequeue", 3).take(5, 6, Value());
  const Check check = checked(two);
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(accounted(two).lost, 1u);
  EXPECT_EQ(accounted(two).missing, 1u);
  EXPECT_EQ(check.anomalies.at(0).operations, (std::vector<history::OpIndex>{0, 1, 2, 3}));
  Operations late;
  late.ok("enqueue", 1, 2, 7).take(5, 6, Value()).info("dequeue", 7);
  EXPECT_EQ(checked(late).verdict, Word::invalid) << "it was invoked after the queue was empty";
}

TEST(QueueAccount, AnUnansweredDrainMayHaveTakenAll) {
  Operations h;
  h.ok("enqueue", 1, 2, 7).ok("enqueue", 1, 2, 8).info("drain", 3).take(5, 6, Value());
  EXPECT_EQ(checked(h).verdict, Word::valid);
}

TEST(QueueAccount, AFailedDequeueTookNothing) {
  Operations h;
  h.ok("enqueue", 1, 2, 7).failed("dequeue", 3, 4, Value()).take(5, 6, Value());
  EXPECT_EQ(checked(h).verdict, Word::invalid);
}

TEST(QueueAccount, AnElementThatComesOutMoreOftenThanItWentInIsDuplicated) {
  const Check check = checked(
      Operations().ok("enqueue", 1, 2, 7).take(3, 4, 7).ok("drain", 5, 6, Value(), list({7})));
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "duplicate-element");
  EXPECT_EQ(check.anomalies.at(0).operations, (std::vector<history::OpIndex>{0, 1, 2}));
  EXPECT_EQ(
      checked(Operations().ok("enqueue", 1, 2, 7).info("enqueue", 1, 7).take(3, 4, 7).take(5, 6, 7))
          .verdict,
      Word::valid)
      << "it may have gone in twice";
}

TEST(QueueAccount, AnElementThatNobodyPutInIsUnexpected) {
  EXPECT_EQ(checked(Operations().ok("enqueue", 1, 2, 7).take(3, 4, 8)).anomalies.at(0).klass,
            "phantom-value");
  EXPECT_EQ(checked(Operations().failed("enqueue", 1, 2, 7).take(3, 4, 7)).verdict, Word::invalid);
}

TEST(QueueAccount, AnElementThatComesOutBeforeItWasPutInIsTooEarly) {
  EXPECT_EQ(checked(Operations().take(1, 2, 7).ok("enqueue", 3, 4, 7)).anomalies.at(0).klass,
            "future-read");
  EXPECT_EQ(checked(Operations().take(1, 3, 7).ok("enqueue", 3, 4, 7)).verdict, Word::valid);
}

TEST(QueueAccount, AnUnansweredEnqueueThatComesOutIsRecovered) {
  const Operations h = Operations().info("enqueue", 1, 7).take(3, 4, 7);
  EXPECT_EQ(checked(h).verdict, Word::valid);
  EXPECT_EQ(accounted(h).recovered, 1u);
}

TEST(QueueAccount, InitialElementsAreThereFromTheStart) {
  Model model = default_model();
  model.initial = list({1, 2});
  EXPECT_EQ(
      check_queue(Operations().take(1, 2, 1).take(3, 4, 2).take(5, 6, Value()), model).verdict,
      Word::valid);
  EXPECT_EQ(check_queue(Operations().take(1, 2, 1).take(5, 6, Value()), model).verdict,
            Word::invalid);
}

TEST(QueueAccount, ANilThatWasPutInDoesNotLookLikeAnEmptyQueue) {
  Operations h;
  h.ok("enqueue", 1, 2, Value()).ok("enqueue", 1, 2, 7).take(3, 4, Value());
  EXPECT_EQ(checked(h).verdict, Word::valid);
}

TEST(QueueAccount, WithoutAnAnswerOrWithoutAnElementItIsVacuous) {
  EXPECT_EQ(checked(Operations()).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("enqueue", 1, 2, 7)).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("enqueue", 1, 2, 7).info("dequeue", 3)).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().take(1, 2, Value())).verdict, Word::vacuous);
}

}  // namespace
}  // namespace riptide::checker::testing
