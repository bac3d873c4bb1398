#include "cli/live_block.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"

namespace riptide::cli {
namespace {

constexpr Duration kLineEvery = std::chrono::seconds(5);
constexpr std::size_t kBarWidth = 40;

std::string bar(const controller::Progress& progress) {
  const double share = progress.total.count() > 0
                           ? std::clamp(static_cast<double>(progress.elapsed.count()) /
                                            static_cast<double>(progress.total.count()),
                                        0.0, 1.0)
                           : 0.0;
  const auto full = static_cast<std::size_t>(share * kBarWidth);
  std::string text;
  for (std::size_t i = 0; i < kBarWidth; ++i) text += i < full ? "█" : "░";
  return text;
}

/// As much of the line as fits into so many columns: characters are counted, not bytes.
std::string within(const std::string& line, std::size_t width) {
  std::size_t characters = 0, end = 0;
  for (; end < line.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(line[end]) & 0xc0) != 0x80;
    if (begins && characters++ == width) break;
  }
  return line.substr(0, end);
}

}  // namespace

LiveBlock::LiveBlock(std::string title)
    : title_(std::move(title)),
      terminal_(::isatty(2) == 1 && std::getenv("TERM") != nullptr),
      color_(may_color(2)) {}

LiveBlock::~LiveBlock() { clear(); }

void LiveBlock::clear() {
  if (lines_ > 0) std::fprintf(stderr, "\x1b[%zuA\x1b[J", lines_);
  lines_ = 0;
}

void LiveBlock::show(const controller::Progress& progress) {
  const MonoTime now = mono_now();
  const std::string elapsed = format_duration(std::min(progress.elapsed, progress.total));
  if (!terminal_) {
    const bool violated_now = progress.violated && !told_violated_;
    if (progress.phase == told_phase_ && now - told_ < kLineEvery && !violated_now) return;
    told_phase_ = progress.phase;
    told_violated_ = progress.violated;
    told_ = now;
    // What does not change, such as a model that is only checked at the end, is said once.
    const bool again = progress.so_far.empty() || progress.so_far == told_so_far_;
    const std::string so_far = again ? "" : " · " + progress.so_far;
    if (!again) told_so_far_ = progress.so_far;
    std::fprintf(stderr, "%s: %s %s · ok %s fail %s info %s%s\n", title_.c_str(),
                 progress.phase.c_str(), elapsed.c_str(), format_count(progress.ok).c_str(),
                 format_count(progress.fail).c_str(), format_count(progress.info).c_str(),
                 so_far.c_str());
    return;
  }
  const double seconds = std::chrono::duration<double>(now - last_at_).count();
  const double rate = progress.ok >= last_ok_ && seconds < 10
                          ? static_cast<double>(progress.ok - last_ok_) / seconds
                          : 0;
  last_ok_ = progress.ok;
  last_at_ = now;
  const char* bold = color_ ? "\x1b[1m" : "";
  const char* plain = color_ ? "\x1b[0m" : "";
  std::vector<std::string> lines{
      title_,
      fmt::format("{:<12} {} {} of {}", progress.phase, bar(progress), elapsed,
                  format_duration(progress.total)),
      fmt::format("operations   ok {} · fail {} · info {} · {:.0f} ok/s", format_count(progress.ok),
                  format_count(progress.fail), format_count(progress.info), rate)};
  if (!progress.nodes.empty()) lines.push_back("nodes        " + join(progress.nodes, " · "));
  if (!progress.last_event.empty()) lines.push_back("last fault   " + progress.last_event);
  if (!progress.so_far.empty()) lines.push_back("verdict      " + progress.so_far);
  clear();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // A line that wraps would break the redraw.
    const std::string line = within(lines[i], columns());
    std::fprintf(stderr, "%s%s%s\n", i == 0 ? bold : "", line.c_str(), i == 0 ? plain : "");
  }
  lines_ = lines.size();
  std::fflush(stderr);
}

bool may_color(int fd) {
  const char* none = std::getenv("NO_COLOR");
  return ::isatty(fd) == 1 && (none == nullptr || *none == '\0');
}

std::size_t columns() {
  winsize size{};
  if (::ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 100;
}

}  // namespace riptide::cli
