// The configurations of a frontier, without those that another one makes superfluous.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "checker/frontier/mask.hpp"
#include "checker/search/budget.hpp"

namespace riptide::checker {

/// Where the object may be after the events so far. A slot of a pending operation reads:
///   open, used = 0, 0  nothing is owed and nothing was taken: for a read that it was linearised,
///                      for a blind write that it may still take effect or be hidden, for any other
///                      operation that it is not linearised
///   open = 1           a read that is not linearised; a blind write that must still take effect
///   used = 1           linearised, with an effect on the state
/// so that fewer bits are never worse (checker/frontier/engine.hpp says why), but for operations
/// that are neither reads nor blind writes and must happen: of these `used` must be equal.
template <std::size_t Words>
struct Configuration {
  std::uint32_t state = 0;
  std::uint32_t trail = 0;  ///< how it came about, in the Trail
  Mask<Words> open;
  Mask<Words> used;
};

/// A set of configurations in one flat vector, in order of insertion, reused from step to step. A
/// hash table groups those with equal state and equal `used` among the exact slots; of each group
/// only the minimal ones (by inclusion of open, and of used or what `covers` says) stay.
template <std::size_t Words>
class ParetoSet {
 public:
  using Item = Configuration<Words>;
  enum class Insert : std::uint8_t { added, superfluous, no_memory };

  /// Forgets the items but keeps the memory. `exact` holds for all that are inserted until then.
  void restart(const Mask<Words>& exact) {
    exact_ = exact;
    items_.clear();
    links_.clear();
    groups_ = 0;
    if (++epoch_ == 0) {  // the stamps of 2^32 steps ago would count again
      table_.assign(table_.size(), Bucket{});
      epoch_ = 1;
    }
  }

  /// `used_bytes()` is what everything else occupies; asked only when memory is needed.
  /// `covers(extra, spare)`: whether to have used `extra` is no worse than to have used `spare`; a
  /// partial order, asked when `extra` is not empty and the slots that both have used are left out.
  template <class UsedBytes, class Covers>
  Insert insert(const Item& item, Budget& budget, UsedBytes used_bytes, Covers covers) {
    if (items_.size() == items_.capacity() || (groups_ + 1) * 2 > table_.size()) {
      if (!grow(budget, used_bytes())) return Insert::no_memory;
    }
    Bucket& bucket = table_[bucket_of(item)];
    const bool fresh = bucket.epoch != epoch_;
    std::uint32_t head = fresh ? kEnd : bucket.head;
    std::uint32_t* link = &head;
    while (*link != kEnd) {
      const std::uint32_t at = *link;
      const Item& other = items_[at];
      const Mask<Words> extra = other.used.without(item.used);
      const Mask<Words> spare = item.used.without(other.used);
      if (other.open.subset_of(item.open) && (!extra.any() || covers(extra, spare))) {
        return Insert::superfluous;  // nothing was unlinked: the group's members are incomparable
      }
      if (item.open.subset_of(other.open) && (!spare.any() || covers(spare, extra))) {
        *link = links_[at];
        links_[at] = kGone;
      } else {
        link = &links_[at];
      }
    }
    groups_ += fresh ? 1 : 0;
    bucket = {epoch_, static_cast<std::uint32_t>(items_.size())};
    items_.push_back(item);
    links_.push_back(head);
    return Insert::added;
  }

  std::size_t size() const { return items_.size(); }
  bool gone(std::size_t i) const { return links_[i] == kGone; }
  const Item& operator[](std::size_t i) const { return items_[i]; }
  Item& last() { return items_.back(); }

  /// Moves what stays into `to`.
  void take_into(std::vector<Item>& to) {
    to.clear();
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!gone(i)) to.push_back(items_[i]);
    }
  }
  std::uint64_t bytes() const { return bytes_for(items_.capacity(), table_.capacity()); }

 private:
  struct Bucket {
    std::uint32_t epoch = 0;
    std::uint32_t head = 0;
  };
  static constexpr std::uint32_t kEnd = ~std::uint32_t{0};
  static constexpr std::uint32_t kGone = kEnd - 1;
  static constexpr std::size_t kFirst = 32;

  static std::uint64_t bytes_for(std::size_t items, std::size_t buckets) {
    return items * (sizeof(Item) + sizeof(std::uint32_t)) + buckets * sizeof(Bucket);
  }
  /// Multiply and fold: every bit of the input reaches the low bits of the result.
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 32)) * 0x9e3779b97f4a7c15ULL;
    return x ^ (x >> 29);
  }
  /// The item's group, or the free bucket where it begins.
  std::size_t bucket_of(const Item& item) const {
    const Mask<Words> mine = item.used & exact_;
    std::uint64_t hash = mix(item.state + 1);
    for (const std::uint64_t word : mine.words) hash = mix(hash + word);
    for (std::size_t at = hash & (table_.size() - 1);; at = (at + 1) & (table_.size() - 1)) {
      const Bucket& bucket = table_[at];
      if (bucket.epoch != epoch_) return at;
      const Item& other = items_[bucket.head];
      if (other.state == item.state && (other.used & exact_) == mine) return at;
    }
  }
  bool grow(Budget& budget, std::uint64_t used_bytes) {
    const bool more_items = items_.size() == items_.capacity();
    const bool more_buckets = (groups_ + 1) * 2 > table_.size();
    const std::size_t items = more_items ? std::max(kFirst, items_.size() * 2) : items_.capacity();
    const std::size_t buckets = more_buckets ? std::max(kFirst, table_.size() * 2) : table_.size();
    // While items move, both vectors exist.
    if (!budget.grant(used_bytes + bytes() + bytes_for(items, buckets))) return false;
    items_.reserve(items);
    links_.reserve(items);
    if (more_buckets) {
      const std::vector<Bucket> old = std::exchange(table_, std::vector<Bucket>(buckets));
      for (const Bucket& bucket : old) {
        if (bucket.epoch == epoch_) table_[bucket_of(items_[bucket.head])] = bucket;
      }
    }
    return true;
  }

  Mask<Words> exact_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> links_;  // the next of the group
  std::vector<Bucket> table_;
  std::size_t groups_ = 0;
  std::uint32_t epoch_ = 0;
};

}  // namespace riptide::checker
