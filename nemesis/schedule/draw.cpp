// Draws a schedule from a seed. Pure: each kind of fault has a random stream of its own, so that
// the partitions of a seed stay where they are when kills are added to it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/text.hpp"
#include "nemesis/schedule/schedule.hpp"
#include "nemesis/schedule/words.hpp"

namespace riptide::nemesis {
namespace {

using Weighted = std::vector<std::pair<const char*, std::uint64_t>>;

// The leader is where most defects of a consensus protocol live, so it is hit most often.
const Weighted kKillTargets = {{"leader", 5}, {"follower", 3}, {"minority", 2}};
const Weighted kPauseTargets = {{"leader", 4}, {"follower", 3}, {"minority", 3}};
const Weighted kPartitionShapes = {{"leader-alone", 4},    {"leader-minority", 3},
                                   {"leader-majority", 1}, {"majority-minority", 2},
                                   {"halves", 1},          {"one", 1}};

std::string pick_weighted(Random& random, const Weighted& choices) {
  std::uint64_t total = 0;
  for (const auto& [word, weight] : choices) total += weight;
  std::uint64_t at = random.below(total);
  for (const auto& [word, weight] : choices) {
    if (at < weight) return word;
    at -= weight;
  }
  ASSERT(false, "weights do not add up");
  return {};
}

/// Whole milliseconds, so that a saved schedule reads well.
Duration whole_ms(double ns) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(ns / 1'000'000.0));
}

double ns_of(Duration duration) { return static_cast<double>(duration.count()); }

/// A third of the faults is short: many defects need a fault that ends while the cluster still
/// reacts.
Duration draw_length(Random& random, const Draw& what) {
  const double shortest = ns_of(what.shortest), span = ns_of(what.longest) - shortest;
  const bool brief = random.chance(1.0 / 3);
  return std::max(whole_ms(shortest + span * random.unit() * (brief ? 0.15 : 1.0)), what.shortest);
}

void draw_kind(const Draw& what, const std::string& fault, std::uint64_t seed,
               std::vector<Step>& steps) {
  Random random(seed, "schedule " + fault);
  // Room to carry out and to prove the heal before the time limit.
  const Duration margin = std::min<Duration>(what.time_limit / 10, std::chrono::milliseconds(500));
  const Duration limit = what.time_limit - margin;
  Duration at = whole_ms(std::min(ns_of(what.interval) * (0.2 + 0.3 * random.unit()),
                                  ns_of(limit - what.shortest) * random.unit()));
  while (at + what.shortest < limit) {
    Step step;
    step.fault = fault;
    step.start.at = at;
    const Duration length = draw_length(random, what);
    step.end.after =
        at + length < limit ? length : std::max(whole_ms(ns_of(limit - at)), what.shortest);
    if (fault == "partition") {
      step.shape = pick_weighted(random, kPartitionShapes);
    } else {
      step.targets = {pick_weighted(random, fault == "kill" ? kKillTargets : kPauseTargets)};
    }
    // Faults of one kind do not overlap: the next begins after this one, and one interval on
    // average.
    const Duration gap = whole_ms(ns_of(what.interval) * (0.5 + random.unit()));
    const Duration breath = std::max<Duration>(what.interval / 10, std::chrono::milliseconds(1));
    at += std::max(gap, *step.end.after + breath);
    steps.push_back(std::move(step));
  }
}

}  // namespace

Schedule draw(const Draw& what, std::uint64_t seed) {
  ASSERT(what.interval > Duration{0} && what.shortest > Duration{0}, what.interval.count());
  ASSERT(what.longest >= what.shortest, what.shortest.count(), what.longest.count());
  Schedule schedule;
  schedule.seed = seed;
  // With a single node there is no link to cut.
  for (const std::string& fault : fault_names()) {
    if (!is_one_of(fault, what.faults) || (fault == "partition" && what.nodes < 2)) continue;
    if (what.shortest < what.time_limit) draw_kind(what, fault, seed, schedule.steps);
  }
  std::stable_sort(schedule.steps.begin(), schedule.steps.end(),
                   [](const Step& a, const Step& b) { return a.start.at < b.start.at; });
  for (std::size_t i = 0; i < schedule.steps.size(); ++i) schedule.steps[i].id = i + 1;
  return schedule;
}

Result<std::vector<std::string>> parse_faults(std::string_view text) {
  std::vector<std::string> faults;
  if (text == "none") return faults;
  for (const std::string& word : split(text, '+')) {
    if (is_one_of(word, fault_names())) {
      if (!is_one_of(word, faults)) faults.push_back(word);
      continue;
    }
    const std::string meant = did_you_mean(word, fault_names());
    const std::string known = "the faults are " + join(fault_names(), ", ") + ", or none";
    return fail(word.empty() ? "a fault's name is missing in \"" + std::string(text) + "\""
                             : "unknown fault \"" + word + "\"")
        .fix(meant.empty() ? "Join faults with +: " + known + "."
                           : "Did you mean \"" + meant + "\"? " + known + ".");
  }
  return faults;
}

}  // namespace riptide::nemesis
