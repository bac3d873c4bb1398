// The write-ahead log: everything a node must not forget – term, vote and entries – in one sequence
// of records (segment.hpp has the format).
//
// Hard state and entries share the log, so that one Output of the core becomes durable by one write
// and one sync, all of it or nothing of it; there is no second file to keep in step. A segment is
// zero-filled to `segment_bytes` or more and synced before it gets its name: appending changes no
// metadata, fdatasync need not wait for the file system's journal, no crash leaves a short file.
//
//   torn tail     an unsynced last record: never acknowledged; zeroed, said in `notes`
//   damage        a bad record with a good one behind it, a missing segment or one that was cut
//                 short, a gap between entries: refused. To go on without the rest would forget
//                 what was acknowledged.
//   write error   final. After a failed fsync the kernel may drop the pages and report success the
//                 next time, so there is no retry: the node must stop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "node/core/types.hpp"
#include "node/storage/segment.hpp"

namespace riptide::node {

struct WalConfig {
  std::filesystem::path directory;
  std::string cluster;
  std::string node;
  NodeId id;
  std::uint64_t segment_bytes = 8u << 20;  ///< must not grow: a shorter last segment is refused
};

struct Recovered {
  HardState hard_state;
  std::vector<Entry> log;          ///< contiguous, beginning at index 1
  std::vector<std::string> notes;  ///< what the operator should know, such as a torn tail
};

class Wal {
 public:
  /// Locks the directory (made when missing) against other nodes, reads what is there, and makes it
  /// ready to append.
  static Result<Wal> open(const WalConfig& config, Recovered& recovered);
  Wal(Wal&&) noexcept = default;
  Wal& operator=(Wal&&) noexcept = default;

  /// Makes all of it durable: one write, one fdatasync. An error is final.
  Result<void> append(const std::vector<WalWrite>& writes);

  std::uint64_t segment_number() const { return number_; }
  /// Where the next record goes.
  std::uint64_t segment_offset() const { return offset_; }

 private:
  explicit Wal(WalConfig config) : config_(std::move(config)) {}
  Result<void> recover(Recovered& recovered);
  Result<void> begin_segment(std::uint64_t at_least_bytes);
  void prepare_spare();

  WalConfig config_;
  Fd lock_;
  Fd directory_;
  Fd segment_;
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
  std::string record_;
  std::future<Result<Fd>> spare_;  ///< the next segment, zero-filled in the background
  bool broken_ = false;
};

}  // namespace riptide::node
