// Reading a data directory at start: the lock, the segments in order, and what they add up to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "base/result.hpp"
#include "node/core/types.hpp"
#include "node/storage/wal.hpp"

namespace riptide::node {

/// Makes the directory when it is missing and takes it for this process, for as long as the file
/// returned stays open.
Result<Fd> lock_directory(const std::filesystem::path& directory);

/// "wal-00000001.log"
std::string segment_name(std::uint64_t number);

struct LogEnd {
  std::uint64_t number = 0;  ///< the last segment; 0: there is none
  std::uint64_t offset = 0;  ///< where its next record goes
  std::string bytes;         ///< the whole file
  bool torn = false;         ///< something stands at `offset` that must be wiped
};

/// Makes the names of a new data directory and of those above it durable.
Result<void> sync_directories_above(const std::filesystem::path& directory);

/// Reads all segments into `recovered`; `last_path` is the last one's. Writes nothing.
Result<LogEnd> recover_segments(const WalConfig& config, Recovered& recovered,
                                std::filesystem::path& last_path);

}  // namespace riptide::node
