// Who is meant: from roles and shapes to node names, at the moment a fault begins. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "nemesis/nemesis.hpp"

namespace riptide::nemesis {

/// What is known when a fault begins.
struct Scene {
  std::vector<NodeView> nodes;
  std::set<std::string> busy;               ///< in the middle of a kill, restart, pause or resume
  std::map<std::string, std::string> cast;  ///< name in the schedule → node
  /// No leader is waited for any longer: any node takes the leader's place, and the description
  /// says so.
  bool without_leader = false;
};

/// Whom a step hits.
struct Chosen {
  std::vector<std::string> targets;  ///< kill, pause: who; partition: all but the largest part
  std::vector<std::vector<std::string>> parts;  ///< partition
  std::map<std::string, std::string> cast;      ///< the scene's, with this step's
  std::string description;                      ///< "cut n1 | n2 n3 (leader alone)"
};

/// Nothing when nobody fits now, but somebody may soon: no leader is known, or the node is busy. An
/// error when a name means no node.
Result<std::optional<Chosen>> choose(const Step& step, const Scene& scene, Random& random);

/// The running leader of the greatest term among these nodes (empty: all); empty when there is
/// none.
const NodeView* leader_among(const std::vector<NodeView>& nodes,
                             const std::vector<std::string>& among);

/// The nodes that these names, of nodes or of the cast, stand for.
Result<std::vector<std::string>> nodes_named(const std::vector<std::string>& names,
                                             const Scene& scene);

/// Every directed link between two different parts.
std::set<Link> links_between(const std::vector<std::vector<std::string>>& parts);

}  // namespace riptide::nemesis
