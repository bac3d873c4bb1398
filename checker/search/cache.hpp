// Lowe's cache: the configurations that were visited, so that none is visited twice.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/search/budget.hpp"

namespace riptide::checker {

/// A set of rows of 64-bit words, all of one width, in one open-addressing table without pointers:
/// a row of two words (first open operation and state, window mask) costs 16 bytes.
class ConfigurationCache {
 public:
  enum class Insert : std::uint8_t { added, present, no_memory };

  /// `used_bytes` is what the search itself occupies; it counts against the same budget.
  ConfigurationCache(std::size_t words_per_row, std::uint64_t used_bytes, Budget& budget);

  /// The row's first word must not be all ones.
  Insert insert(std::span<const std::uint64_t> row);
  std::size_t size() const { return size_; }
  std::uint64_t bytes() const { return table_.capacity() * sizeof(std::uint64_t); }

 private:
  std::size_t slot_of(std::span<const std::uint64_t> row) const;
  bool grow();

  std::size_t words_;
  std::uint64_t used_bytes_;
  Budget& budget_;
  std::vector<std::uint64_t> table_;
  std::size_t rows_ = 0;  // capacity in rows, a power of two
  std::size_t size_ = 0;
};

}  // namespace riptide::checker
