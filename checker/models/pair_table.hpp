// A table from a pair of 32-bit numbers to a number: open addressing, 12 bytes a slot, no erasing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace riptide::checker {

class PairTable {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::uint32_t find(std::uint32_t a, std::uint32_t b) const {
    if (slots_.empty()) return kNone;
    std::size_t at = hash(a, b) & (slots_.size() - 1);
    while (slots_[at].value != kNone) {
      if (slots_[at].a == a && slots_[at].b == b) return slots_[at].value;
      at = (at + 1) & (slots_.size() - 1);
    }
    return kNone;
  }
  /// The pair must not be there yet; `value` is not kNone.
  void insert(std::uint32_t a, std::uint32_t b, std::uint32_t value) {
    if (4 * (size_ + 1) > 3 * slots_.size()) grow();
    place({a, b, value});
    ++size_;
  }
  std::size_t size() const { return size_; }
  std::uint64_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t value = kNone;
  };
  static std::size_t hash(std::uint32_t a, std::uint32_t b) {
    std::uint64_t x = (std::uint64_t{a} << 32 | b) * 0x9e3779b97f4a7c15ULL;
    x ^= x >> 32;
    x *= 0xff51afd7ed558ccdULL;
    return static_cast<std::size_t>(x ^ x >> 29);
  }
  void place(const Slot& slot) {
    std::size_t at = hash(slot.a, slot.b) & (slots_.size() - 1);
    while (slots_[at].value != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 16 : 2 * slots_.size()));
    for (const Slot& slot : old) {
      if (slot.value != kNone) place(slot);
    }
  }
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace riptide::checker
