// A schedule: which faults, on whom, when. Data: drawn from a seed or written by hand, saved whole,
// replayed, shrunk. Pure: no clock, no socket.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace riptide::nemesis {

/// Picks one node at the moment of the fault.
struct Pick {
  enum class Role : std::uint8_t { any, leader, follower };
  Role role = Role::any;
  std::vector<std::string> among;  ///< node names or earlier names of the cast; empty: all nodes
};

/// When a step begins.
struct Start {
  std::optional<Duration>
      at;                   ///< since load began (in a repeated schedule: since this round began)
  std::uint64_t after = 0;  ///< or once this step took effect (its id)
  std::uint64_t after_healed = 0;  ///< or once this step was healed
  bool leader_elected = false;     ///< and then a leader was elected that did not lead before …
  std::vector<std::string>
      leader_among;   ///< … among these (names of nodes or of the cast); empty: all
  Duration delay{0};  ///< and then this much later
};

/// When it is healed.
struct End {
  std::optional<Duration> after;  ///< this long after it took effect
  std::uint64_t with = 0;         ///< or as soon as this step took effect (its id)
  Duration delay{0};
};

struct Step {
  std::uint64_t id = 0;  ///< 1, 2, 3, …; unique in the schedule
  Start start;
  End end;
  std::string fault;  ///< "kill" (then restart), "pause" (then resume), "partition" (then heal)
  std::vector<std::pair<std::string, Pick>>
      cast;  ///< names given to distinct nodes as the step begins
  /// kill, pause: who. Node names, names of the cast, or one of the shapes "leader", "follower",
  /// "one", "minority", "majority", "all".
  std::vector<std::string> targets;
  /// partition: parts that cannot reach one another; nodes that are in none are cut from nobody.
  std::vector<std::vector<std::string>> parts;
  /// partition by shape instead of by parts: "leader-alone", "leader-minority", "leader-majority",
  /// "majority-minority" (anybody in the minority), "halves", "one".
  std::string shape;
};

struct Schedule {
  std::uint64_t seed = 0;
  bool repeat = false;  ///< begin again when every step is healed, until the time limit
  Duration rest{0};     ///< between two rounds
  std::vector<Step> steps;
};

/// What to draw: `faults` are names ("kill", "pause", "partition"), `nodes` how many.
struct Draw {
  std::vector<std::string> faults;
  std::size_t nodes = 5;
  Duration time_limit{0};            ///< every drawn fault heals before it
  Duration interval{0};              ///< mean time between the starts of two faults (of one kind)
  Duration shortest{0}, longest{0};  ///< of a fault's duration
};

/// The same schedule for the same arguments, on every machine. Never kills or pauses so many nodes
/// at once by two overlapping faults that nothing could go on for the rest of the run: every fault
/// ends.
Schedule draw(const Draw& what, std::uint64_t seed);

std::string to_json(const Schedule& schedule);
/// Reads and checks it: unknown faults, shapes or fields, ids that do not exist, times that are
/// negative: each is an error that names the step.
Result<Schedule> schedule_from_json(std::string_view text, std::string_view name);

/// "partition+kill+pause" → the names; "none" → nothing; an unknown name is an error with a
/// suggestion.
Result<std::vector<std::string>> parse_faults(std::string_view text);

}  // namespace riptide::nemesis
