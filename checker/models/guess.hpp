// Which model a history is probably about, when nobody says.
#pragma once

#include "base/result.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// What the history's header names; else what its format implies (Porcupine's logs); else what its
/// operations can only mean. An error that asks for --model where they can mean several things.
Result<Model> model_of(const history::History& history);

}  // namespace riptide::checker
