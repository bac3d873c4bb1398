// Strong<Tag, Rep>: an id or a counter that cannot be mixed up with another. `Term` and `LogIndex`
// are both 64 bits wide; swapping them does not compile.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <ostream>

namespace riptide {

template <class Tag, class Rep>
class Strong {
 public:
  using rep = Rep;
  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(Strong, Strong) = default;
  constexpr Strong& operator++() {
    ++value_;
    return *this;
  }
  /// The one `by` steps after (or, when negative, before) this one.
  constexpr Strong plus(Rep by) const { return Strong(static_cast<Rep>(value_ + by)); }
  constexpr Strong next() const { return plus(1); }
  constexpr Strong previous() const { return Strong(static_cast<Rep>(value_ - 1)); }

  friend std::ostream& operator<<(std::ostream& out, Strong s) { return out << s.value_; }

 private:
  Rep value_{};
};

}  // namespace riptide

template <class Tag, class Rep>
struct std::hash<riptide::Strong<Tag, Rep>> {
  std::size_t operator()(riptide::Strong<Tag, Rep> s) const noexcept {
    return std::hash<Rep>{}(s.value());
  }
};
