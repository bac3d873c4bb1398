// bench: commit latency of the system under test, healthy and while its leader is killed.
//
// The load is open-loop: writes are due at fixed times whatever the system does, and a latency
// counts from the time at which the write was due, not from when a client was free to send it. A
// stall therefore shows in every write that it delayed (no coordinated omission).
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "systems/systems.hpp"

namespace riptide::controller {

struct BenchConfig {
  std::string system = "raft";
  std::size_t nodes = 3;
  std::size_t clients = 32;
  double rate = 1000;            ///< writes per second over all clients
  double one_client_rate = 200;  ///< writes per second of the single client
  std::size_t value_bytes = 256;
  Duration duration = std::chrono::seconds(5);  ///< of each phase
  systems::NodeOptions node;
  std::filesystem::path runs =
      "runs";  ///< data directories and fdatasync are measured on this disk
};

struct Percentiles {
  Duration p50{0}, p90{0}, p99{0}, p999{0}, max{0};
};

struct BenchPhase {
  std::string name;       ///< "one client", "healthy", "leader killed"
  double offered = 0;     ///< writes per second that were due
  double throughput = 0;  ///< acknowledged writes per second
  std::uint64_t ok = 0, not_ok = 0;
  Percentiles latency;  ///< of acknowledged writes, from the time they were due
};

struct BenchResult {
  Duration fdatasync{0};  ///< median of 4 KiB appends, this disk, just before
  Duration loopback{0};   ///< median TCP round trip, just before
  std::vector<BenchPhase> phases;
  Duration without_service{0};  ///< kill → first acknowledged write that was sent after it
  Duration election{0};         ///< leader killed → another node seen as leader
  std::vector<std::pair<std::string, std::string>> machine;
};

/// `phase` hears what is being measured. An error when nodes cannot be started, or `stop` was set.
Result<BenchResult> bench(const BenchConfig& config,
                          const std::function<void(const std::string&)>& phase,
                          const std::atomic<bool>& stop);

/// The table that people read.
std::string bench_table(const BenchConfig& config, const BenchResult& result);
/// The same as JSON (docs/formats.md).
std::string bench_json(const BenchConfig& config, const BenchResult& result);

}  // namespace riptide::controller
