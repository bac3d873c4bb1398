#include <fmt/format.h>

#include <cstring>

#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "wire/bytes.hpp"
#include "wire/wire.hpp"

namespace riptide::wire {

namespace {

constexpr std::uint32_t kShortest = 2;  // version and kind

void store_u32(std::string& out, std::size_t at, std::uint32_t value) {
  std::memcpy(out.data() + at, &value, sizeof value);
}

}  // namespace

void FrameReader::feed(std::string_view bytes) {
  // What was read already is dropped here, not in next(): frames handed out point into the buffer.
  if (begin_ > 0) buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(bytes);
}

Result<std::optional<Frame>> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  if (rest.size() < 4) return std::nullopt;
  // A bad length is refused before its bytes are waited for.
  const std::uint32_t length = get_u32(rest);
  if (length < kShortest || length > kMaxFrame) {
    return fail(
        fmt::format("frame: length is {}, expected {} to {}", length, kShortest, kMaxFrame));
  }
  if (rest.size() < kFrameHeader + length) return std::nullopt;
  const std::uint32_t checksum = get_u32(rest.substr(4));
  const std::string_view body = rest.substr(kFrameHeader, length);
  if (const std::uint32_t actual = crc32c(body); actual != checksum) {
    return fail(fmt::format("frame: checksum of {} bytes is {:08x}, expected {:08x}", length,
                            actual, checksum));
  }
  if (const auto version = static_cast<std::uint8_t>(body[0]); version != kVersion) {
    return fail(fmt::format("frame: version is {}, expected {}", version, kVersion));
  }
  begin_ += kFrameHeader + length;
  return Frame{static_cast<Kind>(static_cast<std::uint8_t>(body[1])), body.substr(2)};
}

std::size_t begin_frame(std::string& out, Kind kind) {
  const std::size_t begin = out.size();
  out.append(kFrameHeader, '\0');
  put_u8(out, kVersion);
  put_u8(out, static_cast<std::uint8_t>(kind));
  return begin;
}

void end_frame(std::string& out, std::size_t begin) {
  const std::size_t length = out.size() - begin - kFrameHeader;
  ASSERT(length >= kShortest && length <= kMaxFrame, "frame of", length, "bytes");
  store_u32(out, begin, static_cast<std::uint32_t>(length));
  store_u32(out, begin + 4, crc32c(std::string_view(out).substr(begin + kFrameHeader)));
}

void append_frame(std::string& out, Kind kind, std::string_view payload) {
  const std::size_t begin = begin_frame(out, kind);
  out.append(payload);
  end_frame(out, begin);
}

}  // namespace riptide::wire
