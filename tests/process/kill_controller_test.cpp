// kill -9 of the controller at random moments: nothing survives it, and what it recorded can be
// read.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/random.hpp"
#include "history/reader.hpp"
#include "tests/process/program.hpp"

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kTimes = 50;

/// The addresses that the nodes were told to listen on, from their command lines.
std::vector<std::pair<std::string, int>> endpoints_of(const std::vector<int>& pids) {
  std::vector<std::pair<std::string, int>> all;
  for (const int pid : pids) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    const std::string command{std::istreambuf_iterator<char>(file), {}};
    static const std::regex endpoint(R"((127\.\d+\.\d+\.\d+):(\d+))");
    for (std::sregex_iterator at(command.begin(), command.end(), endpoint), end; at != end; ++at)
      all.emplace_back((*at)[1], std::stoi((*at)[2]));
  }
  return all;
}

TEST(KillNine, OfTheControllerLeavesNoProcessNoPortAndAReadableHistory) {
  Random random(2026);
  for (int time = 0; time < kTimes; ++time) {
    TemporaryDirectory here;
    Running run({RIPTIDE_PROGRAM, "run", "--nodes", "3", "--faults", "partition+kill+pause",
                 "--fault-interval", "200ms", "--fault-duration", "50ms..300ms", "--time-limit",
                 "60s", "--seed", std::to_string(time + 1)},
                here.path());
    const fs::path history = here.path() / "runs/latest/history.jsonl";
    // From before the first node is up until well into the load.
    const auto patience = std::chrono::milliseconds(random.between(20, 1500));
    std::this_thread::sleep_for(patience);
    const auto endpoints = endpoints_of(node_processes(here.path()));
    run.signal(SIGKILL);
    run.wait(30);
    EXPECT_TRUE(eventually(30, [&] { return node_processes(here.path()).empty(); }))
        << "after " << patience.count();
    // A process that ends gives up its command line before its sockets, which may lag a moment.
    for (const auto& endpoint : endpoints)
      EXPECT_TRUE(eventually(30, [&] { return !listens(endpoint.first, endpoint.second); }))
          << endpoint.first << ":" << endpoint.second;
    if (!fs::exists(history)) continue;
    const auto read = history::read_history(history);
    if (read) continue;
    // Killed before the first line was written whole: there is nothing to read, and that is said.
    EXPECT_LT(fs::file_size(history), 200u) << read.error().text();
  }
}

TEST(KillNine, LeavesADirectoryThatCheckAndReportAccept) {
  TemporaryDirectory here;
  Running run({RIPTIDE_PROGRAM, "run", "--nodes", "3", "--faults", "kill", "--fault-interval",
               "500ms", "--fault-duration", "200ms..400ms", "--time-limit", "60s"},
              here.path());
  const fs::path history = here.path() / "runs/latest/history.jsonl";
  ASSERT_TRUE(
      eventually(60, [&] { return fs::exists(history) && fs::file_size(history) > 200'000; }));
  run.signal(SIGKILL);
  run.wait(30);
  ASSERT_TRUE(eventually(30, [&] { return node_processes(here.path()).empty(); }));
  const Output check = riptide({"check", "runs/latest"}, here.path());
  EXPECT_TRUE(check.exit_code == 0 || check.exit_code == 3)
      << check.out << check.err;  // 3: a fault's proof was cut off
  EXPECT_NE(check.out.find("Linearizable"), std::string::npos) << check.out;
  const Output report = riptide({"report", "runs/latest"}, here.path());
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_TRUE(fs::exists(here.path() / "runs/latest/report.html"));
}

}  // namespace
}  // namespace riptide::tests
