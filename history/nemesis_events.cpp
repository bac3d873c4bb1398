#include "history/nemesis_events.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace riptide::history {
namespace {

constexpr const char* kOneFault =
    "Give each fault an id of its own, and write it in all of its events (docs/faults.md).";

}  // namespace

struct NemesisEvents::Told {
  nlohmann::json value;

  std::string text(const char* field) const {
    const auto found = value.find(field);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  std::optional<std::uint64_t> number(const char* field) const {
    const auto found = value.find(field);
    if (found == value.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
  }
  std::string json(const char* field) const {
    const auto found = value.find(field);
    return found == value.end() || found->is_null() ? std::string() : found->dump();
  }
};

Result<void> NemesisEvents::take(const Event& event) {
  if (event.detail.empty()) return {};
  Told told{nlohmann::json::parse(event.detail, nullptr, /*allow_exceptions=*/false)};
  if (told.value.is_discarded())
    return fail("the value of the nemesis event '" + event.f.name() + "' is not JSON")
        .fix("Write a JSON object.");
  if (!told.value.is_object()) return {};
  if (event.f == "leader") return take_leader(event, told);
  if (told.value.contains("phase") && told.value.contains("id")) return take_phase(event, told);
  return {};
}

Result<void> NemesisEvents::take_leader(const Event& event, const Told& told) {
  const auto term = told.number("term");
  const auto node = told.value.find("node");
  const bool node_is_name = node == told.value.end() || node->is_null() || node->is_string();
  if (!term || !node_is_name) {
    return fail("the nemesis event 'leader' has the value " + event.detail)
        .fix(R"(Write {"node":"n2","term":4}; node may be null when nobody leads.)");
  }
  history_.leaders.push_back({event.t_ns, Symbol(told.text("node")), *term});
  return {};
}

Result<Fault*> NemesisEvents::find_fault(const Event& event, const Told& told) {
  const auto id = told.number("id");
  if (!id) {
    return fail("a fault's id must be a whole number, found " + told.json("id"))
        .fix("Number the faults of a run from 0.");
  }
  const auto [found, fresh] = fault_by_id_.try_emplace(*id, history_.faults.size());
  const std::string label = "fault " + std::to_string(*id);
  if (!fresh && told.text("phase") == "asked")
    return fail(label + " is asked for twice").fix(kOneFault);
  if (fresh) {
    if (told.text("phase") != "asked") {
      fault_by_id_.erase(found);
      return fail(label + " is '" + told.text("phase") + "', but nobody asked for it")
          .fix("Write its event with phase 'asked' first.");
    }
    Fault& fault = history_.faults.emplace_back();
    fault.id = *id;
    fault.name = event.f.name();
  }
  Fault& fault = history_.faults[found->second];
  if (fault.name != event.f.name())
    return fail(label + " is a '" + fault.name + "', but this event says '" + event.f.name() + "'")
        .fix(kOneFault);
  return &fault;
}

Result<void> NemesisEvents::take_phase(const Event& event, const Told& told) {
  static const std::vector<std::string> kPhases{"asked", "took-effect", "heal-asked", "healed",
                                                "failed"};
  const std::string phase = told.text("phase");
  if (std::find(kPhases.begin(), kPhases.end(), phase) == kPhases.end()) {
    return fail("a fault has no phase " + told.json("phase"))
        .fix("Use one of: " + join(kPhases, ", ") + ".");
  }
  auto found = find_fault(event, told);
  if (!found) return found.error();
  Fault& fault = **found;
  // The latest description wins: the targets are decided at the moment of the fault.
  if (const std::string text = told.text("description"); !text.empty()) fault.description = text;
  if (const auto targets = told.value.find("targets"); targets != told.value.end()) {
    fault.targets.clear();
    for (const auto& target : *targets)
      fault.targets.push_back(target.is_string() ? target.get<std::string>() : target.dump());
  }
  const bool ending = phase == "heal-asked" || phase == "healed" || fault.heal_asked_ns != kNever;
  if (const std::string proof = told.json("proof"); !proof.empty())
    (ending ? fault.heal_proof_json : fault.proof_json) = proof;
  if (phase == "asked") fault.asked_ns = event.t_ns;
  if (phase == "took-effect") fault.took_effect_ns = event.t_ns;
  if (phase == "heal-asked") fault.heal_asked_ns = event.t_ns;
  if (phase == "healed") fault.healed_ns = event.t_ns;
  if (phase == "failed") {
    fault.failure = told.text("failure");
    if (fault.failure.empty()) fault.failure = "no reason was recorded";
  }
  return {};
}

void NemesisEvents::finish() {
  std::stable_sort(history_.faults.begin(), history_.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.asked_ns < b.asked_ns; });
  auto& leaders = history_.leaders;
  std::stable_sort(leaders.begin(), leaders.end(),
                   [](const Leadership& a, const Leadership& b) { return a.t_ns < b.t_ns; });
  // Changes only: the harness may say the same again.
  leaders.erase(std::unique(leaders.begin(), leaders.end(),
                            [](const Leadership& a, const Leadership& b) {
                              return a.node == b.node && a.term == b.term;
                            }),
                leaders.end());
}

}  // namespace riptide::history
