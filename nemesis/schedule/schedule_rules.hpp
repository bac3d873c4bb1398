// What must hold for a schedule to mean something, beyond its form.
#pragma once

#include <string>

#include "nemesis/schedule/schedule.hpp"

namespace riptide::nemesis {

/// Known faults and shapes, ids that exist and are unique, no step that waits for itself, a
/// repeated schedule whose steps all end. An error names `file` and the step.
Result<void> check_rules(const Schedule& schedule, const std::string& file);

}  // namespace riptide::nemesis
