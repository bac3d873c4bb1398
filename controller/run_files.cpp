#include "controller/run_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "controller/machine.hpp"

namespace riptide::controller {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::int64_t to_us(Duration d) {
  return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}
Duration from_us(const json& value) { return std::chrono::microseconds(value.get<std::int64_t>()); }

/// A duration as a flag takes it: exact, in the largest unit that divides it.
std::string flag_duration(Duration d) {
  const std::int64_t us = to_us(d);
  if (us % 1'000'000 == 0) return fmt::format("{}s", us / 1'000'000);
  if (us % 1'000 == 0) return fmt::format("{}ms", us / 1'000);
  return fmt::format("{}us", us);
}

json config_json(const RunConfig& c) {
  json extra = json::object();
  for (const auto& [name, value] : c.node.extra) extra[name] = value;
  return {{"system", c.system},
          {"workload", c.workload},
          {"faults", c.faults},
          {"network", c.network},
          {"nodes", c.nodes},
          {"concurrency", c.concurrency},
          {"rate", c.rate},
          {"time_limit_us", to_us(c.time_limit)},
          {"operation_timeout_us", to_us(c.operation_timeout)},
          {"seed", c.seed},
          {"bugs", c.node.bugs},
          {"heartbeat_us", to_us(c.node.heartbeat)},
          {"election_timeout_us", to_us(c.node.election_timeout)},
          {"node_options", extra},
          {"link_delay_us", to_us(c.link_delay)},
          {"fault_interval_us", to_us(c.fault_interval)},
          {"fault_shortest_us", to_us(c.fault_shortest)},
          {"fault_longest_us", to_us(c.fault_longest)},
          {"keys", c.keys},
          {"operations_per_key", c.operations_per_key},
          {"open_per_key", c.open_per_key},
          {"minimum_ok_share", c.minimum_ok_share},
          {"address", c.address},
          {"base_port", c.base_port},
          {"memory_bytes", c.limits.memory_bytes},
          {"check_time_us", to_us(c.limits.time)},
          {"certificate", c.keep_certificates},
          {"stop_on_violation", c.stop_on_violation},
          {"keep_data", c.keep_data}};
}

RunConfig config_from(const json& j) {
  RunConfig c;
  c.system = j.at("system");
  c.workload = j.at("workload");
  c.faults = j.at("faults");
  c.network = j.at("network");
  c.nodes = j.at("nodes");
  c.concurrency = j.at("concurrency");
  c.rate = j.at("rate");
  c.time_limit = from_us(j.at("time_limit_us"));
  c.operation_timeout = from_us(j.at("operation_timeout_us"));
  c.seed = j.at("seed");
  c.node.bugs = j.at("bugs").get<std::vector<std::string>>();
  c.node.heartbeat = from_us(j.at("heartbeat_us"));
  c.node.election_timeout = from_us(j.at("election_timeout_us"));
  c.node.extra = j.at("node_options").get<std::map<std::string, std::string>>();
  c.link_delay = from_us(j.at("link_delay_us"));
  c.fault_interval = from_us(j.at("fault_interval_us"));
  c.fault_shortest = from_us(j.at("fault_shortest_us"));
  c.fault_longest = from_us(j.at("fault_longest_us"));
  c.keys = j.at("keys");
  c.operations_per_key = j.at("operations_per_key");
  c.open_per_key = j.at("open_per_key");
  c.minimum_ok_share = j.at("minimum_ok_share");
  c.address = j.at("address");
  c.base_port = j.at("base_port");
  c.limits.memory_bytes = j.at("memory_bytes");
  c.limits.time = from_us(j.at("check_time_us"));
  c.keep_certificates = j.at("certificate");
  c.stop_on_violation = j.value("stop_on_violation", false);  // since it can be asked for
  c.keep_data = j.at("keep_data");
  return c;
}

std::string directory_name(const RunConfig& config) {
  std::string faults = config.faults;
  std::replace(faults.begin(), faults.end(), '/', '_');
  return fmt::format("{}-{}-{}-{}-{}", utc_stamp(), config.system, config.workload, faults,
                     config.seed);
}

}  // namespace

Result<RunFiles> make_run_directory(const RunConfig& config) {
  const std::string fix = "give a directory where you may write with --runs DIR";
  if (auto made = make_directories(config.runs); !made)
    return fail("cannot make the directory for runs").because(made.error()).fix(fix);
  const fs::path wanted = fs::absolute(config.runs) / directory_name(config);
  // Two runs may begin in one second: the first free name wins, and mkdir decides who was first.
  for (int attempt = 1; attempt < 1000; ++attempt) {
    const fs::path path =
        attempt == 1 ? wanted : fs::path(fmt::format("{}.{}", wanted.string(), attempt));
    std::error_code error;
    if (fs::create_directory(path, error)) {
      // A symlink is replaced by renaming, so that `latest` exists at every moment.
      const fs::path link = config.runs / fmt::format(".latest.{}", ::getpid());
      fs::remove(link, error);
      fs::create_directory_symlink(path.filename(), link, error);
      if (!error) fs::rename(link, config.runs / "latest", error);
      return RunFiles{path};
    }
    if (error)
      return fail("cannot make the run's directory " + path.string())
          .because(error.message())
          .fix(fix);
  }
  return fail("cannot make the run's directory " + wanted.string())
      .because("a thousand of that name exist")
      .fix(fix);
}

Result<void> write_run_json(const RunFiles& files, const RunConfig& config) {
  json machine = json::object();
  for (const auto& [name, value] : machine_facts()) machine[name] = value;
  const json all{{"riptide", "run"},
                 {"version", 1},
                 {"program", RIPTIDE_VERSION},
                 {"title", run_title(config)},
                 {"config", config_json(config)},
                 {"machine", machine},
                 {"reproduce", run_command(config, files.directory)}};
  return write_file(files.run(), all.dump(2) + "\n");
}

Result<RunConfig> read_run(const fs::path& directory) {
  const RunFiles files{directory};
  const std::string fix = "give the directory of a run, such as runs/latest";
  const auto text = read_file(files.run());
  if (!text)
    return fail(directory.string() + " is no run's directory").because(text.error()).fix(fix);
  RunConfig config;
  try {
    const json all = json::parse(*text);
    if (all.at("riptide") != "run" || all.at("version") != 1)
      return fail(files.run().string() + " was written by another version of Riptide")
          .fix("run it again with this version");
    config = config_from(all.at("config"));
    const auto schedule_text = read_file(files.schedule());
    if (!schedule_text)
      return fail("the run's schedule cannot be read").because(schedule_text.error());
    auto schedule = nemesis::schedule_from_json(*schedule_text, files.schedule().string());
    if (!schedule) return schedule.error();
    config.schedule = std::move(*schedule);
  } catch (const json::exception& error) {
    return fail(files.run().string() + " is damaged").because(error.what()).fix(fix);
  }
  return config;
}

std::string run_title(const RunConfig& config) {
  std::string title = fmt::format("{} × {} × {}, seed {}", config.system, config.workload,
                                  config.faults, config.seed);
  if (!config.node.bugs.empty()) title += ", defect " + join(config.node.bugs, " + ");
  return title;
}

std::string run_command(const RunConfig& config, const std::filesystem::path& directory) {
  const RunConfig usual;
  const std::string faults = config.faults == kFaultsOfSchedule
                                 ? "--schedule " + (directory / "schedule.json").string()
                                 : "--faults " + config.faults;
  std::string command = fmt::format(
      "riptide run --system {} --workload {} {} --nodes {} --concurrency {} --time-limit "
      "{} --seed {}",
      config.system, config.workload, faults, config.nodes, config.concurrency,
      flag_duration(config.time_limit), config.seed);
  const auto add = [&](bool differs, const std::string& flag) {
    if (differs) command += " " + flag;
  };
  add(config.rate != usual.rate, fmt::format("--rate {}", config.rate));
  add(config.operation_timeout != usual.operation_timeout,
      "--operation-timeout " + flag_duration(config.operation_timeout));
  add(config.node.heartbeat.count() != 0, "--heartbeat " + flag_duration(config.node.heartbeat));
  add(config.node.election_timeout.count() != 0,
      "--election-timeout " + flag_duration(config.node.election_timeout));
  add(config.link_delay != usual.link_delay, "--link-delay " + flag_duration(config.link_delay));
  add(config.fault_interval != usual.fault_interval,
      "--fault-interval " + flag_duration(config.fault_interval));
  add(config.fault_shortest != usual.fault_shortest || config.fault_longest != usual.fault_longest,
      "--fault-duration " + flag_duration(config.fault_shortest) + ".." +
          flag_duration(config.fault_longest));
  add(config.keys != usual.keys, fmt::format("--keys {}", config.keys));
  add(config.operations_per_key != usual.operations_per_key,
      fmt::format("--operations-per-key {}", config.operations_per_key));
  add(config.open_per_key != usual.open_per_key,
      fmt::format("--open-per-key {}", config.open_per_key));
  add(config.minimum_ok_share != usual.minimum_ok_share,
      fmt::format("--minimum-ok {}", config.minimum_ok_share));
  add(config.stop_on_violation, "--stop-on-violation");
  for (const std::string& bug : config.node.bugs) command += " --bug " + bug;
  for (const auto& [name, value] : config.node.extra)
    command += " --node-option " + name + "=" + value;
  return command;
}

std::vector<std::pair<std::string, std::string>> configuration_facts(const RunConfig& c) {
  std::vector<std::pair<std::string, std::string>> facts{
      {"system", c.system},
      {"workload", c.workload},
      {"faults", c.faults},
      {"network", c.network},
      {"nodes", std::to_string(c.nodes)},
      {"clients", std::to_string(c.concurrency)},
      {"rate",
       c.rate == 0 ? "as fast as answers come" : fmt::format("{} operations per second", c.rate)},
      {"time limit", format_duration(c.time_limit)},
      {"operation timeout", format_duration(c.operation_timeout)},
      {"seed", std::to_string(c.seed)},
      {"defects switched on", c.node.bugs.empty() ? "none" : join(c.node.bugs, ", ")},
      {"keys in use at a time", std::to_string(c.keys)},
      {"operations per key", std::to_string(c.operations_per_key)},
      {"open operations per key, at most", std::to_string(c.open_per_key)},
      {"schedule", c.faults == kFaultsOfSchedule ? "from a file" : "drawn from the seed"}};
  if (c.link_delay.count() != 0)
    facts.emplace_back("delay of each link", format_duration(c.link_delay));
  if (c.node.heartbeat.count() != 0)
    facts.emplace_back("heartbeat", format_duration(c.node.heartbeat));
  if (c.node.election_timeout.count() != 0)
    facts.emplace_back("election timeout", format_duration(c.node.election_timeout));
  for (const auto& [name, value] : c.node.extra) facts.emplace_back("node option " + name, value);
  return facts;
}

}  // namespace riptide::controller
