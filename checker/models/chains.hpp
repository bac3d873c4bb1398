// Sequences that share their beginnings: a sequence is one number, equal sequences are the same
// number, and appending costs one look into a table.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/models/pair_table.hpp"

namespace riptide::checker {

class Chains {
 public:
  using Node = std::uint32_t;
  static constexpr Node kEmptyChain = 0;

  Chains() { links_.push_back({0, 0, 0, 0}); }

  /// The sequence with `element` after its last.
  Node append(Node chain, std::uint32_t element) {
    const Node found = made_.find(chain, element);
    if (found != PairTable::kNone) return found;
    const auto node = static_cast<Node>(links_.size());
    links_.push_back({chain, jump_from(chain), length(chain) + 1, element});
    made_.insert(chain, element, node);
    return node;
  }
  std::uint32_t length(Node chain) const { return links_[chain].length; }
  std::uint32_t last(Node chain) const { return links_[chain].element; }
  /// The sequence without its last element.
  Node parent(Node chain) const { return links_[chain].parent; }
  /// The first `length` elements, in O(log n).
  Node prefix(Node chain, std::uint32_t length) const {
    while (links_[chain].length > length) {
      const Node jump = links_[chain].jump;
      chain = links_[jump].length >= length ? jump : links_[chain].parent;
    }
    return chain;
  }
  std::uint64_t bytes() const { return links_.capacity() * sizeof(Link) + made_.bytes(); }

 private:
  struct Link {
    Node parent;
    Node jump;  // to a shorter sequence, farther and farther (Myers 1983, skew-binary numbers)
    std::uint32_t length;
    std::uint32_t element;
  };
  Node jump_from(Node parent) const {
    const Node jump = links_[parent].jump;
    const bool same = length(parent) - length(jump) == length(jump) - length(links_[jump].jump);
    return same ? links_[jump].jump : parent;
  }
  std::vector<Link> links_;
  PairTable made_;
};

}  // namespace riptide::checker
