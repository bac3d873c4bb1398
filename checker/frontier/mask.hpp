// Sets of slots: the operations that are pending at one moment, one bit each. One word (64 slots)
// is the fast path; the compiler unrolls the loops.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace riptide::checker {

template <std::size_t Words>
struct Mask {
  std::array<std::uint64_t, Words> words{};

  static Mask of(std::size_t slot) {
    Mask mask;
    mask.set(slot);
    return mask;
  }
  bool has(std::size_t slot) const { return words[slot / 64] >> (slot % 64) & 1; }
  void set(std::size_t slot) { words[slot / 64] |= std::uint64_t{1} << (slot % 64); }
  void reset(std::size_t slot) { words[slot / 64] &= ~(std::uint64_t{1} << (slot % 64)); }
  bool any() const {
    std::uint64_t all = 0;
    for (const std::uint64_t word : words) all |= word;
    return all != 0;
  }
  bool intersects(const Mask& other) const {
    std::uint64_t both = 0;
    for (std::size_t i = 0; i < Words; ++i) both |= words[i] & other.words[i];
    return both != 0;
  }
  bool subset_of(const Mask& other) const {
    std::uint64_t extra = 0;
    for (std::size_t i = 0; i < Words; ++i) extra |= words[i] & ~other.words[i];
    return extra == 0;
  }
  /// What is in this one but not in the other.
  Mask without(const Mask& other) const {
    Mask result;
    for (std::size_t i = 0; i < Words; ++i) result.words[i] = words[i] & ~other.words[i];
    return result;
  }
  Mask& operator|=(const Mask& other) {
    for (std::size_t i = 0; i < Words; ++i) words[i] |= other.words[i];
    return *this;
  }
  Mask& operator&=(const Mask& other) {
    for (std::size_t i = 0; i < Words; ++i) words[i] &= other.words[i];
    return *this;
  }
  friend Mask operator|(Mask a, const Mask& b) { return a |= b; }
  friend Mask operator&(Mask a, const Mask& b) { return a &= b; }
  friend bool operator==(const Mask&, const Mask&) = default;

  /// Calls `use(slot)` for each slot in the set, lowest first.
  template <class Use>
  void for_each(Use use) const {
    for (std::size_t i = 0; i < Words; ++i) {
      for (std::uint64_t word = words[i]; word != 0; word &= word - 1) {
        use(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
      }
    }
  }

  /// The same set with more words.
  template <std::size_t More>
  Mask<More> widened() const {
    static_assert(More >= Words);
    Mask<More> result;
    for (std::size_t i = 0; i < Words; ++i) result.words[i] = words[i];
    return result;
  }
};

}  // namespace riptide::checker
