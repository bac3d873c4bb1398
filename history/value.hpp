// Value: what clients write and read. A JSON scalar or a list of values; nil is "nothing there".
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace riptide::history {

/// Cheap to copy: strings and lists are shared and immutable.
class Value {
 public:
  using List = std::vector<Value>;

  Value() = default;  ///< nil
  Value(bool boolean) : data_(boolean) {}
  Value(std::int64_t integer) : data_(integer) {}
  Value(int integer) : data_(std::int64_t{integer}) {}
  Value(double real) : data_(real) {}
  Value(std::string text) : data_(std::make_shared<const std::string>(std::move(text))) {}
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(List items) : data_(std::make_shared<const List>(std::move(items))) {}

  bool is_nil() const { return std::holds_alternative<std::monostate>(data_); }
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  const double* real() const { return std::get_if<double>(&data_); }
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
  std::variant<std::monostate, bool, std::int64_t, double, std::shared_ptr<const std::string>,
               std::shared_ptr<const List>>
      data_;
};

}  // namespace riptide::history

template <>
struct std::hash<riptide::history::Value> {
  std::size_t operator()(const riptide::history::Value& v) const { return v.hash(); }
};
