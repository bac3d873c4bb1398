#include "wire/bytes.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace riptide::wire {

static_assert(std::endian::native == std::endian::little, "integers are copied as they stand");

namespace {

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class T>
T get(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

void put_u8(std::string& out, std::uint8_t value) { out.push_back(static_cast<char>(value)); }
void put_u32(std::string& out, std::uint32_t value) { put(out, value); }
void put_u64(std::string& out, std::uint64_t value) { put(out, value); }

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

std::uint32_t get_u32(std::string_view bytes) { return get<std::uint32_t>(bytes.data()); }

const char* ByteReader::take(std::string_view field, std::size_t bytes) {
  if (error_) return nullptr;
  if (left() < bytes) {
    refuse(
        fmt::format("expected {} bytes of {} at offset {}, found {}", bytes, field, at_, left()));
    return nullptr;
  }
  const char* from = bytes_.data() + at_;
  at_ += bytes;
  return from;
}

std::uint8_t ByteReader::u8(std::string_view field) {
  const char* from = take(field, 1);
  return from ? get<std::uint8_t>(from) : 0;
}

std::uint32_t ByteReader::u32(std::string_view field) {
  const char* from = take(field, 4);
  return from ? get<std::uint32_t>(from) : 0;
}

std::uint64_t ByteReader::u64(std::string_view field) {
  const char* from = take(field, 8);
  return from ? get<std::uint64_t>(from) : 0;
}

std::string_view ByteReader::text(std::string_view field, std::size_t limit) {
  const std::uint32_t size = u32(field);
  if (error_) return {};
  if (size > limit) {
    refuse(fmt::format("{} is {} bytes long, expected at most {}", field, size, limit));
    return {};
  }
  const char* from = take(field, size);
  return from ? std::string_view(from, size) : std::string_view();
}

std::uint8_t ByteReader::choice(std::string_view field, std::uint8_t low, std::uint8_t high) {
  const std::uint8_t value = u8(field);
  if (!error_ && (value < low || value > high)) {
    refuse(fmt::format("{} is {}, expected {} to {}", field, value, low, high));
  }
  return error_ ? low : value;
}

std::uint32_t ByteReader::count(std::string_view field, std::size_t each_bytes) {
  const std::uint32_t value = u32(field);
  if (!error_ && value > left() / each_bytes) {
    refuse(fmt::format("{} is {}, expected at most {} in the {} bytes that follow", field, value,
                       left() / each_bytes, left()));
  }
  return error_ ? 0 : value;
}

void ByteReader::refuse(std::string text) {
  if (!error_) error_ = fail(fmt::format("{}: {}", what_, text));
}

Result<void> ByteReader::finish() {
  if (!error_ && left() > 0) {
    refuse(fmt::format("expected the end at offset {}, found {} more bytes", at_, left()));
  }
  if (error_) return *error_;
  return {};
}

}  // namespace riptide::wire
