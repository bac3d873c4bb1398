// The write-ahead log on fixed cases: what comes back, what is repaired, what is refused.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "node/storage/wal_thread.hpp"
#include "tests/node/wal_files.hpp"

namespace riptide::node {
namespace {

using namespace wal_files;

/// Opens, appends each write with a sync of its own, closes.
std::vector<std::uint64_t> write_log(const WalConfig& config, std::vector<WalWrite> writes) {
  Recovered recovered;
  auto wal = Wal::open(config, recovered);
  EXPECT_TRUE(wal.has_value()) << wal.error().text();
  std::vector<std::uint64_t> offsets;
  for (WalWrite& write : writes) {
    offsets.push_back(wal->segment_offset());
    const auto appended = wal->append({std::move(write)});
    EXPECT_TRUE(appended.has_value()) << appended.error().text();
  }
  offsets.push_back(wal->segment_offset());
  return offsets;
}

Recovered recover(const WalConfig& config) {
  Recovered recovered;
  const auto wal = Wal::open(config, recovered);
  EXPECT_TRUE(wal.has_value()) << wal.error().text();
  return recovered;
}

std::string refusal(const WalConfig& config) {
  Recovered recovered;
  const auto wal = Wal::open(config, recovered);
  return wal ? "" : wal.error().text();
}

TEST(Wal, ANewDirectoryIsMadeAndHoldsNothing) {
  const Directory directory;
  WalConfig config = config_of(directory);
  config.directory = directory.path() / "a" / "b";
  const Recovered recovered = recover(config);
  EXPECT_TRUE(recovered.log.empty());
  EXPECT_EQ(recovered.hard_state, HardState{});
  EXPECT_TRUE(recovered.notes.empty());
}

TEST(Wal, EntriesAndHardStateComeBackInOrder) {
  const Directory directory;
  WalWrite first = one_entry(1, 1, "a");
  first.hard_state = HardState{Term(1), NodeId(2)};
  first.entries.push_back({Term(1), LogIndex(2), Entry::Kind::noop, nullptr});
  WalWrite second = one_entry(3, 3, "");
  second.hard_state = HardState{Term(3), kNobody};
  write_log(config_of(directory), {first, second});
  const Recovered recovered = recover(config_of(directory));
  EXPECT_EQ(text_of(recovered.log), "1:a 1:noop 3:");
  EXPECT_EQ(recovered.log[1].kind, Entry::Kind::noop);
  EXPECT_EQ(recovered.log[1].data, nullptr);
  EXPECT_EQ(recovered.log[2].index, LogIndex(3));
  EXPECT_EQ(recovered.hard_state, (HardState{Term(3), kNobody}));
}

TEST(Wal, AnEntryAtAnIndexThatExistsRemovesAllBehindIt) {
  const Directory directory;
  write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, "b"), one_entry(1, 3, "c"),
                                   one_entry(2, 2, "d")});
  EXPECT_EQ(text_of(recover(config_of(directory)).log), "1:a 2:d");
}

TEST(Wal, AppendingGoesOnAfterEveryRestart) {
  const Directory directory;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    write_log(config_of(directory), {one_entry(i, i, "x")});
  }
  EXPECT_EQ(text_of(recover(config_of(directory)).log), "1:x 2:x 3:x 4:x 5:x");
}

TEST(Wal, AFullSegmentIsFollowedByTheNextAndAllComeBack) {
  const Directory directory;
  std::vector<WalWrite> writes;
  std::string expected;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    writes.push_back(one_entry(1, i, std::string(300, 'a')));
    expected += (i == 1 ? "1:" : " 1:") + std::string(300, 'a');
  }
  write_log(config_of(directory), std::move(writes));
  EXPECT_TRUE(std::filesystem::exists(directory.segment(3)));
  EXPECT_EQ(text_of(recover(config_of(directory)).log), expected);
}

TEST(Wal, ARecordLongerThanASegmentGetsALongerSegment) {
  const Directory directory;
  const std::string big(100000, 'z');
  write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, big)});
  write_log(config_of(directory), {one_entry(1, 3, "c")});
  EXPECT_EQ(text_of(recover(config_of(directory)).log), "1:a 1:" + big + " 1:c");
}

TEST(Wal, SeveralWritesInOneSyncComeBackTogether) {
  const Directory directory;
  {
    Recovered recovered;
    auto wal = Wal::open(config_of(directory), recovered);
    ASSERT_TRUE(wal.has_value());
    ASSERT_TRUE(wal->append({one_entry(1, 1, "a"), one_entry(1, 2, "b")}).has_value());
  }
  EXPECT_EQ(text_of(recover(config_of(directory)).log), "1:a 1:b");
}

TEST(Wal, ATornTailIsDroppedAndSaid) {
  const Directory directory;
  const auto offsets =
      write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, "b")});
  std::string bytes = whole(directory.segment(1));
  bytes[offsets[1] + 20] ^= 1;
  replace(directory.segment(1), bytes);
  const Recovered recovered = recover(config_of(directory));
  EXPECT_EQ(text_of(recovered.log), "1:a");
  ASSERT_EQ(recovered.notes.size(), 1u);
  EXPECT_NE(recovered.notes[0].find("cut off before it was durable"), std::string::npos);
  // What was dropped was wiped: the next start has nothing to say.
  EXPECT_TRUE(recover(config_of(directory)).notes.empty());
}

TEST(Wal, WhatIsAppendedAfterATornTailComesBack) {
  const Directory directory;
  const auto offsets =
      write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, "b")});
  zero_tail(directory.segment(1), offsets[1] + 11);
  write_log(config_of(directory), {one_entry(2, 2, "c"), one_entry(2, 3, "d")});
  EXPECT_EQ(text_of(recover(config_of(directory)).log), "1:a 2:c 2:d");
}

TEST(Wal, ALastSegmentThatWasCutShortIsRefusedAndStaysAsItIs) {
  const Directory directory;
  const auto offsets =
      write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, "b")});
  const std::string bytes = whole(directory.segment(1));
  // In a record, between two records, behind the last one: each time something was taken away.
  for (const std::uint64_t size :
       {offsets[1] + 11, offsets[1], offsets[2], std::uint64_t{bytes.size() - 1}}) {
    replace(directory.segment(1), std::string_view(bytes).substr(0, size));
    const std::string error = refusal(config_of(directory));
    EXPECT_NE(error.find("the log is damaged"), std::string::npos) << size << ": " << error;
    EXPECT_NE(error.find("it was cut short"), std::string::npos) << size << ": " << error;
    EXPECT_NE(error.find("Do not truncate it."), std::string::npos) << size << ": " << error;
    EXPECT_EQ(std::filesystem::file_size(directory.segment(1)), size);
  }
  replace(directory.segment(1), bytes);
  EXPECT_EQ(text_of(recover(config_of(directory)).log), "1:a 1:b");
}

TEST(Wal, AWriteOfWhichThePagesInFrontAreMissingIsATornTail) {
  const Directory directory;
  const auto offsets = write_log(config_of(directory, 64 << 10),
                                 {one_entry(1, 1, "a"), one_entry(1, 2, std::string(20000, 'b'))});
  std::string bytes = whole(directory.segment(1));
  // The disk kept the last pages of an unsynced write, and not the first ones.
  std::fill(bytes.begin() + static_cast<long>(offsets[1]), bytes.begin() + 12288, '\0');
  replace(directory.segment(1), bytes);
  const Recovered recovered = recover(config_of(directory, 64 << 10));
  EXPECT_EQ(text_of(recovered.log), "1:a");
  EXPECT_EQ(recovered.notes.size(), 1u);
}

TEST(Wal, ABadRecordWithAGoodOneBehindItIsRefused) {
  const Directory directory;
  const auto offsets =
      write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, "b")});
  std::string bytes = whole(directory.segment(1));
  bytes[offsets[0] + 12] ^= 1;
  replace(directory.segment(1), bytes);
  const std::string error = refusal(config_of(directory));
  EXPECT_NE(error.find("the log is damaged"), std::string::npos) << error;
  EXPECT_NE(error.find("good records follow"), std::string::npos) << error;
  EXPECT_EQ(whole(directory.segment(1)), bytes) << "a refused log must stay as it is";
}

TEST(Wal, ABadRecordInASegmentThatIsNotTheLastIsRefused) {
  const Directory directory;
  std::vector<WalWrite> writes;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    writes.push_back(one_entry(1, i, std::string(1000, 'a')));
  }
  write_log(config_of(directory), std::move(writes));
  ASSERT_TRUE(std::filesystem::exists(directory.segment(2)));
  std::string bytes = whole(directory.segment(1));
  const std::size_t last_data = bytes.find_last_of('a');
  bytes[last_data] = 'b';
  replace(directory.segment(1), bytes);
  EXPECT_NE(refusal(config_of(directory)).find("another segment follows"), std::string::npos);
  // Even when the record is gone without a trace: the next segment knows where this one ended.
  std::fill(bytes.begin() + static_cast<long>(last_data) - 1100, bytes.end(), '\0');
  bytes.resize(last_data);
  replace(directory.segment(1), bytes);
  EXPECT_NE(refusal(config_of(directory)).find("damaged"), std::string::npos);
}

TEST(Wal, AMissingSegmentIsRefusedByName) {
  const Directory directory;
  std::vector<WalWrite> writes;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    writes.push_back(one_entry(1, i, std::string(1000, 'a')));
  }
  write_log(config_of(directory), std::move(writes));
  std::filesystem::remove(directory.segment(2));
  EXPECT_NE(refusal(config_of(directory)).find("segment wal-00000002.log is missing"),
            std::string::npos);
}

TEST(Wal, ARecordCopiedToAnotherPlaceDoesNotPassForARecord) {
  const Directory directory;
  const auto offsets =
      write_log(config_of(directory), {one_entry(1, 1, "a"), one_entry(1, 2, "b")});
  std::string bytes = whole(directory.segment(1));
  const std::string record = bytes.substr(offsets[1], offsets[2] - offsets[1]);
  bytes.replace(offsets[2], record.size(), record);
  replace(directory.segment(1), bytes);
  const Recovered recovered = recover(config_of(directory));
  EXPECT_EQ(text_of(recovered.log), "1:a 1:b");
  EXPECT_EQ(recovered.notes.size(), 1u);
}

TEST(Wal, AFileThatIsNoLogIsRefused) {
  const Directory directory;
  replace(directory.segment(1), "hello, I am not a log");
  EXPECT_NE(refusal(config_of(directory)).find("it is no log"), std::string::npos);
}

TEST(Wal, TheLogOfAnotherNodeOrClusterIsRefused) {
  const Directory directory;
  write_log(config_of(directory), {one_entry(1, 1, "a")});
  WalConfig other = config_of(directory);
  other.node = "n2";
  EXPECT_NE(refusal(other).find("its node is \"n1\", expected \"n2\""), std::string::npos);
  other = config_of(directory);
  other.cluster = "prod";
  EXPECT_NE(refusal(other).find("its cluster is \"test\", expected \"prod\""), std::string::npos);
  other = config_of(directory);
  other.id = NodeId(3);
  EXPECT_NE(refusal(other).find("the number 1 among its peers, expected 3"), std::string::npos);
}

TEST(Wal, ADirectoryInUseIsRefused) {
  const Directory directory;
  Recovered recovered;
  const auto wal = Wal::open(config_of(directory), recovered);
  ASSERT_TRUE(wal.has_value());
  EXPECT_NE(refusal(config_of(directory)).find("another node is using it"), std::string::npos);
}

TEST(Wal, AHalfMadeNextSegmentIsNotInTheWay) {
  const Directory directory;
  write_log(config_of(directory), {one_entry(1, 1, "a")});
  replace(directory.path() / "next-segment.tmp", "half");
  std::vector<WalWrite> writes;
  for (std::uint64_t i = 2; i <= 20; ++i) {
    writes.push_back(one_entry(1, i, std::string(1000, 'a')));
  }
  write_log(config_of(directory), std::move(writes));
  EXPECT_EQ(recover(config_of(directory)).log.size(), 20u);
}

TEST(Wal, ADiskThatTakesNoMoreIsAnErrorThatSaysSo) {
  const Directory directory;
  Recovered recovered;
  auto wal = Wal::open(config_of(directory), recovered);
  ASSERT_TRUE(wal.has_value());
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limited = before;
  limited.rlim_cur = 8192;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  const auto appended = wal->append({one_entry(1, 1, std::string(50000, 'x'))});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(appended.has_value());
  EXPECT_NE(appended.error().text().find("cannot write the log"), std::string::npos);
  EXPECT_NE(appended.error().text().find("Free some space"), std::string::npos);
}

TEST(WalThread, TicketsComeBackInOrderAndEverythingIsThereAtTheEnd) {
  const Directory directory;
  std::vector<WalThread::Ticket> seen;
  {
    Recovered recovered;
    auto wal = Wal::open(config_of(directory), recovered);
    ASSERT_TRUE(wal.has_value());
    WalThread thread(std::move(*wal), [&](Result<WalThread::Ticket> up_to) {
      ASSERT_TRUE(up_to.has_value());
      seen.push_back(*up_to);
    });
    for (std::uint64_t i = 1; i <= 200; ++i) {
      EXPECT_EQ(thread.submit(one_entry(1, i, "x")), i);
    }
  }
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 200u);
  EXPECT_EQ(recover(config_of(directory)).log.size(), 200u);
}

}  // namespace
}  // namespace riptide::node
