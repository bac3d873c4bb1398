#include "node/storage/wal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.hpp"
#include "node/storage/recovery.hpp"

namespace riptide::node {

namespace {

constexpr const char* kSpareName = "next-segment.tmp";
constexpr std::size_t kZeroChunk = 256 << 10;

Error cannot_write(const std::filesystem::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return fail("cannot write the log " + path.string())
      .because_errno(error)
      .fix(
          full
              ? "Free some space on this disk and start the node again."
              : "Check the disk, then start the node again: what was acknowledged is still there.");
}

Result<void> write_at(int fd, std::string_view bytes, std::uint64_t offset,
                      const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return cannot_write(path, errno);
    offset += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> fill_with_zeros(int fd, std::uint64_t from, std::uint64_t to,
                             const std::filesystem::path& path) {
  const std::string zeros(kZeroChunk, '\0');
  while (from < to) {
    const std::uint64_t size = std::min<std::uint64_t>(zeros.size(), to - from);
    if (auto done = write_at(fd, std::string_view(zeros).substr(0, size), from, path); !done) {
      return done;
    }
    from += size;
  }
  if (::fsync(fd) != 0) return cannot_write(path, errno);
  return {};
}

Result<Fd> make_zeroed_file(const std::filesystem::path& path, std::uint64_t bytes) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return cannot_write(path, errno);
  if (auto filled = fill_with_zeros(file.get(), 0, bytes, path); !filled) return filled.error();
  return file;
}

}  // namespace

Result<Wal> Wal::open(const WalConfig& config, Recovered& recovered) {
  Wal wal(config);
  auto locked = lock_directory(config.directory);
  if (!locked) return locked.error();
  wal.lock_ = std::move(*locked);
  wal.directory_ = Fd(::open(config.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!wal.directory_) {
    return fail("cannot open the data directory " + config.directory.string()).because_errno(errno);
  }
  if (auto done = wal.recover(recovered); !done) return done.error();
  return wal;
}

Result<void> Wal::recover(Recovered& recovered) {
  std::filesystem::path last;
  auto end = recover_segments(config_, recovered, last);
  if (!end) return end.error();
  if (last.empty()) {
    if (auto synced = sync_directories_above(config_.directory); !synced) return synced;
    return begin_segment(0);
  }
  // A node killed between a rename and its sync left a name that is not durable yet.
  if (::fsync(directory_.get()) != 0) return cannot_write(config_.directory, errno);
  segment_ = Fd(::open(last.c_str(), O_RDWR | O_CLOEXEC));
  if (!segment_) {
    return fail("cannot open the log segment " + last.string()).because_errno(errno);
  }
  number_ = end->number;
  offset_ = end->offset;
  size_ = end->bytes.size();
  // What was read may stand in the page cache only: a node killed between write and sync, or one
  // whose sync failed, after which the kernel may take the pages for clean. It is about to be
  // counted as durable, so it is written again, which changes no byte, and synced.
  const auto used = std::string_view(end->bytes).substr(0, offset_);
  if (auto put = write_at(segment_.get(), used, 0, last); !put) return put;
  // A torn tail's remains are wiped, so that zeros stand behind the last record for ever after.
  if (end->torn) return fill_with_zeros(segment_.get(), offset_, size_, last);
  if (::fdatasync(segment_.get()) != 0) return cannot_write(last, errno);
  return {};
}

void Wal::prepare_spare() {
  spare_ = std::async(std::launch::async, make_zeroed_file, config_.directory / kSpareName,
                      config_.segment_bytes);
}

Result<void> Wal::begin_segment(std::uint64_t at_least_bytes) {
  const std::filesystem::path spare_path = config_.directory / kSpareName;
  SegmentHeader header{number_ + 1, offset_, config_.cluster, config_.node, config_.id};
  std::string encoded;
  encode_header(encoded, header);
  const std::uint64_t size = std::max(config_.segment_bytes, encoded.size() + at_least_bytes);

  if (!spare_.valid()) prepare_spare();
  auto spare = spare_.get();
  if (!spare) return spare.error();
  if (size > config_.segment_bytes) {
    auto filled = fill_with_zeros(spare->get(), config_.segment_bytes, size, spare_path);
    if (!filled) return filled;
  }
  // The header is durable before the file has its name, and the name before the first record: a
  // file with a segment's name always has a whole header, and no record can lose its file.
  if (auto put = write_at(spare->get(), encoded, 0, spare_path); !put) return put;
  if (::fsync(spare->get()) != 0) return cannot_write(spare_path, errno);
  const std::filesystem::path path = config_.directory / segment_name(header.number);
  if (::rename(spare_path.c_str(), path.c_str()) != 0) return cannot_write(path, errno);
  if (::fsync(directory_.get()) != 0) return cannot_write(config_.directory, errno);
  segment_ = std::move(*spare);
  number_ = header.number;
  offset_ = encoded.size();
  size_ = size;
  return {};
}

Result<void> Wal::append(const std::vector<WalWrite>& writes) {
  ASSERT(!broken_, "append to a log that failed before");
  broken_ = true;  // until all of it is durable
  encode_batch(record_, number_, offset_, writes);
  if (offset_ + record_.size() > size_) {
    if (auto begun = begin_segment(record_.size()); !begun) return begun;
    encode_batch(record_, number_, offset_, writes);
  }
  const std::filesystem::path& where = config_.directory;
  if (auto put = write_at(segment_.get(), record_, offset_, where); !put) return put;
  if (::fdatasync(segment_.get()) != 0) return cannot_write(where, errno);
  offset_ += record_.size();
  if (offset_ > size_ / 2 && !spare_.valid()) prepare_spare();
  broken_ = false;
  return {};
}

}  // namespace riptide::node
