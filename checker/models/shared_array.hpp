// Arrays that share what they have in common: an array is one number, equal arrays are the same
// number, and changing one element costs as many looks into a table as the array has levels.
//
// A binary tree whose nodes are made only once ("hash consing"). Number 0 is the array of zeros, at
// every level. States of sets, priority queues and transactions are such arrays: a search keeps
// millions of them that differ in a few elements.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/models/pair_table.hpp"

namespace riptide::checker {

class SharedArrays {
 public:
  using Root = std::uint32_t;
  static constexpr Root kZeros = 0;

  /// All arrays have `size` elements. With one element an array is the element itself.
  explicit SharedArrays(std::size_t size) {
    while ((std::size_t{1} << levels_) < size) ++levels_;
    nodes_.push_back({0, 0});
  }
  std::uint32_t get(Root root, std::size_t index) const {
    for (unsigned level = levels_; level-- > 0;) {
      root = (index >> level & 1) != 0 ? nodes_[root].right : nodes_[root].left;
    }
    return root;
  }
  /// The array that differs in this element only.
  Root set(Root root, std::size_t index, std::uint32_t value) {
    return set(root, index, value, levels_);
  }
  /// The largest index whose element is not zero; the array must not be kZeros.
  std::size_t last_nonzero(Root root) const {
    std::size_t index = 0;
    for (unsigned level = levels_; level-- > 0;) {
      const bool right = nodes_[root].right != 0;
      index = index << 1 | (right ? 1 : 0);
      root = right ? nodes_[root].right : nodes_[root].left;
    }
    return index;
  }
  std::uint64_t bytes() const { return nodes_.capacity() * sizeof(Node) + made_.bytes(); }

 private:
  struct Node {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
  };
  Root set(Root root, std::size_t index, std::uint32_t value, unsigned level) {
    if (level == 0) return value;
    Node node = nodes_[root];
    std::uint32_t& child = (index >> (level - 1) & 1) != 0 ? node.right : node.left;
    const std::uint32_t changed = set(child, index, value, level - 1);
    if (changed == child) return root;
    child = changed;
    return make(node);
  }
  Root make(Node node) {
    if (node.left == 0 && node.right == 0) return kZeros;
    const std::uint32_t found = made_.find(node.left, node.right);
    if (found != PairTable::kNone) return found;
    const auto root = static_cast<Root>(nodes_.size());
    nodes_.push_back(node);
    made_.insert(node.left, node.right, root);
    return root;
  }

  unsigned levels_ = 0;
  std::vector<Node> nodes_;
  PairTable made_;
};

}  // namespace riptide::checker
