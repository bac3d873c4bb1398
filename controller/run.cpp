// One run, from an empty directory to verdict.json.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/assert.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "checker/certificate_json.hpp"
#include "checker/verdict_json.hpp"
#include "controller/addresses.hpp"
#include "controller/cluster.hpp"
#include "controller/controller.hpp"
#include "controller/load.hpp"
#include "controller/online_watch.hpp"
#include "controller/pump.hpp"
#include "controller/run_files.hpp"
#include "controller/validate.hpp"
#include "history/reader.hpp"
#include "history/recorder.hpp"
#include "nemesis/nemesis.hpp"
#include "workloads/workloads.hpp"

namespace riptide::controller {
namespace {

using checker::Word;
using nlohmann::json;

constexpr Duration kStartLimit = std::chrono::seconds(30);
constexpr Duration kHealLimit = std::chrono::seconds(30);
constexpr Duration kConvergeLimit = std::chrono::seconds(20);
constexpr Duration kFinalReadsLimit = std::chrono::seconds(20);
constexpr Duration kStopLimit = std::chrono::seconds(5);
/// For the verdict so far; it must leave the machine to the nodes.
constexpr std::uint64_t kOnlineMemoryBytes = 256 << 20;
constexpr Duration kProgressEvery = std::chrono::milliseconds(100);

/// The nemesis' word on a fault, as a line of the history (docs/formats.md).
history::Event fault_event(const nemesis::FaultReport& report, std::int64_t t_ns) {
  json detail{{"phase", nemesis::name(report.phase)},
              {"id", report.id},
              {"description", report.description},
              {"targets", report.targets}};
  if (!report.proof.empty()) detail["proof"] = json::parse(report.proof, nullptr, false);
  if (!report.failure.empty()) detail["failure"] = report.failure;
  history::Event event;
  event.t_ns = t_ns;
  event.process = history::kNemesis;
  event.type = history::Type::info;
  event.f = history::Symbol(report.fault);
  event.detail = detail.dump(-1, ' ', false, json::error_handler_t::replace);
  return event;
}

history::Event leader_event(const std::string& node, std::uint64_t term, std::int64_t t_ns) {
  history::Event event;
  event.t_ns = t_ns;
  event.process = history::kNemesis;
  event.type = history::Type::info;
  event.f = history::Symbol("leader");
  event.detail = json{{"node", node}, {"term", term}}.dump();
  return event;
}

/// Everything of one run that lives on the io_context, in the order in which it must be destroyed.
class Run {
 public:
  Run(const RunConfig& config, const RunFiles& files, const systems::System& system,
      const workloads::Workload& workload, const ProgressSink& progress,
      const std::atomic<bool>& stop)
      : config_(config),
        files_(files),
        system_(system),
        workload_(workload),
        progress_(progress),
        stop_(stop) {}

  /// From starting the nodes to stopping them. Whatever was recorded stays, also after an error.
  Result<void> conduct() {
    nemesis::Schedule schedule = schedule_of(config_);
    if (auto written = write_file(files_.schedule(), nemesis::to_json(schedule)); !written)
      return written;
    auto addresses = choose_addresses(config_, files_.directory);
    if (!addresses) return addresses.error();
    if (auto connected = connect(*addresses); !connected) return connected;
    if (auto recorded = begin_recording(); !recorded) return recorded;

    phase_ = "starting";
    tell();
    cluster_ = std::make_unique<NodeCluster>(
        io_, system_, config_.node, std::move(addresses->nodes),
        [this](const std::string& node, std::uint64_t term) { leader_changed(node, term); });
    if (auto started = cluster_->start(kStartLimit, [this] { return stop_.load(); }); !started) {
      cluster_->stop(kStopLimit);
      return started;
    }
    put_under_load(std::move(schedule));
    cluster_->stop(kStopLimit);
    if (!stop_) watch_->finish();
    // What was recorded before is judged all the same: a violation in it wins over this.
    for (const std::optional<Error>& failure : {load_->failure(), record_failure_})
      if (failure)
        problems_.push_back("the history could not be recorded to its end: " + failure->text() +
                            "; free some space, or give another place with --runs DIR");
    return {};
  }

  /// What the harness itself has to say about the run.
  checker::Check harness_check() const {
    checker::Check check;
    check.name = "harness";
    check.verdict = problems_.empty() ? Word::valid : Word::error;
    if (problems_.empty()) check.reason = "nodes stayed up, events were recorded, faults healed";
    for (const std::string& problem : problems_)
      check.reason += (check.reason.empty() ? "" : "; ") + problem;
    return check;
  }
  const std::vector<std::string>& warnings() const { return warnings_; }
  Progress about_to_check() const {
    return {
        .phase = "checking", .so_far = in_words(watch_->news()), .violated = watch_->violated()};
  }

  /// The full check decides. That it does not find what was seen before is a defect of ours.
  void compare_with_online(const checker::Verdict& verdict) {
    const OnlineNews seen = watch_->news();
    if (config_.stop_on_violation && !ended_by_violation_ && seen.state.so_far == Word::unknown)
      warnings_.push_back("--stop-on-violation could not see every violation: " + in_words(seen));
    if (!seen.state.violation) return;
    for (const checker::Check& check : verdict.checks)
      if (check.name == "linearizable" && check.verdict == Word::valid)
        problems_.push_back("the online checker and the full check contradict each other (" +
                            seen.state.violation->sentence + "); please report this history");
  }

  /// Faults were asked for, and none happened: then nothing of what was meant was tested.
  void demand_faults(const history::History& history, checker::Check& not_vacuous) const {
    const bool wanted =
        config_.schedule ? !config_.schedule->steps.empty() : config_.faults != "none";
    if (!wanted || !history.faults.empty() || stop_) return;
    not_vacuous.verdict = Word::vacuous;
    not_vacuous.reason = "faults were asked for, and the run ended before the first of them";
  }

 private:
  Result<void> connect(Addresses& addresses) {
    std::vector<nemesis::ProxyNode> ends;
    for (const auto& node : addresses.nodes)
      ends.push_back(
          {.name = node.name, .peer = {.address = node.address, .port = node.peer_port}});
    auto carrier = nemesis::make_proxy_carrier(io_, ends, addresses.proxy_address,
                                               addresses.proxy_port, config_.link_delay);
    if (!carrier) return carrier.error();
    carrier_ = std::move(*carrier);
    for (auto& node : addresses.nodes)
      for (const auto& other : addresses.nodes)
        node.peers[other.name] = other.name == node.name
                                     ? fmt::format("{}:{}", node.address, node.peer_port)
                                     : carrier_->address_of(other.name, node.name).text();
    guard_ = std::move(addresses.guard);
    return {};
  }

  Result<void> begin_recording() {
    began_ = mono_now();
    auto recorder = history::Recorder::create(
        files_.history(),
        {.workload = workload_.name, .model = workload_.model, .start_unix_ns = unix_now_ns()});
    if (!recorder) return recorder.error();
    recorder_ = std::make_unique<history::Recorder>(std::move(*recorder));
    auto model = checker::find_model(workload_.model);
    if (!model) return model.error();
    const std::uint64_t share_bytes = config_.limits.memory_bytes / 4;
    watch_ = std::make_unique<OnlineWatch>(
        std::move(*model),
        share_bytes == 0 ? kOnlineMemoryBytes : std::min(share_bytes, kOnlineMemoryBytes), began_);
    return {};
  }

  void put_under_load(nemesis::Schedule schedule) {
    generator_ = workload_.make_generator({.seed = config_.seed,
                                           .keys = config_.keys,
                                           .operations_per_key = config_.operations_per_key,
                                           .open_per_key = config_.open_per_key});
    load_ = std::make_unique<Load>(
        io_, system_, cluster_->specs(), *generator_, *recorder_, began_,
        LoadOptions{.concurrency = config_.concurrency,
                    .rate = config_.rate,
                    .operation_timeout = config_.operation_timeout,
                    .seed = config_.seed,
                    .run_id = static_cast<std::uint64_t>(unix_now_ns()) >> 16,
                    .recorded = [this](const history::Event& event) { watch_->give(event); }});
    nemesis_ =
        nemesis::Nemesis::make(io_, *cluster_, *carrier_, std::move(schedule), config_.seed,
                               [this](const nemesis::FaultReport& report) { took_report(report); });
    phase_ = "load";
    load_began_ = mono_now();
    load_->start();
    nemesis_->start();
    pump(load_began_ + config_.time_limit, [this] {
      ended_by_violation_ = config_.stop_on_violation && watch_->violated();
      return ended_by_violation_ || ended_early();
    });
    if (ended_by_violation_)
      warnings_.push_back("--stop-on-violation ended the load after " +
                          format_duration(mono_now() - load_began_) + ": " +
                          in_words(watch_->news()));

    phase_ = "healing";
    told_ = {};
    load_->stop();
    bool healed = false;
    nemesis_->stop_and_heal([&] { healed = true; });
    if (!pump(mono_now() + kHealLimit + config_.operation_timeout,
              [&] { return healed && load_->idle(); }))
      problems_.push_back(healed ? "a client process did not come to an end"
                                 : "not every fault could be healed in time");
    finish_after_heal();
    for (const std::string& surprise : cluster_->surprises()) problems_.push_back(surprise);
    note_lag();
  }

  void finish_after_heal() {
    if (stop_ || ended_early() || !problems_.empty()) return;
    phase_ = "final reads";
    if (!pump(mono_now() + kConvergeLimit, [this] { return stop_ || cluster_->converged(); })) {
      warnings_.push_back("the cluster had not converged " + format_duration(kConvergeLimit) +
                          " after the last fault was healed");
    }
    if (stop_) return;
    const auto reads = generator_->final_reads();
    const std::size_t answered = load_->run_to_the_end(reads, mono_now() + kFinalReadsLimit,
                                                       [this] { return tell(), stop_.load(); });
    if (answered < reads.size() && !stop_)
      warnings_.push_back(
          fmt::format("only {} of {} final reads were answered", answered, reads.size()));
  }

  void note_lag() {
    const Duration lag = cluster_->worst_lag();
    if (lag > std::chrono::milliseconds(250))
      warnings_.push_back(
          "the harness itself was delayed by up to " + format_duration(lag) +
          ": this machine is short of processor time, so latencies and elections tell little");
  }

  bool ended_early() const {
    return stop_ || load_->failure() || record_failure_ || !cluster_->surprises().empty();
  }

  bool pump(MonoTime deadline, const std::function<bool()>& done) {
    return pump_until(io_, deadline, [&] { return tell(), done(); });
  }

  void took_report(const nemesis::FaultReport& report) {
    record(fault_event(report, since_began()));
    last_event_ = report.description + ": " + std::string(nemesis::name(report.phase));
  }
  void leader_changed(const std::string& node, std::uint64_t term) {
    record(leader_event(node, term, since_began()));
  }
  void record(const history::Event& event) {
    if (auto recorded = recorder_->record(event); !recorded && !record_failure_)
      record_failure_ = recorded.error();
  }
  std::int64_t since_began() const { return (mono_now() - began_).count(); }

  void tell() {
    const MonoTime now = mono_now();
    if (!progress_ || now - told_ < kProgressEvery) return;
    told_ = now;
    Progress progress;
    progress.phase = phase_;
    progress.total = config_.time_limit;
    if (load_) {
      progress.elapsed = now - load_began_;
      progress.ok = load_->counters().ok;
      progress.fail = load_->counters().fail;
      progress.info = load_->counters().info;
    }
    if (cluster_) progress.nodes = cluster_->strip();
    progress.last_event = last_event_;
    if (load_) {
      progress.so_far = in_words(watch_->news());
      progress.violated = watch_->violated();
    }
    progress_(progress);
  }

  const RunConfig& config_;
  const RunFiles& files_;
  const systems::System& system_;
  const workloads::Workload& workload_;
  const ProgressSink& progress_;
  const std::atomic<bool>& stop_;

  boost::asio::io_context io_;
  Fd guard_;
  std::unique_ptr<nemesis::Carrier> carrier_;
  std::unique_ptr<history::Recorder> recorder_;
  std::unique_ptr<OnlineWatch> watch_;
  std::unique_ptr<NodeCluster> cluster_;
  std::unique_ptr<workloads::Generator> generator_;
  std::unique_ptr<Load> load_;
  std::unique_ptr<nemesis::Nemesis> nemesis_;

  MonoTime began_, load_began_, told_;
  std::string phase_, last_event_;
  bool ended_by_violation_ = false;
  std::optional<Error> record_failure_;
  std::vector<std::string> problems_, warnings_;
};

/// Reads the history back from its file, as anybody could later, and judges it.
Result<checker::Verdict> judge(const RunConfig& config, const RunFiles& files, Run& run,
                               history::History& history, const std::atomic<bool>& stop) {
  auto read = history::read_history(files.history());
  if (!read) return read.error();
  history = std::move(*read);
  auto model = checker::find_model(history.header.model);
  if (!model) return model.error();
  checker::LinearizableOptions options{.model = std::move(*model),
                                       .limits = config.limits,
                                       .keep_certificates = config.keep_certificates,
                                       .minimum_ok_share = config.minimum_ok_share};
  // An interrupted run is still checked: the first Ctrl-C ended the load, a second one ends this.
  if (!stop) options.limits.stop = &stop;
  auto verdict = checker::check_history(history, options);
  if (!verdict) return verdict.error();
  for (checker::Check& check : verdict->checks)
    if (check.name == "not-vacuous") run.demand_faults(history, check);
  run.compare_with_online(*verdict);
  verdict->checks.push_back(run.harness_check());
  for (const checker::Check& check : verdict->checks)
    verdict->verdict = checker::strongest(verdict->verdict, check.verdict);
  verdict->warnings.insert(verdict->warnings.end(), run.warnings().begin(), run.warnings().end());
  verdict->reproduce = "riptide replay " + files.directory.string();
  return verdict;
}

Result<void> write_results(const RunConfig& config, const RunFiles& files, RunOutcome& outcome) {
  if (auto written =
          write_file(files.verdict(), checker::to_json(outcome.verdict, outcome.history));
      !written)
    return written;
  if (!config.keep_certificates) return {};
  std::vector<checker::Certificate> all;
  for (const auto& check : outcome.verdict.checks)
    all.insert(all.end(), check.certificates.begin(), check.certificates.end());
  auto model = checker::find_model(outcome.history.header.model);
  if (!model) return model.error();
  return write_file(files.certificate(), checker::certificates_json(outcome.history, *model, all));
}

/// Data directories are kept when there is something to look into.
void drop_data(const RunFiles& files, std::size_t nodes) {
  for (std::size_t i = 1; i <= nodes; ++i) {
    std::error_code ignored;
    std::filesystem::remove_all(files.node(fmt::format("n{}", i)) / "data", ignored);
  }
}

}  // namespace

Result<RunOutcome> run(const RunConfig& config, const ProgressSink& progress,
                       const std::atomic<bool>& stop) {
  if (auto valid = validate(config); !valid) return valid.error();
  const systems::System& system = **systems::find_system(config.system);
  const workloads::Workload workload = *workloads::find_workload(config.workload);
  if (auto program = system.find_program(); !program) return program.error();
  const auto files = make_run_directory(config);
  if (!files) return files.error();
  set_assert_context(fmt::format("seed {}, run {}", config.seed, files->directory.string()));
  if (auto written = write_run_json(*files, config); !written) return written.error();

  Run run(config, *files, system, workload, progress, stop);
  const Result<void> conducted = run.conduct();
  if (!conducted && !std::filesystem::exists(files->history())) return conducted.error();
  if (!conducted)
    return fail("the run failed; what was recorded is in " + files->directory.string())
        .because(conducted.error());
  RunOutcome outcome;
  outcome.directory = files->directory;
  if (progress) progress(run.about_to_check());
  auto verdict = judge(config, *files, run, outcome.history, stop);
  if (!verdict) return verdict.error();
  outcome.verdict = std::move(*verdict);
  outcome.interrupted = stop;
  if (auto written = write_results(config, *files, outcome); !written) {
    // Told, and no success; but a violation that was found stays one.
    outcome.verdict.warnings.push_back(written.error().text());
    outcome.verdict.verdict = checker::strongest(outcome.verdict.verdict, Word::error);
  }
  if (outcome.verdict.verdict == Word::valid && !config.keep_data) drop_data(*files, config.nodes);
  return outcome;
}

}  // namespace riptide::controller
