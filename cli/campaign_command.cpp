// campaign: many runs from one file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/assert.hpp"
#include "cli/cli.hpp"
#include "cli/live_block.hpp"
#include "cli/publish.hpp"
#include "cli/run_flags.hpp"
#include "controller/campaign.hpp"
#include "controller/run_files.hpp"

namespace riptide::cli {
namespace {

using controller::CampaignRun;

/// The first anomaly's class, or the reason of the check that decided.
std::string why(const controller::RunOutcome& outcome) {
  for (const checker::Check& check : outcome.verdict.checks) {
    if (check.verdict != outcome.verdict.verdict) continue;
    if (!check.anomalies.empty())
      return fmt::format("{} on key {}, {} operations", check.anomalies.front().klass,
                         check.anomalies.front().key.json(),
                         check.anomalies.front().operations.size());
    return check.reason;
  }
  return {};
}

void print_run(const CampaignRun& run, const controller::RunOutcome* outcome, bool json) {
  const std::string reason = outcome ? why(*outcome) : run.problem;
  if (json) {
    std::puts(nlohmann::json{{"riptide", "campaign-run"},
                             {"version", 1},
                             {"entry", run.entry},
                             {"seed", run.seed},
                             {"verdict", checker::name(run.verdict)},
                             {"expected", run.expected},
                             {"seconds", run.seconds},
                             {"why", reason},
                             {"directory", run.directory.string()}}
                  .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  .c_str());
  } else {
    std::printf("%-8s %-40s seed %-6llu %5.0f s  %s\n",
                std::string(checker::name(run.verdict)).c_str(), run.entry.c_str(),
                static_cast<unsigned long long>(run.seed), run.seconds, reason.c_str());
  }
  std::fflush(stdout);
}

int campaign(const std::string& file, const RunFlags& flags, bool json) {
  const auto campaign = controller::read_campaign(file);
  if (!campaign) return complain(campaign.error(), kUsage);
  if (!flags.given.at("seed").empty())
    return complain(fail("a campaign has seeds of its own").fix("leave --seed (RIPTIDE_SEED) out"),
                    kUsage);
  for (const controller::CampaignEntry& entry : campaign->entries) {
    controller::RunConfig config = entry.config;
    if (auto set = flags.apply(config); !set) return complain(set.error(), kUsage);
    if (auto valid = controller::validate(config); !valid) return complain(valid.error(), kUsage);
  }
  if (!json) std::printf("%s: %s\n", campaign->name.c_str(), campaign->about.c_str());
  std::optional<LiveBlock> block;
  const auto progress = [&](const controller::Progress& now) {
    if (!block) block.emplace("campaign " + campaign->name);
    block->show(now);
  };
  int reports_failed = kValid;
  const auto overrides = [&](controller::RunConfig& config) {
    const auto set = flags.apply(config);
    ASSERT(set.has_value(), "the same flags were applied before");
  };
  const auto finished = [&](const CampaignRun& run, const controller::RunOutcome* outcome) {
    block.reset();
    print_run(run, outcome, json);
    if (outcome == nullptr) return;
    const auto config = controller::read_run(outcome->directory);
    const auto written = config
                             ? write_reports(run_info(*config, outcome->directory),
                                             outcome->directory, outcome->history, outcome->verdict)
                             : Result<void>(config.error());
    if (!written) reports_failed = complain(written.error(), kHarnessError);
  };
  const auto outcome =
      controller::run_campaign(*campaign, overrides, progress, finished, stop_flag());
  block.reset();
  for (const std::string& entry : outcome.not_seen)
    complain(fail("a planted defect was not seen: " + entry)
                 .fix("give more seeds, or a longer --time-limit"),
             0);
  if (outcome.interrupted)
    std::fprintf(stderr, "riptide: interrupted after %zu runs\n", outcome.runs.size());
  return outcome.exit_code() == kValid ? reports_failed : outcome.exit_code();
}

}  // namespace

Action add_campaign(CLI::App& program) {
  CLI::App* command = program.add_subcommand("campaign", "Many runs from one file");
  command->description(
      "Many runs from one file: systems, workloads, faults, seeds.\n\n"
      "  riptide campaign campaigns/smoke.json\n"
      "  riptide campaign campaigns/bugs/local-leader-read.json --time-limit 60s\n");
  auto file = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("FILE", *file, "a campaign file (docs/campaigns.md)")->required();
  command->add_flag("--json", *json, "one line of JSON per run on stdout");
  auto flags = add_run_flags(*command);
  return [=] { return campaign(*file, *flags, *json); };
}

}  // namespace riptide::cli
