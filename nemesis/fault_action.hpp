// FaultAction: carries out one fault, proves it, undoes it, proves that.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "nemesis/nemesis.hpp"
#include "nemesis/targets.hpp"

namespace riptide::nemesis {

/// What all faults of a run share: how often each thing is hit, so that overlapping faults add up.
struct Ground {
  boost::asio::io_context& io;
  Cluster& cluster;
  Carrier& carrier;
  std::map<std::string, int> kills = {};
  std::map<pid_t, int> pauses = {};  ///< of a process: a pause ends with it
  std::map<Link, int> cuts = {};
  std::set<std::string> restarting = {};

  std::set<Link> cut_links() const;
  bool runs(const std::string& node) const;
};

/// Calls back once, with the proof as JSON.
using Proof = std::function<void(Result<std::string>)>;

/// Owned by the Nemesis through a shared_ptr. Once it is destroyed, nothing calls back any more.
class FaultAction {
 public:
  virtual ~FaultAction() = default;
  virtual void apply(Proof done) = 0;
  /// Also after a failed apply: whatever it did is undone.
  virtual void undo(Proof done) = 0;
};

std::shared_ptr<FaultAction> make_kill(Ground& ground, std::vector<std::string> targets);
std::shared_ptr<FaultAction> make_pause(Ground& ground, std::vector<std::string> targets);
std::shared_ptr<FaultAction> make_partition(Ground& ground,
                                            const std::vector<std::vector<std::string>>& parts);

}  // namespace riptide::nemesis
