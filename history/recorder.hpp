// The recorder: history.jsonl, written as things happen.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "base/result.hpp"
#include "history/history.hpp"

namespace riptide::history {

/// Each event is one write(2) to an append-only file before record() returns, so that a controller
/// that is killed at any moment leaves every event that its clients acted upon, and at most one
/// line cut off. Owned by one thread.
class Recorder {
 public:
  /// A file that exists is an error: a history is never overwritten.
  static Result<Recorder> create(const std::filesystem::path& path, const Header& header);

  /// An error (disk full, for instance) means that the event is NOT in the file: the run must end.
  /// Every later call fails too.
  Result<void> record(const Event& event);
  std::uint64_t events() const { return events_; }

 private:
  explicit Recorder(Fd fd) : fd_(std::move(fd)) {}
  Result<void> write_line();

  Fd fd_;
  std::string line_;  // reused, so that recording does not allocate
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;  // in the file, whole lines only
  bool failed_ = false;
};

/// The line of an event, without the newline.
void append_json(const Event& event, std::string& line);
std::string header_json(const Header& header);

}  // namespace riptide::history
