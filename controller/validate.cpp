// validate(): a configuration that cannot be carried out is refused before anything is started.
#include "controller/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "controller/addresses.hpp"
#include "workloads/workloads.hpp"

namespace riptide::controller {
namespace {

Error refuse(const std::string& what, const std::string& how) { return fail(what).fix(how); }

/// The names, and whether they fit together.
Result<void> check_names(const RunConfig& config) {
  const auto system = systems::find_system(config.system);
  if (!system) return system.error();
  if (auto possible = (*system)->check(config.node); !possible) return possible;
  const auto workload = workloads::find_workload(config.workload);
  if (!workload) return workload.error();
  const auto offered = (*system)->functions();
  for (const std::string& f : workload->functions)
    if (std::find(offered.begin(), offered.end(), f) == offered.end())
      return refuse("system " + config.system + " does not offer '" + f + "', which workload " +
                        config.workload + " needs",
                    "`riptide list` shows what fits");
  if (config.network != "proxy")
    return refuse("there is no network carrier '" + config.network + "'", "use --network proxy");
  return {};
}

Result<void> check_load(const RunConfig& config) {
  if (config.nodes < 3 || config.nodes > 7)
    return refuse(fmt::format("--nodes {} is out of range", config.nodes), "give 3 to 7 nodes");
  if (config.concurrency < 1 || config.concurrency > 1000)
    return refuse(fmt::format("--concurrency {} is out of range", config.concurrency),
                  "give 1 to 1000 clients");
  if (config.time_limit < std::chrono::seconds(1) || config.time_limit > std::chrono::hours(24))
    return refuse("--time-limit is out of range", "give 1s to 24h");
  if (config.operation_timeout < std::chrono::milliseconds(10) ||
      config.operation_timeout > std::chrono::minutes(10))
    return refuse("--operation-timeout is out of range", "give 10ms to 10m");
  if (!(config.rate >= 0) || !std::isfinite(config.rate))
    return refuse("--rate is out of range",
                  "give operations per second, or 0 for as fast as answers come");
  if (config.keys < 1 || config.open_per_key < 1 || config.operations_per_key < 1)
    return refuse("--keys, --open-per-key and --operations-per-key are at least 1",
                  "give positive numbers");
  if (!(config.minimum_ok_share >= 0 && config.minimum_ok_share <= 1))
    return refuse("--minimum-ok is out of range", "give a share from 0 to 1");
  return {};
}

Result<void> check_faults(const RunConfig& config) {
  if (config.schedule) return {};
  if (auto faults = nemesis::parse_faults(config.faults); !faults) return faults.error();
  if (config.fault_shortest.count() <= 0 || config.fault_shortest > config.fault_longest)
    return refuse("--fault-duration must go from a shorter to a longer time",
                  "write it as in --fault-duration 500ms..2s");
  if (config.fault_interval < std::chrono::milliseconds(50))
    return refuse("--fault-interval is out of range", "give at least 50ms");
  if (config.faults != "none" && schedule_of(config).steps.empty())
    return refuse("no fault fits into the time limit",
                  "shorten --fault-duration or lengthen --time-limit");
  return {};
}

Result<void> check_addresses(const RunConfig& config) {
  if (config.base_port != 0 && config.address.empty())
    return refuse("--base-port needs --address", "add --address 127.0.0.1, or leave both out");
  if (config.address.empty()) return {};
  return check_address(config.address);
}

}  // namespace

nemesis::Schedule schedule_of(const RunConfig& config) {
  if (config.schedule) return *config.schedule;
  const auto faults = nemesis::parse_faults(config.faults);
  ASSERT(faults.has_value(), "validate() comes first:", config.faults);
  return nemesis::draw({.faults = *faults,
                        .nodes = config.nodes,
                        .time_limit = config.time_limit,
                        .interval = config.fault_interval,
                        .shortest = config.fault_shortest,
                        .longest = config.fault_longest},
                       config.seed);
}

Result<void> validate(const RunConfig& config) {
  for (const auto check : {check_names, check_load, check_faults, check_addresses})
    if (auto fine = check(config); !fine) return fine;
  return {};
}

}  // namespace riptide::controller
