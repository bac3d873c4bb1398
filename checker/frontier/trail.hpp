// How the configurations of a frontier came about: a tree of linearised operations. Each
// configuration holds a leaf; what leads to no leaf any more is freed now and then, so that what
// stays is the trunk that all share and a few twigs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace riptide::checker {

class Trail {
 public:
  static constexpr std::uint32_t kRoot = 0;
  struct Step {
    std::uint32_t position;  ///< of the operation
    std::uint32_t rank;      ///< of the return at which it was linearised
  };

  /// A trail that keeps nothing, where nobody wants an order.
  explicit Trail(bool keeps) : keeps_(keeps) { nodes_.push_back({kRoot, {0, 0}}); }

  std::uint32_t add(std::uint32_t parent, Step step) {
    if (!keeps_) return kRoot;
    nodes_.push_back({parent, step});
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  /// Whether enough was added since the last collection that another one pays; or that the numbers
  /// of nodes run out.
  bool wants_collection() const { return nodes_.size() >= collect_at_; }
  /// Frees what no leaf needs and renumbers the leaves. `leaves(use)` must call `use` with a
  /// reference to every leaf.
  template <class Leaves>
  void collect(Leaves leaves) {
    std::vector<bool> live(nodes_.size(), false);
    leaves([&](std::uint32_t& leaf) { live[leaf] = true; });
    live[kRoot] = true;
    for (std::size_t i = nodes_.size() - 1; i > 0; --i) {  // a parent is older than its children
      if (live[i]) live[nodes_[i].parent] = true;
    }
    std::vector<std::uint32_t> moved(nodes_.size());
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!live[i]) continue;
      nodes_[next] = {moved[nodes_[i].parent], nodes_[i].step};
      moved[i] = next++;
    }
    nodes_.resize(next);
    leaves([&](std::uint32_t& leaf) { leaf = moved[leaf]; });
    collect_at_ = std::max(kFirstCollection, nodes_.size() + nodes_.size() / 2);
    nodes_.reserve(collect_at_ + collect_at_ / 8);
  }
  std::size_t size() const { return nodes_.size(); }
  /// From the root to the leaf.
  std::vector<Step> steps(std::uint32_t leaf) const {
    std::vector<Step> result;
    for (; leaf != kRoot; leaf = nodes_[leaf].parent) result.push_back(nodes_[leaf].step);
    return {result.rbegin(), result.rend()};
  }
  std::uint64_t bytes() const { return nodes_.capacity() * sizeof(Node); }

 private:
  static constexpr std::size_t kFirstCollection = 1 << 14;
  struct Node {
    std::uint32_t parent;
    Step step;
  };
  bool keeps_;
  std::vector<Node> nodes_;
  std::size_t collect_at_ = kFirstCollection;
};

}  // namespace riptide::checker
