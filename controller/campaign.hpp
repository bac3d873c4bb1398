// Campaigns: many runs from one file (docs/campaigns.md).
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "controller/controller.hpp"

namespace riptide::controller {

/// One line of a campaign file: a configuration and the seeds to run it with.
struct CampaignEntry {
  std::string name;
  RunConfig config;
  std::vector<std::uint64_t> seeds;
  /// The planted defect must be seen: seeds are tried in turn until one shows a violation.
  bool expect_violation = false;
};

struct Campaign {
  std::string name;
  std::string about;
  std::vector<CampaignEntry> entries;
};

/// An error names the file, the entry and the field. Relative paths in it are relative to the file.
Result<Campaign> read_campaign(const std::filesystem::path& file);

struct CampaignRun {
  std::string entry;
  std::uint64_t seed = 0;
  std::filesystem::path directory;
  checker::Word verdict = checker::Word::error;
  bool expected = true;     ///< a violation only where one was expected
  bool superseded = false;  ///< another seed of its entry showed the violation that was expected
  double seconds = 0;
  std::string problem;  ///< when the run itself failed
};

struct CampaignOutcome {
  std::vector<CampaignRun> runs;
  std::vector<std::string> not_seen;  ///< entries whose expected violation no seed showed
  bool interrupted = false;
  /// 0 as expected, 1 violation, 2 unknown, 3 harness error or a planted defect not seen, 5
  /// vacuous.
  int exit_code() const;
};

/// `overrides` are applied to every entry (the runs directory, for one); `finished` hears of each
/// run as it ends, and writes its reports.
CampaignOutcome run_campaign(
    const Campaign& campaign, const std::function<void(RunConfig&)>& overrides,
    const ProgressSink& progress,
    const std::function<void(const CampaignRun&, const RunOutcome*)>& finished,
    const std::atomic<bool>& stop);

}  // namespace riptide::controller
