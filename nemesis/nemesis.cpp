// The walk through a schedule. One function, advance(), looks at every step and does what is due;
// it is called when something happened, when a time has come, and every 2 ms while a step waits for
// something that only Cluster::view() can tell.
#include "nemesis/nemesis.hpp"

#include <algorithm>
#include <boost/asio.hpp>
#include <optional>

#include "base/assert.hpp"
#include "base/random.hpp"
#include "nemesis/fault_action.hpp"
#include "nemesis/targets.hpp"

namespace riptide::nemesis {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(2);
constexpr auto kLeaderWait = std::chrono::seconds(2);
constexpr auto kStopLimit = std::chrono::seconds(20);
// Between two rounds of a repeated schedule when a step could not be carried out: never spin.
constexpr auto kRestAfterFailure = std::chrono::milliseconds(100);

enum class Stage : std::uint8_t { waiting, starting, active, healing, done };

/// A step in this round.
struct StepRun {
  const Step* step = nullptr;
  Stage stage = Stage::waiting;
  bool unproved = false;                     ///< it failed to take effect, and is undone
  std::optional<std::uint64_t> leader_term;  ///< a leader must be elected in a greater term
  std::optional<MonoTime> leader_seen;
  std::optional<MonoTime> looking_since;  ///< for somebody to hit
  std::optional<MonoTime> took_effect, healed;
  std::uint64_t id = 0;
  Chosen chosen;
  std::shared_ptr<FaultAction> action;
};

/// A callback that does nothing once the Nemesis is gone.
template <class Callback>
struct Guarded {
  std::weak_ptr<int> alive;
  Callback callback;
  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    if (!alive.expired()) callback(std::forward<Arguments>(arguments)...);
  }
};

class Walk final : public Nemesis {
 public:
  Walk(boost::asio::io_context& io, Cluster& cluster, Carrier& carrier, Schedule schedule,
       std::uint64_t seed, std::function<void(const FaultReport&)> report)
      : ground_{io, cluster, carrier},
        schedule_(std::move(schedule)),
        random_(seed, "nemesis targets"),
        report_(std::move(report)),
        wake_(io),
        stop_limit_(io) {}

  void start() override {
    ASSERT(!started_, "the nemesis was started twice");
    started_ = true;
    if (stopping_) return;
    begin_round(mono_now());
    advance();
  }

  void stop_and_heal(std::function<void()> done) override {
    stopped_.push_back(std::move(done));
    if (!std::exchange(stopping_, true)) {
      stop_limit_.expires_after(kStopLimit);
      stop_limit_.async_wait(guarded([this](boost::system::error_code error) {
        if (!error) give_up();
      }));
    }
    // Later: the caller may hold what `done` needs.
    boost::asio::post(ground_.io, guarded([this] { advance(); }));
  }

  std::size_t active() const override {
    return static_cast<std::size_t>(std::count_if(runs_.begin(), runs_.end(), [](const auto& run) {
      return run.stage == Stage::active || run.stage == Stage::healing;
    }));
  }

 private:
  template <class Callback>
  Guarded<Callback> guarded(Callback callback) {
    return {alive_, std::move(callback)};
  }

  void begin_round(MonoTime at) {
    round_start_ = at;
    round_failed_ = false;
    cast_.clear();
    runs_.clear();
    for (const Step& step : schedule_.steps) {
      runs_.emplace_back();
      runs_.back().step = &step;
    }
  }

  void advance() {
    if (advancing_) {
      again_ = true;
      return;
    }
    advancing_ = true;
    do {
      again_ = false;
      polling_ = false;
      next_wake_.reset();
      const MonoTime now = mono_now();
      for (StepRun& run : runs_) {
        if (run.stage == Stage::waiting) try_begin(run, now);
        if (run.stage == Stage::active) try_heal(run, now);
      }
      end_round(now);
    } while (again_);
    advancing_ = false;
    arm();
    if (stopping_ && all_done()) finish_stop();
  }

  void changed() { advance(); }

  void arm() {
    const MonoTime now = mono_now();
    if (polling_) wake_at(now + kPollInterval);
    if (!next_wake_) return wake_.cancel(), void();
    wake_.expires_after(std::max(*next_wake_ - now, Duration{0}));
    wake_.async_wait(guarded([this](boost::system::error_code error) {
      if (!error) advance();
    }));
  }

  void wake_at(MonoTime time) {
    if (!next_wake_ || time < *next_wake_) next_wake_ = time;
  }

  bool all_done() const {
    return std::all_of(runs_.begin(), runs_.end(),
                       [](const StepRun& run) { return run.stage == Stage::done; });
  }

  void end_round(MonoTime now) {
    if (stopping_ || !schedule_.repeat || runs_.empty() || !all_done()) return;
    if (!rest_until_) {
      const Duration least = round_failed_ ? Duration(kRestAfterFailure) : Duration{0};
      rest_until_ = now + std::max(schedule_.rest, least);
    }
    if (now < *rest_until_) return wake_at(*rest_until_);
    rest_until_.reset();
    begin_round(now);
    again_ = true;
  }

  const StepRun& run_of(std::uint64_t id) const {
    const auto found = std::find_if(runs_.begin(), runs_.end(),
                                    [&](const StepRun& run) { return run.step->id == id; });
    ASSERT(found != runs_.end(), "no step has the id", id);
    return *found;
  }

  // --- beginning ---

  Scene scene() const {
    Scene now;
    now.nodes = ground_.cluster.view();
    now.busy = busy_;
    now.busy.insert(ground_.restarting.begin(), ground_.restarting.end());
    now.cast = cast_;
    return now;
  }

  /// When the time or the step that it waits for has come; nothing while that is not known.
  std::optional<MonoTime> base_time(const StepRun& run) const {
    const Start& start = run.step->start;
    if (start.after) return run_of(start.after).took_effect;
    if (start.after_healed) return run_of(start.after_healed).healed;
    return round_start_ + start.at.value_or(Duration{0});
  }

  /// Notes the greatest term that anybody leads in, as soon as the condition begins to wait. That
  /// is when the fault it follows is asked for, not when it is proved: the election may be faster.
  void note_leader_term(StepRun& run, MonoTime now) {
    const Start& start = run.step->start;
    if (run.leader_term) return;
    const bool begun = start.after ? run_of(start.after).stage != Stage::waiting
                                   : base_time(run).has_value() && *base_time(run) <= now;
    if (!begun) return;
    run.leader_term = 0;
    for (const NodeView& node : ground_.cluster.view())
      if (node.role == "leader") run.leader_term = std::max(*run.leader_term, node.term);
  }

  void try_begin(StepRun& run, MonoTime now) {
    if (stopping_) {
      run.stage = Stage::done;
      return;
    }
    const Start& start = run.step->start;
    if (start.leader_elected) note_leader_term(run, now);
    std::optional<MonoTime> due = base_time(run);
    if (!due) return;
    if (*due > now) return wake_at(*due);
    if (start.leader_elected) {
      if (!run.leader_seen && !look_for_leader(run, now)) return;
      due = run.leader_seen;
    }
    if (!due) return;
    *due = *due + start.delay;
    if (*due > now) return wake_at(*due);
    begin(run, now);
  }

  /// False when the step is over, or when it still waits.
  bool look_for_leader(StepRun& run, MonoTime now) {
    const Scene current = scene();
    auto among = nodes_named(run.step->start.leader_among, current);
    if (!among) {
      skip(run, among.error(), now);
      return false;
    }
    const NodeView* leader = leader_among(current.nodes, *among);
    if (leader && leader->term > *run.leader_term) {
      run.leader_seen = now;
      return true;
    }
    polling_ = true;
    return false;
  }

  void begin(StepRun& run, MonoTime now) {
    Scene current = scene();
    if (!run.looking_since) run.looking_since = now;
    current.without_leader = now - *run.looking_since > kLeaderWait;
    auto chosen = choose(*run.step, current, random_);
    if (!chosen) return skip(run, chosen.error(), now);
    if (!*chosen) {
      polling_ = true;
      return;
    }
    run.chosen = std::move(**chosen);
    const std::vector<std::string>& targets = run.chosen.targets;
    const bool partition = run.step->fault == "partition";
    if (!partition && std::none_of(targets.begin(), targets.end(), [&](const std::string& node) {
          const Child* child = ground_.cluster.child(node);
          return child && child->running();
        }))
      return skip(run, fail("every target is dead already"), now);
    cast_ = run.chosen.cast;
    run.stage = Stage::starting;
    run.id = ++last_id_;
    again_ = true;  // others may wait for the beginning of this one
    tell(run, FaultReport::Phase::asked);
    run.action = partition                   ? make_partition(ground_, run.chosen.parts)
                 : run.step->fault == "kill" ? make_kill(ground_, targets)
                                             : make_pause(ground_, targets);
    if (!partition) busy_.insert(targets.begin(), targets.end());
    run.action->apply(answer_for(run, [this](StepRun& started, const Result<std::string>& proof) {
      unlock(started);
      started.stage = Stage::active;
      started.took_effect = mono_now();
      if (proof) return tell(started, FaultReport::Phase::took_effect, *proof);
      started.unproved = true;  // it may have had an effect all the same: it is undone at once
      round_failed_ = true;
      tell_failure(started, proof.error());
    }));
  }

  /// The step cannot be carried out. Whoever waits for it goes on.
  void skip(StepRun& run, const Error& why, MonoTime now) {
    run.id = ++last_id_;
    if (run.chosen.description.empty())
      run.chosen.description = run.step->fault + " not carried out";
    tell(run, FaultReport::Phase::asked);
    tell_failure(run, why);
    run.stage = Stage::done;
    run.took_effect = run.healed = now;
    round_failed_ = true;
    again_ = true;
  }

  // --- healing ---

  void try_heal(StepRun& run, MonoTime now) {
    const End& end = run.step->end;
    std::optional<MonoTime> due;
    if (stopping_ || run.unproved) {
      due = now;
    } else if (end.with) {
      if (const auto effect = run_of(end.with).took_effect) due = *effect + end.delay;
    } else if (end.after) {
      due = *run.took_effect + *end.after + end.delay;
    }
    if (!due) return;
    if (*due > now) return wake_at(*due);
    if (run.step->fault != "partition") {
      // What another fault is doing to these processes comes first; its end calls advance().
      for (const std::string& node : run.chosen.targets)
        if (busy_.contains(node) || ground_.restarting.contains(node)) return;
      busy_.insert(run.chosen.targets.begin(), run.chosen.targets.end());
    }
    run.stage = Stage::healing;
    tell(run, FaultReport::Phase::heal_asked);
    run.action->undo(answer_for(run, [this](StepRun& ended, const Result<std::string>& proof) {
      unlock(ended);
      ended.stage = Stage::done;
      ended.healed = mono_now();
      if (proof) return tell(ended, FaultReport::Phase::healed, *proof);
      round_failed_ = true;
      tell_failure(ended, proof.error());
    }));
  }

  void unlock(const StepRun& run) {
    if (run.step->fault == "partition") return;
    for (const std::string& node : run.chosen.targets) busy_.erase(node);
  }

  /// Finds the run again by its id when the answer comes: it may be long over.
  template <class Then>
  Proof answer_for(const StepRun& run, Then then) {
    return guarded([this, id = run.id, then](const Result<std::string>& proof) {
      const auto found = std::find_if(runs_.begin(), runs_.end(),
                                      [&](const StepRun& one) { return one.id == id; });
      if (found == runs_.end() || found->stage == Stage::done) return;
      then(*found, proof);
      changed();
    });
  }

  void give_up() {
    for (StepRun& run : runs_) {
      if (run.stage == Stage::done) continue;
      run.stage = Stage::done;
      if (run.id) tell_failure(run, fail("it was not healed within 20 s"));
    }
    finish_stop();
  }

  void finish_stop() {
    stop_limit_.cancel();
    wake_.cancel();
    for (auto& done : std::exchange(stopped_, {})) done();
  }

  // --- telling ---

  FaultReport report_of(const StepRun& run, FaultReport::Phase phase) const {
    FaultReport report;
    report.phase = phase;
    report.id = run.id;
    report.step = run.step->id;
    report.fault = run.step->fault;
    report.description = run.chosen.description;
    report.targets = run.chosen.targets;
    return report;
  }

  void tell(const StepRun& run, FaultReport::Phase phase, std::string proof = {}) {
    FaultReport report = report_of(run, phase);
    report.proof = std::move(proof);
    report_(report);
  }

  void tell_failure(const StepRun& run, const Error& error) {
    FaultReport report = report_of(run, FaultReport::Phase::failed);
    report.failure = error.text();
    report_(report);
  }

  Ground ground_;
  Schedule schedule_;
  Random random_;
  std::function<void(const FaultReport&)> report_;
  boost::asio::steady_timer wake_, stop_limit_;
  std::vector<StepRun> runs_;
  std::map<std::string, std::string> cast_;
  std::set<std::string> busy_;
  std::vector<std::function<void()>> stopped_;
  MonoTime round_start_;
  std::optional<MonoTime> rest_until_, next_wake_;
  std::uint64_t last_id_ = 0;
  bool started_ = false, stopping_ = false, advancing_ = false, again_ = false, polling_ = false;
  bool round_failed_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace

std::set<Link> Ground::cut_links() const {
  std::set<Link> links;
  for (const auto& [link, count] : cuts) links.insert(link);
  return links;
}

bool Ground::runs(const std::string& node) const {
  for (const NodeView& view : cluster.view())
    if (view.name == node) return view.running;
  return false;
}

std::string_view name(FaultReport::Phase phase) {
  switch (phase) {
    case FaultReport::Phase::asked:
      return "asked";
    case FaultReport::Phase::took_effect:
      return "took-effect";
    case FaultReport::Phase::heal_asked:
      return "heal-asked";
    case FaultReport::Phase::healed:
      return "healed";
    case FaultReport::Phase::failed:
      return "failed";
  }
  ASSERT(false, "no such phase");
  return {};
}

std::unique_ptr<Nemesis> Nemesis::make(boost::asio::io_context& io, Cluster& cluster,
                                       Carrier& carrier, Schedule schedule, std::uint64_t seed,
                                       std::function<void(const FaultReport&)> report) {
  return std::make_unique<Walk>(io, cluster, carrier, std::move(schedule), seed, std::move(report));
}

}  // namespace riptide::nemesis
