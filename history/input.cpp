#include "history/input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.hpp"

namespace riptide::history {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{256} << 10;

}  // namespace

Result<Input> Input::open(const std::filesystem::path& path, LimitWatch& limits) {
  std::error_code ignored;  // what cannot be asked about, open() reports
  const auto kind = std::filesystem::status(path, ignored).type();
  using std::filesystem::file_type;
  const std::string cannot = "cannot read the history " + path.string();
  if (kind == file_type::directory) {
    return fail(cannot)
        .because("it is a directory")
        .fix("Give the file, such as " + (path / "history.jsonl").string() + ".");
  }
  if (kind == file_type::character || kind == file_type::block)
    return fail(cannot).because("it is a device").fix("Give a file or a pipe.");
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    const int reason = errno;
    return fail(cannot).because_errno(reason).fix("Check the path and that you may read it.");
  }
  const auto size = kind == file_type::regular ? std::filesystem::file_size(path, ignored) : 0;
  return Input(std::move(fd), ignored ? 0 : size, limits);
}

bool Input::more() {
  if (ended_) return false;
  if (rest_.size() == capacity_) {  // a single form fills the window: twice as large
    const std::size_t larger = std::max(kWindowBytes, 2 * capacity_);
    if (!limits_->look(capacity_ == 0 ? 0 : larger)) {
      ended_ = true;
      return false;
    }
    std::unique_ptr<char[]> grown(new char[larger]);
    if (!rest_.empty()) std::memcpy(grown.get(), rest_.data(), rest_.size());
    buffer_ = std::move(grown);
    capacity_ = larger;
  } else if (!rest_.empty()) {
    std::memmove(buffer_.get(), rest_.data(), rest_.size());
  }
  ssize_t got = 0;
  do {
    got = ::read(fd_.get(), buffer_.get() + rest_.size(), capacity_ - rest_.size());
  } while (got < 0 && errno == EINTR && limits_->look());
  if (got < 0) error_ = errno;
  ended_ = got <= 0;
  rest_ = {buffer_.get(), rest_.size() + static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  return got > 0;
}

void Input::take(std::size_t bytes) {
  ASSERT(bytes <= rest_.size(), bytes, rest_.size());
  const char* at = rest_.data();
  const char* const end = at + bytes;
  column_ += bytes;
  while (at != end) {
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (newline == nullptr) break;
    at = static_cast<const char*>(newline) + 1;
    column_ = static_cast<std::uint64_t>(end - at) + 1;
    ++line_;
  }
  taken_ += bytes;
  rest_.remove_prefix(bytes);
}

bool Input::next_line(std::string_view& line, bool& whole) {
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = rest_.find('\n', searched);
    whole = end != std::string_view::npos;
    if (whole) {
      line = rest_.substr(0, end);
      taken_ += end + 1;
      ++line_;
      rest_.remove_prefix(end + 1);
      return true;
    }
    searched = rest_.size();
    if (!more()) break;
  }
  line = rest_;
  taken_ += rest_.size();
  rest_ = {};
  if (line.empty()) return false;
  ++line_;
  return true;
}

}  // namespace riptide::history
