#include "node/storage/recovery.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace riptide::node {

namespace {

constexpr std::string_view kPrefix = "wal-";
constexpr std::string_view kSuffix = ".log";

Error damaged(const std::filesystem::path& path, std::string why) {
  return fail("the log is damaged: " + path.string()).because(std::move(why)).fix(kDamageAdvice);
}

/// The number in a segment's name; 0 for any other file.
std::uint64_t segment_number(const std::string& name) {
  if (name.size() <= kPrefix.size() + kSuffix.size()) return 0;
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return 0;
  std::uint64_t number = 0;
  const char* begin = name.data() + kPrefix.size();
  const char* end = name.data() + name.size() - kSuffix.size();
  const auto parsed = std::from_chars(begin, end, number);
  return parsed.ptr == end && parsed.ec == std::errc() ? number : 0;
}

Result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& directory) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    if (const auto number = segment_number(at->path().filename().string()); number > 0) {
      numbers.push_back(number);
    }
  }
  if (error) {
    return fail("cannot list the data directory " + directory.string()).because(error.message());
  }
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != i + 1) {
      return damaged(directory, fmt::format("segment {} is missing", segment_name(i + 1)));
    }
  }
  return numbers;
}

/// Applies one batch to what was recovered so far.
Result<void> replay(WalWrite batch, Recovered& recovered) {
  if (batch.hard_state) recovered.hard_state = *batch.hard_state;
  for (Entry& entry : batch.entries) {
    const std::uint64_t next = recovered.log.size() + 1;
    if (entry.index.value() == 0 || entry.index.value() > next) {
      return fail(fmt::format("entry {} follows entry {}", entry.index.value(), next - 1));
    }
    recovered.log.resize(entry.index.value() - 1);
    recovered.log.push_back(std::move(entry));
  }
  return {};
}

Result<void> check_owner(const SegmentHeader& header, const WalConfig& config,
                         const std::filesystem::path& path) {
  const auto refuse = [&](std::string why) {
    return fail("the data directory " + path.parent_path().string() + " belongs to another node")
        .because(std::move(why))
        .fix("Give this node a data directory of its own (--data-dir).");
  };
  if (header.cluster != config.cluster) {
    return refuse(
        fmt::format("its cluster is \"{}\", expected \"{}\"", header.cluster, config.cluster));
  }
  if (header.node != config.node) {
    return refuse(fmt::format("its node is \"{}\", expected \"{}\"", header.node, config.node));
  }
  if (header.id != config.id) {
    return refuse(fmt::format("its node had the number {} among its peers, expected {}",
                              header.id.value(), config.id.value()));
  }
  return {};
}

}  // namespace

Result<Fd> lock_directory(const std::filesystem::path& directory) {
  if (auto made = make_directories(directory); !made) {
    return fail("cannot use the data directory " + directory.string())
        .because(made.error())
        .fix("Choose a directory that this user may write to (--data-dir).");
  }
  const std::filesystem::path path = directory / "LOCK";
  Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock) {
    return fail("cannot use the data directory " + directory.string())
        .because_errno(errno)
        .fix("Choose a directory that this user may write to (--data-dir).");
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail("cannot lock the data directory " + directory.string())
        .because(errno == EWOULDBLOCK ? "another node is using it" : "flock does not work there")
        .fix("Stop the other node, or give this one a data directory of its own (--data-dir).");
  }
  return lock;
}

std::string segment_name(std::uint64_t number) {
  return fmt::format("{}{:08}{}", kPrefix, number, kSuffix);
}

Result<void> sync_directories_above(const std::filesystem::path& directory) {
  const auto refuse = [&](const std::filesystem::path& at, int error) {
    return fail("cannot make the data directory " + directory.string() + " durable")
        .because(fail("cannot sync " + at.string()).because_errno(error))
        .fix("Check the disk, then start the node again.");
  };
  std::error_code error;
  std::filesystem::path at = std::filesystem::canonical(directory, error);
  if (error) return refuse(directory, error.value());
  while (at.has_relative_path()) {
    at = at.parent_path();
    const Fd parent(::open(at.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Above what this user may read, and where a file system takes no such sync, nothing was made.
    if (!parent && errno == EACCES) return {};
    if (!parent) return refuse(at, errno);
    if (::fsync(parent.get()) != 0 && errno != EINVAL && errno != EROFS) return refuse(at, errno);
  }
  return {};
}

Result<LogEnd> recover_segments(const WalConfig& config, Recovered& recovered,
                                std::filesystem::path& last_path) {
  auto numbers = list_segments(config.directory);
  if (!numbers) return numbers.error();
  LogEnd end;
  for (const std::uint64_t number : *numbers) {
    const std::filesystem::path path = config.directory / segment_name(number);
    auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    auto header = decode_header(*bytes, number, path.string());
    if (!header) return header.error();
    if (auto owned = check_owner(*header, config, path); !owned) return owned.error();
    if (header->previous_end != end.offset) {
      return damaged(last_path, fmt::format("its records end at offset {}, expected {}", end.offset,
                                            header->previous_end));
    }
    const bool last = number == numbers->back();
    if (last && bytes->size() < config.segment_bytes) {
      return damaged(path, fmt::format("it is {} bytes long, and a segment is filled to {} or more "
                                       "before it gets its name: it was cut short",
                                       bytes->size(), config.segment_bytes));
    }
    auto scanned = scan_segment(*bytes, number, [&](WalWrite batch, std::uint64_t offset) {
      auto replayed = replay(std::move(batch), recovered);
      if (replayed) return Result<void>();
      return Result<void>(
          fail(fmt::format("the record at offset {}", offset)).because(replayed.error()));
    });
    if (!scanned) return damaged(path, scanned.error().text());
    if (scanned->torn && (scanned->good_behind || !last)) {
      const std::string where =
          scanned->good_behind
              ? fmt::format("good records follow from offset {}", *scanned->good_behind)
              : "another segment follows";
      return damaged(
          path, fmt::format("at offset {} stand {}, and {}", scanned->offset, scanned->why, where));
    }
    if (scanned->torn) {
      recovered.notes.push_back(
          fmt::format("{}: at offset {} stand {}; nothing follows, so this is a write that was cut "
                      "off before it was durable: dropped",
                      path.string(), scanned->offset, scanned->why));
    }
    end = LogEnd{number, scanned->offset, std::move(*bytes), scanned->torn};
    last_path = path;
  }
  return end;
}

}  // namespace riptide::node
