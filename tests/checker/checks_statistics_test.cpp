// Rates, availability, latency and what makes a history worth a verdict, for objects of any type.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "checker/verdict_json.hpp"
#include "tests/checker/checks_script.hpp"

namespace riptide::checker::testing {
namespace {

TEST(Rates, EveryOperationIsCountedInTheBucketsOfItsCallAndItsEnd) {
  Operations h;
  for (int i = 0; i < 1000; ++i) h.ok("read", i, i + 1, Value(), 1);
  const Statistics s = statistics(h);
  ASSERT_EQ(s.buckets.size(), 100u);
  EXPECT_EQ(s.buckets_from_ns, 0);
  EXPECT_EQ(s.bucket_ns, 10'000'001);
  std::uint64_t invoked = 0, ok = 0;
  for (const auto& bucket : s.buckets) invoked += bucket.invoked, ok += bucket.ok;
  EXPECT_EQ(invoked, 1000u);
  EXPECT_EQ(ok, 1000u);
  EXPECT_EQ(s.availability, 1.0);
}

TEST(Rates, ATimeInWhichOperationsAreTriedAndNoneSucceedsIsNotAvailable) {
  Operations h;
  for (int i = 0; i < 1000; ++i) {
    if (i < 250 || i >= 750) {
      h.ok("read", i, i + 1, Value(), 1);
    } else {
      h.failed("read", i, i + 1, Value());
    }
  }
  const Statistics s = statistics(h);
  EXPECT_NEAR(s.availability, 0.5, 0.02);
  EXPECT_EQ(s.longest_without_ok_ns, 501'000'000);
  EXPECT_EQ(s.longest_without_ok_from_ns, 250'000'000);
}

TEST(Rates, ATimeInWhichNothingIsTriedSaysNothingOfAvailability) {
  Operations h;
  for (int i = 0; i < 500; ++i) h.ok("read", i, i + 1, Value(), 1);
  for (int i = 5000; i < 5500; ++i) h.ok("read", i, i + 1, Value(), 1);
  const Statistics s = statistics(h);
  EXPECT_EQ(s.availability, 1.0);
  EXPECT_EQ(s.longest_without_ok_ns, 4'501'000'000);
}

TEST(Rates, AnOperationThatStaysOpenIsTriedInAllBucketsUntilItEnds) {
  Operations h;
  for (int i = 0; i < 100; ++i) h.ok("read", i / 50, 1 + i / 50, Value(), 1);
  h.ok("read", 3, 1000, Value(), 1);
  const Statistics s = statistics(h);
  ASSERT_EQ(s.buckets.size(), 10u);
  for (const auto& bucket : s.buckets) EXPECT_GE(bucket.tried, 1u);
  EXPECT_NEAR(s.availability, 0.2, 1e-9);
}

TEST(Rates, TheLongestSilenceIsTheWidestGapBetweenAnyTwoAnswers) {
  Random random(5);
  for (int round = 0; round < 2000; ++round) {
    Operations h;
    std::vector<std::int64_t> answers;
    const auto count = random.below(12);
    std::int64_t first = INT64_MAX, last = INT64_MIN;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::int64_t call = random.between(0, 30), end = call + random.between(0, 10);
      first = std::min(first, call), last = std::max(last, end);
      if (random.chance(0.3)) {
        h.failed("read", call, end, Value());
      } else {
        h.ok("read", call, end, Value(), 1);
        answers.push_back(end);
      }
    }
    std::int64_t widest = 0;
    if (count > 0) {
      std::sort(answers.begin(), answers.end());
      answers.push_back(last);
      for (std::int64_t since = first; const std::int64_t answer : answers) {
        widest = std::max(widest, answer - since);
        since = answer;
      }
    }
    ASSERT_EQ(statistics(h).longest_without_ok_ns, widest * 1'000'000) << round;
  }
}

TEST(Latencies, QuantilesAreNearestRanks) {
  Operations h;
  for (int i = 1000; i >= 1; --i) h.ok("read", 0, i, Value(), 1);
  const Statistics s = statistics(h);
  ASSERT_EQ(s.rows.size(), 1u);
  EXPECT_EQ(s.rows[0].latency_p50_ns, 500'000'000);
  EXPECT_EQ(s.rows[0].latency_p90_ns, 900'000'000);
  EXPECT_EQ(s.rows[0].latency_p99_ns, 990'000'000);
  EXPECT_EQ(s.rows[0].latency_p999_ns, 999'000'000);
  EXPECT_EQ(s.rows[0].latency_max_ns, 1'000'000'000);
}

TEST(Statistics, OfNothingAreZero) {
  const Statistics s = statistics(Operations());
  EXPECT_EQ(s.operations, 0u);
  EXPECT_TRUE(s.buckets.empty());
  EXPECT_EQ(s.availability, 0);
}

TEST(Statistics, NameTheFunctionsOfWhichNoneSucceeded) {
  Operations h;
  h.ok("write", 1, 2, 1).read(3, 4, 1).failed("cas", 1, 2, list({1, 2})).info("cas", 1);
  EXPECT_EQ(statistics(h).never_ok, std::vector<std::string>{"cas"});
  const Check check = check_not_vacuous(h, statistics(h), 0.02);
  EXPECT_EQ(check.verdict, Word::valid) << "a remark, not a verdict";
  EXPECT_NE(check.reason.find("none succeeded of: cas"), std::string::npos) << check.reason;
}

TEST(Statistics, ComeBackFromVerdictJson) {
  Operations h;
  for (int i = 0; i < 100; ++i) h.ok("read", i, i + 1, Value(), 1);
  h.failed("cas", 1, 200, list({1, 2}));
  Verdict verdict;
  verdict.statistics = statistics(h);
  const auto back = verdict_from_json(to_json(verdict, h), "verdict.json");
  ASSERT_TRUE(back.has_value());
  const Statistics &a = verdict.statistics, &b = back->statistics;
  EXPECT_EQ(b.availability, a.availability);
  EXPECT_EQ(b.never_ok, a.never_ok);
  EXPECT_EQ(b.longest_without_ok_from_ns, a.longest_without_ok_from_ns);
  EXPECT_EQ(b.bucket_ns, a.bucket_ns);
  ASSERT_EQ(b.buckets.size(), a.buckets.size());
  for (std::size_t i = 0; i < a.buckets.size(); ++i)
    EXPECT_EQ(b.buckets[i].tried, a.buckets[i].tried);
  EXPECT_EQ(b.rows.at(1).latency_p90_ns, a.rows.at(1).latency_p90_ns);
}

Word vacuity(const History& history) {
  return check_not_vacuous(history, statistics(history), 0.02).verdict;
}

TEST(NotVacuous, ChangesAloneShowNothingWhateverTheObjectIs) {
  EXPECT_EQ(vacuity(Operations().ok("enqueue", 1, 2, 1)), Word::vacuous);
  EXPECT_EQ(vacuity(Operations().ok("push", 1, 2, 1)), Word::vacuous);
  EXPECT_EQ(vacuity(Operations().ok("add", 1, 2, 1)), Word::vacuous);
  EXPECT_EQ(vacuity(Operations().ok("append", 1, 2, "x")), Word::vacuous);
  EXPECT_EQ(vacuity(Operations().ok("increment", 1, 2, 1)), Word::vacuous);
}

TEST(NotVacuous, ObservationsOfWhatNobodyChangedShowNothing) {
  EXPECT_EQ(vacuity(Operations().read(1, 2, list({}))), Word::vacuous);
  EXPECT_EQ(vacuity(Operations().ok("contains", 1, 2, 7, false)), Word::vacuous);
  EXPECT_EQ(vacuity(Operations().key(1).ok("add", 1, 2, 1).key(2).read(3, 4, list({}))),
            Word::vacuous);
  EXPECT_EQ(vacuity(Operations().failed("add", 1, 2, 1).read(3, 4, list({}))), Word::vacuous);
}

TEST(NotVacuous, AnObservationOfWhatMayHaveChangedIsATest) {
  EXPECT_EQ(vacuity(Operations().ok("add", 1, 2, 1).read(3, 4, list({1}))), Word::valid);
  EXPECT_EQ(vacuity(Operations().info("enqueue", 1, 1).take(3, 4, Value())), Word::valid);
  EXPECT_EQ(vacuity(Operations().ok("acquire", 1, 2, Value()).ok("release", 3, 4, Value())),
            Word::valid);
  EXPECT_EQ(vacuity(Operations().ok("add", 1, 2, 5, 17)), Word::valid) << "it told the sum";
  EXPECT_EQ(vacuity(Operations().ok("remove", 1, 2, 5, false)), Word::valid);
  EXPECT_EQ(vacuity(Operations().ok("txn", 1, 2, list({}), list({}))), Word::valid);
}

}  // namespace
}  // namespace riptide::checker::testing
