// NodeCluster: the real processes of one run; starts, watches and stops them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "nemesis/nemesis.hpp"
#include "systems/systems.hpp"

namespace riptide::controller {

class NodeCluster final : public nemesis::Cluster {
 public:
  /// `leader_changed` hears of every change of (node, term) as the status probes show it.
  using LeaderChanged = std::function<void(const std::string& node, std::uint64_t term)>;

  NodeCluster(boost::asio::io_context& io, const systems::System& system,
              systems::NodeOptions options, std::vector<systems::NodeSpec> nodes,
              LeaderChanged leader_changed);
  ~NodeCluster() override;  ///< kills what still runs

  /// Starts every node and waits until all answer and one leads; an error tells which did not, with
  /// the last lines of its log. Pumps the io_context. `stop` ends the wait.
  Result<void> start(Duration limit, const std::function<bool()>& stop);
  /// True when every node runs, answers, and names the same leader.
  bool converged() const;
  /// SIGTERM, then SIGKILL; pumps until all are gone.
  void stop(Duration limit);

  /// Processes that ended though nobody asked for it: "n2 ended by itself: exit status 3 …".
  const std::vector<std::string>& surprises() const { return surprises_; }
  /// How late the harness' own timer of 10 ms came, at worst: a starved harness makes a slow
  /// cluster.
  Duration worst_lag() const { return worst_lag_; }
  /// The leader with the greatest term, or empty.
  std::string leader() const;
  /// For the live block: "n1 leader t7", "n2 down".
  std::vector<std::string> strip() const;
  const std::vector<systems::NodeSpec>& specs() const { return specs_; }

  std::vector<nemesis::NodeView> view() const override;
  nemesis::Child* child(const std::string& node) override;
  void expect_exit(const std::string& node) override;
  void restart(const std::string& node, std::function<void(Result<std::string>)> done) override;

 private:
  struct Node;
  Result<void> launch(Node& node);
  void watch_lag();
  void poll(Node& node);
  void took_status(Node& node, Result<systems::NodeStatus> status);
  Node& find(const std::string& name);

  boost::asio::io_context& io_;
  const systems::System& system_;
  systems::NodeOptions options_;
  std::vector<systems::NodeSpec> specs_;
  LeaderChanged leader_changed_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::string> surprises_;
  std::string known_leader_;
  std::uint64_t known_term_ = 0;
  Duration worst_lag_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  struct Timers;
  std::unique_ptr<Timers> timers_;
};

}  // namespace riptide::controller
