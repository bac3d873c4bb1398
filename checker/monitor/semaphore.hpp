// Locks that know no owner: a number of permits that anybody acquires and releases.
#pragma once

#include <cstdint>
#include <optional>

#include "checker/decision.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

/// A semaphore with that many permits, all free at the start; a mutex has one. Acquire is legal
/// when enough are free, release when enough are taken.
///
/// Step by step: of the operations that are left take the one that returned first, if it is legal;
/// else the one of the other kind that has to come first. When all ask for the same number of
/// permits this finds an order if there is one. Say u returned first, is legal, and an order has it
/// later. If one of the same kind comes before it, the first of those can change places with it.
/// Now only operations of the other kind are before u. It can be put in front of them: acquires
/// before releases never take more than all permits when the first was legal, nor releases before
/// acquires more than were taken. If u is not legal, the other kind has to come first. With
/// different numbers an order that is found is one, and else nothing is known.
std::optional<Decision> monitor_permits(const KeyHistory& key, std::int64_t permits);

}  // namespace riptide::checker
