// JsonCursor: RFC 8259, one pass, bounded depth.
#include <charconv>
#include <system_error>

#include "history/characters.hpp"
#include "history/json_text.hpp"

namespace riptide::history {
namespace {

constexpr int kEnd = -1;

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

int JsonCursor::peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return static_cast<unsigned char>(c);
    ++at_;
  }
  return kEnd;
}

bool JsonCursor::stop(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
  return false;
}

bool JsonCursor::stop_expecting(const char* expected) {
  if (at_ < text_.size())
    return stop("expected " + std::string(expected) + ", found " + shown(text_[at_]));
  cut_off_ = !damaged();
  return stop("expected " + std::string(expected) + ", found the end");
}

bool JsonCursor::expect(char c, const char* expected) {
  if (peek() != c) return stop_expecting(expected);
  ++at_;
  return true;
}

bool JsonCursor::enter() {
  if (++depth_ <= kJsonDepthMax) return true;
  return stop("nested more than " + std::to_string(kJsonDepthMax) + " deep");
}

bool JsonCursor::begin_object() {
  first_member_ = true;
  return expect('{', "'{'");
}

bool JsonCursor::next_member() {
  const int c = peek();
  if (c == '}') {
    ++at_;
    first_member_ = false;  // of the object around this one
    return false;
  }
  if (!first_member_ && !expect(',', "',' or '}'")) return false;
  first_member_ = false;
  if (peek() != '"') return stop_expecting("a field's name in double quotes");
  const std::size_t start = at_;
  bool escaped = false;
  if (!scan_string(member_, escaped)) return false;
  raw_member_ = text_.substr(start, at_ - start);
  if (escaped) {
    unescaped_member_.clear();
    if (!unescape(member_, start + 1, unescaped_member_)) return false;
    member_ = unescaped_member_;
  }
  return expect(':', "':'");
}

bool JsonCursor::begin_list() { return expect('[', "'['"); }

bool JsonCursor::next_item(bool first) {
  if (peek() == ']') {
    ++at_;
    return false;
  }
  return !damaged() && (first || expect(',', "',' or ']'"));
}

bool JsonCursor::read_value(Value& out) {
  const int c = peek();
  switch (c) {
    case '"': {
      std::string text;
      if (!read_string(text)) return false;
      out = Value(std::move(text));
      return true;
    }
    case '[':
      return read_list(out);
    case '{':
      return stop("expected a scalar or a list, found an object");
    case 't':
      out = Value(true);
      return literal("true");
    case 'f':
      out = Value(false);
      return literal("false");
    case 'n':
      out = Value();
      return literal("null");
    default:
      return read_number(out);
  }
}

bool JsonCursor::read_list(Value& out) {
  ++at_;
  if (!enter()) return false;
  Value::List items;
  if (peek() == ']') {
    ++at_;
  } else {
    do {
      items.emplace_back();
      if (!read_value(items.back())) return false;
      if (peek() != ',' && peek() != ']') return stop_expecting("',' or ']'");
    } while (text_[at_++] == ',');
  }
  --depth_;
  out = Value(std::move(items));
  return true;
}

bool JsonCursor::read_number(Value& out) {
  peek();
  const std::size_t start = at_;
  const auto digits = [&] {
    const std::size_t from = at_;
    while (at_ < text_.size() && digit(text_[at_])) ++at_;
    return at_ > from;
  };
  if (at_ < text_.size() && text_[at_] == '-') ++at_;
  const bool zero = at_ < text_.size() && text_[at_] == '0';
  if (zero) {
    ++at_;
  } else if (!digits()) {
    return stop_expecting(at_ > start ? "a digit" : "a value");
  }
  bool real = false;
  if (at_ < text_.size() && text_[at_] == '.') {
    real = true;
    ++at_;
    if (!digits()) return stop_expecting("a digit");
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    real = true;
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (!digits()) return stop_expecting("a digit");
  }
  const char* begin = text_.data() + start;
  const char* end = text_.data() + at_;
  if (real) {
    double number = 0;
    if (std::from_chars(begin, end, number).ec != std::errc())
      return stop("a number that a double cannot hold");
    out = Value(number);
    return true;
  }
  // Two integers that a double cannot tell apart would look equal: refused, not rounded.
  std::int64_t number = 0;
  if (std::from_chars(begin, end, number).ec != std::errc())
    return stop("an integer outside 64 bits");
  out = Value(number);
  return true;
}

bool JsonCursor::read_integer(std::int64_t& out) {
  peek();
  const std::size_t start = at_;
  Value value;
  const int c = peek();
  if (c != '-' && (c < '0' || c > '9')) return stop_expecting("an integer");
  if (!read_number(value)) return false;
  if (const auto* integer = value.integer()) {
    out = *integer;
    return true;
  }
  at_ = start;
  return stop("expected an integer, found a real number");
}

bool JsonCursor::read_string(std::string& out) {
  if (peek() != '"') return stop_expecting("a string in double quotes");
  const std::size_t start = at_ + 1;
  std::string_view raw;
  bool escaped = false;
  if (!scan_string(raw, escaped)) return false;
  if (!escaped) {
    out.assign(raw);
    return true;
  }
  out.clear();
  return unescape(raw, start, out);
}

/// From the opening quote to behind the closing one; `raw` is what stands between them.
bool JsonCursor::scan_string(std::string_view& raw, bool& escaped) {
  const std::size_t start = ++at_;
  escaped = false;
  std::size_t bad = std::string_view::npos;
  while (at_ < text_.size() && text_[at_] != '"') {
    const auto c = static_cast<unsigned char>(text_[at_]);
    std::size_t length = 1;
    if (c == '\\') {
      escaped = true;
      length = 2;
    } else if (c >= 0x80) {
      length = utf8_length(text_.substr(at_));
    }
    if ((c < 0x20 || length == 0) && bad == std::string_view::npos) bad = at_;
    at_ += length == 0 ? 1 : length;
  }
  if (at_ >= text_.size()) {
    at_ = text_.size();
    return stop_expecting("the string's closing quote");
  }
  raw = text_.substr(start, at_ - start);
  ++at_;
  if (bad == std::string_view::npos) return true;
  at_ = bad;
  if (static_cast<unsigned char>(text_[bad]) < 0x20)
    return stop("a control character in a string must be escaped, found " + shown(text_[bad]));
  return stop("a string is not UTF-8: found " + shown(text_[bad]));
}

bool JsonCursor::unescape(std::string_view raw, std::size_t start, std::string& out) {
  for (std::size_t i = 0; i < raw.size();) {
    if (raw[i] != '\\') {
      out += raw[i++];
      continue;
    }
    const char c = raw[i + 1];  // scan_string() saw to it that something follows
    i += 2;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out += c;
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u':
        if (unescape_unicode(raw, i, out)) break;
        [[fallthrough]];
      default:
        at_ = start + i - 2;
        return stop(c == 'u' ? "expected \\u with four hex digits that make a character"
                             : "expected an escape of JSON, found \\" + std::string(1, c));
    }
  }
  return true;
}

bool JsonCursor::literal(std::string_view word) {
  for (const char c : word) {
    if (at_ >= text_.size() || text_[at_] != c) return stop_expecting("a value");
    ++at_;
  }
  return true;
}

bool JsonCursor::read_raw(std::string_view& raw) {
  peek();
  const std::size_t start = at_;
  if (!skip_any()) return false;
  raw = text_.substr(start, at_ - start);
  return true;
}

bool JsonCursor::skip_any() {
  const int c = peek();
  if (c == '{') return skip_object();
  if (c == '[') return skip_list();
  Value scalar;
  return read_value(scalar);
}

bool JsonCursor::skip_object() {
  if (!enter()) return false;
  begin_object();
  while (next_member())
    if (!skip_any()) return false;
  if (damaged()) return false;
  first_member_ = false;
  --depth_;
  return true;
}

bool JsonCursor::skip_list() {
  ++at_;
  if (!enter()) return false;
  if (peek() == ']') {
    ++at_;
  } else {
    do {
      if (!skip_any()) return false;
      if (peek() != ',' && peek() != ']') return stop_expecting("',' or ']'");
    } while (text_[at_++] == ',');
  }
  --depth_;
  return true;
}

bool JsonCursor::finish() {
  if (peek() == kEnd) return true;
  return stop_expecting("nothing more");
}

}  // namespace riptide::history
