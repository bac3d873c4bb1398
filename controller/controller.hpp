// controller: one run, from spawning nodes to the verdict. Everything here happens on one thread
// and one io_context, but for the verdict so far, which has a thread of its own; the nodes are
// separate processes.
//
//   run.cpp        a run: nodes up, load and faults, heal, final reads, nodes down, check
//   validate.hpp   what cannot be carried out is refused first; the schedule
//   cluster.hpp    the nodes' processes        load.hpp    the clients
//   online_watch.hpp  the verdict while the load goes on
//   run_files.hpp  the run's directory: run.json, history.jsonl, schedule.json, verdict.json, …
//   options.hpp    every option by its name: flags, variables, campaign files
//   campaign.hpp   many runs                   bench.hpp   commit latency, healthy and under a kill
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "checker/checker.hpp"
#include "history/history.hpp"
#include "nemesis/schedule/schedule.hpp"
#include "systems/systems.hpp"

namespace riptide::controller {

/// RunConfig::faults when the schedule came from a file.
inline constexpr const char* kFaultsOfSchedule = "schedule";

/// Everything that makes a run what it is. Saved in run.json; `replay` reads it back.
struct RunConfig {
  std::string system = "raft";
  std::string workload = "register";
  std::string faults = "none";  ///< "partition+kill+pause"
  std::string network = "proxy";
  std::size_t nodes = 5;
  std::size_t concurrency = 10;
  double rate =
      0;  ///< operations per second over all clients; 0: closed loop, as fast as answers come
  Duration time_limit = std::chrono::seconds(20);
  Duration operation_timeout = std::chrono::seconds(2);
  std::uint64_t seed = 1;
  systems::NodeOptions node;
  Duration link_delay{0};  ///< added to every link between nodes, one way
  Duration fault_interval = std::chrono::milliseconds(3000);
  Duration fault_shortest = std::chrono::milliseconds(500),
           fault_longest = std::chrono::milliseconds(2500);
  std::optional<nemesis::Schedule>
      schedule;  ///< written by hand or replayed; else drawn from the seed
  std::size_t keys = 8;
  std::uint64_t operations_per_key = 400;
  std::size_t open_per_key = 6;
  double minimum_ok_share = 0.02;
  std::filesystem::path runs = "runs";  ///< the run's directory is made below it
  std::string address;                  ///< nodes listen here; empty: an own 127.x.y.z per run
  std::uint16_t base_port = 0;          ///< with `address`: the first port; 0: chosen
  checker::Limits limits;
  bool keep_certificates = false;
  bool stop_on_violation = false;  ///< ends the load when the online checker has seen one
  bool keep_data = false;          ///< keep the nodes' data directories of a valid run, too
};

/// What a run tells while it goes on, for the live block in the terminal.
struct Progress {
  std::string phase;  ///< "starting", "load", "healing", "final reads", "checking"
  Duration elapsed{0}, total{0};
  std::uint64_t ok = 0, fail = 0, info = 0;
  std::vector<std::string> nodes;  ///< "n1 leader t7", "n2 killed", …
  std::string last_event;          ///< the latest fault, in words
  std::string so_far;              ///< the online checker's word (online_watch.hpp)
  bool violated = false;           ///< it saw a violation
};
using ProgressSink = std::function<void(const Progress&)>;

struct RunOutcome {
  std::filesystem::path directory;
  checker::Verdict verdict;
  history::History history;
  bool interrupted = false;  ///< Ctrl-C: the history so far was checked
};

/// Makes the run's directory, runs, checks, writes verdict.json (not the reports: cli does, with
/// reports/). An error is a harness or environment error (exit 3); whatever was recorded stays.
Result<RunOutcome> run(const RunConfig& config, const ProgressSink& progress,
                       const std::atomic<bool>& stop);

/// Checks a configuration before anything is started; errors are usage errors (exit 4).
Result<void> validate(const RunConfig& config);

}  // namespace riptide::controller
