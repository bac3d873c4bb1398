// A run's directory: what is in it, and how a run is read back from it (docs/formats.md).
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "controller/controller.hpp"

namespace riptide::controller {

struct RunFiles {
  std::filesystem::path directory;
  std::filesystem::path run() const { return directory / "run.json"; }
  std::filesystem::path history() const { return directory / "history.jsonl"; }
  std::filesystem::path schedule() const { return directory / "schedule.json"; }
  std::filesystem::path verdict() const { return directory / "verdict.json"; }
  std::filesystem::path certificate() const { return directory / "certificate.json"; }
  std::filesystem::path report() const { return directory / "report.html"; }
  std::filesystem::path junit() const { return directory / "junit.xml"; }
  std::filesystem::path node(const std::string& name) const { return directory / "nodes" / name; }
};

/// Makes runs/<utc>-<system>-<workload>-<faults>-<seed>/ and points runs/latest to it.
Result<RunFiles> make_run_directory(const RunConfig& config);

/// run.json: the configuration in full, versions, the machine, the command that repeats it.
Result<void> write_run_json(const RunFiles& files, const RunConfig& config);
/// The configuration of a recorded run, with its schedule: what `replay` needs.
Result<RunConfig> read_run(const std::filesystem::path& directory);

/// The name of a run in one line: "raft × register × partition+kill, seed 7".
std::string run_title(const RunConfig& config);
/// The command that repeats it: "riptide run --system raft …"; a schedule that was given by hand is
/// the one in the run's directory.
std::string run_command(const RunConfig& config, const std::filesystem::path& directory);

/// The configuration as people read it: name and value.
std::vector<std::pair<std::string, std::string>> configuration_facts(const RunConfig& config);

}  // namespace riptide::controller
