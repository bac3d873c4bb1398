// Reports beside a verdict: report.html and junit.xml in the run's directory, the summary on
// stdout.
#pragma once

#include <filesystem>

#include "controller/controller.hpp"
#include "reports/reports.hpp"

namespace riptide::cli {

reports::RunInfo run_info(const controller::RunConfig& config,
                          const std::filesystem::path& directory);

Result<void> write_reports(const reports::RunInfo& info, const std::filesystem::path& directory,
                           const history::History& history, const checker::Verdict& verdict);

/// Verdict, why, paths, the next command; or, with `json`, one line of NDJSON.
void print_summary(const reports::RunInfo& info, const std::filesystem::path& directory,
                   const history::History& history, const checker::Verdict& verdict, bool json);

/// Runs with the live block, writes and prints the reports. The exit code.
int run_and_publish(const controller::RunConfig& config, bool json,
                    checker::Verdict* verdict = nullptr);

}  // namespace riptide::cli
