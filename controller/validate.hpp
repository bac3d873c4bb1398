// What a configuration asks for, before anything is started.
#pragma once

#include "controller/controller.hpp"

namespace riptide::controller {

/// The schedule that was given, or the one that the seed draws. The faults' names are valid.
nemesis::Schedule schedule_of(const RunConfig& config);

}  // namespace riptide::controller
