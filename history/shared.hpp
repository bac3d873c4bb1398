// Shared<T>: a pointer of eight bytes to an immutable value that many own. (std::shared_ptr takes
// sixteen, and a history holds millions of them.) Safe to copy and drop from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace riptide::history {

template <class T>
struct SharedCell {
  explicit SharedCell(T v) : value(std::move(v)) {}
  void hold() const { owners.fetch_add(1, std::memory_order_relaxed); }
  void drop() const {
    if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  const T value;
  mutable std::atomic<std::uint32_t> owners{1};
};

/// Text that is empty for most: why an operation failed, for instance. Reads like a std::string.
class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string text) : cell_(text.empty() ? nullptr : new Cell(std::move(text))) {}
  SharedText(const char* text) : SharedText(std::string(text)) {}
  SharedText(const SharedText& other) : cell_(other.cell_) {
    if (cell_) cell_->hold();
  }
  SharedText(SharedText&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~SharedText() {
    if (cell_) cell_->drop();
  }

  bool empty() const { return cell_ == nullptr; }
  const std::string& text() const { return cell_ ? cell_->value : nothing(); }
  operator const std::string&() const { return text(); }

  friend bool operator==(const SharedText& a, const std::string& b) { return a.text() == b; }
  friend bool operator==(const SharedText& a, const char* b) { return a.text() == b; }
  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.cell_ == b.cell_ || a.text() == b.text();
  }
  friend std::string operator+(std::string a, const SharedText& b) { return a += b.text(); }
  friend std::string operator+(const SharedText& a, std::string_view b) {
    return a.text() + std::string(b);
  }

 private:
  using Cell = SharedCell<std::string>;
  static const std::string& nothing();
  const Cell* cell_ = nullptr;
};

}  // namespace riptide::history
