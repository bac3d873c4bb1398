// The set of operations that were linearised, and its compact form as a key of the cache.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

/// Certain operations are numbered by call. All before the first open one are linearised, and only
/// those that were called before that one returns can be: a window whose width is known beforehand.
/// Uncertain operations never close, so they have bits of their own and do not hold the window
/// open. A key is (first open, state) in one word and the window's and the uncertain operations'
/// bits in as few words as the history needs: 16 bytes when they are at most 64 together.
class LinearisedSet {
 public:
  explicit LinearisedSet(std::span<const Entry> entries) : number_(entries.size()) {
    std::vector<std::int64_t> calls, returns;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].certain) {
        number_[i] = static_cast<std::uint32_t>(calls.size());
        calls.push_back(entries[i].call_ns);
        returns.push_back(entries[i].return_ns);
      } else {
        number_[i] = static_cast<std::uint32_t>(uncertain_count_++);
      }
    }
    certain_count_ = calls.size();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto end = std::upper_bound(calls.begin(), calls.end(), returns[i]);
      window_ = std::max(window_, static_cast<std::size_t>(end - calls.begin()) - i);
    }
    certain_.assign(certain_count_ / 64 + 2, 0);
    uncertain_.assign(uncertain_count_ / 64 + 1, 0);
    left_ = certain_count_;
  }

  void add(std::uint32_t position, bool certain) {
    const std::uint32_t number = number_[position];
    auto& words = certain ? certain_ : uncertain_;
    words[number / 64] |= std::uint64_t{1} << (number % 64);
    if (!certain) return;
    --left_;
    while (first_open_ < certain_count_ && has(first_open_)) ++first_open_;
  }
  void remove(std::uint32_t position, bool certain) {
    const std::uint32_t number = number_[position];
    auto& words = certain ? certain_ : uncertain_;
    words[number / 64] &= ~(std::uint64_t{1} << (number % 64));
    if (!certain) return;
    ++left_;
    first_open_ = std::min<std::size_t>(first_open_, number);
  }
  /// Certain operations that are not linearised yet.
  std::size_t left() const { return left_; }

  std::size_t words_per_key() const { return 1 + (window_ + uncertain_count_ + 63) / 64; }
  void key(std::uint32_t state, std::span<std::uint64_t> row) const {
    std::fill(row.begin(), row.end(), 0);
    row[0] = (std::uint64_t{state} << 32) | first_open_;
    const std::span<std::uint64_t> bits = row.subspan(1);
    for (std::size_t at = 0; at < window_; at += 64) {
      bits[at / 64] = certain_bits(first_open_ + at, std::min<std::size_t>(64, window_ - at));
    }
    for (std::size_t at = 0; at < uncertain_count_; at += 64) {
      const std::size_t to = window_ + at;
      const std::uint64_t word = uncertain_[at / 64];
      bits[to / 64] |= word << (to % 64);
      if (to % 64 != 0 && to / 64 + 1 < bits.size()) bits[to / 64 + 1] |= word >> (64 - to % 64);
    }
  }
  std::size_t bytes() const {
    return (certain_.capacity() + uncertain_.capacity()) * sizeof(std::uint64_t) +
           number_.capacity() * sizeof(std::uint32_t);
  }

 private:
  bool has(std::size_t number) const { return certain_[number / 64] >> (number % 64) & 1; }
  /// `count` (at most 64) bits of the certain operations from number `from` on.
  std::uint64_t certain_bits(std::size_t from, std::size_t count) const {
    const std::size_t word = from / 64, shift = from % 64;
    if (word >= certain_.size()) return 0;
    std::uint64_t bits = certain_[word] >> shift;
    if (shift != 0 && word + 1 < certain_.size()) bits |= certain_[word + 1] << (64 - shift);
    return count == 64 ? bits : bits & ((std::uint64_t{1} << count) - 1);
  }

  std::vector<std::uint32_t> number_;  // of an entry, among the certain or among the uncertain
  std::vector<std::uint64_t> certain_, uncertain_;
  std::size_t certain_count_ = 0, uncertain_count_ = 0;
  std::size_t window_ = 0;
  std::size_t first_open_ = 0;
  std::size_t left_ = 0;
};

}  // namespace riptide::checker
