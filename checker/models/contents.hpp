// Contents: how the elements of a collection are told, and found again in lists.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/models/numbering.hpp"
#include "history/value.hpp"

namespace riptide::checker {

/// "[1, 2, 3]"; of many elements the first ones and "… 80 more".
std::string told(const std::vector<history::Value>& elements);
/// What stands between the brackets of told().
std::string told_inside(const std::vector<history::Value>& elements);

/// The number of a value in a table of values; made when it is first needed, because most parts
/// have no lists.
class ValueNumbers {
 public:
  explicit ValueNumbers(const std::vector<history::Value>& values) : values_(&values) {}
  /// kUnobserved: it is not in the table.
  ValueId of(const history::Value& value) {
    if (!numbering_) {
      numbering_.emplace();
      for (const history::Value& known : *values_) numbering_->number(known);
    }
    return numbering_->find(value);
  }
  std::uint64_t bytes() const { return numbering_ ? numbering_->bytes() : 0; }

 private:
  const std::vector<history::Value>* values_;
  std::optional<Numbering> numbering_;
};

}  // namespace riptide::checker
