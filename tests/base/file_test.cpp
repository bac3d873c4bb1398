#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace riptide {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = (std::filesystem::temp_directory_path() / "riptide-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  std::filesystem::path directory_;
};

TEST_F(FileTest, WhatIsWrittenIsReadBackAndNothingElseRemains) {
  const auto path = directory_ / "a";
  for (const std::string& content : {std::string(), std::string("a\0b\n", 4),
                                     std::string(300000, 'x'), std::string("shorter")}) {
    ASSERT_TRUE(write_file(path, content));
    EXPECT_EQ(read_file(path).value(), content);
    EXPECT_EQ(entries(), 1u) << "no temporary file stays";
  }
}

TEST_F(FileTest, AFileWhoseSizeIsNotKnownIsReadToItsEnd) {
  const auto status = read_file("/proc/self/status");
  ASSERT_TRUE(status);
  EXPECT_NE(status->find("Pid:"), std::string::npos);
}

TEST_F(FileTest, ReadingADirectoryOrNothingIsAClearError) {
  const auto directory = read_file(directory_);
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().text().find("it is a directory"), std::string::npos);
  const auto missing = read_file(directory_ / "none");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text().find("none: No such file"), std::string::npos)
      << missing.error().text();
}

TEST_F(FileTest, AWriteThatFailsLeavesTheOldFile) {
  const auto path = directory_ / "taken";
  ASSERT_TRUE(make_directories(path / "inside"));
  const auto written = write_file(path, "x");
  ASSERT_FALSE(written) << "a directory is in its place";
  EXPECT_TRUE(std::filesystem::is_directory(path / "inside"));
  EXPECT_EQ(entries(), 1u);
  EXPECT_FALSE(write_file(directory_ / "no" / "such", "x"));
}

TEST_F(FileTest, WriteAllWritesAllWhateverTheKernelTakesAtATime) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Fd reader(ends[0]), writer(ends[1]);
  const std::string text(1 << 20, 'x');  // more than a pipe holds
  std::string got;
  std::thread reading([&] {
    char buffer[4096];
    for (ssize_t n; (n = ::read(reader.get(), buffer, sizeof buffer)) > 0;)
      got.append(buffer, static_cast<std::size_t>(n));
  });
  EXPECT_TRUE(write_all(writer.get(), text));
  writer.reset();
  reading.join();
  EXPECT_EQ(got, text);
}

TEST_F(FileTest, AFullDiskIsAnError) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  const auto written = write_all(full.get(), "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().text().find("No space left"), std::string::npos);
}

TEST_F(FileTest, MakingDirectoriesMakesTheParentsAndAcceptsWhatIsThere) {
  EXPECT_TRUE(make_directories(directory_ / "a" / "b" / "c"));
  EXPECT_TRUE(make_directories(directory_ / "a" / "b" / "c"));
  ASSERT_TRUE(write_file(directory_ / "file", ""));
  EXPECT_FALSE(make_directories(directory_ / "file" / "x"));
}

TEST_F(FileTest, ADescriptorIsClosedByItsLastOwner) {
  const auto open_file = [&] {
    return ::open((directory_ / "fd").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  };
  const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) != -1; };
  Fd first(open_file());
  const int number = first.get();
  {
    Fd second(std::move(first));
    EXPECT_FALSE(first);
    EXPECT_EQ(second.get(), number);
    first = std::move(second);
  }
  EXPECT_TRUE(is_open(number));
  first.reset();
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(first);
}

}  // namespace
}  // namespace riptide
