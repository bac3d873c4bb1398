// Value: what clients write and read. A JSON scalar or a list of values; nil is "nothing there".
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "history/shared.hpp"

namespace riptide::history {

/// Cheap to copy, and 16 bytes: strings and lists are shared and immutable.
class Value {
 public:
  using List = std::vector<Value>;

  Value() = default;  ///< nil
  Value(bool boolean) : kind_(Kind::boolean) { data_.boolean = boolean; }
  Value(std::int64_t integer) : kind_(Kind::integer) { data_.integer = integer; }
  Value(int integer) : Value(std::int64_t{integer}) {}
  Value(double real) : kind_(Kind::real) { data_.real = real; }
  Value(std::string text);
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(List items);
  Value(const Value& other) : data_(other.data_), kind_(other.kind_) {
    if (shared()) hold();
  }
  Value(Value&& other) noexcept
      : data_(other.data_), kind_(std::exchange(other.kind_, Kind::nil)) {}
  Value& operator=(const Value& other) {
    if (this != &other) *this = Value(other);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(kind_, other.kind_);
    return *this;
  }
  ~Value() {
    if (shared()) drop();
  }

  bool is_nil() const { return kind_ == Kind::nil; }
  const bool* boolean() const { return kind_ == Kind::boolean ? &data_.boolean : nullptr; }
  const std::int64_t* integer() const { return kind_ == Kind::integer ? &data_.integer : nullptr; }
  const double* real() const { return kind_ == Kind::real ? &data_.real : nullptr; }
  const std::string* text() const;
  const List* list() const;

  /// Compact JSON: `17`, `null`, `"a"`, `[1,2]`. Equal values have equal JSON.
  std::string json() const;
  /// The inverse of json(); objects are refused.
  static Result<Value> from_json(std::string_view text);

  friend bool operator==(const Value& a, const Value& b);
  /// A total order (kind first), for maps and for stable output.
  friend bool operator<(const Value& a, const Value& b);
  std::size_t hash() const;

 private:
  enum class Kind : std::uint8_t { nil, boolean, integer, real, text, list };
  union Data {
    bool boolean;
    std::int64_t integer;
    double real;
    const SharedCell<std::string>* text;
    const SharedCell<List>* list;
  };

  bool shared() const { return kind_ >= Kind::text; }
  void hold() const;
  void drop();

  Data data_{.integer = 0};
  Kind kind_ = Kind::nil;
};
static_assert(sizeof(Value) == 16);

}  // namespace riptide::history

template <>
struct std::hash<riptide::history::Value> {
  std::size_t operator()(const riptide::history::Value& v) const { return v.hash(); }
};
