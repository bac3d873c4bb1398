// The judge of explanations: is this part impossible? By the monitor when there is one, else by the
// search.
#pragma once

#include "checker/decision.hpp"
#include "checker/model.hpp"
#include "checker/partition.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

/// Whether the object does nothing but what a register does: a kv that nobody appends to is one.
bool acts_as_register(const Model& model, const KeyHistory& key);

/// Exact, with whatever reductions there are; `found` is all that is to be used of the answer.
Decision judge(const Model& model, const KeyHistory& key, Budget& budget);

/// By trying everything, which shares no reasoning with the monitors.
Decision judge_plainly(const Model& model, const KeyHistory& key, Budget& budget);

}  // namespace riptide::checker
