// The machine that a run or a benchmark took place on: facts, and its own speed.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace riptide::controller {

/// Processor, cores, memory, kernel: name and value.
std::vector<std::pair<std::string, std::string>> machine_facts();

/// Median of `count` appends of 4 KiB, each followed by fdatasync, to a file in this directory.
Result<Duration> measure_fdatasync(const std::filesystem::path& directory, int count);

/// Median of `count` round trips of 64 bytes over TCP on loopback, between two threads.
Result<Duration> measure_loopback(int count);

}  // namespace riptide::controller
