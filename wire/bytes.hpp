// Little-endian integers and counted strings, written and read with every bound checked. The
// building stones of all codecs: of requests and replies here, of Raft messages and log records in
// the node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace riptide::wire {

void put_u8(std::string& out, std::uint8_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);
/// u32 length and the bytes.
void put_text(std::string& out, std::string_view text);

/// `bytes` holds at least four.
std::uint32_t get_u32(std::string_view bytes);

/// Reads fields one after another. The first thing that is wrong is kept as the error; from then on
/// every field reads as zero or empty, so that a decoder is a straight list of fields and one
/// finish(). Never reads past the end.
class ByteReader {
 public:
  /// `what` names the thing being decoded in errors: "request".
  ByteReader(std::string_view bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  std::uint8_t u8(std::string_view field);
  std::uint32_t u32(std::string_view field);
  std::uint64_t u64(std::string_view field);
  /// A counted string of at most `limit` bytes; points into what is being read.
  std::string_view text(std::string_view field, std::size_t limit);
  /// A byte in [low, high].
  std::uint8_t choice(std::string_view field, std::uint8_t low, std::uint8_t high);
  /// A count of things that take at least `each_bytes` each: more than could follow is an error, so
  /// that garbage never makes anybody reserve memory.
  std::uint32_t count(std::string_view field, std::size_t each_bytes);

  std::size_t left() const { return bytes_.size() - at_; }
  bool ok() const { return !error_; }
  /// A rule of the decoder's own was broken.
  void refuse(std::string text);
  /// All was read, and nothing is left over.
  Result<void> finish();

 private:
  const char* take(std::string_view field, std::size_t bytes);

  std::string_view bytes_;
  std::string_view what_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace riptide::wire
