// run, replay, demo.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <set>

#include "base/file.hpp"
#include "base/units.hpp"
#include "checker/verdict_json.hpp"
#include "cli/cli.hpp"
#include "cli/publish.hpp"
#include "cli/run_flags.hpp"
#include "controller/run_files.hpp"

namespace riptide::cli {
namespace {

using controller::RunConfig;

int run_with(const RunFlags& flags, bool json) {
  RunConfig config;
  if (auto set = flags.apply(config); !set) return complain(set.error(), kUsage);
  if (auto valid = controller::validate(config); !valid) return complain(valid.error(), kUsage);
  return run_and_publish(config, json);
}

std::set<std::string> anomaly_classes(const checker::Verdict& verdict) {
  std::set<std::string> classes;
  for (const checker::Check& check : verdict.checks)
    for (const checker::Anomaly& anomaly : check.anomalies) classes.insert(anomaly.klass);
  return classes;
}

/// The classes that the recorded run showed; empty when it was never judged.
std::set<std::string> recorded_classes(const std::filesystem::path& directory) {
  const controller::RunFiles files{directory};
  const auto text = read_file(files.verdict());
  if (!text) return {};
  const auto verdict = checker::verdict_from_json(*text, files.verdict().string());
  return verdict ? anomaly_classes(*verdict) : std::set<std::string>();
}

int replay(const std::filesystem::path& directory, int times, const RunFlags& flags, bool json) {
  auto config = controller::read_run(directory);
  if (!config) return complain(config.error(), kUsage);
  std::error_code error;
  config->runs = std::filesystem::canonical(directory, error).parent_path();
  if (error)
    return complain(fail("cannot find " + directory.string()).because(error.message()), kUsage);
  if (auto set = flags.apply(*config); !set) return complain(set.error(), kUsage);
  const std::set<std::string> wanted = recorded_classes(directory);
  int same = 0, code = kValid;
  int done = 0;
  for (; done < times && !stop_flag(); ++done) {
    checker::Verdict verdict;
    const int one = run_and_publish(*config, json, &verdict);
    const std::set<std::string> seen = anomaly_classes(verdict);
    same += std::any_of(wanted.begin(), wanted.end(),
                        [&](const std::string& c) { return seen.count(c) > 0; });
    // A violation wins over every other outcome, whichever replay showed it.
    if (code != kViolation && one != kValid) code = one;
  }
  if (!wanted.empty())
    std::fprintf(stderr, "%d of %d replays showed the same class of anomaly as %s\n", same, done,
                 directory.c_str());
  return stop_flag() && code != kViolation ? kInterrupted : code;
}

RunConfig demo_config(const std::filesystem::path& runs) {
  RunConfig config;
  config.runs = runs;
  config.faults = "partition+kill";
  config.time_limit = std::chrono::seconds(10);
  config.operation_timeout = std::chrono::seconds(1);
  config.fault_interval = std::chrono::milliseconds(2500);
  config.fault_shortest = std::chrono::milliseconds(800);
  config.fault_longest = std::chrono::milliseconds(2000);
  return config;
}

/// A healthy cluster must be valid; one that reads from its leader without asking a quorum must be
/// caught. Faults and machines differ: the faulty one gets up to three seeds, each of them shown.
int demo(const std::filesystem::path& runs) {
  std::printf("1. Five healthy Raft nodes; partitions and kills for 10 s.\n\n");
  std::fflush(stdout);
  RunConfig config = demo_config(runs);
  const int healthy = run_and_publish(config, false);
  if (healthy != kValid) return healthy;
  std::printf(
      "\n2. The same, but each leader answers reads without asking a quorum (defect "
      "local-leader-read).\n\n");
  std::fflush(stdout);
  config.node.bugs = {"local-leader-read"};
  int faulty = kValid;
  for (std::uint64_t seed = 1; seed <= 3 && faulty == kValid && !stop_flag(); ++seed) {
    config.seed = seed;
    faulty = run_and_publish(config, false);
  }
  if (faulty == kValid)
    return complain(
        fail("the planted defect was not seen in three runs")
            .fix("`riptide campaign campaigns/bugs/local-leader-read.json` looks longer"),
        kHarnessError);
  if (faulty != kViolation) return faulty;
  std::printf(
      "\nAs it should be: the healthy cluster is valid, and the planted defect is caught.\n");
  return kValid;
}

}  // namespace

Action add_run(CLI::App& program) {
  CLI::App* command = program.add_subcommand("run", "One test: nodes, load, faults, verdict");
  command->description(
      "One test: starts nodes, loads them, injects faults, checks what the clients saw.\n\n"
      "  riptide run\n"
      "  riptide run --faults partition+kill+pause --time-limit 60s --seed 7\n"
      "  riptide run --bug local-leader-read --faults partition --concurrency 20\n\n"
      "Each option can also be given as a variable: --time-limit as RIPTIDE_TIME_LIMIT.\n");
  auto flags = add_run_flags(*command);
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "the verdict as one line of JSON on stdout");
  return [flags, json] { return run_with(*flags, *json); };
}

Action add_replay(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("replay", "The same configuration, seed and schedule again");
  auto directory = std::make_shared<std::string>();
  auto times = std::make_shared<int>(1);
  auto json = std::make_shared<bool>(false);
  command->add_option("DIR", *directory, "a run's directory, such as runs/latest")->required();
  command->add_option("--times", *times, "how often; gives a reproduction rate")
      ->check(CLI::Range(1, 10000));
  command->add_flag("--json", *json, "verdicts as lines of JSON on stdout");
  auto flags = add_run_flags(*command, {"Checker", "Files"});
  return [=] { return replay(*directory, *times, *flags, *json); };
}

Action add_demo(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "demo", "A healthy and a faulty cluster under faults, with their verdicts");
  auto runs = std::make_shared<std::string>("runs");
  command->add_option("--runs", *runs, "where the runs' directories are made")->type_name("DIR");
  return [runs] { return demo(*runs); };
}

}  // namespace riptide::cli
