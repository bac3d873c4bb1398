// base: vocabulary with no opinions, for every room.
//
//   result.hpp   Result<T>, Error: what happened, why, and what to do about it
//   assert.hpp   ASSERT: our own defects, on in every build
//   strong.hpp   Strong<Tag, Rep>: ids and counters that cannot be mixed up
//   time.hpp     MonoTime: CLOCK_MONOTONIC in nanoseconds; durations
//   units.hpp    "30s", "2GiB": parse and print
//   random.hpp   seeded, portable random numbers with named substreams
//   file.hpp     Fd, whole-file reads, atomic and durable writes
//   crc32c.hpp   the checksum of frames and log records
//   text.hpp     did-you-mean, splitting, joining
//   log.hpp      the program's own log, on stderr
//
// Nothing here knows what Riptide is for.
#pragma once

#include "base/assert.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
