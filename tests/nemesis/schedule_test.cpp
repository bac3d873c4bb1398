// Schedules: drawn, written, read.
#include "nemesis/schedule/schedule.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/file.hpp"

namespace riptide::nemesis {
namespace {

using namespace std::chrono_literals;

Draw usual() { return {{"partition", "kill", "pause"}, 5, 60s, 3s, 500ms, 2500ms}; }

std::string with_steps(const std::string& steps) {
  return R"({"riptide":"schedule","version":1,"seed":7,"steps":[)" + steps + "]}";
}

std::string error_of(const std::string& text) {
  const auto read = schedule_from_json(text, "f.json");
  return read ? "read without an error" : read.error().text();
}

// Figure 8 of the Raft paper, by partitions: an entry of an old term comes near a majority.
const char* const kFigure8 =
    R"({"riptide":"schedule","version":1,"seed":8,"repeat":true,"rest_ms":250,
"steps":[
{"id":1,"start":{"at_ms":2000},
 "cast":[["A",{"role":"leader"}],["B",{}],["C",{}],["D",{}],["E",{}]],
 "fault":"partition","parts":[["A","B"],["C","D","E"]],"end":{"with":2}},
{"id":2,"start":{"after":1,"leader_elected":true,"leader_among":["C","D","E"],"delay_ms":20},
 "cast":[["F",{"role":"leader","among":["C","D","E"]}],["G",{"role":"any","among":["C","D","E"]}],
         ["H",{"among":["C","D","E"]}]],
 "fault":"partition","parts":[["A","B","G"],["F","H"]],"end":{"with":3,"delay_ms":0}},
{"id":3,"start":{"after":2,"leader_elected":true,"leader_among":["A","B","G"]},
 "fault":"partition","parts":[["F","G","H"],["A","B"]],"end":{"after_ms":1500.5}}]})";

TEST(Schedule, TheSameSeedDrawsTheSameFaults) {
  EXPECT_EQ(to_json(draw(usual(), 7)), to_json(draw(usual(), 7)));
  EXPECT_NE(to_json(draw(usual(), 7)), to_json(draw(usual(), 8)));
}

TEST(Schedule, AKindOfFaultKeepsItsTimesWhenOthersAreAdded) {
  Draw alone = usual();
  alone.faults = {"kill"};
  std::vector<std::string> expected, found;
  const auto line = [](const Step& step) {
    return std::to_string(step.start.at->count()) + " " + step.targets.front();
  };
  for (const Step& step : draw(alone, 3).steps) expected.push_back(line(step));
  for (const Step& step : draw(usual(), 3).steps)
    if (step.fault == "kill") found.push_back(line(step));
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(expected, found);
}

TEST(Schedule, EveryShapeAndTargetIsDrawnAndTheLeaderIsHitMost) {
  std::map<std::string, int> drawn;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    for (const Step& step : draw(usual(), seed).steps)
      ++drawn[step.fault + " " + (step.targets.empty() ? step.shape : step.targets.front())];
  for (const char* what :
       {"partition leader-alone", "partition leader-minority", "partition leader-majority",
        "partition majority-minority", "partition halves", "partition one", "kill leader",
        "kill follower", "kill minority", "pause leader", "pause follower", "pause minority"})
    EXPECT_GT(drawn[what], 0) << what;
  EXPECT_GT(drawn["kill leader"], drawn["kill follower"]);
  EXPECT_GT(drawn["kill leader"], drawn["kill minority"]);
  EXPECT_EQ(drawn.size(), 12u);
}

TEST(Schedule, TheFirstFaultBeginsSoon) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Schedule schedule = draw(usual(), seed);
    ASSERT_FALSE(schedule.steps.empty());
    EXPECT_LE(*schedule.steps.front().start.at, 1500ms);
  }
}

TEST(Schedule, NothingIsDrawnWhenNoFaultIsWantedOrFits) {
  Draw none = usual();
  none.faults = {};
  EXPECT_TRUE(draw(none, 1).steps.empty());
  Draw too_short = usual();
  too_short.time_limit = 300ms;
  EXPECT_TRUE(draw(too_short, 1).steps.empty());
}

TEST(Schedule, AFileWrittenByHandIsReadAndWrittenBackUnchanged) {
  const auto read = schedule_from_json(kFigure8, "figure8.json");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_TRUE(read->repeat);
  EXPECT_EQ(read->rest, 250ms);
  ASSERT_EQ(read->steps.size(), 3u);
  const Step& second = read->steps[1];
  EXPECT_EQ(second.start.after, 1u);
  EXPECT_TRUE(second.start.leader_elected);
  EXPECT_EQ(second.start.delay, 20ms);
  EXPECT_EQ(second.cast[0].second.role, Pick::Role::leader);
  EXPECT_EQ(second.cast[1].first, "G");
  EXPECT_EQ(second.end.with, 3u);
  EXPECT_EQ(read->steps[2].end.after, std::optional<Duration>(1500500us));
  const auto again = schedule_from_json(to_json(*read), "again");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(to_json(*again), to_json(*read));
}

TEST(Schedule, EveryScheduleThatIsShippedIsRead) {
  std::size_t read = 0;
  const std::filesystem::path shipped = std::string(RIPTIDE_SOURCE_DIR) + "/campaigns/schedules";
  for (const auto& entry : std::filesystem::directory_iterator(shipped)) {
    const auto text = read_file(entry.path());
    ASSERT_TRUE(text) << text.error().text();
    const auto schedule = schedule_from_json(*text, entry.path().filename().string());
    EXPECT_TRUE(schedule) << schedule.error().text();
    ++read;
  }
  EXPECT_GT(read, 0u);
}

TEST(Schedule, AnErrorNamesTheStepTheFieldAndWhatWasMeant) {
  EXPECT_EQ(error_of(with_steps(R"({"id":2,"start":{"at_ms":1},"fault":"kil","targets":["n1"]})")),
            "f.json: step 2: unknown fault \"kil\" (Did you mean \"kill\"?)");
  EXPECT_EQ(error_of(with_steps(
                R"({"id":1,"start":{"at_ms":1},"fault":"partition","shape":"leader-alon"})")),
            "f.json: step 1: unknown shape \"leader-alon\" (Did you mean \"leader-alone\"?)");
  EXPECT_EQ(error_of(with_steps(R"({"id":3,"start":{"aftr":1},"fault":"kill","targets":["n1"]})")),
            "f.json: step 3: start: unknown field \"aftr\" (Did you mean \"after\"?)");
  EXPECT_EQ(error_of(with_steps(R"({"id":1,"start":{"at_ms":1},"fault":"kill","target":["n1"]})")),
            "f.json: step 1: unknown field \"target\" (Did you mean \"targets\"?)");
  EXPECT_EQ(error_of(with_steps(R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"],)"
                                R"("cast":[["F",{"role":"leder"}]]})")),
            "f.json: step 1: cast \"F\": unknown role \"leder\" (Did you mean \"leader\"?)");
}

TEST(Schedule, WhatDoesNotAddUpIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"id":1,"start":{"at_ms":-1},"fault":"kill","targets":["n1"]})",
       "step 1: start: \"at_ms\""},
      {R"({"id":1,"start":{"at_ms":"2"},"fault":"kill","targets":["n1"]})",
       "number of milliseconds"},
      {R"({"id":1,"start":{},"fault":"kill","targets":["n1"]})", "must say when"},
      {R"({"id":1,"start":{"at_ms":1,"after":1},"fault":"kill","targets":["n1"]})",
       "must say when"},
      {R"({"id":1,"start":{"after":9},"fault":"kill","targets":["n1"]})", "no step 9"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"],"end":{"with":9}})",
       "step 1: end: there is no step 9"},
      {R"({"id":1,"start":{"after":1},"fault":"kill","targets":["n1"]})", "waits for itself"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"],"end":{"with":2}},)"
       R"({"id":2,"start":{"after_healed":1},"fault":"kill","targets":["n1"]})",
       "waits for itself"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":[]})", "nobody is named"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["leader","n1"]})",
       "cannot be joined"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"],"shape":"one"})",
       "partition"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"partition"})", "either parts or a shape"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"partition","parts":[["n1"]]})", "two parts"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"partition","parts":[["n1"],["n1"]]})",
       "named twice"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"partition","parts":["n1"]})", "list of names"},
      {R"({"start":{"at_ms":1},"fault":"kill","targets":["n1"]})", "\"id\" is missing"},
      {R"({"id":1,"fault":"kill","targets":["n1"]})", "\"start\" is missing"},
      {R"({"id":1,"start":{"at_ms":1,"leader_among":["n1"]},"fault":"kill","targets":["n1"]})",
       "needs \"leader_elected\""},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"],"cast":[["A",{}],["A",{}]]})",
       "given twice"},
      {R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"]},)"
       R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"]})",
       "two steps have the id 1"},
      {"7", "must be an object"},
  };
  for (const auto& [steps, expected] : cases)
    EXPECT_NE(error_of(with_steps(steps)).find(expected), std::string::npos)
        << steps << "\n  " << error_of(with_steps(steps));
  EXPECT_NE(error_of("{").find("f.json is not JSON"), std::string::npos);
  EXPECT_NE(error_of("{}").find("is not a schedule"), std::string::npos);
  EXPECT_NE(error_of("[]").find("must be an object"), std::string::npos);
  EXPECT_NE(error_of(R"({"riptide":"schedule","version":2,"steps":[]})").find("version 2"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"riptide":"schedule","version":1,"repeat":true,"steps":[)"
                     R"({"id":1,"start":{"at_ms":1},"fault":"kill","targets":["n1"]}]})")
                .find("never ends"),
            std::string::npos);
}

TEST(Faults, AreNamedWithPlusAndMisspellingsAreCorrected) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(*parse_faults("partition+kill+pause"), (Names{"partition", "kill", "pause"}));
  EXPECT_EQ(*parse_faults("kill+kill"), Names{"kill"});
  EXPECT_EQ(*parse_faults("none"), Names{});
  EXPECT_NE(parse_faults("partitoin").error().text().find("Did you mean \"partition\"?"),
            std::string::npos);
  EXPECT_FALSE(parse_faults("kill+"));
  EXPECT_FALSE(parse_faults(""));
  EXPECT_FALSE(parse_faults("none+kill"));
}

}  // namespace
}  // namespace riptide::nemesis
