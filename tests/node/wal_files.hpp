// What the tests of the write-ahead log share: a directory of their own, entries, whole files.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "node/storage/wal.hpp"

namespace riptide::node::wal_files {

/// A directory which goes away with the test.
class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "riptide-wal-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path segment(int number) const {
    return path_ / ("wal-0000000" + std::to_string(number) + ".log");
  }

 private:
  std::filesystem::path path_;
};

inline WalConfig config_of(const Directory& directory, std::uint64_t segment_bytes = 4096) {
  WalConfig config;
  config.directory = directory.path();
  config.cluster = "test";
  config.node = "n1";
  config.id = NodeId(1);
  config.segment_bytes = segment_bytes;
  return config;
}

inline Entry entry(std::uint64_t term, std::uint64_t index, std::string data) {
  return {Term(term), LogIndex(index), Entry::Kind::command,
          std::make_shared<const std::string>(std::move(data))};
}

inline WalWrite one_entry(std::uint64_t term, std::uint64_t index, std::string data) {
  WalWrite write;
  write.entries.push_back(entry(term, index, std::move(data)));
  return write;
}

inline std::string whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void replace(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Zeros from `from` on: a disk that kept only the front of a write that was not synced.
inline void zero_tail(const std::filesystem::path& path, std::uint64_t from) {
  std::string bytes = whole(path);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), '\0');
  replace(path, bytes);
}

/// "1:a 1:b 2:c": term and data of each entry.
inline std::string text_of(const std::vector<Entry>& log) {
  std::string text;
  for (const Entry& e : log) {
    if (!text.empty()) text += ' ';
    text += std::to_string(e.term.value()) + ":" + (e.data ? *e.data : "noop");
  }
  return text;
}

}  // namespace riptide::node::wal_files
