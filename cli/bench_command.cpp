// bench: commit latency, healthy and while the leader is killed.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/units.hpp"
#include "cli/cli.hpp"
#include "cli/run_flags.hpp"
#include "controller/bench.hpp"

namespace riptide::cli {
namespace {

struct BenchFlags {
  controller::BenchConfig config;
  std::string duration, runs = "runs";
  bool json = false;
};

int bench(BenchFlags& flags) {
  if (!flags.duration.empty()) {
    const auto duration = parse_duration(flags.duration);
    if (!duration)
      return complain(fail("bad value for --duration").because(duration.error()), kUsage);
    flags.config.duration = *duration;
  }
  if (flags.config.duration < std::chrono::seconds(1))
    return complain(fail("--duration is out of range").fix("give at least 1s"), kUsage);
  flags.config.runs = flags.runs;
  const auto result = controller::bench(
      flags.config,
      [](const std::string& phase) { std::fprintf(stderr, "bench: %s\n", phase.c_str()); },
      stop_flag());
  if (!result) return complain(result.error(), stop_flag() ? kInterrupted : kHarnessError);
  const std::string text = flags.json ? controller::bench_json(flags.config, *result) + "\n"
                                      : controller::bench_table(flags.config, *result);
  std::fputs(text.c_str(), stdout);
  return kValid;
}

}  // namespace

Action add_bench(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("bench", "Commit latency, healthy and while the leader is killed");
  auto flags = std::make_shared<BenchFlags>();
  controller::BenchConfig& config = flags->config;
  command->add_option("--system", config.system, "the system under test")->capture_default_str();
  command->add_option("--nodes", config.nodes, "3 to 7")
      ->capture_default_str()
      ->check(CLI::Range(3, 7));
  command->add_option("--clients", config.clients, "in the phases with many")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->add_option("--rate", config.rate, "writes per second over all clients")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1e6));
  command
      ->add_option("--one-client-rate", config.one_client_rate,
                   "writes per second of the one client")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1e5));
  command->add_option("--value-bytes", config.value_bytes, "size of a written value")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 20));
  command->add_option("--duration", flags->duration, "of each phase (5s)")->type_name("DURATION");
  command
      ->add_option("--runs", flags->runs,
                   "data directories are made below it, and its disk is measured")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--json", flags->json, "the result as one line of JSON");
  return [flags] { return bench(*flags); };
}

}  // namespace riptide::cli
