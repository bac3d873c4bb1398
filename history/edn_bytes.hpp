// What each byte of EDN is outside strings. A comma is a blank.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace riptide::history {

enum class EdnByte : std::uint8_t { token, blank, delimiter, refused };

constexpr std::array<EdnByte, 256> edn_bytes() {
  std::array<EdnByte, 256> all{};
  for (std::size_t c = 0; c < 0x20; ++c) all[c] = EdnByte::refused;
  for (const unsigned char c : {' ', '\t', '\n', '\r', '\f', ','}) all[c] = EdnByte::blank;
  for (const unsigned char c : {'(', ')', '[', ']', '{', '}', '"', ';'})
    all[c] = EdnByte::delimiter;
  for (const unsigned char c : {'\\', '@', '^', '`', '~', '\x7F'}) all[c] = EdnByte::refused;
  return all;
}
inline constexpr std::array<EdnByte, 256> kEdnBytes = edn_bytes();

inline EdnByte edn_byte(char c) { return kEdnBytes[static_cast<unsigned char>(c)]; }
inline bool edn_token_ends(char c) {
  return edn_byte(c) == EdnByte::blank || edn_byte(c) == EdnByte::delimiter;
}

}  // namespace riptide::history
