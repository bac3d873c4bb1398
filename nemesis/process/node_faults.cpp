// Kill and pause: faults that hit processes.
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "nemesis/fault_action.hpp"

namespace riptide::nemesis {
namespace {

using Json = nlohmann::ordered_json;

/// Waits until every target has answered, then answers once for all.
class Gather {
 public:
  Gather(std::size_t expected, Proof done) : left_(expected), done_(std::move(done)) {}

  void proof(const std::string& node, const std::string& json_text) {
    Json json = Json::parse(json_text, nullptr, false);
    ++proved_;
    add(node, json.is_discarded() ? Json(json_text) : std::move(json));
  }
  /// Nothing was to be done at this node, for this reason.
  void note(const std::string& node, const char* key, const std::string& text) {
    add(node, Json{{key, text}});
  }
  void failure(const std::string& node, const Error& error) {
    failures_.push_back(node + ": " + error.text());
    add(node, Json{{"failed", error.text()}});
  }
  /// At least one target must be proved, or the whole is a failure for this reason.
  void require_proof(std::string why_not) { why_not_ = std::move(why_not); }

 private:
  void add(const std::string& node, Json json) {
    nodes_[node] = std::move(json);
    if (--left_ > 0) return;
    Proof done = std::exchange(done_, nullptr);
    if (!failures_.empty()) return done(fail(join(failures_, "; ")));
    if (!why_not_.empty() && proved_ == 0) return done(fail(why_not_));
    done(Json{{"nodes", nodes_}}.dump());
  }

  std::size_t left_;
  std::size_t proved_ = 0;
  Proof done_;
  Json nodes_ = Json::object();
  std::vector<std::string> failures_;
  std::string why_not_;
};

class Kill final : public FaultAction, public std::enable_shared_from_this<Kill> {
 public:
  Kill(Ground& ground, std::vector<std::string> targets)
      : ground_(ground), targets_(std::move(targets)) {}

  void apply(Proof done) override {
    auto gather = std::make_shared<Gather>(targets_.size(), std::move(done));
    gather->require_proof("every target had ended before it was killed");
    for (const std::string& node : targets_) {
      // A target that is already down stays down until this fault ends, too.
      ++ground_.kills[node];
      Child* child = ground_.cluster.child(node);
      if (!child || !child->running()) {
        gather->note(node, "already", "not running");
        continue;
      }
      ground_.cluster.expect_exit(node);
      child->kill([weak = weak_from_this(), gather, node](Result<std::string> killed) {
        if (weak.expired()) return;
        if (killed) return gather->proof(node, *killed);
        gather->failure(node, killed.error());
      });
    }
  }

  void undo(Proof done) override {
    auto gather = std::make_shared<Gather>(targets_.size(), std::move(done));
    for (const std::string& node : targets_) {
      if (--ground_.kills[node] > 0) {
        gather->note(node, "stays_down", "killed by another fault");
        continue;
      }
      ground_.kills.erase(node);
      if (const Child* child = ground_.cluster.child(node); child && child->running()) {
        gather->note(node, "running", "it was not down any more");
        continue;
      }
      ground_.restarting.insert(node);
      ground_.cluster.restart(
          node, [weak = weak_from_this(), gather, node](Result<std::string> restarted) {
            const auto self = weak.lock();
            if (!self) return;
            self->ground_.restarting.erase(node);
            if (restarted) return gather->proof(node, *restarted);
            gather->failure(node, restarted.error());
          });
    }
  }

 private:
  Ground& ground_;
  std::vector<std::string> targets_;
};

class Pause final : public FaultAction, public std::enable_shared_from_this<Pause> {
 public:
  Pause(Ground& ground, std::vector<std::string> targets)
      : ground_(ground), targets_(std::move(targets)) {}

  void apply(Proof done) override {
    auto gather = std::make_shared<Gather>(targets_.size(), std::move(done));
    gather->require_proof("every target had ended before it was stopped");
    for (const std::string& node : targets_) {
      Child* child = ground_.cluster.child(node);
      if (!child || !child->running()) {
        gather->note(node, "already", "not running");
        continue;
      }
      const pid_t pid = child->pid();
      paused_[node] = pid;
      ++ground_.pauses[pid];
      child->pause([weak = weak_from_this(), gather, node, pid](Result<std::string> paused) {
        const auto self = weak.lock();
        if (!self) return;
        if (paused) return gather->proof(node, *paused);
        if (!self->same_process(node, pid))
          return gather->note(node, "ended", paused.error().text());
        gather->failure(node, paused.error());
      });
    }
  }

  void undo(Proof done) override {
    const auto paused = std::exchange(paused_, {});
    if (paused.empty()) return done(R"({"nodes":{}})");
    auto gather = std::make_shared<Gather>(paused.size(), std::move(done));
    for (const auto& [node, pid] : paused) {
      if (--ground_.pauses[pid] > 0) {
        gather->note(node, "stays_paused", "by another fault");
        continue;
      }
      ground_.pauses.erase(pid);
      // A pause is of a process. When that has died, nothing is left to resume.
      Child* child = same_process(node, pid);
      if (!child) {
        gather->note(node, "ended", "before it was resumed");
        continue;
      }
      child->resume(
          [weak = weak_from_this(), gather, node = node, pid = pid](Result<std::string> on) {
            const auto self = weak.lock();
            if (!self) return;
            if (on) return gather->proof(node, *on);
            if (!self->same_process(node, pid))
              return gather->note(node, "ended", on.error().text());
            gather->failure(node, on.error());
          });
    }
  }

 private:
  /// The node's process, if it is still that one and runs.
  Child* same_process(const std::string& node, pid_t pid) const {
    Child* child = ground_.cluster.child(node);
    return child && child->running() && child->pid() == pid ? child : nullptr;
  }

  Ground& ground_;
  std::vector<std::string> targets_;
  std::map<std::string, pid_t> paused_;
};

}  // namespace

std::shared_ptr<FaultAction> make_kill(Ground& ground, std::vector<std::string> targets) {
  return std::make_shared<Kill>(ground, std::move(targets));
}

std::shared_ptr<FaultAction> make_pause(Ground& ground, std::vector<std::string> targets) {
  return std::make_shared<Pause>(ground, std::move(targets));
}

}  // namespace riptide::nemesis
