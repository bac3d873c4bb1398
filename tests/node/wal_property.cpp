// The write-ahead log against a trivial model: a list of what each sync made durable.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/node/wal_files.hpp"

namespace riptide::node {
namespace {

using namespace wal_files;

struct Model {
  HardState hard_state;
  std::vector<Entry> log;

  void take(const WalWrite& write) {
    if (write.hard_state) hard_state = *write.hard_state;
    for (const Entry& e : write.entries) {
      log.resize(e.index.value() - 1);
      log.push_back(e);
    }
  }
  bool matches(const Recovered& recovered) const {
    return hard_state == recovered.hard_state && text_of(log) == text_of(recovered.log);
  }
};

WalWrite any_write(const Model& model) {
  WalWrite write;
  if (*rc::gen::inRange(0, 3) == 0) {
    write.hard_state = HardState{Term(*rc::gen::inRange<std::uint64_t>(0, 100)),
                                 NodeId(*rc::gen::inRange<std::uint32_t>(0, 5))};
  }
  const int count = *rc::gen::inRange(write.hard_state ? 0 : 1, 4);
  std::uint64_t next = *rc::gen::inRange<std::uint64_t>(1, model.log.size() + 2);
  // Mostly at the end: a log that is always overwritten stays short.
  if (*rc::gen::inRange(0, 4) > 0) next = model.log.size() + 1;
  for (int i = 0; i < count; ++i) {
    const auto size = *rc::gen::inRange<std::size_t>(0, 200);
    write.entries.push_back(
        entry(1, next++, std::string(size, static_cast<char>(*rc::gen::inRange('a', 'z')))));
  }
  return write;
}

/// Appends random writes; gives the model after each, and where each record begins in the last
/// segment (for those that stand there).
struct Written {
  std::vector<Model> after = {Model{}};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> place;  ///< segment, offset of its end
  std::uint64_t first_offset = 0;
};

Written write_random(const WalConfig& config, int count) {
  Written written;
  Recovered recovered;
  auto wal = Wal::open(config, recovered);
  RC_ASSERT(wal.has_value());
  written.first_offset = wal->segment_offset();
  for (int i = 0; i < count; ++i) {
    Model model = written.after.back();
    std::vector<WalWrite> group;
    const int writes = *rc::gen::inRange(1, 3);
    for (int w = 0; w < writes; ++w) {
      group.push_back(any_write(model));
      model.take(group.back());
    }
    RC_ASSERT(wal->append(group).has_value());
    written.after.push_back(std::move(model));
    written.place.emplace_back(wal->segment_number(), wal->segment_offset());
  }
  return written;
}

RC_GTEST_PROP(WalProperty, WhatWasSyncedComesBackOverManyRestarts, ()) {
  const Directory directory;
  const WalConfig config = config_of(directory, 2048);
  Model model;
  const int starts = *rc::gen::inRange(1, 5);
  for (int start = 0; start < starts; ++start) {
    Recovered recovered;
    auto wal = Wal::open(config, recovered);
    RC_ASSERT(wal.has_value());
    RC_ASSERT(model.matches(recovered));
    RC_ASSERT(recovered.notes.empty());
    const int appends = *rc::gen::inRange(0, 15);
    for (int i = 0; i < appends; ++i) {
      const WalWrite write = any_write(model);
      model.take(write);
      RC_ASSERT(wal->append({write}).has_value());
    }
  }
  Recovered recovered;
  RC_ASSERT(Wal::open(config, recovered).has_value());
  RC_ASSERT(model.matches(recovered));
}

TEST(WalProperty, AWriteCutOffAtAnyByteRecoversEveryWholeRecordBeforeTheCut) {
  const Directory directory;
  const WalConfig config = config_of(directory, 2048);
  std::vector<Model> after = {Model{}};
  std::vector<std::uint64_t> ends;
  {
    Recovered recovered;
    auto wal = Wal::open(config, recovered);
    ASSERT_TRUE(wal.has_value());
    ends.push_back(wal->segment_offset());
    for (std::uint64_t i = 1; i <= 4; ++i) {
      WalWrite write = one_entry(i, i, std::string(10 * i, 'x'));
      write.hard_state = HardState{Term(i), NodeId(1)};
      Model model = after.back();
      model.take(write);
      ASSERT_TRUE(wal->append({write}).has_value());
      after.push_back(model);
      ends.push_back(wal->segment_offset());
    }
  }
  const std::string bytes = whole(directory.segment(1));
  for (std::uint64_t cut = ends[0]; cut <= ends.back() + 9; ++cut) {
    replace(directory.segment(1), bytes);
    zero_tail(directory.segment(1), cut);
    Recovered recovered;
    const auto wal = Wal::open(config, recovered);
    ASSERT_TRUE(wal.has_value()) << "cut at " << cut << ": " << wal.error().text();
    // A record counts as whole without the zeros that it ends with.
    std::size_t records = 0;
    while (records + 1 < ends.size() && ends[records + 1] <= cut) ++records;
    const bool padding_only = records + 1 < ends.size() && after[records + 1].matches(recovered);
    ASSERT_TRUE(after[records].matches(recovered) || (padding_only && ends[records + 1] - cut < 8))
        << "cut at " << cut << ": " << text_of(recovered.log);
    ASSERT_EQ(std::filesystem::file_size(directory.segment(1)), 2048u);
  }
}

RC_GTEST_PROP(WalProperty, AFlippedByteBeforeTheLastRecordIsRefusedAndTouchesNothing, ()) {
  const Directory directory;
  const WalConfig config = config_of(directory, 2048);
  const Written written = write_random(config, *rc::gen::inRange(3, 20));
  const auto [number, end] = written.place.back();
  std::vector<std::uint64_t> ends = {written.first_offset};
  for (const auto& [segment, offset] : written.place) {
    if (segment == number) ends.push_back(offset);
  }
  // The last segment's records but the last; at least one of them in it, or there is no middle.
  RC_PRE(ends.size() >= 3);
  const auto path = directory.segment(static_cast<int>(number));
  std::string bytes = whole(path);
  const auto at = *rc::gen::inRange<std::uint64_t>(0, ends[ends.size() - 2]);
  RC_PRE(at < bytes.size());
  const std::string before = bytes;
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  replace(path, bytes);
  Recovered recovered;
  const auto wal = Wal::open(config, recovered);
  if (wal) {
    // Only the zeros that pad a record may change without harm.
    RC_ASSERT(before[at] == '\0');
    RC_ASSERT(written.after.back().matches(recovered));
  } else {
    RC_ASSERT(whole(path) == bytes);
  }
}

RC_GTEST_PROP(WalProperty, GarbageBehindTheLastRecordIsDropped, ()) {
  const Directory directory;
  const WalConfig config = config_of(directory, 2048);
  const Written written = write_random(config, *rc::gen::inRange(1, 10));
  const auto [number, end] = written.place.back();
  const auto path = directory.segment(static_cast<int>(number));
  std::string bytes = whole(path);
  const auto garbage = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  for (std::size_t i = 0; i < garbage.size() && end + i < bytes.size(); ++i) {
    bytes[end + i] = garbage[i];
  }
  replace(path, bytes);
  for (int start = 0; start < 2; ++start) {
    Recovered recovered;
    RC_ASSERT(Wal::open(config, recovered).has_value());
    RC_ASSERT(written.after.back().matches(recovered));
    RC_ASSERT(start == 0 || recovered.notes.empty());
  }
}

}  // namespace
}  // namespace riptide::node
