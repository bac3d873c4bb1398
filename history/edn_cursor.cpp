// EdnCursor: one pass, bounded depth.
#include <algorithm>
#include <array>
#include <limits>

#include "history/characters.hpp"
#include "history/edn_bytes.hpp"
#include "history/edn_text.hpp"

namespace riptide::history {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool closer(int c) { return c == ')' || c == ']' || c == '}'; }

struct NamedCharacter {
  std::string_view name;
  std::string_view text;
};
constexpr std::array kCharacters{
    NamedCharacter{"newline", "\n"},  NamedCharacter{"return", "\r"},
    NamedCharacter{"space", " "},     NamedCharacter{"tab", "\t"},
    NamedCharacter{"formfeed", "\f"}, NamedCharacter{"backspace", "\b"}};

}  // namespace

bool EdnCursor::stop(std::string problem) {
  if (problem_.empty() && at_ >= text_.size()) cut_off_ = true;  // what is wrong may go on
  if (problem_.empty()) problem_ = std::move(problem);
  return false;
}

bool EdnCursor::refuse(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
  return false;
}

bool EdnCursor::stop_expecting(const char* expected) {
  if (damaged()) return false;  // peek() met a damaged `#_`
  if (at_ < text_.size())
    return stop("expected " + std::string(expected) + ", found " + shown(text_[at_]));
  cut_off_ = true;
  return stop("expected " + std::string(expected) + ", found the end");
}

bool EdnCursor::enter() {
  if (++depth_ <= kEdnDepthMax) return true;
  return stop("nested more than " + std::to_string(kEdnDepthMax) + " deep");
}

int EdnCursor::peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (edn_byte(c) == EdnByte::blank) {
      ++at_;
    } else if (c == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '#' && at_ + 1 < text_.size() && text_[at_ + 1] == '_') {
      if (!discard()) return kEnd;
    } else {
      return static_cast<unsigned char>(c);
    }
  }
  return kEnd;
}

bool EdnCursor::discard() {
  at_ += 2;
  const bool plain = plain_, has_map = has_map_;
  Value dropped;
  if (!enter() || !read_value(dropped)) return false;
  --depth_;
  plain_ = plain;
  has_map_ = has_map;
  return true;
}

bool EdnCursor::take(char c, const char* expected) {
  if (peek() != static_cast<unsigned char>(c)) return stop_expecting(expected);
  ++at_;
  return true;
}

bool EdnCursor::begin_map() { return enter() && take('{', "'{'"); }

bool EdnCursor::next_key() {
  const int c = peek();
  if (c == '}') {
    ++at_;
    --depth_;
    return false;
  }
  if (c == kEnd || closer(c)) return stop_expecting("a key or '}'");
  return true;
}

bool EdnCursor::read_value(Value& out) {
  const int c = peek();
  switch (c) {
    case '"': {
      std::string text;
      if (!read_string(text)) return false;
      out = Value(std::move(text));
      return true;
    }
    case '[':
    case '(': {
      Value::List items;
      if (!read_list(c == '[' ? ']' : ')', items)) return false;
      out = Value(std::move(items));
      return true;
    }
    case '{':
      return read_map(out);
    case '#':
      return read_dispatch(out);
    case ':': {
      std::string_view name;
      plain_ = false;
      if (!read_keyword(name)) return false;
      out = Value(name);
      return true;
    }
    case '\\':
      plain_ = false;
      return read_character(out);
    case kEnd:
      return stop_expecting("a value");
    default:
      break;
  }
  const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
  if (digit(text_[at_]) || ((c == '-' || c == '+') && digit(next))) return read_number(out);
  return read_symbol(out);
}

bool EdnCursor::read_list(char closing, Value::List& items) {
  ++at_;
  if (!enter()) return false;
  const char* const expected = closing == ']'   ? "a value or ']'"
                               : closing == ')' ? "a value or ')'"
                                                : "a value or '}'";
  while (true) {
    const int c = peek();
    if (c == static_cast<unsigned char>(closing)) break;
    if (c == kEnd || closer(c)) return stop_expecting(expected);
    items.emplace_back();
    if (!read_value(items.back())) return false;
  }
  ++at_;
  --depth_;
  return true;
}

bool EdnCursor::read_set(Value& out) {
  plain_ = false;
  const std::size_t start = at_;
  Value::List items;
  if (!read_list('}', items)) return false;
  std::sort(items.begin(), items.end());
  const auto twice = std::adjacent_find(items.begin(), items.end());
  if (twice != items.end()) {
    at_ = start;
    return stop("the set holds " + twice->json() + " twice");
  }
  out = Value(std::move(items));
  return true;
}

bool EdnCursor::read_map(Value& out) {
  plain_ = false;
  has_map_ = true;
  const std::size_t start = at_;
  Value::List flat, pairs;
  if (!read_list('}', flat)) return false;
  if (flat.size() % 2 != 0) {
    at_ = start;
    return stop("the map has a key without a value: " + flat.back().json());
  }
  for (std::size_t i = 0; i < flat.size(); i += 2)
    pairs.emplace_back(Value::List{flat[i], flat[i + 1]});
  std::sort(pairs.begin(), pairs.end());
  for (std::size_t i = 1; i < pairs.size(); ++i) {
    if (!((*pairs[i - 1].list())[0] == (*pairs[i].list())[0])) continue;
    at_ = start;
    return stop("the map has the key " + (*pairs[i].list())[0].json() + " twice");
  }
  out = Value(std::move(pairs));
  return true;
}

bool EdnCursor::read_tag(std::string_view& tag) {
  const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  if (edn_byte(next) != EdnByte::token || next == '#' || digit(next)) return false;
  ++at_;
  return read_token(tag);
}

/// Behind `#`: a set, a symbolic number, or a tag and its form.
bool EdnCursor::read_dispatch(Value& out) {
  plain_ = false;
  if (text_.substr(at_, 2) == "#{") {
    ++at_;
    return read_set(out);
  }
  std::string_view token;
  if (text_.substr(at_, 2) == "##") {
    at_ += 2;
    if (!read_token(token)) return false;
    using Limits = std::numeric_limits<double>;
    if (token == "NaN") {
      out = Value(Limits::quiet_NaN());
    } else if (token == "Inf" || token == "-Inf") {
      out = Value(token[0] == '-' ? -Limits::infinity() : Limits::infinity());
    } else {
      return stop("expected ##NaN, ##Inf or ##-Inf, found ##" + std::string(token));
    }
    return true;
  }
  if (!read_tag(token)) {
    if (!damaged()) ++at_;
    return stop_expecting("a set, a tag or ## behind '#'");
  }
  if (!enter() || !read_value(out)) return false;
  --depth_;
  return true;
}

/// Up to the next blank or delimiter.
bool EdnCursor::read_token(std::string_view& token) {
  const std::size_t start = at_;
  while (at_ < text_.size()) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    const EdnByte kind = kEdnBytes[c];
    if (kind == EdnByte::blank || kind == EdnByte::delimiter) break;
    std::size_t length = 1;
    if (c >= 0x80) {
      length = utf8_length(text_.substr(at_));
      if (length == 0) {
        // A character of which only the beginning is there may be cut off.
        cut_off_ = text_.size() - at_ < 4;
        return stop("a name is not UTF-8: found " + shown(text_[at_]));
      }
    } else if (kind == EdnByte::refused) {
      return stop("expected a name or a value, found " + shown(text_[at_]));
    }
    at_ += length;
  }
  token = text_.substr(start, at_ - start);
  return !token.empty() || stop_expecting("a name or a value");
}

bool EdnCursor::read_keyword(std::string_view& name) {
  if (peek() != ':') return stop_expecting("a keyword");
  const std::size_t start = at_;
  if (!read_token(name)) return false;
  name.remove_prefix(1);
  if (!name.empty() && name[0] != ':') return true;
  if (at_ == text_.size()) return stop_expecting("a keyword's name");
  at_ = start;
  return stop("a keyword has no name: " + std::string(text_.substr(start, name.size() + 1)));
}

bool EdnCursor::read_name(std::string_view& name, std::string& text) {
  const int c = peek();
  if (c == ':') return read_keyword(name);
  if (c == '"') {
    if (!read_string(text)) return false;
    name = text;
    return true;
  }
  if (c == kEnd || edn_byte(static_cast<char>(c)) != EdnByte::token || c == '#' || c == '-' ||
      c == '\'' || c == '/' || digit(static_cast<char>(c)))
    return stop_expecting("a keyword");
  return read_token(name);
}

bool EdnCursor::read_symbol(Value& out) {
  const std::size_t start = at_;
  std::string_view token;
  if (!read_token(token)) return false;
  if (token == "nil") {
    out = Value();
  } else if (token == "true" || token == "false") {
    out = Value(token == "true");
  } else if (token[0] == '\'' || (token[0] == '/' && token.size() > 1)) {
    at_ = start;
    return stop_expecting("a value");
  } else {
    plain_ = false;
    out = Value(token);
  }
  return true;
}

/// `\c`, or the name of a character.
bool EdnCursor::read_character(Value& out) {
  const std::size_t start = ++at_;
  const std::size_t length = utf8_length(text_.substr(start));
  if (length == 0) {
    if (at_ >= text_.size() || text_.size() - at_ < 4) {
      at_ = text_.size();
      return stop_expecting("a character behind '\\'");
    }
    return stop("a character is not UTF-8: found " + shown(text_[at_]));
  }
  at_ += length;
  while (at_ < text_.size() && edn_byte(text_[at_]) == EdnByte::token) ++at_;
  const std::string_view name = text_.substr(start, at_ - start);
  if (name.size() == length) {
    out = Value(name);
    return true;
  }
  for (const NamedCharacter& each : kCharacters) {
    if (each.name != name) continue;
    out = Value(each.text);
    return true;
  }
  std::uint32_t code = 0;
  std::string text;
  const bool unicode = name.size() == 5 && name[0] == 'u' && read_hex4(name, 1, code) &&
                       !(code >= 0xD800 && code <= 0xDFFF);
  if (!unicode) {
    cut_off_ = at_ == text_.size();
    at_ = start;
    return stop("there is no character \\" + std::string(name.substr(0, 20)));
  }
  append_utf8(code, text);
  out = Value(std::move(text));
  return true;
}

bool EdnCursor::read_string(std::string& out) {
  const std::size_t start = ++at_;
  std::size_t bad = std::string_view::npos;
  bool escaped = false;
  while (at_ < text_.size() && text_[at_] != '"') {
    const auto c = static_cast<unsigned char>(text_[at_]);
    std::size_t length = 1;
    if (c == '\\') {
      escaped = true;
      length = 2;
    } else if (c >= 0x80) {
      length = utf8_length(text_.substr(at_));
    }
    if (length == 0 && bad == std::string_view::npos) bad = at_;
    at_ += length == 0 ? 1 : length;
  }
  if (at_ >= text_.size()) {
    at_ = text_.size();
    return stop_expecting("the string's closing quote");
  }
  const std::size_t end = at_;
  if (bad != std::string_view::npos) {
    at_ = bad;
    return stop("a string is not UTF-8: found " + shown(text_[bad]));
  }
  out.clear();
  if (!escaped) {
    out.assign(text_.substr(start, end - start));
  } else if (!unescape(start, end, out)) {
    return false;
  }
  at_ = end + 1;
  return true;
}

bool EdnCursor::unescape(std::size_t start, std::size_t end, std::string& out) {
  const std::string_view raw = text_.substr(0, end);
  for (std::size_t i = start; i < end;) {
    if (raw[i] != '\\') {
      out += raw[i++];
      continue;
    }
    const std::size_t escape = i;
    if (unescape_one(raw, i, out)) continue;
    at_ = escape;
    return stop("there is no escape " + std::string(raw.substr(escape, 2)) + " in EDN");
  }
  return true;
}

/// At the `\\` at `i`, behind which read_string() saw to it that something stands.
bool EdnCursor::unescape_one(std::string_view raw, std::size_t& i, std::string& out) {
  static constexpr std::string_view kLetters = "\"\\nrtbf";
  static constexpr std::string_view kMeanings = "\"\\\n\r\t\b\f";
  const char c = raw[i + 1];
  const std::size_t letter = kLetters.find(c);
  if (letter != std::string_view::npos) {
    out += kMeanings[letter];
    i += 2;
    return true;
  }
  if (c == 'u') {
    i += 2;
    return unescape_unicode(raw, i, out);
  }
  // Clojure's octal escapes, up to \377.
  std::uint32_t code = 0;
  std::size_t next = i + 1;
  while (next < raw.size() && next < i + 4 && raw[next] >= '0' && raw[next] <= '7')
    code = code * 8 + static_cast<std::uint32_t>(raw[next++] - '0');
  if (next == i + 1 || code > 0xFF) return false;
  append_utf8(code, out);
  i = next;
  return true;
}

bool EdnCursor::read_raw(std::string_view& raw) {
  peek();
  const std::size_t start = at_;
  Value dropped;
  if (!read_value(dropped)) return false;
  raw = text_.substr(start, at_ - start);
  return true;
}

std::string_view EdnCursor::take_rest() {
  std::string_view rest = text_.substr(at_);
  at_ = text_.size();
  while (!rest.empty() && edn_byte(rest.front()) == EdnByte::blank) rest.remove_prefix(1);
  while (!rest.empty() && edn_byte(rest.back()) == EdnByte::blank) rest.remove_suffix(1);
  return rest;
}

bool EdnCursor::finish() {
  if (peek() == kEnd && !damaged()) return true;
  return stop_expecting("nothing more");
}

}  // namespace riptide::history
