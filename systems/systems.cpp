#include "systems/systems.hpp"

#include "base/text.hpp"
#include "systems/raft/raft_system.hpp"

namespace riptide::systems {

const std::vector<const System*>& systems() {
  static const std::vector<const System*> all{&raft_system()};
  return all;
}

Result<const System*> find_system(std::string_view name) {
  std::vector<std::string> names;
  for (const System* system : systems()) {
    if (system->name() == name) return system;
    names.push_back(system->name());
  }
  const std::string meant = did_you_mean(name, names);
  return fail("there is no system '" + std::string(name) + "'")
      .fix((meant.empty() ? "" : "did you mean '" + meant + "'? ") +
           "there are: " + join(names, ", "));
}

}  // namespace riptide::systems
