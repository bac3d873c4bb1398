#include "controller/bench.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/units.hpp"
#include "controller/addresses.hpp"
#include "controller/cluster.hpp"
#include "controller/machine.hpp"
#include "controller/open_loop.hpp"
#include "controller/pump.hpp"

namespace riptide::controller {
namespace {

constexpr int kSamples = 300;
constexpr Duration kStartLimit = std::chrono::seconds(30);
constexpr Duration kStopLimit = std::chrono::seconds(5);
constexpr Duration kWarmUp = std::chrono::seconds(1);

Percentiles percentiles(std::vector<Duration> times) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(times.size()));
    return times[std::min(rank, times.size() - 1)];
  };
  return {at(0.5), at(0.9), at(0.99), at(0.999), times.back()};
}

BenchPhase summary(const std::string& name, double rate, const std::vector<TimedWrite>& writes) {
  BenchPhase phase{.name = name, .offered = rate};
  std::vector<Duration> times;
  MonoTime first = writes.empty() ? MonoTime() : writes.front().due, last = first;
  for (const TimedWrite& write : writes) {
    first = std::min(first, write.due);
    last = std::max(last, write.done);
    if (write.outcome != history::Type::ok) {
      ++phase.not_ok;
      continue;
    }
    ++phase.ok;
    times.push_back(write.done - write.due);
  }
  const double seconds = std::chrono::duration<double>(last - first).count();
  phase.throughput = seconds > 0 ? static_cast<double>(phase.ok) / seconds : 0;
  phase.latency = percentiles(std::move(times));
  return phase;
}

/// A cluster without proxies, in a directory that is removed at the end.
class Bench {
 public:
  Bench(const BenchConfig& config, const systems::System& system, const std::atomic<bool>& stop)
      : config_(config), system_(system), stop_(stop) {}
  ~Bench() {
    cluster_.reset();
    std::error_code ignored;
    if (!directory_.empty() && started_) std::filesystem::remove_all(directory_, ignored);
  }

  Result<void> start() {
    directory_ = std::filesystem::absolute(config_.runs) /
                 fmt::format("bench-{}-{}", utc_stamp(), ::getpid());
    if (auto made = make_directories(directory_); !made) return made;
    RunConfig cluster;
    cluster.nodes = config_.nodes;
    auto addresses = choose_addresses(cluster, directory_);
    if (!addresses) return addresses.error();
    for (auto& node : addresses->nodes)
      for (const auto& other : addresses->nodes)
        node.peers[other.name] = fmt::format("{}:{}", other.address, other.peer_port);
    guard_ = std::move(addresses->guard);
    cluster_ = std::make_unique<NodeCluster>(
        io_, system_, config_.node, std::move(addresses->nodes),
        [this](const std::string&, std::uint64_t) { elections_.push_back(mono_now()); });
    auto started = cluster_->start(kStartLimit, [this] { return stop_.load(); });
    started_ = started.has_value();  // otherwise the nodes' logs are kept for the user
    return started;
  }

  Result<std::vector<TimedWrite>> load(
      std::size_t clients, double rate, Duration duration,
      const std::function<void()>& meanwhile = [] {}) {
    OpenLoop load(io_, system_, cluster_->specs(),
                  {.clients = clients,
                   .rate = rate,
                   .duration = duration,
                   .value = std::string(config_.value_bytes, 'v'),
                   .session_base = (static_cast<std::uint64_t>(unix_now_ns()) >> 16) << 24});
    load.start();
    pump_until(io_, mono_now() + duration + std::chrono::seconds(30),
               [&] { return meanwhile(), stop_ || load.idle(); });
    if (stop_) return fail("interrupted");
    if (!cluster_->surprises().empty())
      return fail("a node did not stay up").because(cluster_->surprises().front());
    if (!load.idle()) return fail("the system under test does not answer any more");
    return load.writes();
  }

  /// Load with the leader killed after a quarter of the time, and started again after three
  /// quarters.
  Result<void> load_with_kill(BenchResult& result) {
    const MonoTime began = mono_now();
    const Duration length = 2 * config_.duration;
    std::string victim;
    MonoTime killed;
    bool restarted = false;
    auto writes = load(config_.clients, config_.rate, length, [&] {
      if (victim.empty() && mono_now() - began > length / 4 && !cluster_->leader().empty()) {
        victim = cluster_->leader();
        cluster_->expect_exit(victim);
        killed = mono_now();
        cluster_->child(victim)->kill([](const Result<std::string>&) {});
      } else if (!victim.empty() && !restarted && mono_now() - began > length / 4 * 3) {
        restarted = true;
        cluster_->restart(victim, [](const Result<std::string>&) {});
      }
    });
    if (!writes) return writes.error();
    MonoTime served = MonoTime::max();
    for (const TimedWrite& write : *writes)
      if (write.outcome == history::Type::ok && write.sent > killed)
        served = std::min(served, write.done);
    if (served == MonoTime::max())
      return fail("no write was acknowledged after the leader was killed");
    result.without_service = served - killed;
    const auto elected = std::upper_bound(elections_.begin(), elections_.end(), killed);
    if (elected == elections_.end()) return fail("no leader was elected after the kill");
    result.election = *elected - killed;
    result.phases.push_back(summary("leader killed", config_.rate, *writes));
    return {};
  }

  void finish() { cluster_->stop(kStopLimit); }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  const BenchConfig& config_;
  const systems::System& system_;
  const std::atomic<bool>& stop_;
  boost::asio::io_context io_;
  Fd guard_;
  std::filesystem::path directory_;
  std::unique_ptr<NodeCluster> cluster_;
  bool started_ = false;
  std::vector<MonoTime> elections_;  // when a new leader was seen
};

}  // namespace

Result<BenchResult> bench(const BenchConfig& config,
                          const std::function<void(const std::string&)>& phase,
                          const std::atomic<bool>& stop) {
  const auto system = systems::find_system(config.system);
  if (!system) return system.error();
  if (auto program = (*system)->find_program(); !program) return program.error();
  BenchResult result{.machine = machine_facts()};
  Bench bench(config, **system, stop);
  phase("starting " + std::to_string(config.nodes) + " nodes");
  if (auto started = bench.start(); !started) return started.error();

  phase("warming up");
  if (auto writes = bench.load(config.clients, config.rate, kWarmUp); !writes)
    return writes.error();
  phase("this machine's disk and loopback");
  const auto fdatasync = measure_fdatasync(bench.directory(), kSamples);
  if (!fdatasync) return fdatasync.error();
  const auto loopback = measure_loopback(kSamples);
  if (!loopback) return loopback.error();
  result.fdatasync = *fdatasync;
  result.loopback = *loopback;

  phase("one client");
  const auto alone = bench.load(1, config.one_client_rate, config.duration);
  if (!alone) return alone.error();
  result.phases.push_back(summary("one client", config.one_client_rate, *alone));
  phase("healthy, " + std::to_string(config.clients) + " clients");
  const auto healthy = bench.load(config.clients, config.rate, config.duration);
  if (!healthy) return healthy.error();
  result.phases.push_back(summary("healthy", config.rate, *healthy));
  phase("leader killed");
  if (auto killed = bench.load_with_kill(result); !killed) return killed.error();
  bench.finish();
  return result;
}

std::string bench_table(const BenchConfig& config, const BenchResult& result) {
  std::string table = fmt::format(
      "{} × {} nodes, {} B values, open loop (latency from the time a write was due)\n\n",
      config.system, config.nodes, config.value_bytes);
  table += fmt::format("{:<22}{:>9}{:>9}{:>11}{:>11}{:>11}{:>11}{:>11}{:>8}\n", "", "due/s",
                       "acked/s", "p50", "p90", "p99", "p99.9", "max", "not ok");
  for (const BenchPhase& phase : result.phases) {
    const std::string clients =
        phase.name == "one client" ? "" : fmt::format(", {} clients", config.clients);
    table += fmt::format("{:<22}{:>9.0f}{:>9.0f}{:>11}{:>11}{:>11}{:>11}{:>11}{:>8}\n",
                         phase.name + clients, phase.offered, phase.throughput,
                         format_duration(phase.latency.p50), format_duration(phase.latency.p90),
                         format_duration(phase.latency.p99), format_duration(phase.latency.p999),
                         format_duration(phase.latency.max), phase.not_ok);
  }
  table += fmt::format(
      "\nthis machine, just before: fdatasync of 4 KiB {} · loopback round trip {} (medians of "
      "{})\n",
      format_duration(result.fdatasync), format_duration(result.loopback), kSamples);
  if (!result.phases.empty())
    table += fmt::format(
        "one client's median commit = fdatasync + round trip + {}\n",
        format_duration(result.phases[0].latency.p50 - result.fdatasync - result.loopback));
  table += fmt::format("leader killed: new leader after {}, first acknowledged write after {}\n",
                       format_duration(result.election), format_duration(result.without_service));
  return table;
}

std::string bench_json(const BenchConfig& config, const BenchResult& result) {
  nlohmann::json machine = nlohmann::json::object(), phases = nlohmann::json::array();
  for (const auto& [name, value] : result.machine) machine[name] = value;
  for (const BenchPhase& phase : result.phases)
    phases.push_back({{"name", phase.name},
                      {"due_per_s", phase.offered},
                      {"acknowledged_per_s", phase.throughput},
                      {"ok", phase.ok},
                      {"not_ok", phase.not_ok},
                      {"p50_ns", phase.latency.p50.count()},
                      {"p90_ns", phase.latency.p90.count()},
                      {"p99_ns", phase.latency.p99.count()},
                      {"p99.9_ns", phase.latency.p999.count()},
                      {"max_ns", phase.latency.max.count()}});
  return nlohmann::json{{"riptide", "bench"},
                        {"version", 1},
                        {"system", config.system},
                        {"nodes", config.nodes},
                        {"clients", config.clients},
                        {"value_bytes", config.value_bytes},
                        {"fdatasync_p50_ns", result.fdatasync.count()},
                        {"loopback_p50_ns", result.loopback.count()},
                        {"election_ns", result.election.count()},
                        {"without_service_ns", result.without_service.count()},
                        {"phases", phases},
                        {"machine", machine}}
      .dump();
}

}  // namespace riptide::controller
