#include "history/recorder.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "history/reader.hpp"

namespace riptide::history {
namespace {

class RecorderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path =
        (std::filesystem::temp_directory_path() / "riptide-recorder-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
    path_ = directory_ / "history.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Recorder created() {
    auto recorder = Recorder::create(path_, header_);
    EXPECT_TRUE(recorder) << recorder.error().text();
    return std::move(*recorder);
  }

  std::filesystem::path directory_, path_;
  Header header_{1, "register", "cas-register", 7, ""};
};

Event event(std::int64_t i) {
  Event made;
  made.t_ns = i;
  made.process = Process(i);
  made.type = Type::invoke;
  made.f = Symbol("write");
  made.key = Value(1);
  made.value = Value(i);
  return made;
}

TEST_F(RecorderTest, TheFileHasTheHeaderBeforeAnythingHappens) {
  const Recorder recorder = created();
  const auto history = read_history(path_);
  ASSERT_TRUE(history) << history.error().text();
  EXPECT_EQ(history->header.model, "cas-register");
  EXPECT_TRUE(history->operations.empty());
}

TEST_F(RecorderTest, EveryEventIsInTheFileWhenRecordReturns) {
  Recorder recorder = created();
  for (std::int64_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(recorder.record(event(i)));
    EXPECT_EQ(recorder.events(), static_cast<std::uint64_t>(i + 1));
    const auto history = read_history(path_);
    ASSERT_TRUE(history) << history.error().text();
    EXPECT_EQ(history->operations.size(), static_cast<std::size_t>(i + 1));
    EXPECT_TRUE(history->warnings.empty());
  }
}

TEST_F(RecorderTest, AHistoryIsNeverOverwritten) {
  { Recorder recorder = created(); }
  const auto again = Recorder::create(path_, header_);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().text().find("File exists"), std::string::npos) << again.error().text();
  EXPECT_FALSE(again.error().fix().empty());
}

TEST_F(RecorderTest, ADirectoryThatIsNotThereIsAClearError) {
  const auto recorder = Recorder::create(directory_ / "none" / "history.jsonl", header_);
  ASSERT_FALSE(recorder);
  EXPECT_NE(recorder.error().text().find("No such file"), std::string::npos);
  EXPECT_FALSE(recorder.error().fix().empty());
}

TEST_F(RecorderTest, TextThatIsNotUtf8IsReplacedSoThatTheFileStaysReadable) {
  Recorder recorder = created();
  Event broken = event(1);
  broken.type = Type::info;
  broken.process = kNemesis;
  broken.error = "got \xFF\x00 and \"\\\n";
  broken.value = Value("\xC3");
  ASSERT_TRUE(recorder.record(broken));
  const auto history = read_history(path_);
  ASSERT_TRUE(history) << history.error().text();
  EXPECT_EQ(history->events[0].value, Value("\xEF\xBF\xBD"));
  EXPECT_EQ(history->events[0].error.substr(0, 7), "got \xEF\xBF\xBD");
}

TEST_F(RecorderTest, AMegabyteIsOneEvent) {
  Recorder recorder = created();
  Event large = event(1);
  large.value = Value(std::string(1 << 20, 'x'));
  ASSERT_TRUE(recorder.record(large));
  const auto history = read_history(path_);
  ASSERT_TRUE(history) << history.error().text();
  EXPECT_EQ(history->operations[0].input, large.value);
}

/// In a child process, because the limit on a file's size holds for the whole process.
TEST_F(RecorderTest, WhenTheDiskIsFullTheEventIsNotInTheFileAndNothingFollowsIt) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    auto recorder = Recorder::create(path_, header_);
    if (!recorder || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(10);
    std::int64_t recorded = 0;
    while (recorded < 100 && recorder->record(event(recorded))) ++recorded;
    if (recorder->record(event(1000))) ::_exit(11);
    if (recorder->events() != static_cast<std::uint64_t>(recorded)) ::_exit(12);
    const auto history = read_history(path_);
    if (!history || !history->warnings.empty()) ::_exit(13);
    ::_exit(history->operations.size() == static_cast<std::size_t>(recorded) && recorded > 3 ? 0
                                                                                             : 14);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(RecorderTest, KilledAtAnyMomentItLeavesEveryEventItAcknowledged) {
  for (int round = 0; round < 10; ++round) {
    std::filesystem::remove(path_);
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe_fds[0]);
      auto recorder = Recorder::create(path_, header_);
      for (std::int64_t i = 0; recorder && recorder->record(event(i)); ++i)
        if (::write(pipe_fds[1], "x", 1) != 1) break;
      ::_exit(1);
    }
    ::close(pipe_fds[1]);
    std::size_t acknowledged = 0;
    char byte = 0;
    while (acknowledged < static_cast<std::size_t>(1 + round * 37) &&
           ::read(pipe_fds[0], &byte, 1) == 1)
      ++acknowledged;
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    while (::read(pipe_fds[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe_fds[0]);
    const auto history = read_history(path_);
    ASSERT_TRUE(history) << history.error().text();
    EXPECT_GE(history->operations.size(), acknowledged);
    EXPECT_LE(history->operations.size(), acknowledged + 1) << "one may be recorded, not yet told";
    for (std::size_t i = 0; i < history->operations.size(); ++i)
      EXPECT_EQ(history->operations[i].input, Value(static_cast<std::int64_t>(i)));
  }
}

}  // namespace
}  // namespace riptide::history
