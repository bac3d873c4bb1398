#include "nemesis/schedule/schedule_rules.hpp"

#include <map>
#include <set>

#include "base/text.hpp"
#include "nemesis/schedule/words.hpp"

namespace riptide::nemesis {
namespace {

using Ids = std::map<std::uint64_t, const Step*>;

Error unknown_word(const std::string& where, const char* kind, const std::string& word,
                   const std::vector<std::string>& known) {
  const std::string meant = did_you_mean(word, known);
  return fail(where + ": unknown " + kind + " \"" + word + "\"")
      .fix(meant.empty() ? "Use one of: " + join(known, ", ") + "."
                         : "Did you mean \"" + meant + "\"?");
}

Result<void> check_parts(const Step& step, const std::string& where) {
  if (step.parts.size() < 2)
    return fail(where + ": parts: a partition has at least two parts").fix("Add a part.");
  std::set<std::string> seen;
  for (const auto& part : step.parts) {
    if (part.empty())
      return fail(where + ": parts: a part has no node").fix("Name at least one node in it.");
    for (const std::string& node : part)
      if (!seen.insert(node).second)
        return fail(where + ": parts: \"" + node + "\" is named twice").fix("Name it once.");
  }
  return {};
}

Result<void> check_whom(const Step& step, const std::string& where) {
  if (!is_one_of(step.fault, fault_names()))
    return unknown_word(where, "fault", step.fault, fault_names());
  if (step.fault == "partition") {
    if (!step.targets.empty())
      return fail(where + ": targets: a partition has parts or a shape, no targets")
          .fix("Use \"parts\" or \"shape\".");
    if (step.parts.empty() == step.shape.empty())
      return fail(where + ": a partition has either parts or a shape")
          .fix("Give exactly one of \"parts\" and \"shape\".");
    if (step.shape.empty()) return check_parts(step, where);
    if (!is_one_of(step.shape, partition_shapes()))
      return unknown_word(where, "shape", step.shape, partition_shapes());
    return {};
  }
  if (!step.parts.empty() || !step.shape.empty())
    return fail(where + ": parts and shape belong to a partition, not to a " + step.fault)
        .fix("Use \"targets\".");
  if (step.targets.empty())
    return fail(where + ": targets: nobody is named").fix("Name nodes, or \"leader\".");
  if (step.targets.size() == 1) return {};
  for (const std::string& target : step.targets)
    if (is_one_of(target, target_shapes()))
      return fail(where + ": targets: \"" + target + "\" cannot be joined with other targets")
          .fix("Make it the only target, or name nodes.");
  return {};
}

Result<void> check_start(const Step& step, const Ids& ids, const std::string& where) {
  const Start& start = step.start;
  const int given = start.at.has_value() + (start.after != 0) + (start.after_healed != 0);
  if (given != 1)
    return fail(where + ": start must say when, in one way")
        .fix("Give exactly one of \"at_ms\", \"after\" and \"after_healed\".");
  for (const std::uint64_t id : {start.after, start.after_healed})
    if (id && !ids.contains(id))
      return fail(where + ": start: there is no step " + std::to_string(id)).fix("Correct the id.");
  if (!start.leader_among.empty() && !start.leader_elected)
    return fail(where + ": start: \"leader_among\" needs \"leader_elected\": true")
        .fix("Add \"leader_elected\": true.");
  if ((start.at && start.at->count() < 0) || start.delay.count() < 0)
    return fail(where + ": start: a time is negative").fix("Use 0 or more milliseconds.");
  return {};
}

Result<void> check_end(const Step& step, const Ids& ids, bool repeat, const std::string& where) {
  const End& end = step.end;
  if (end.after && end.with)
    return fail(where + ": end: both \"after_ms\" and \"with\" are given").fix("Give one of them.");
  if (end.with && !ids.contains(end.with))
    return fail(where + ": end: there is no step " + std::to_string(end.with))
        .fix("Correct the id.");
  if ((end.after && end.after->count() < 0) || end.delay.count() < 0)
    return fail(where + ": end: a time is negative").fix("Use 0 or more milliseconds.");
  if (repeat && !end.after && !end.with)
    return fail(where + ": it never ends, so the schedule cannot repeat")
        .fix("Give it an \"end\", or set \"repeat\" to false.");
  return {};
}

/// Finds a step that waits for itself. Beginnings and ends of steps are the nodes of a graph; what
/// one waits for, its edges.
class Circles {
 public:
  explicit Circles(const Ids& ids) : ids_(ids) {}

  bool through(std::uint64_t id, bool end) {
    int& state = states_[{id, end}];
    if (state) return state == 1;  // 1: still on the way from here; 2: known to be free of circles
    state = 1;
    const Step& step = *ids_.at(id);
    bool found = false;
    if (end) {
      found = through(id, false) || (step.end.with && through(step.end.with, false));
    } else {
      found = (step.start.after && through(step.start.after, false)) ||
              (step.start.after_healed && through(step.start.after_healed, true));
    }
    states_[{id, end}] = found ? 1 : 2;
    return found;
  }

 private:
  const Ids& ids_;
  std::map<std::pair<std::uint64_t, bool>, int> states_;
};

Result<void> check_cast(const Schedule& schedule, const std::string& file) {
  std::set<std::string> names;
  for (const Step& step : schedule.steps) {
    const std::string where = file + ": step " + std::to_string(step.id) + ": cast";
    for (const auto& [who, pick] : step.cast) {
      if (who.empty() || is_one_of(who, target_shapes()))
        return fail(where + ": \"" + who + "\" cannot be a name").fix("Choose another name.");
      if (!names.insert(who).second)
        return fail(where + ": the name \"" + who + "\" is given twice")
            .fix("Choose another name.");
    }
  }
  return {};
}

}  // namespace

Result<void> check_rules(const Schedule& schedule, const std::string& file) {
  Ids ids;
  for (const Step& step : schedule.steps) {
    if (step.id == 0) return fail(file + ": a step has the id 0").fix("Number steps from 1.");
    if (!ids.emplace(step.id, &step).second)
      return fail(file + ": two steps have the id " + std::to_string(step.id))
          .fix("Give each step an id of its own.");
  }
  for (const Step& step : schedule.steps) {
    const std::string where = file + ": step " + std::to_string(step.id);
    if (auto r = check_whom(step, where); !r) return r;
    if (auto r = check_start(step, ids, where); !r) return r;
    if (auto r = check_end(step, ids, schedule.repeat, where); !r) return r;
  }
  Circles circles(ids);
  for (const Step& step : schedule.steps)
    if (circles.through(step.id, true))
      return fail(file + ": step " + std::to_string(step.id) + " waits for itself")
          .fix("Break the circle of \"after\", \"after_healed\" and \"with\".");
  return check_cast(schedule, file);
}

}  // namespace riptide::nemesis
