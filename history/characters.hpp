// Characters, for the cursors over JSON and EDN: what both read alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace riptide::history {

/// The length of the UTF-8 sequence that `bytes` begins with (RFC 3629); 0 when it is none.
std::size_t utf8_length(std::string_view bytes);
void append_utf8(std::uint32_t code, std::string& out);

/// How a message shows a byte: a printable character in quotes, or its hex digits.
std::string shown(char c);

/// The four hex digits at `i`; false when there are none.
bool read_hex4(std::string_view raw, std::size_t i, std::uint32_t& out);

/// Behind `\u` at `i`: a code point, or the two halves of one (UTF-16 surrogates). Moves `i` behind
/// it; false when it is none.
bool unescape_unicode(std::string_view raw, std::size_t& i, std::string& out);

}  // namespace riptide::history
