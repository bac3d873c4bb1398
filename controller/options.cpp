#include "controller/options.hpp"

#include <charconv>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace riptide::controller {
namespace {

template <class Number>
Result<void> number(Number& into, const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    return fail("'" + text + "' is not a number in range").fix("write it in digits");
  into = value;
  return {};
}

Result<void> duration(Duration& into, const std::string& text) {
  const auto parsed = parse_duration(text);
  if (!parsed) return parsed.error();
  into = *parsed;
  return {};
}

Result<void> size(std::uint64_t& into, const std::string& text) {
  const auto parsed = parse_size(text);
  if (!parsed) return parsed.error();
  into = *parsed;
  return {};
}

Result<void> fault_durations(RunConfig& config, const std::string& text) {
  const std::size_t dots = text.find("..");
  const std::string low = text.substr(0, dots);
  const std::string high = dots == std::string::npos ? low : text.substr(dots + 2);
  if (auto set = duration(config.fault_shortest, low); !set) return set;
  return duration(config.fault_longest, high);
}

Result<void> schedule_file(RunConfig& config, const std::string& path) {
  const auto text = read_file(path);
  if (!text) return text.error();
  auto schedule = nemesis::schedule_from_json(*text, path);
  if (!schedule) return schedule.error();
  config.schedule = std::move(*schedule);
  config.faults = kFaultsOfSchedule;
  return {};
}

Result<void> node_option(RunConfig& config, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail("'" + text + "' is no node option")
        .fix("write it as NAME=VALUE, such as max-append-entries=8");
  config.node.extra[text.substr(0, equals)] = text.substr(equals + 1);
  return {};
}

Result<void> add_bug(RunConfig& config, const std::string& text) {
  if (text != "none") config.node.bugs.push_back(text);
  return {};
}

using C = RunConfig;
using S = const std::string&;

std::vector<Option> what_options() {
  return {
      {"system", "NAME", "the system under test (raft)", "What", false,
       [](C& c, S t) {
         c.system = t;
         return Result<void>();
       }},
      {"workload", "NAME", "what clients do, and what must hold (register)", "What", false,
       [](C& c, S t) {
         c.workload = t;
         return Result<void>();
       }},
      {"nodes", "N", "3 to 7 (5)", "What", false, [](C& c, S t) { return number(c.nodes, t); }},
      {"seed", "N", "the same seed draws the same operations and faults (1)", "What", false,
       [](C& c, S t) { return number(c.seed, t); }},
      {"time-limit", "DURATION", "of load and faults; healing and final reads follow (20s)", "What",
       false, [](C& c, S t) { return duration(c.time_limit, t); }},
      {"bug", "ID", "a defect of the bundled node to switch on (`riptide list bugs`)", "What", true,
       [](C& c, S t) { return add_bug(c, t); }},
  };
}

std::vector<Option> load_and_fault_options() {
  return {
      {"concurrency", "N", "client processes (10)", "Load", false,
       [](C& c, S t) { return number(c.concurrency, t); }},
      {"rate", "N", "operations per second over all clients (0: as fast as answers come)", "Load",
       false, [](C& c, S t) { return number(c.rate, t); }},
      {"operation-timeout", "DURATION", "then the outcome is unknown: info (2s)", "Load", false,
       [](C& c, S t) { return duration(c.operation_timeout, t); }},
      {"keys", "N", "in use at a time (8)", "Load", false,
       [](C& c, S t) { return number(c.keys, t); }},
      {"operations-per-key", "N", "then the key is retired (400)", "Load", false,
       [](C& c, S t) { return number(c.operations_per_key, t); }},
      {"open-per-key", "N", "operations without an answer per key, at most (6)", "Load", false,
       [](C& c, S t) { return number(c.open_per_key, t); }},

      {"faults", "A+B", "kill, pause, partition, joined by + (none)", "Faults", false,
       [](C& c, S t) {
         c.faults = t;
         c.schedule.reset();  // the later word counts
         return Result<void>();
       }},
      {"fault-interval", "DURATION", "mean time between two faults of one kind (3s)", "Faults",
       false, [](C& c, S t) { return duration(c.fault_interval, t); }},
      {"fault-duration", "A..B", "how long a fault lasts (500ms..2500ms)", "Faults", false,
       [](C& c, S t) { return fault_durations(c, t); }},
      {"schedule", "FILE", "faults from a file instead of the seed", "Faults", false,
       [](C& c, S t) { return schedule_file(c, t); }},
      {"network", "CARRIER", "what carries network faults: proxy", "Faults", false,
       [](C& c, S t) {
         c.network = t;
         return Result<void>();
       }},
      {"link-delay", "DURATION", "added to every link between nodes, one way", "Faults", false,
       [](C& c, S t) { return duration(c.link_delay, t); }},
  };
}

std::vector<Option> node_and_other_options() {
  return {
      {"heartbeat", "DURATION", "of the nodes", "Node", false,
       [](C& c, S t) { return duration(c.node.heartbeat, t); }},
      {"election-timeout", "DURATION", "of the nodes", "Node", false,
       [](C& c, S t) { return duration(c.node.election_timeout, t); }},
      {"node-option", "NAME=VALUE", "passed to the node's program as --NAME VALUE", "Node", true,
       [](C& c, S t) { return node_option(c, t); }},
      {"address", "IPV4", "nodes listen here; default: a 127.x.y.z of its own for each node",
       "Node", false,
       [](C& c, S t) {
         c.address = t;
         return Result<void>();
       }},
      {"base-port", "PORT", "with --address: the first port", "Node", false,
       [](C& c, S t) { return number(c.base_port, t); }},

      {"memory", "SIZE", "the checker's limit; then the verdict is unknown", "Checker", false,
       [](C& c, S t) { return size(c.limits.memory_bytes, t); }},
      {"check-time", "DURATION", "the checker's limit; then the verdict is unknown", "Checker",
       false, [](C& c, S t) { return duration(c.limits.time, t); }},
      {"minimum-ok", "SHARE", "fewer ok operations than this share of all: vacuous (0.02)",
       "Checker", false, [](C& c, S t) { return number(c.minimum_ok_share, t); }},
      {"certificate", "", "keep the order that proves a valid verdict", "Checker", false,
       [](C& c, S t) {
         c.keep_certificates = t != "false";
         return Result<void>();
       }},
      {"stop-on-violation", "",
       "end the load at the first violation that is seen while it goes on (registers)", "Checker",
       false,
       [](C& c, S t) {
         c.stop_on_violation = t != "false";
         return Result<void>();
       }},

      {"runs", "DIR", "where the run's directory is made (runs)", "Files", false,
       [](C& c, S t) {
         c.runs = t;
         return Result<void>();
       }},
      {"keep-data", "", "keep the nodes' data directories of a valid run, too", "Files", false,
       [](C& c, S t) {
         c.keep_data = t != "false";
         return Result<void>();
       }},
  };
}

}  // namespace

const std::vector<Option>& run_options() {
  static const std::vector<Option> all = [] {
    std::vector<Option> joined = what_options();
    for (const auto& part : {load_and_fault_options(), node_and_other_options()})
      joined.insert(joined.end(), part.begin(), part.end());
    return joined;
  }();
  return all;
}

Result<void> set_option(RunConfig& config, std::string_view name, const std::string& text) {
  std::vector<std::string> names;
  for (const Option& option : run_options()) {
    names.push_back(option.name);
    if (option.name != name) continue;
    auto set = option.set(config, text);
    if (!set) return fail("bad value for " + option.name).because(set.error());
    return {};
  }
  const std::string meant = did_you_mean(name, names);
  return fail("there is no option '" + std::string(name) + "'")
      .fix(meant.empty() ? "`riptide run --help` shows them all" : "did you mean '" + meant + "'?");
}

}  // namespace riptide::controller
