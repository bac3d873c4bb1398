#include "reports/escape.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

namespace riptide::reports {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// The next code point, and past it; kReplacement for one byte that begins no well-formed sequence
/// (RFC 3629: no overlong forms, no surrogates).
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first > 0xF4 || at + more > text.size()) return kReplacement;
  char32_t code = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kReplacement;
    code = (code << 6) | (byte(at + i) & 0x3F);
  }
  const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kReplacement;
  at += static_cast<std::size_t>(more);
  return code;
}

void append_utf8(std::string& out, char32_t code) {
  const auto put = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

bool is_control(char32_t code) {
  return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7F && code < 0xA0) ||
         code == 0xFFFE || code == 0xFFFF;
}

/// Characters that change how their neighbours are read, or cannot be seen.
bool is_deceptive(char32_t code) {
  return (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x2069) || code == 0x61C || code == 0xFEFF;
}

/// As it should be seen: replacement characters for what no font has, names for what nobody sees.
void append_visible(std::string& out, char32_t code) {
  if (is_deceptive(code)) {
    out += fmt::format("⟨U+{:04X}⟩", static_cast<std::uint32_t>(code));
  } else {
    append_utf8(out, is_control(code) ? kReplacement : code);
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    switch (code) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        append_visible(out, code);
    }
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    append_visible(out, code == '\n' || code == '\t' ? ' ' : code);
  }
  return out;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const bool escaped = code < 0x20 || code == '<' || code == '>' || code == '&' || code == '\'' ||
                         code == 0x7F || code == 0x2028 || code == 0x2029;
    if (code == '"' || code == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(code));
    } else if (escaped) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    } else {
      append_utf8(out, code);
    }
  }
  return out + "\"";
}

std::string shorten(std::string_view text, std::size_t length) {
  std::vector<std::size_t> ends;  // of the code points
  for (std::size_t at = 0; at < text.size() && ends.size() <= length;) {
    next_code_point(text, at);
    ends.push_back(at);
  }
  if (ends.size() <= length || length == 0) return std::string(text);
  return std::string(text.substr(0, length == 1 ? 0 : ends[length - 2])) + "…";
}

double text_width(std::string_view text, double font_px) {
  double ems = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    // Wider than what sans-serif fonts need on average: a label that is too short never overlaps.
    ems += code >= 0x1100 ? (code < 0x2E80 ? 0.9 : 1.05)
           : (code == 'W' || code == 'M' || code == 'm' || code == 'w') ? 0.95
                                                                        : 0.62;
  }
  return ems * font_px + 1;
}

}  // namespace riptide::reports
