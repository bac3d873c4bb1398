// The set of operations that were linearised, and its compact form as a key of the cache.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

/// Certain operations are numbered by call. All before the first open one are linearised, and only
/// those that were called before that one returns can be: a window whose width is known beforehand.
/// Uncertain operations never close, so they have bits of their own and do not hold the window
/// open; so have the few certain ones that span so many calls that this makes the key shorter. A
/// key is (first open, state) in one word and all those bits in as few words as the history needs:
/// 16 bytes when they are at most 64 together.
class LinearisedSet {
 public:
  explicit LinearisedSet(std::span<const Entry> entries)
      : number_(entries.size()), own_(entries.size(), true) {
    const std::size_t widest = choose_window(entries);
    std::vector<std::int64_t> calls, returns;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].certain && span_[i] <= widest) {
        own_[i] = false;
        number_[i] = static_cast<std::uint32_t>(calls.size());
        calls.push_back(entries[i].call_ns);
        returns.push_back(entries[i].return_ns);
      } else {
        number_[i] = static_cast<std::uint32_t>(own_count_++);
      }
      if (entries[i].certain) ++left_;
    }
    span_ = {};
    in_window_count_ = calls.size();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto end = std::upper_bound(calls.begin(), calls.end(), returns[i]);
      window_ = std::max(window_, static_cast<std::size_t>(end - calls.begin()) - i);
    }
    in_window_.assign(in_window_count_ / 64 + 2, 0);
    owned_.assign(own_count_ / 64 + 1, 0);
  }

  void add(std::uint32_t position, bool certain) {
    const std::uint32_t number = number_[position];
    auto& words = own_[position] ? owned_ : in_window_;
    words[number / 64] |= std::uint64_t{1} << (number % 64);
    if (certain) --left_;
    if (own_[position]) return;
    while (first_open_ < in_window_count_ && has(first_open_)) ++first_open_;
  }
  void remove(std::uint32_t position, bool certain) {
    const std::uint32_t number = number_[position];
    auto& words = own_[position] ? owned_ : in_window_;
    words[number / 64] &= ~(std::uint64_t{1} << (number % 64));
    if (certain) ++left_;
    if (own_[position]) return;
    first_open_ = std::min<std::size_t>(first_open_, number);
  }
  bool contains(std::uint32_t position) const {
    const std::uint32_t number = number_[position];
    return (own_[position] ? owned_ : in_window_)[number / 64] >> (number % 64) & 1;
  }
  /// Certain operations that are not linearised yet.
  std::size_t left() const { return left_; }

  std::size_t words_per_key() const { return 1 + (window_ + own_count_ + 63) / 64; }
  void key(std::uint32_t state, std::span<std::uint64_t> row) const {
    std::fill(row.begin(), row.end(), 0);
    row[0] = (std::uint64_t{state} << 32) | first_open_;
    const std::span<std::uint64_t> bits = row.subspan(1);
    for (std::size_t at = 0; at < window_; at += 64) {
      bits[at / 64] = window_bits(first_open_ + at, std::min<std::size_t>(64, window_ - at));
    }
    for (std::size_t at = 0; at < own_count_; at += 64) {
      const std::size_t to = window_ + at;
      const std::uint64_t word = owned_[at / 64];
      bits[to / 64] |= word << (to % 64);
      if (to % 64 != 0 && to / 64 + 1 < bits.size()) bits[to / 64 + 1] |= word >> (64 - to % 64);
    }
  }
  std::size_t bytes() const {
    return (in_window_.capacity() + owned_.capacity()) * sizeof(std::uint64_t) +
           number_.capacity() * (sizeof(std::uint32_t) + 1);
  }

 private:
  /// How many calls an operation in the window may span, so that keys are shortest.
  std::size_t choose_window(std::span<const Entry> entries) {
    std::vector<std::int64_t> calls;
    for (const Entry& entry : entries) calls.push_back(entry.call_ns);
    span_.resize(entries.size());
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].certain) continue;
      const auto end =
          std::upper_bound(calls.begin(), calls.end(), entries[i].return_ns) - calls.begin();
      span_[i] = static_cast<std::uint32_t>(static_cast<std::size_t>(end) - i);
      widths.push_back(span_[i]);
    }
    std::sort(widths.begin(), widths.end());
    std::size_t best = widths.empty() ? 0 : widths.back(), best_bits = best;
    for (std::size_t i = widths.size(); i-- > 0;) {
      const std::size_t wider = widths.size() - 1 - i;
      if (wider >= best_bits) break;
      if (widths[i] + wider >= best_bits) continue;
      best = widths[i];
      best_bits = widths[i] + wider;
    }
    return best;
  }
  bool has(std::size_t number) const { return in_window_[number / 64] >> (number % 64) & 1; }
  /// `count` (at most 64) bits of the window's operations from number `from` on.
  std::uint64_t window_bits(std::size_t from, std::size_t count) const {
    const std::size_t word = from / 64, shift = from % 64;
    if (word >= in_window_.size()) return 0;
    std::uint64_t bits = in_window_[word] >> shift;
    if (shift != 0 && word + 1 < in_window_.size()) bits |= in_window_[word + 1] << (64 - shift);
    return count == 64 ? bits : bits & ((std::uint64_t{1} << count) - 1);
  }

  std::vector<std::uint32_t> number_;  // of an entry, in the window or among those with own bits
  std::vector<bool> own_;              // whether an entry has a bit of its own
  std::vector<std::uint32_t> span_;    // while choosing: calls from its own to its return
  std::vector<std::uint64_t> in_window_, owned_;
  std::size_t in_window_count_ = 0, own_count_ = 0;
  std::size_t window_ = 0;
  std::size_t first_open_ = 0;
  std::size_t left_ = 0;
};

/// Uncertain operations that do the same are interchangeable. So that not every choice among them
/// is tried, each knows the one that was called last before it.
class Twins {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  explicit Twins(std::span<const Entry> entries) {
    std::map<std::tuple<Action::Kind, ValueId, ValueId>, std::uint32_t> last;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (entry.certain) continue;
      elder_.resize(entries.size(), kNone);
      const auto key = std::tuple(entry.action.kind, entry.action.first, entry.action.second);
      const auto [found, first] = last.try_emplace(key, i);
      if (!first) elder_[i] = std::exchange(found->second, i);
    }
  }
  std::uint32_t elder(std::uint32_t position) const { return elder_[position]; }
  std::size_t bytes() const { return elder_.capacity() * sizeof(std::uint32_t); }

 private:
  std::vector<std::uint32_t> elder_;  // empty when all operations are certain
};

}  // namespace riptide::checker
