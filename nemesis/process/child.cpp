#include "nemesis/process/child.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <boost/asio.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "nemesis/process/launch.hpp"
#include "nemesis/process/process_group.hpp"

namespace riptide::nemesis {
namespace {

using Json = nlohmann::ordered_json;
using Proof = std::function<void(Result<std::string>)>;
using boost::system::error_code;

constexpr auto kProofLimit = std::chrono::seconds(5);
constexpr auto kPollInterval = std::chrono::milliseconds(2);

double ms_since(MonoTime then) {
  return std::round(static_cast<double>((mono_now() - then).count()) / 1e4) / 100;
}

/// The process, kept alive by its pending waits even when the Child is gone.
class ChildCore : public std::enable_shared_from_this<ChildCore> {
 public:
  ChildCore(boost::asio::io_context& io, std::unique_ptr<Launched> launched)
      : io_(io), launched_(std::move(launched)), pid_(launched_->pid()) {}

  void watch() {
    launched_->wait([weak = weak_from_this()](Exit exit) {
      if (auto self = weak.lock()) self->ended(exit);
    });
  }

  void kill(Proof done) {
    if (exit_) return post(std::move(done), fail(already_ended()));
    const MonoTime asked = mono_now();
    auto limit = timer(kProofLimit);
    // Answered once: by the end of the process, or by the limit.
    auto answer = std::make_shared<Proof>(std::move(done));
    killers_.push_back([self = shared_from_this(), asked, answer, limit](Exit exit) {
      limit->cancel();
      if (!*answer) return;
      // A process that came to another end just then was not killed by us.
      if (!exit.signalled || exit.code != SIGKILL)
        return std::exchange(*answer, nullptr)(fail("it had ended by itself: " + exit.text()));
      Json proof = Json::object();
      proof["signal"] = exit.code;
      proof["pid"] = self->pid_;
      proof["reaped_ms"] = ms_since(asked);
      // Reaped is the leader of the group; what it started must be gone as well.
      self->poll_until_gone(mono_now() + kProofLimit, std::move(proof),
                            std::exchange(*answer, nullptr));
    });
    limit->async_wait([answer, limit, pid = pid_](error_code error) {
      if (error || !*answer) return;
      std::exchange(*answer, nullptr)(
          fail("process " + std::to_string(pid) + " is not reaped 5 s after SIGKILL"));
    });
    signal_group(SIGKILL);
  }

  void terminate(int grace_ms, std::function<void(Exit)> done) {
    if (exit_) {
      boost::asio::post(io_, [done = std::move(done), exit = *exit_] { done(exit); });
      return;
    }
    auto grace = timer(std::chrono::milliseconds(grace_ms));
    killers_.push_back([self = shared_from_this(), grace, done = std::move(done)](Exit exit) {
      grace->cancel();
      self->signal_group(SIGKILL);  // whatever it started and left behind
      done(exit);
    });
    grace->async_wait([weak = weak_from_this(), grace](error_code error) {
      if (auto self = weak.lock(); self && !error && !self->exit_) self->signal_group(SIGKILL);
    });
    signal_group(SIGTERM);
    signal_group(SIGCONT);  // a stopped process would not see the first signal
  }

  void change(int signal, Proof done) {
    if (exit_) return post(std::move(done), fail(already_ended()));
    signal_group(signal);
    const MonoTime now = mono_now();
    poll_state(signal == SIGSTOP, now, group_members(pid_), std::move(done));
  }

  /// The Child goes away: nothing may survive it.
  void abandon() {
    on_exit = nullptr;
    if (exit_) return;
    signal_group(SIGKILL);
    launched_->detach();
    int status = 0;
    const MonoTime limit = mono_now() + kProofLimit;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (mono_now() > limit) {
        log::error("process " + std::to_string(pid_) + " does not die of SIGKILL");
        return;
      }
      const timespec pause{0, 500'000};
      ::nanosleep(&pause, nullptr);
    }
    exit_ = exit_of(status);
    // Not from inside a destructor: who waits may do anything.
    for (auto& killer : std::exchange(killers_, {}))
      boost::asio::post(io_, [killer = std::move(killer), exit = *exit_] { killer(exit); });
  }

  pid_t pid() const { return pid_; }
  bool running() const { return !exit_; }
  std::string already_ended() const {
    return "process " + std::to_string(pid_) + " has already ended (" + exit_->text() + ")";
  }
  void call_on_exit_later() {
    boost::asio::post(io_, [weak = weak_from_this()] {
      if (auto self = weak.lock(); self && self->on_exit)
        std::exchange(self->on_exit, nullptr)(*self->exit_);
    });
  }

  std::function<void(Exit)> on_exit;

 private:
  void post(Proof done, Error error) {
    boost::asio::post(io_, [done = std::move(done), error = std::move(error)] { done(error); });
  }

  void signal_group(int signal) {
    // The group's number cannot be given to others while the leader is unreaped or a member is
    // left.
    if (!exit_ || !group_members(pid_).empty()) ::kill(-pid_, signal);
  }

  void ended(Exit exit) {
    ASSERT(!exit_, "process ended twice", pid_);
    exit_ = exit;
    launched_->detach();  // reaped: its number may be given to others from now on
    // on_exit may destroy the Child; `this` is held by the caller.
    const auto self = shared_from_this();
    auto killers = std::exchange(killers_, {});
    // First the owner learns of it, then those who wait: they may start the next process at once.
    if (auto callback = std::exchange(on_exit, nullptr)) callback(exit);
    for (auto& killer : killers) killer(exit);
  }

  std::shared_ptr<boost::asio::steady_timer> timer(boost::asio::steady_timer::duration after) {
    return std::make_shared<boost::asio::steady_timer>(io_, after);
  }

  template <class Then>
  void after_poll_interval(Then then) {
    auto soon = timer(kPollInterval);
    soon->async_wait([soon, then = std::move(then)](error_code) mutable { then(); });
  }

  void poll_until_gone(MonoTime limit, Json proof, Proof done) {
    const GroupTasks left = tasks_of(group_members(pid_));
    if (left.tasks == 0) return done(proof.dump());
    if (mono_now() > limit)
      return done(fail("after SIGKILL to group " + std::to_string(pid_) + " task " +
                       left.not_stopped + " is still there"));
    ::kill(-pid_, SIGKILL);
    after_poll_interval([self = shared_from_this(), limit, proof = std::move(proof),
                         done = std::move(done)]() mutable {
      self->poll_until_gone(limit, std::move(proof), std::move(done));
    });
  }

  void poll_state(bool stop, MonoTime asked, std::vector<pid_t> members, Proof done) {
    if (exit_) return done(fail(already_ended()));
    GroupTasks found = tasks_of(members);
    const auto reached = [&] {
      return stop ? found.tasks > 0 && found.stopped == found.tasks : found.stopped == 0;
    };
    if (reached()) {
      // A process may have been forked in the meantime: look once more at the whole group.
      members = group_members(pid_);
      found = tasks_of(members);
      if (reached() && found.tasks > 0) {
        Json proof = {{"pid", pid_}, {"tasks", found.tasks}};
        if (stop) proof["state"] = "T";
        if (!stop) proof["stopped"] = found.stopped;
        proof["waited_ms"] = ms_since(asked);
        return done(proof.dump());
      }
    }
    if (mono_now() - asked > kProofLimit)
      return done(fail("process group " + std::to_string(pid_) +
                       (stop ? " does not stop: task " + found.not_stopped + " runs on"
                             : " does not go on: " + std::to_string(found.stopped) + " of " +
                                   std::to_string(found.tasks) + " tasks are stopped")));
    after_poll_interval([self = shared_from_this(), stop, asked, members = std::move(members),
                         done = std::move(done)]() mutable {
      self->poll_state(stop, asked, std::move(members), std::move(done));
    });
  }

  boost::asio::io_context& io_;
  std::unique_ptr<Launched> launched_;
  pid_t pid_;
  std::optional<Exit> exit_;
  std::vector<std::function<void(Exit)>> killers_;
};

class ProcessChild final : public Child {
 public:
  explicit ProcessChild(std::shared_ptr<ChildCore> core) : core_(std::move(core)) {
    core_->watch();
  }
  ~ProcessChild() override { core_->abandon(); }
  pid_t pid() const override { return core_->pid(); }
  bool running() const override { return core_->running(); }
  void on_exit(std::function<void(Exit)> callback) override {
    core_->on_exit = std::move(callback);
    if (!core_->running()) core_->call_on_exit_later();
  }
  void kill(Proof done) override { core_->kill(std::move(done)); }
  void terminate(int grace_ms, std::function<void(Exit)> done) override {
    core_->terminate(grace_ms, std::move(done));
  }
  void pause(Proof done) override { core_->change(SIGSTOP, std::move(done)); }
  void resume(Proof done) override { core_->change(SIGCONT, std::move(done)); }

 private:
  std::shared_ptr<ChildCore> core_;
};

}  // namespace

std::string Exit::text() const {
  if (!signalled) return "exit status " + std::to_string(code);
  const char* name = ::sigabbrev_np(code);
  return "signal " + std::to_string(code) + (name ? std::string(" (SIG") + name + ")" : "");
}

Result<std::unique_ptr<Child>> Child::start(boost::asio::io_context& io,
                                            const ChildOptions& options) {
  auto launched = launch(io, options);
  if (!launched) return launched.error();
  return std::unique_ptr<Child>(
      std::make_unique<ProcessChild>(std::make_shared<ChildCore>(io, std::move(*launched))));
}

}  // namespace riptide::nemesis
