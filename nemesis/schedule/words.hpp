// The words of a schedule: names of faults, shapes and targets. One list each, for the parser, the
// drawing and the execution.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace riptide::nemesis {

inline const std::vector<std::string>& fault_names() {
  static const std::vector<std::string> kNames = {"partition", "kill", "pause"};
  return kNames;
}

/// Whom a kill or a pause may name instead of nodes.
inline const std::vector<std::string>& target_shapes() {
  static const std::vector<std::string> kNames = {"leader",   "follower", "one",
                                                  "minority", "majority", "all"};
  return kNames;
}

inline const std::vector<std::string>& partition_shapes() {
  static const std::vector<std::string> kNames = {
      "leader-alone", "leader-minority", "leader-majority", "majority-minority", "halves", "one"};
  return kNames;
}

inline bool is_one_of(const std::string& word, const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace riptide::nemesis
