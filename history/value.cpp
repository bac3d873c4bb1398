#include "history/value.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "history/json_text.hpp"

namespace riptide::history {
namespace {

/// Equal reals have one representation: -0.0 is 0.0, and every NaN is the same NaN.
double canonical(double real) {
  if (std::isnan(real)) return std::numeric_limits<double>::quiet_NaN();
  return real == 0 ? 0.0 : real;
}

/// A total order of reals: by size, NaN last.
std::strong_ordering order(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  return a < b ? std::strong_ordering::less
               : (b < a ? std::strong_ordering::greater : std::strong_ordering::equal);
}

/// MurmurHash3's finalizer: small integers spread over all bits.
std::size_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return static_cast<std::size_t>(x ^ (x >> 33));
}

}  // namespace

const std::string& SharedText::nothing() {
  static const std::string* empty = new std::string;  // never destroyed, as Symbol's
  return *empty;
}

Value::Value(std::string text) : kind_(Kind::text) {
  data_.text = new SharedCell<std::string>(std::move(text));
}

Value::Value(List items) : kind_(Kind::list) {
  data_.list = new SharedCell<List>(std::move(items));
}

void Value::hold() const {
  if (kind_ == Kind::text) data_.text->hold();
  if (kind_ == Kind::list) data_.list->hold();
}

void Value::drop() {
  if (kind_ == Kind::text) data_.text->drop();
  if (kind_ == Kind::list) data_.list->drop();
}

const std::string* Value::text() const {
  return kind_ == Kind::text ? &data_.text->value : nullptr;
}

const Value::List* Value::list() const {
  return kind_ == Kind::list ? &data_.list->value : nullptr;
}

std::string Value::json() const {
  std::string out;
  append_json(*this, out);
  return out;
}

Result<Value> Value::from_json(std::string_view text) {
  JsonCursor cursor(text);
  Value value;
  if (cursor.read_value(value) && cursor.finish()) return value;
  return fail("not a value: " + cursor.problem() + " at byte " + std::to_string(cursor.offset()))
      .fix("Give null, true, false, a number, a string in double quotes, or a list of these.");
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind_ != b.kind_) return false;
  if (const auto* integer = a.integer()) return *integer == *b.integer();
  if (const auto* boolean = a.boolean()) return *boolean == *b.boolean();
  if (const auto* real = a.real()) return order(*real, *b.real()) == 0;
  if (const auto* text = a.text()) return text == b.text() || *text == *b.text();
  if (const auto* list = a.list()) return list == b.list() || *list == *b.list();
  return true;  // nil
}

bool operator<(const Value& a, const Value& b) {
  if (a.kind_ != b.kind_) return a.kind_ < b.kind_;
  if (const auto* integer = a.integer()) return *integer < *b.integer();
  if (const auto* boolean = a.boolean()) return *boolean < *b.boolean();
  if (const auto* real = a.real()) return order(*real, *b.real()) < 0;
  if (const auto* text = a.text()) return *text < *b.text();
  if (const auto* list = a.list())
    return std::lexicographical_compare(list->begin(), list->end(), b.list()->begin(),
                                        b.list()->end());
  return false;  // nil
}

std::size_t Value::hash() const {
  const auto kind = static_cast<std::uint64_t>(kind_);
  if (const auto* b = boolean()) return mix(kind << 56 | static_cast<std::uint64_t>(*b));
  if (const auto* i = integer()) return mix(static_cast<std::uint64_t>(*i));
  if (const auto* r = real()) return mix(kind << 56 ^ std::bit_cast<std::uint64_t>(canonical(*r)));
  if (const auto* t = text()) return std::hash<std::string>{}(*t);
  if (const auto* l = list()) {
    std::uint64_t sum = kind << 56 ^ l->size();
    for (const Value& item : *l) sum = mix(sum ^ item.hash()) + 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(sum);
  }
  return 0x9e3779b97f4a7c15ULL;  // nil
}

}  // namespace riptide::history
