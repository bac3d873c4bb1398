// EdnCursor: numbers, of EDN and of Clojure.
#include <algorithm>
#include <charconv>
#include <system_error>

#include "history/edn_bytes.hpp"
#include "history/edn_text.hpp"

namespace riptide::history {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool EdnCursor::read_number(Value& out) {
  const std::size_t start = at_;
  const bool negative = text_[at_] == '-';
  if (negative || text_[at_] == '+') ++at_;
  const std::size_t first = at_;
  std::uint64_t number = 0;
  while (at_ < text_.size() && digit(text_[at_]) && at_ - first < 18)
    number = number * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
  if ((at_ == text_.size() || edn_token_ends(text_[at_])) && at_ > first &&
      (at_ - first == 1 || text_[first] != '0')) {
    const auto integer = static_cast<std::int64_t>(number);
    out = Value(negative ? -integer : integer);
    return true;
  }
  at_ = start;
  std::string_view token;
  if (!read_token(token)) return false;
  if (read_other_number(token, out)) return true;
  if (!damaged() && at_ == text_.size()) cut_off_ = true;
  if (!damaged()) at_ = start;
  return stop("expected a number, found " + std::string(token.substr(0, 40)));
}

/// Long integers, reals, and what only EDN and Clojure have: 5N, 1.5M, 1/2.
bool EdnCursor::read_other_number(std::string_view token, Value& out) {
  std::string_view unsigned_part = token;
  if (token[0] == '+') token.remove_prefix(1);
  if (unsigned_part[0] == '-' || unsigned_part[0] == '+') unsigned_part.remove_prefix(1);
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < unsigned_part.size() && digit(unsigned_part[i])) ++i;
    return i > from;
  };
  if (!digits()) return false;
  const std::size_t whole = i;
  if (whole > 1 && unsigned_part[0] == '0')
    return stop("a number begins with 0: " + std::string(token));
  const auto rest = [&] { return unsigned_part.substr(i); };
  if (rest().empty() || rest() == "N") {
    if (rest() == "N") plain_ = false;
    const std::string_view text = token.substr(0, token.size() - rest().size());
    std::int64_t integer = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), integer).ec == std::errc()) {
      out = Value(integer);
    } else {  // not rounded: two that a double cannot tell apart would look equal
      plain_ = false;
      out = Value(text);
    }
    return true;
  }
  if (rest()[0] == '/') {
    ++i;
    if (!digits() || !rest().empty()) return false;
    plain_ = false;
    out = Value(token);
    return true;
  }
  if (rest()[0] == '.') {
    ++i;
    digits();
  }
  if (!rest().empty() && (rest()[0] == 'e' || rest()[0] == 'E')) {
    ++i;
    if (!rest().empty() && (rest()[0] == '-' || rest()[0] == '+')) ++i;
    if (!digits()) return false;
  }
  if (rest() == "M") {
    plain_ = false;
    out = Value(token);
    return true;
  }
  if (!rest().empty()) return false;
  double real = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), real);
  if (read.ec != std::errc()) return stop("a number that a double cannot hold");
  if (real == 0 && token[0] == '-') plain_ = false;
  out = Value(real);
  return true;
}

bool EdnCursor::read_integer(std::int64_t& out) {
  const int c = peek();
  if (c == kEnd || !(digit(static_cast<char>(c)) || c == '-' || c == '+'))
    return stop_expecting("an integer");
  const std::size_t start = at_;
  Value value;
  if (!read_number(value)) return false;
  if (const auto* integer = value.integer()) {
    out = *integer;
    return true;
  }
  const std::size_t end = at_;
  at_ = start;
  return stop("expected an integer of 64 bits, found " +
              std::string(text_.substr(start, std::min<std::size_t>(end - start, 40))));
}

}  // namespace riptide::history
