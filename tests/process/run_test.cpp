// Whole runs, as a user starts them.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/process/program.hpp"

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json json_file(const fs::path& path) {
  std::ifstream file(path);
  return json::parse(file, nullptr, false);
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(Run, AHealthyClusterIsValidUnderEveryFaultAndLeavesEveryFile) {
  TemporaryDirectory here;
  const Output run =
      riptide({"run", "--faults", "partition+kill+pause", "--time-limit", "8s", "--seed", "3",
               "--fault-interval", "2s", "--fault-duration", "500ms..1500ms", "--certificate"},
              here.path());
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  const fs::path directory = here.path() / "runs/latest";
  for (const char* file : {"run.json", "history.jsonl", "schedule.json", "verdict.json",
                           "certificate.json", "report.html", "junit.xml"})
    EXPECT_TRUE(fs::exists(directory / file)) << file;
  const json verdict = json_file(directory / "verdict.json");
  EXPECT_EQ(verdict["verdict"], "valid");
  EXPECT_TRUE(node_processes(here.path()).empty());

  // Each fault that was asked for took effect and was healed, with a proof.
  std::map<std::string, int> phases;
  for (const std::string& line : lines_of(directory / "history.jsonl")) {
    const json event = json::parse(line);
    if (event.value("process", json()) != "nemesis" || event["f"] == "leader") continue;
    const std::string phase = event["value"]["phase"];
    ++phases[phase];
    if (phase == "took-effect" || phase == "healed")
      EXPECT_FALSE(event["value"]["proof"].is_null()) << line;
  }
  EXPECT_GT(phases["asked"], 0);
  EXPECT_EQ(phases["asked"], phases["took-effect"]);
  EXPECT_EQ(phases["asked"], phases["healed"]);
  EXPECT_EQ(phases.count("failed"), 0u);

  // What the run said, `check` says again from the file alone, and `report` makes the pages again.
  EXPECT_EQ(riptide({"check", "runs/latest"}, here.path()).exit_code, 0);
  fs::remove(directory / "report.html");
  EXPECT_EQ(riptide({"report", "runs/latest"}, here.path()).exit_code, 0);
  EXPECT_TRUE(fs::exists(directory / "report.html"));
}

TEST(Run, ReplayUsesTheSameScheduleAndSeed) {
  TemporaryDirectory here;
  ASSERT_EQ(riptide({"run", "--faults", "kill", "--time-limit", "4s", "--seed", "11",
                     "--fault-interval", "1500ms"},
                    here.path())
                .exit_code,
            0);
  const fs::path first = fs::canonical(here.path() / "runs/latest");
  const Output replay = riptide({"replay", first.string()}, here.path());
  EXPECT_EQ(replay.exit_code, 0) << replay.out << replay.err;
  const fs::path second = fs::canonical(here.path() / "runs/latest");
  EXPECT_NE(first, second);
  EXPECT_EQ(lines_of(first / "schedule.json"), lines_of(second / "schedule.json"));
}

TEST(Run, CtrlCStopsTheNodesKeepsTheHistoryAndExitsWith130) {
  TemporaryDirectory here;
  Running run({RIPTIDE_PROGRAM, "run", "--time-limit", "120s"}, here.path());
  const fs::path history = here.path() / "runs/latest/history.jsonl";
  ASSERT_TRUE(
      eventually(60, [&] { return fs::exists(history) && fs::file_size(history) > 20'000; }));
  run.signal(SIGINT);
  const Output ended = run.wait(60);
  EXPECT_EQ(ended.exit_code, 130) << ended.out << ended.err;
  EXPECT_TRUE(node_processes(here.path()).empty());
  EXPECT_EQ(riptide({"check", "runs/latest"}, here.path()).exit_code, 0);
}

TEST(Run, InWhichNoFaultHappenedThoughOneWasAskedForIsVacuous) {
  TemporaryDirectory here;
  std::ofstream(here.path() / "late.json")
      << R"({"riptide":"schedule","version":1,"seed":1,"steps":[{"id":1,)"
      << R"("start":{"at_ms":60000},"fault":"kill","targets":["leader"],"end":{"after_ms":500}}]})";
  const Output run = riptide({"run", "--schedule", "late.json", "--time-limit", "2s"}, here.path());
  EXPECT_EQ(run.exit_code, 5) << run.out << run.err;
}

TEST(Run, ThatStopsOnViolationEndsLongBeforeItsTimeLimitAndSaysWhenItSawTheViolation) {
  TemporaryDirectory here;
  // This defect shows under load alone, within seconds, and again and again.
  const Output run = riptide({"run", "--bug", "ack-before-apply", "--concurrency", "20", "--keys",
                              "4", "--time-limit", "10m", "--stop-on-violation"},
                             here.path(), 300);
  ASSERT_EQ(run.exit_code, 1) << run.out << run.err;
  EXPECT_NE(run.err.find("violation on key "), std::string::npos) << run.err;
  const json verdict = json_file(here.path() / "runs/latest/verdict.json");
  EXPECT_EQ(verdict["verdict"], "invalid");
  const std::string warnings = verdict["warnings"].dump();
  EXPECT_NE(warnings.find("--stop-on-violation ended the load after "), std::string::npos)
      << warnings;
  EXPECT_NE(warnings.find("violation on key "), std::string::npos) << warnings;
  EXPECT_TRUE(node_processes(here.path()).empty());
}

TEST(Run, ThatStopsOnViolationGoesOnToItsTimeLimitWhenThereIsNone) {
  TemporaryDirectory here;
  const Output run =
      riptide({"run", "--nodes", "3", "--time-limit", "3s", "--stop-on-violation"}, here.path());
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_NE(run.err.find("so far: nothing wrong"), std::string::npos) << run.err;
  EXPECT_EQ(run.out.find("ended the load"), std::string::npos) << run.out;
}

TEST(Run, TwoRunsSideBySideDoNotMeet) {
  TemporaryDirectory here;
  Running first({RIPTIDE_PROGRAM, "run", "--time-limit", "4s", "--nodes", "3"}, here.path());
  Running second({RIPTIDE_PROGRAM, "run", "--time-limit", "4s", "--nodes", "3"}, here.path());
  const Output a = first.wait(90), b = second.wait(90);
  EXPECT_EQ(a.exit_code, 0) << a.err;
  EXPECT_EQ(b.exit_code, 0) << b.err;
}

}  // namespace
}  // namespace riptide::tests
