// CRC-32C (Castagnoli, RFC 3720 appendix B.4): frames on the wire and records in the log.
#pragma once

#include <cstdint>
#include <string_view>

namespace riptide {

/// The checksum of `bytes`, continuing from `seed` (the checksum of what came before; 0 at the
/// start).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace riptide
