#include "reports/timeline.hpp"

#include <gtest/gtest.h>

#include "tests/reports/hostile.hpp"
#include "tests/reports/markup.hpp"

namespace riptide::reports {
namespace {

TEST(Timeline, EveryOperationIsCountedOnce) {
  const auto s = sample::stale_read(2000);
  for (const std::size_t buckets : {1u, 7u, 120u, 1000u}) {
    std::uint64_t ok = 0, fail = 0, info = 0;
    const Timeline line = timeline(s.history, buckets);
    for (const auto& b : line.buckets) {
      ok += b.ok;
      fail += b.fail;
      info += b.info;
      EXPECT_LE(b.p50_ns, b.p99_ns);
    }
    EXPECT_EQ(ok, s.verdict.statistics.ok);
    EXPECT_EQ(fail, s.verdict.statistics.fail);
    EXPECT_EQ(info, s.verdict.statistics.info);
    EXPECT_LE(line.buckets.size(), buckets + 1);
  }
}

TEST(Timeline, FaultsThatOverlapInTimeStandInDifferentRows) {
  Random random(3);
  std::vector<history::Fault> faults(40);
  std::int64_t t_ns = 0;
  for (auto& fault : faults) {
    fault.asked_ns = t_ns += static_cast<std::int64_t>(random.below(1000));
    fault.took_effect_ns = fault.asked_ns + 10;
    fault.healed_ns = random.chance(0.1)
                          ? history::kNever
                          : fault.asked_ns + static_cast<std::int64_t>(random.below(4000));
  }
  const auto rows = fault_rows(faults, 60'000);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    for (std::size_t j = i + 1; j < faults.size(); ++j) {
      if (rows.row[i] == rows.row[j]) {
        EXPECT_LE(faults[i].healed_ns, faults[j].asked_ns);
      }
    }
    EXPECT_LT(rows.row[i], rows.count);
  }
}

TEST(Timeline, StepsAreRound) {
  EXPECT_DOUBLE_EQ(round_step(0.3), 0.5);
  EXPECT_DOUBLE_EQ(round_step(2), 2);
  EXPECT_DOUBLE_EQ(round_step(5.1), 10);
  EXPECT_DOUBLE_EQ(round_step(1400), 2000);
}

TEST(Timeline, TheSvgIsWellFormedWhateverTheSystemSaid) {
  for (const auto& text : sample::hostile_strings()) {
    const auto s = sample::hostile(text);
    EXPECT_EQ(sample::xml_error(timeline_svg(timeline(s.history, 120), s.history, s.verdict)), "")
        << text;
  }
}

TEST(Timeline, AHistoryWithoutEventsHasAnEmptyTimeline) {
  const history::History empty;
  const Timeline line = timeline(empty, 100);
  EXPECT_GT(line.end_ns, 0);
  EXPECT_EQ(sample::xml_error(timeline_svg(line, empty, {})), "");
}

}  // namespace
}  // namespace riptide::reports
