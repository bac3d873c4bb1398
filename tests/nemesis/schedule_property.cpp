// What holds for every drawn schedule.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "nemesis/schedule/schedule.hpp"

namespace riptide::nemesis {
namespace {

using std::chrono::milliseconds;

Draw any_draw() {
  Draw what;
  for (const char* fault : {"partition", "kill", "pause"})
    if (*rc::gen::arbitrary<bool>()) what.faults.push_back(fault);
  what.nodes = *rc::gen::inRange<std::size_t>(1, 8);
  what.time_limit = milliseconds(*rc::gen::inRange(1, 120'000));
  what.interval = milliseconds(*rc::gen::inRange(1, 10'000));
  what.shortest = milliseconds(*rc::gen::inRange(1, 3'000));
  what.longest = what.shortest + milliseconds(*rc::gen::inRange(0, 5'000));
  return what;
}

RC_GTEST_PROP(DrawnSchedule, EveryFaultEndsBeforeTheTimeLimit, (std::uint64_t seed)) {
  const Draw what = any_draw();
  for (const Step& step : draw(what, seed).steps) {
    RC_ASSERT(step.start.at && step.end.after);
    RC_ASSERT(*step.start.at >= Duration{0});
    RC_ASSERT(*step.start.at + *step.end.after < what.time_limit);
    RC_ASSERT(*step.end.after >= what.shortest);
    RC_ASSERT(*step.end.after <= what.longest);
  }
}

RC_GTEST_PROP(DrawnSchedule, FaultsOfOneKindDoNotOverlap, (std::uint64_t seed)) {
  std::map<std::string, Duration> end;
  for (const Step& step : draw(any_draw(), seed).steps) {
    if (end.contains(step.fault)) RC_ASSERT(*step.start.at > end[step.fault]);
    end[step.fault] = *step.start.at + *step.end.after;
  }
}

RC_GTEST_PROP(DrawnSchedule, SurvivesBeingWrittenAndRead, (std::uint64_t seed)) {
  const Schedule schedule = draw(any_draw(), seed);
  const auto read = schedule_from_json(to_json(schedule), "drawn");
  if (!read) RC_FAIL(read.error().text());
  RC_ASSERT(to_json(*read) == to_json(schedule));
  RC_ASSERT(read->seed == seed);
  for (std::size_t i = 0; i < schedule.steps.size(); ++i) {
    RC_ASSERT(read->steps[i].start.at == schedule.steps[i].start.at);
    RC_ASSERT(read->steps[i].end.after == schedule.steps[i].end.after);
    RC_ASSERT(read->steps[i].shape == schedule.steps[i].shape);
    RC_ASSERT(read->steps[i].targets == schedule.steps[i].targets);
  }
}

RC_GTEST_PROP(ScheduleFile, ADamagedFileIsAnErrorAndNeverACrash, (std::uint64_t seed)) {
  Draw what{{"partition", "kill"},    5,
            std::chrono::seconds(20), milliseconds(3000),
            milliseconds(500),        milliseconds(2500)};
  std::string text = to_json(draw(what, seed));
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = *rc::gen::elementOf(std::string("{}[]\",:0-ax"));
  const auto read = schedule_from_json(text, "damaged");
  if (read) {
    RC_ASSERT(schedule_from_json(to_json(*read), "again").has_value());
  } else {
    RC_ASSERT(read.error().text().find("damaged") == 0u);
  }
}

}  // namespace
}  // namespace riptide::nemesis
