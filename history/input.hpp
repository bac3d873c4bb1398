// Input: a file or a text as a window that moves on, so that no history is held in memory twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/file.hpp"
#include "base/result.hpp"
#include "history/limits.hpp"

namespace riptide::history {

class Input {
 public:
  /// A file or a pipe, read in pieces. A directory, a device, a file that may not be read: errors.
  static Result<Input> open(const std::filesystem::path& path, LimitWatch& limits);
  /// A text that outlives the Input.
  Input(std::string_view text, LimitWatch& limits)
      : limits_(&limits), rest_(text), size_hint_(text.size()), ended_(true) {}

  /// What is not yet taken, as far as it has been read. Good until more().
  std::string_view rest() const { return rest_; }
  /// Reads some of what follows. False at the end of the input, on an error, and when a limit is
  /// reached; then ended() holds.
  bool more();
  bool ended() const { return ended_; }
  void take(std::size_t bytes);

  /// The next line without its newline; false at the end. `whole` says whether a newline ended it.
  bool next_line(std::string_view& line, bool& whole);

  /// The number of the line in which rest() begins, from 1; its column, in bytes, from 1.
  std::uint64_t line() const { return line_; }
  std::uint64_t column() const { return column_; }
  std::uint64_t bytes_taken() const { return taken_; }
  std::uint64_t size_hint() const { return size_hint_; }  ///< of all; 0 for a pipe
  int error() const { return error_; }                    ///< errno of a failed read, or 0

 private:
  Input(Fd fd, std::uint64_t size_hint, LimitWatch& limits)
      : limits_(&limits), fd_(std::move(fd)), size_hint_(size_hint) {}

  LimitWatch* limits_;
  Fd fd_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::string_view rest_;
  std::uint64_t size_hint_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t column_ = 1;
  int error_ = 0;
  bool ended_ = false;
};

}  // namespace riptide::history
