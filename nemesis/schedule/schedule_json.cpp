// A schedule as a file: written whole, read strictly. A field that is not understood is an error: a
// fault that silently does not happen would make the run's verdict worthless.
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "nemesis/schedule/schedule.hpp"
#include "nemesis/schedule/schedule_rules.hpp"
#include "nemesis/schedule/words.hpp"

namespace riptide::nemesis {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLongestMs = 1e9;  // eleven days: anything longer is a slip of the pen

Json ms_json(Duration duration) {
  if (duration.count() % 1'000'000 == 0) return duration.count() / 1'000'000;
  return static_cast<double>(duration.count()) / 1e6;
}

const char* name(Pick::Role role) {
  switch (role) {
    case Pick::Role::any:
      return "any";
    case Pick::Role::leader:
      return "leader";
    case Pick::Role::follower:
      return "follower";
  }
  return "any";
}

Json start_json(const Start& start) {
  Json json = Json::object();
  if (start.at) json["at_ms"] = ms_json(*start.at);
  if (start.after) json["after"] = start.after;
  if (start.after_healed) json["after_healed"] = start.after_healed;
  if (start.leader_elected) json["leader_elected"] = true;
  if (!start.leader_among.empty()) json["leader_among"] = start.leader_among;
  if (start.delay.count()) json["delay_ms"] = ms_json(start.delay);
  return json;
}

Json end_json(const End& end) {
  Json json = Json::object();
  if (end.after) json["after_ms"] = ms_json(*end.after);
  if (end.with) json["with"] = end.with;
  if (end.delay.count()) json["delay_ms"] = ms_json(end.delay);
  return json;
}

Json step_json(const Step& step) {
  Json json;
  json["id"] = step.id;
  json["start"] = start_json(step.start);
  if (!step.cast.empty()) {
    Json cast = Json::array();
    for (const auto& [who, pick] : step.cast) {
      Json how = {{"role", name(pick.role)}};
      if (!pick.among.empty()) how["among"] = pick.among;
      cast.push_back(Json::array({who, std::move(how)}));
    }
    json["cast"] = std::move(cast);
  }
  json["fault"] = step.fault;
  if (!step.targets.empty()) json["targets"] = step.targets;
  if (!step.parts.empty()) json["parts"] = step.parts;
  if (!step.shape.empty()) json["shape"] = step.shape;
  Json end = end_json(step.end);
  if (!end.empty()) json["end"] = std::move(end);
  return json;
}

/// Reads the fields of one object; remembers the first thing that is wrong, and where.
class Fields {
 public:
  Fields(const Json& json, std::string where, std::optional<Error>& error)
      : json_(json), where_(std::move(where)), error_(error) {
    if (!json.is_object()) wrong("must be an object");
  }

  /// Every field must be one of `known`.
  void only(const std::vector<std::string>& known) {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items()) {
      if (is_one_of(key, known)) continue;
      const std::string meant = did_you_mean(key, known);
      set(fail(where_ + ": unknown field \"" + key + "\"")
              .fix(meant.empty() ? "Use one of: " + join(known, ", ") + "."
                                 : "Did you mean \"" + meant + "\"?"));
    }
  }
  void require(const char* key) {
    if (!find(key)) wrong(std::string("the field \"") + key + "\" is missing");
  }
  const Json* find(const char* key) const {
    return json_.is_object() && json_.contains(key) ? &json_.at(key) : nullptr;
  }
  void read(const char* key, std::uint64_t& to) {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_number_unsigned())
      return wrong_field(key, "must be a whole number, not negative");
    to = value->get<std::uint64_t>();
  }
  void read(const char* key, bool& to) {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_boolean()) return wrong_field(key, "must be true or false");
    to = value->get<bool>();
  }
  void read(const char* key, std::string& to) {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_string()) return wrong_field(key, "must be a string");
    to = value->get<std::string>();
  }
  void read(const char* key, std::vector<std::string>& to) {
    if (const Json* value = find(key)) read_names(*value, key, to);
  }
  void read(const char* key, std::vector<std::vector<std::string>>& to) {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_array()) return wrong_field(key, "must be a list of lists of names");
    for (const Json& part : *value) read_names(part, key, to.emplace_back());
  }
  void read_ms(const char* key, std::optional<Duration>& to) {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_number()) return wrong_field(key, "must be a number of milliseconds");
    const double ms = value->get<double>();
    if (!(ms >= 0) || ms > kLongestMs) return wrong_field(key, "must be between 0 and 1e9 ms");
    to = Duration(std::llround(ms * 1e6));
  }
  void read_ms(const char* key, Duration& to) {
    std::optional<Duration> read;
    read_ms(key, read);
    if (read) to = *read;
  }

 private:
  void read_names(const Json& value, const char* key, std::vector<std::string>& to) {
    if (!value.is_array()) return wrong_field(key, "must be a list of names");
    for (const Json& one : value) {
      if (!one.is_string() || one.get_ref<const std::string&>().empty())
        return wrong_field(key, "must be a list of names");
      to.push_back(one.get<std::string>());
    }
  }
  void wrong_field(const char* key, const std::string& what) {
    wrong(std::string("\"") + key + "\" " + what);
  }
  void wrong(const std::string& what) {
    set(fail(where_ + ": " + what).fix("Correct the schedule; docs/faults.md has its format."));
  }
  void set(Error error) {
    if (!error_) error_ = std::move(error);
  }

  const Json& json_;
  std::string where_;
  std::optional<Error>& error_;
};

void read_pick(const Json& json, const std::string& where, std::optional<Error>& error,
               Pick& pick) {
  static const std::vector<std::string> kRoles = {"any", "leader", "follower"};
  Fields fields(json, where, error);
  fields.only({"role", "among"});
  std::string role = "any";
  fields.read("role", role);
  fields.read("among", pick.among);
  if (!is_one_of(role, kRoles) && !error) {
    const std::string meant = did_you_mean(role, kRoles);
    error = fail(where + ": unknown role \"" + role + "\"")
                .fix(meant.empty() ? "Use any, leader or follower."
                                   : "Did you mean \"" + meant + "\"?");
  }
  pick.role = role == "leader"     ? Pick::Role::leader
              : role == "follower" ? Pick::Role::follower
                                   : Pick::Role::any;
}

void read_cast(const Json& json, const std::string& where, std::optional<Error>& error,
               Step& step) {
  const auto wrong = [&] {
    if (!error)
      error = fail(where + ": cast must be a list of pairs")
                  .fix(R"(Write it as [["F", {"role": "leader", "among": ["C", "D"]}]].)");
  };
  if (!json.is_array()) return wrong();
  for (const Json& pair : json) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) return wrong();
    auto& [who, pick] = step.cast.emplace_back(pair[0].get<std::string>(), Pick{});
    read_pick(pair[1], where + ": cast \"" + who + "\"", error, pick);
  }
}

Step read_step(const Json& json, const std::string& file, std::size_t number,
               std::optional<Error>& error) {
  Step step;
  std::string where = file + ": step number " + std::to_string(number);
  Fields(json, where, error).read("id", step.id);
  if (step.id) where = file + ": step " + std::to_string(step.id);
  Fields fields(json, where, error);
  fields.only({"id", "start", "end", "fault", "cast", "targets", "parts", "shape"});
  for (const char* key : {"id", "start", "fault"}) fields.require(key);
  fields.read("fault", step.fault);
  fields.read("targets", step.targets);
  fields.read("parts", step.parts);
  fields.read("shape", step.shape);
  if (const Json* start = fields.find("start")) {
    Fields begin(*start, where + ": start", error);
    begin.only({"at_ms", "after", "after_healed", "leader_elected", "leader_among", "delay_ms"});
    begin.read_ms("at_ms", step.start.at);
    begin.read("after", step.start.after);
    begin.read("after_healed", step.start.after_healed);
    begin.read("leader_elected", step.start.leader_elected);
    begin.read("leader_among", step.start.leader_among);
    begin.read_ms("delay_ms", step.start.delay);
  }
  if (const Json* end = fields.find("end")) {
    Fields finish(*end, where + ": end", error);
    finish.only({"after_ms", "with", "delay_ms"});
    finish.read_ms("after_ms", step.end.after);
    finish.read("with", step.end.with);
    finish.read_ms("delay_ms", step.end.delay);
  }
  if (const Json* cast = fields.find("cast")) read_cast(*cast, where, error, step);
  return step;
}

}  // namespace

std::string to_json(const Schedule& schedule) {
  Json json;
  json["riptide"] = "schedule";
  json["version"] = 1;
  json["seed"] = schedule.seed;
  json["repeat"] = schedule.repeat;
  json["rest_ms"] = ms_json(schedule.rest);
  // One step per line: people read, compare and edit these files.
  std::string text = json.dump();
  text.pop_back();
  text += ",\"steps\":[";
  for (const Step& step : schedule.steps) {
    text += &step == &schedule.steps.front() ? "\n" : ",\n";
    text += step_json(step).dump();
  }
  return text + (schedule.steps.empty() ? "]}\n" : "\n]}\n");
}

Result<Schedule> schedule_from_json(std::string_view text, std::string_view name) {
  const std::string file(name);
  Json json;
  try {
    json = Json::parse(text);
  } catch (const nlohmann::json::exception& e) {
    return fail(file + " is not JSON").because(e.what()).fix("Correct the file at that place.");
  }
  std::optional<Error> error;
  Schedule schedule;
  Fields fields(json, file, error);
  fields.only({"riptide", "version", "seed", "repeat", "rest_ms", "steps"});
  std::string kind;
  std::uint64_t version = 0;
  fields.read("riptide", kind);
  fields.read("version", version);
  if (!error && kind != "schedule")
    error = fail(file + " is not a schedule")
                .fix(R"(Begin it with {"riptide": "schedule", "version": 1.)");
  if (!error && version != 1)
    error = fail(file + ": version " + std::to_string(version) + " of schedules is not known")
                .fix("Use version 1, or a newer Riptide.");
  fields.read("seed", schedule.seed);
  fields.read("repeat", schedule.repeat);
  fields.read_ms("rest_ms", schedule.rest);
  fields.require("steps");
  if (const Json* steps = fields.find("steps")) {
    if (!steps->is_array() && !error)
      error = fail(file + ": \"steps\" must be a list").fix("Write \"steps\": [ … ].");
    std::size_t number = 0;
    if (steps->is_array())
      for (const Json& step : *steps)
        schedule.steps.push_back(read_step(step, file, ++number, error));
  }
  if (error) return *error;
  if (auto sound = check_rules(schedule, file); !sound) return sound.error();
  return schedule;
}

}  // namespace riptide::nemesis
