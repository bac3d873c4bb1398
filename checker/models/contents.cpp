#include "checker/models/contents.hpp"

#include <algorithm>

namespace riptide::checker {

using history::Value;

namespace {
constexpr std::size_t kMostTold = 20;
}  // namespace

std::string told_inside(const std::vector<Value>& elements) {
  std::string text;
  for (std::size_t i = 0; i < std::min(elements.size(), kMostTold); ++i) {
    text += (i == 0 ? "" : ", ") + elements[i].json();
  }
  if (elements.size() > kMostTold) {
    text += ", … " + std::to_string(elements.size() - kMostTold) + " more";
  }
  return text;
}

std::string told(const std::vector<Value>& elements) { return "[" + told_inside(elements) + "]"; }

}  // namespace riptide::checker
