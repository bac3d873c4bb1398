// nemesis: faults. What they are (schedule/, pure), what carries them out (process/, network/), and
// the Nemesis that walks through a schedule and proves each fault.
//
//   schedule/schedule.hpp  which faults, on whom, when: data, drawn from a seed or written by hand
//   process/child.hpp      kill, pause: one real process
//   network/carrier.hpp    cut, heal: the links between nodes
//
// Every fault has four times: asked, took effect (proved), heal asked, healed (proved). A fault
// that cannot be proved makes the run a harness error: a "valid" under faults that did not happen
// is worth nothing. docs/faults.md has the list.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "nemesis/network/carrier.hpp"
#include "nemesis/process/child.hpp"
#include "nemesis/schedule/schedule.hpp"

namespace riptide::nemesis {

/// What the run knows about a node at this moment.
struct NodeView {
  std::string name;
  bool running = false;
  std::string role;  ///< "leader", "follower", …; empty when unknown
  std::uint64_t term = 0;
};

/// The run, as the nemesis needs it. Owned by the controller; outlives the Nemesis.
class Cluster {
 public:
  virtual ~Cluster() = default;
  virtual std::vector<NodeView> view() const = 0;
  /// The node's process; null when it is not running.
  virtual Child* child(const std::string& node) = 0;
  /// Tells the run that the nemesis means to end the process, so that its exit is no surprise.
  virtual void expect_exit(const std::string& node) = 0;
  /// Starts the node again; done when it answers, with the proof as JSON.
  virtual void restart(const std::string& node, std::function<void(Result<std::string>)> done) = 0;
};

/// One moment in a fault's life; the controller writes it into the history.
struct FaultReport {
  enum class Phase : std::uint8_t { asked, took_effect, heal_asked, healed, failed };
  Phase phase = Phase::asked;
  std::uint64_t id = 0;  ///< of this occurrence: unique in the run
  std::uint64_t step = 0;
  std::string fault;
  std::string description;  ///< "cut n1 | n2 n3 (leader alone)"
  std::vector<std::string> targets;
  std::string proof;    ///< JSON; for took_effect and healed
  std::string failure;  ///< failed: what could not be proved
};
std::string_view name(FaultReport::Phase phase);

/// Walks through a schedule on one io_context. Two faults on one node or link add up: a node is
/// resumed when no pause is left on it, a link heals when no partition that cuts it is left, a
/// killed node is started when no kill is left. A fault on a node that is already dead takes effect
/// on the others; when all its targets are dead it is reported as failed with that reason and
/// skipped.
class Nemesis {
 public:
  /// Everything that is passed in outlives the Nemesis.
  static std::unique_ptr<Nemesis> make(boost::asio::io_context& io, Cluster& cluster,
                                       Carrier& carrier, Schedule schedule, std::uint64_t seed,
                                       std::function<void(const FaultReport&)> report);
  virtual ~Nemesis() = default;

  virtual void start() = 0;
  /// No further step begins; every fault is healed; done when all are proved to be healed (or have
  /// failed to heal, which is reported).
  virtual void stop_and_heal(std::function<void()> done) = 0;
  /// How many faults are in effect now.
  virtual std::size_t active() const = 0;
};

}  // namespace riptide::nemesis
