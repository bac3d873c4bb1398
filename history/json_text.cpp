#include "history/json_text.hpp"

#include <charconv>
#include <cmath>

#include "history/characters.hpp"

namespace riptide::history {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool plain_ascii(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

void append_escaped(unsigned char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

/// JSON has no NaN and no infinity; they become strings, as in Protocol Buffers' JSON mapping.
/// A real never prints as an integer, so that it reads back as what it was.
void append_real(double real, std::string& out) {
  if (std::isnan(real)) {
    out += "\"NaN\"";
    return;
  }
  if (std::isinf(real)) {
    out += real > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, real == 0 ? 0.0 : real).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t plain = i;
    while (plain < text.size() && plain_ascii(static_cast<unsigned char>(text[plain]))) ++plain;
    out.append(text, i, plain - i);
    i = plain;
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      append_escaped(c, out);
      ++i;
    } else if (const std::size_t length = utf8_length(text.substr(i))) {
      out.append(text, i, length);
      i += length;
    } else {
      out += kReplacement;
      ++i;
    }
  }
  out += '"';
}

void append_json_integer(std::int64_t integer, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, integer).ptr);
}

void append_json(const Value& value, std::string& out) {
  if (const auto* boolean = value.boolean()) {
    out += *boolean ? "true" : "false";
  } else if (const auto* integer = value.integer()) {
    append_json_integer(*integer, out);
  } else if (const auto* real = value.real()) {
    append_real(*real, out);
  } else if (const auto* text = value.text()) {
    append_json_string(*text, out);
  } else if (const auto* list = value.list()) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      append_json((*list)[i], out);
    }
    out += ']';
  } else {
    out += "null";
  }
}

}  // namespace riptide::history
