#include "checker/search/cache.hpp"

#include <algorithm>
#include <utility>

namespace riptide::checker {

namespace {

constexpr std::uint64_t kNoRow = ~std::uint64_t{0};
constexpr std::size_t kFirstRows = 64;

/// The finalizer of MurmurHash3: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace

ConfigurationCache::ConfigurationCache(std::size_t words_per_row, std::uint64_t used_bytes,
                                       Budget& budget)
    : words_(words_per_row), used_bytes_(used_bytes), budget_(budget) {}

std::size_t ConfigurationCache::slot_of(std::span<const std::uint64_t> row) const {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : row) hash = mix(hash + 0x9e3779b97f4a7c15ULL + word);
  for (std::size_t slot = hash & (rows_ - 1);; slot = (slot + 1) & (rows_ - 1)) {
    const std::uint64_t* at = &table_[slot * words_];
    if (*at == kNoRow || std::equal(row.begin(), row.end(), at)) return slot;
  }
}

bool ConfigurationCache::grow() {
  const std::size_t rows = rows_ == 0 ? kFirstRows : rows_ * 2;
  const std::uint64_t bytes = rows * words_ * sizeof(std::uint64_t);
  // While rows move, both tables exist.
  if (!budget_.grant(used_bytes_ + this->bytes() + bytes)) return false;
  const std::vector<std::uint64_t> old = std::exchange(table_, {});
  const std::size_t old_rows = std::exchange(rows_, rows);
  table_.assign(rows * words_, kNoRow);
  for (std::size_t i = 0; i < old_rows; ++i) {
    const std::span<const std::uint64_t> row(&old[i * words_], words_);
    if (row[0] != kNoRow) std::copy(row.begin(), row.end(), &table_[slot_of(row) * words_]);
  }
  return true;
}

ConfigurationCache::Insert ConfigurationCache::insert(std::span<const std::uint64_t> row) {
  // Half full is fast; when memory ends, seven eighths is still correct.
  if (size_ * 2 >= rows_ && !grow() && (rows_ == 0 || size_ * 8 >= rows_ * 7)) {
    return Insert::no_memory;
  }
  std::uint64_t* at = &table_[slot_of(row) * words_];
  if (*at != kNoRow) return Insert::present;
  std::copy(row.begin(), row.end(), at);
  ++size_;
  return Insert::added;
}

}  // namespace riptide::checker
