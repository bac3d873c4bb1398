// What became of the elements of a set.
#include <gtest/gtest.h>

#include "checker/checks/set_elements.hpp"
#include "tests/checker/checks_script.hpp"

namespace riptide::checker::testing {
namespace {

Check checked(const History& history) { return check_set(history, default_model()); }
SetAccount accounted(const History& history) { return account_set(history, default_model()); }

TEST(SetElements, AnElementThatEveryLaterReadSawIsStable) {
  const Operations h = Operations().ok("add", 1, 2, 7).read(3, 4, list({7})).read(5, 6, list({7}));
  const SetAccount account = accounted(h);
  EXPECT_EQ(account.stable, 1u);
  EXPECT_EQ(account.acknowledged, 1u);
  EXPECT_EQ(account.observations, 2u);
  EXPECT_EQ(account.visible_after_ns, std::vector<std::int64_t>{0});
  EXPECT_EQ(checked(h).verdict, Word::valid) << checked(h).reason;
}

TEST(SetElements, AnAcknowledgedElementThatNoLaterReadSeesIsLost) {
  const Check check = checked(Operations()
                                  .ok("add", 1, 2, 7)
                                  .by(0, "n1")
                                  .read(3, 4, list({7}))
                                  .by(1, "n2")
                                  .read(10, 12, list({}))
                                  .by(2, "n3"));
  EXPECT_EQ(check.verdict, Word::invalid);
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].klass, "lost-element");
  EXPECT_EQ(check.anomalies[0].operations, (std::vector<history::OpIndex>{0, 2}));
  EXPECT_EQ(check.anomalies[0].culprit, 2u);
  EXPECT_EQ(check.anomalies[0].staleness_ms, 8.0);
  EXPECT_EQ(sentences(check.anomalies[0]),
            "1. Process 0 added 7 to the set, beginning at 1.000 ms; n1 acknowledged it at "
            "2.000 ms. / 2. Process 2 began to look at the set at 10.000 ms, 8.000 ms after that "
            "acknowledgement; it was answered by n3 at 12.000 ms, and 7 was not there. / 3. Nobody "
            "asked to remove 7, and nobody saw it after that: it is lost.");
}

TEST(SetElements, AnElementThatIsSeenAgainAfterItWasMissingWasStaleForThatLong) {
  const Operations h =
      Operations().ok("add", 1, 2, 7).read(10, 12, list({})).read(20, 22, list({7}));
  const SetAccount account = accounted(h);
  EXPECT_EQ(account.stale, 1u);
  EXPECT_EQ(account.lost, 0u);
  EXPECT_EQ(account.visible_after_ns, std::vector<std::int64_t>{8'000'000});
  const Check check = checked(h);
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "stale-read");
  EXPECT_EQ(check.anomalies.at(0).staleness_ms, 8.0);
  EXPECT_NE(check.reason.find("visible to all after 8.000 ms (median)"), std::string::npos)
      << check.reason;
}

TEST(SetElements, AReadThatOverlapsTheAddMayMissIt) {
  EXPECT_EQ(checked(Operations().ok("add", 1, 5, 7).read(5, 6, list({}))).verdict, Word::valid);
  EXPECT_EQ(checked(Operations().ok("add", 1, 5, 7).read(6, 7, list({}))).verdict, Word::invalid);
}

TEST(SetElements, AnUnansweredAddThatWasSeenIsRecoveredAndMustStay) {
  const Operations seen = Operations().info("add", 1, 7).read(3, 4, list({})).read(5, 6, list({7}));
  EXPECT_EQ(checked(seen).verdict, Word::valid) << checked(seen).reason;
  EXPECT_EQ(accounted(seen).recovered, 1u);
  const Check gone =
      checked(Operations().info("add", 1, 7).read(3, 4, list({7})).read(5, 6, list({})));
  EXPECT_EQ(gone.verdict, Word::invalid);
  EXPECT_EQ(gone.anomalies.at(0).operations, (std::vector<history::OpIndex>{0, 1, 2}));
  EXPECT_NE(sentences(gone.anomalies[0]).find("by then it had been added"), std::string::npos);
}

TEST(SetElements, AnUnansweredAddThatNobodySawSaysNothing) {
  const Operations h = Operations().info("add", 1, 7).read(3, 4, list({}));
  EXPECT_EQ(checked(h).verdict, Word::valid);
  EXPECT_EQ(accounted(h).attempts, 1u);
  EXPECT_EQ(accounted(h).stable, 0u);
}

TEST(SetElements, AnElementThatNobodyAddedIsAPhantom) {
  const Check check = checked(Operations().ok("add", 1, 2, 7).read(3, 4, list({7, 8})));
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "phantom-value");
}

TEST(SetElements, AnElementWhoseAddSurelyFailedIsAPhantomWhenItIsSeen) {
  const Check check = checked(Operations().failed("add", 1, 2, 7).read(3, 4, list({7})));
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "phantom-value");
  EXPECT_EQ(check.anomalies.at(0).operations, (std::vector<history::OpIndex>{0, 1}));
  EXPECT_EQ(
      checked(Operations().failed("add", 1, 2, 7).info("add", 2, 7).read(3, 4, list({7}))).verdict,
      Word::valid);
}

TEST(SetElements, AnElementThatIsSeenBeforeItsAddWasInvokedIsAFutureRead) {
  const Check check = checked(Operations().read(1, 2, list({7})).ok("add", 3, 4, 7));
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "future-read");
  EXPECT_EQ(checked(Operations().read(1, 3, list({7})).ok("add", 3, 4, 7)).verdict, Word::valid);
}

TEST(SetElements, AnAnswerThatHasAnElementTwiceIsInvalid) {
  const Check check =
      checked(Operations().ok("add", 1, 2, 7).ok("add", 3, 4, 7).read(5, 6, list({7, 7})));
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "duplicate-element");
}

TEST(SetElements, AnElementThatIsAcknowledgedAfterTheLastReadIsNeverRead) {
  const Operations h = Operations().ok("add", 1, 2, 7).read(3, 4, list({7})).ok("add", 5, 6, 8);
  EXPECT_EQ(accounted(h).never_read, 1u);
  EXPECT_EQ(checked(h).verdict, Word::valid);
}

TEST(SetElements, AnElementThatSomebodyAskedToRemoveIsLeftToLinearizability) {
  const Operations h = Operations().ok("add", 1, 2, 7).info("remove", 3, 7).read(5, 6, list({}));
  EXPECT_EQ(checked(h).verdict, Word::valid);
  EXPECT_EQ(accounted(h).removable, 1u);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 7).failed("remove", 3, 4, 7).read(5, 6, list({})))
                .verdict,
            Word::invalid);
}

TEST(SetElements, ContainsIsAReadOfOneElement) {
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 7).ok("contains", 3, 4, 7, true)).verdict,
            Word::valid);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 7).ok("contains", 3, 4, 7, false)).verdict,
            Word::invalid);
  EXPECT_EQ(checked(Operations().ok("contains", 3, 4, 7, true)).verdict, Word::invalid);
}

TEST(SetElements, SetsOfDifferentKeysAreDifferentSets) {
  const Check check = checked(
      Operations().key("a").ok("add", 1, 2, 7).read(3, 4, list({7})).key("b").read(3, 4, list({})));
  EXPECT_EQ(check.verdict, Word::valid);
  EXPECT_EQ(
      checked(Operations().key("a").ok("add", 1, 2, 7).key("b").read(3, 4, list({7}))).verdict,
      Word::invalid);
}

TEST(SetElements, InitialElementsAreThereFromTheStart) {
  Model model = default_model();
  model.initial = list({1, 2});
  EXPECT_EQ(check_set(Operations().read(0, 1, list({1, 2})), model).verdict, Word::valid);
  const Check check = check_set(Operations().read(0, 1, list({1})), model);
  EXPECT_EQ(check.verdict, Word::invalid);
  EXPECT_EQ(check.anomalies.at(0).klass, "lost-element");
}

TEST(SetElements, WithoutAReadOrWithoutAnAddItIsVacuous) {
  EXPECT_EQ(checked(Operations()).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 7)).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 7).info("read", 3)).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().ok("add", 1, 2, 7).read(3, 4, Value())).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().read(1, 2, list({}))).verdict, Word::vacuous);
  EXPECT_EQ(checked(Operations().failed("add", 1, 2, 7).read(3, 4, list({}))).verdict,
            Word::vacuous);
}

TEST(SetElements, OfMillionsOfAnomaliesAHundredOfEachClassAreTold) {
  Operations h;
  for (int i = 0; i < 1000; ++i) h.ok("add", 1, 2, i);
  h.read(3, 4, list({}));
  const SetAccount account = accounted(h);
  EXPECT_EQ(account.lost, 1000u);
  EXPECT_EQ(account.anomalies.size(), 100u);
}

}  // namespace
}  // namespace riptide::checker::testing
