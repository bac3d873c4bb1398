#include "cli/publish.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "cli/cli.hpp"
#include "cli/live_block.hpp"
#include "controller/machine.hpp"
#include "controller/run_files.hpp"

namespace riptide::cli {

namespace fs = std::filesystem;

reports::RunInfo run_info(const controller::RunConfig& config, const fs::path& directory) {
  reports::RunInfo info;
  info.title = controller::run_title(config);
  info.directory = directory.string();
  info.system = config.system;
  info.workload = config.workload;
  info.faults = config.faults;
  info.seed = config.seed;
  for (std::size_t i = 1; i <= config.nodes; ++i) info.nodes.push_back(fmt::format("n{}", i));
  info.configuration = controller::configuration_facts(config);
  info.configuration.emplace_back("repeat with", controller::run_command(config, directory));
  info.machine = controller::machine_facts();
  info.machine.emplace_back("riptide", RIPTIDE_VERSION);
  return info;
}

Result<void> write_reports(const reports::RunInfo& info, const fs::path& directory,
                           const history::History& history, const checker::Verdict& verdict) {
  const controller::RunFiles files{directory};
  if (auto written = write_file(files.report(), reports::html_page(info, history, verdict));
      !written)
    return written;
  return write_file(files.junit(), reports::junit_xml(info, verdict));
}

void print_summary(const reports::RunInfo& info, const fs::path& directory,
                   const history::History& history, const checker::Verdict& verdict, bool json) {
  if (!json) {
    const std::string text =
        reports::terminal_summary(info, history, verdict, {.color = may_color(1), .width = 1000});
    std::fputs(text.c_str(), stdout);
    return;
  }
  nlohmann::json line{{"riptide", "verdict"},
                      {"version", 1},
                      {"directory", directory.string()},
                      {"seed", info.seed},
                      {"verdict", checker::name(verdict.verdict)},
                      {"operations", verdict.statistics.operations},
                      {"anomalies", nlohmann::json::array()}};
  for (const auto& check : verdict.checks)
    for (const auto& anomaly : check.anomalies)
      line["anomalies"].push_back(
          {{"class", anomaly.klass}, {"key", nlohmann::json::parse(anomaly.key.json())}});
  std::puts(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int run_and_publish(const controller::RunConfig& config, bool json, checker::Verdict* verdict) {
  auto outcome = [&] {
    LiveBlock block("riptide run " + controller::run_title(config));
    return controller::run(
        config, [&](const controller::Progress& progress) { block.show(progress); }, stop_flag());
  }();
  if (!outcome) return complain(outcome.error(), stop_flag() ? kInterrupted : kHarnessError);
  const reports::RunInfo info = run_info(config, outcome->directory);
  print_summary(info, outcome->directory, outcome->history, outcome->verdict, json);
  if (verdict != nullptr) *verdict = outcome->verdict;
  const auto written = write_reports(info, outcome->directory, outcome->history, outcome->verdict);
  if (!written) complain(written.error(), kHarnessError);
  // A violation always wins, also over a full disk and an interruption.
  if (outcome->verdict.verdict == checker::Word::invalid) return kViolation;
  if (!written) return kHarnessError;
  if (outcome->interrupted) return kInterrupted;
  return exit_code(outcome->verdict.verdict);
}

}  // namespace riptide::cli
