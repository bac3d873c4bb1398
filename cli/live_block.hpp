// Progress on stderr: a block of lines redrawn in place on a terminal, one line per 5 s elsewhere.
#pragma once

#include <string>

#include "base/time.hpp"
#include "controller/controller.hpp"

namespace riptide::cli {

class LiveBlock {
 public:
  explicit LiveBlock(std::string title);
  ~LiveBlock();  ///< leaves the terminal clean
  void show(const controller::Progress& progress);

 private:
  void clear();
  std::string title_;
  bool terminal_;
  bool color_;
  std::size_t lines_ = 0;
  MonoTime told_;
  std::string told_phase_, told_so_far_;
  bool told_violated_ = false;
  std::uint64_t last_ok_ = 0;
  MonoTime last_at_;
};

/// True when stdout (1) or stderr (2) may be coloured: a terminal, and no NO_COLOR.
bool may_color(int fd);
/// Columns of the terminal, or 100.
std::size_t columns();

}  // namespace riptide::cli
