// Bad and huge input, each with its answer (docs/formats.md), and the limits of reading.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>

#include "base/file.hpp"
#include "history/limits.hpp"
#include "history/reader.hpp"

namespace riptide::history {
namespace {

const std::string kHeader = R"({"riptide":"history","version":1})"
                            "\n";

std::string line(Format format, int process, const char* type, const char* f,
                 const std::string& value, std::int64_t t_ns) {
  const std::string number = std::to_string(process);
  if (format == Format::jsonl)
    return R"({"t":)" + std::to_string(t_ns) + R"(,"process":)" + number + R"(,"type":")" + type +
           R"(","f":")" + f + R"(","value":)" + value + "}\n";
  const std::string edn = value == "null" ? "nil" : value;
  if (format == Format::edn)
    return "{:process " + number + ", :type :" + type + ", :f :" + f + ", :value " + edn + "}\n";
  return "INFO  jepsen.util - " + number + "\t:" + type + "\t:" + f + "\t" + edn + "\n";
}

class EachFormat : public ::testing::TestWithParam<Format> {
 protected:
  std::string event(int process, const char* type, const char* f, const std::string& value) {
    return line(GetParam(), process, type, f, value, 7);
  }
  std::string begin() const { return GetParam() == Format::jsonl ? kHeader : ""; }
  History parsed(const std::string& text) {
    auto history = parse_history(begin() + text, "h");
    EXPECT_TRUE(history) << history.error().text();
    return history ? std::move(*history) : History();
  }
  std::string refusal(const std::string& text) {
    const auto history = parse_history(begin() + text, "h");
    EXPECT_FALSE(history);
    return history ? "" : history.error().text();
  }
};

INSTANTIATE_TEST_SUITE_P(All, EachFormat,
                         ::testing::Values(Format::jsonl, Format::edn, Format::etcd),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST_P(EachFormat, OnlyFailuresAreAHistoryOfFailures) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += event(i % 5, "invoke", "write", "7") + event(i % 5, "fail", "write", "7");
  const History history = parsed(text);
  EXPECT_EQ(history.operations.size(), 100u);
  for (const Operation& operation : history.operations) EXPECT_EQ(operation.outcome, Type::fail);
}

TEST_P(EachFormat, WithoutCompletionsEverythingIsInfo) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += event(i, "invoke", "write", "7");
  for (const Operation& operation : parsed(text).operations) {
    EXPECT_EQ(operation.outcome, Type::info);
    EXPECT_EQ(operation.complete_ns, kNever);
  }
}

TEST_P(EachFormat, TenThousandInfosAreTenThousandOpenOperations) {
  std::string text;
  for (int i = 0; i < 10'000; ++i)
    text += event(i, "invoke", "write", "7") + event(i, "info", "write", "7");
  const History history = parsed(text);
  EXPECT_EQ(history.operations.size(), 10'000u);
  EXPECT_NE(history.operations[9'999].gave_up_ns, kNever);
}

TEST_P(EachFormat, AMegabyteIsAValue) {
  const std::string text = "\"" + std::string(1 << 20, 'x') + "\"";
  const History history = parsed(event(1, "invoke", "write", text) + event(1, "ok", "write", text));
  EXPECT_EQ(history.operations[0].input.text()->size(), std::size_t{1} << 20);
}

TEST_P(EachFormat, AMillionDistinctProcessesAndValuesAreRead) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += event(i * 10, "invoke", "write", std::to_string(i));
  EXPECT_EQ(parsed(text).operations.size(), 100'000u);
}

TEST_P(EachFormat, AProcessThatInvokesTwiceIsAnError) {
  const std::string said = refusal(event(1, "invoke", "read", "null") +
                                   event(1, "invoke", "read", "null") + event(2, "ok", "x", "1"));
  EXPECT_NE(said.find("process 1 invokes 'read' while its 'read'"), said.npos) << said;
}

TEST_P(EachFormat, ACompletionWithoutInvocationIsAnError) {
  const std::string said =
      refusal(event(1, "invoke", "read", "null") + event(2, "ok", "read", "3"));
  EXPECT_NE(said.find("process 2 completes 'read' (ok), but it has nothing open"), said.npos);
}

TEST_P(EachFormat, AnOkThatContradictsItsInvocationIsAnError) {
  const std::string said = refusal(event(1, "invoke", "write", "5") + event(1, "ok", "write", "6"));
  EXPECT_NE(said.find("with the value 6, but it invoked it with 5"), said.npos) << said;
}

TEST_P(EachFormat, AReadThatIsOkWithoutAValueReadNil) {
  const History history =
      parsed(event(1, "invoke", "read", "null") + event(1, "ok", "read", "null"));
  EXPECT_TRUE(history.operations[0].output.is_nil());
}

TEST_P(EachFormat, ZerosAndNoiseAfterGoodLinesAreDamage) {
  const std::string good = event(1, "invoke", "read", "null");
  EXPECT_NE(refusal(good + std::string(100, '\0') + "\n" + good).find("h:"), std::string::npos);
  EXPECT_NE(refusal(good + "\xDE\xAD\xBE\xEF\n" + good).find("h:"), std::string::npos);
}

TEST(BadInput, AHeaderAloneIsAnEmptyHistory) {
  const auto history = parse_history(kHeader, "h");
  ASSERT_TRUE(history);
  EXPECT_TRUE(history->operations.empty());
  EXPECT_TRUE(history->warnings.empty());
}

TEST(BadInput, TimeThatRunsBackwardsIsAnErrorInRiptidesOwnFormatOnly) {
  std::string jsonl = kHeader, edn;
  const std::pair<const char*, std::int64_t> events[] = {{"invoke", 9}, {"ok", 5}};
  for (const auto& [type, t_ns] : events) {
    jsonl += line(Format::jsonl, 1, type, "read", "4", t_ns);
    edn += "{:process 1 :f :read :type :" + std::string(type) + " :time " + std::to_string(t_ns) +
           "}\n";
  }
  EXPECT_NE(parse_history(jsonl, "h").error().text().find("goes back in time"), std::string::npos);
  const auto tolerated = parse_history(edn, "h");
  ASSERT_TRUE(tolerated);
  EXPECT_EQ(tolerated->operations[0].complete_ns, 10);
  EXPECT_EQ(tolerated->warnings.size(), 1u);
}

TEST(BadInput, AMillionKeysAreRead) {
  std::string text = kHeader;
  for (int i = 0; i < 1'000'000; ++i)
    text += R"({"t":1,"process":)" + std::to_string(i) + R"(,"type":"invoke","f":"r","key":)" +
            std::to_string(i) + "}\n";
  const auto history = parse_history(text, "h");
  ASSERT_TRUE(history) << history.error().text();
  EXPECT_EQ(history->operations[999'999].key, Value(999'999));
}

TEST(BadInput, OperationsOutOfOrderAreSortedByInvocation) {
  std::string text = kHeader;
  for (int i = 0; i < 1000; ++i)
    text += line(Format::jsonl, i, "invoke", "write", std::to_string(i), (i * 7919) % 1000);
  const auto history = parse_history(text, "h");
  ASSERT_TRUE(history);
  for (std::size_t i = 0; i < 1000; ++i) {
    const Operation& operation = history->operations[i];
    EXPECT_EQ(operation.invoke_ns, static_cast<std::int64_t>(i));
    EXPECT_EQ(operation.index, i);
    EXPECT_EQ(operation.process.value() * 7919 % 1000, operation.invoke_ns);
    EXPECT_EQ(operation.input, Value(operation.process.value()));
  }
}

class LimitsOfReading : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = (std::filesystem::temp_directory_path() / "riptide-limits-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path file(int events, const std::string& tail = "") {
    std::string text = kHeader;
    for (int i = 0; i < events; ++i)
      text += line(Format::jsonl, i, "invoke", "write", std::to_string(i), i);
    const auto path = directory_ / "history.jsonl";
    EXPECT_TRUE(write_file(path, text + tail));
    return path;
  }

  std::filesystem::path directory_;
};

TEST_F(LimitsOfReading, WithoutALimitTheReportSaysHowManyEventsThereWere) {
  ReadReport report;
  ASSERT_TRUE(read_history(file(10), Format::automatic, {}, &report));
  EXPECT_EQ(report.end, ReadEnd::whole);
  EXPECT_EQ(report.events, 10u);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeepsFreedMemory = true;
#else
constexpr bool kKeepsFreedMemory = false;
#endif

TEST_F(LimitsOfReading, TheMemoryLimitEndsTheReadingAndSaysAfterHowManyEvents) {
  if (kKeepsFreedMemory) GTEST_SKIP() << "AddressSanitizer keeps freed memory resident";
  ReadLimits limits;
  limits.memory_bytes = resident_bytes() + (std::uint64_t{16} << 20);
  ReadReport report;
  const auto history = read_history(file(400'000), Format::automatic, limits, &report);
  ASSERT_FALSE(history);
  EXPECT_EQ(report.end, ReadEnd::memory);
  EXPECT_GE(report.events, 65'536u);
  EXPECT_LT(report.events, 400'000u);
  EXPECT_NE(history.error().text().find("the memory limit was reached while reading"),
            std::string::npos);
  EXPECT_NE(history.error().text().find(std::to_string(report.events) + " events"),
            std::string::npos);
}

TEST_F(LimitsOfReading, OneLineThatNeverEndsIsStoppedByTheMemoryLimitToo) {
  if (kKeepsFreedMemory) GTEST_SKIP() << "AddressSanitizer keeps freed memory resident";
  ReadLimits limits;
  limits.memory_bytes = resident_bytes() + (std::uint64_t{8} << 20);
  ReadReport report;
  const auto path = file(1, R"({"t":7,"f":")" + std::string(std::size_t{32} << 20, 'x'));
  ASSERT_FALSE(read_history(path, Format::automatic, limits, &report));
  EXPECT_EQ(report.end, ReadEnd::memory);
  EXPECT_EQ(report.events, 1u);
}

TEST_F(LimitsOfReading, TheStopFlagEndsTheReading) {
  const std::atomic<bool> stop = true;
  ReadLimits limits;
  limits.stop = &stop;
  ReadReport report;
  ASSERT_FALSE(read_history(file(100'000), Format::automatic, limits, &report));
  EXPECT_EQ(report.end, ReadEnd::stopped);
}

TEST_F(LimitsOfReading, AFileIsReadInPiecesAsItIsReadWhole) {
  // Longer than the reader's window, with lines that straddle its pieces.
  for (const Format format : {Format::jsonl, Format::edn, Format::etcd}) {
    std::string text = format == Format::jsonl ? kHeader : "";
    for (int i = 0; i < 20'000; ++i)
      text += line(format, i % 10 + i / 10 * 10, "invoke", "write", std::to_string(i), i);
    const auto path = directory_ / "pieces";
    ASSERT_TRUE(write_file(path, text));
    const auto pieces = read_history(path);
    ASSERT_TRUE(pieces) << pieces.error().text();
    ASSERT_EQ(pieces->operations.size(), 20'000u);
    for (std::size_t i = 0; i < 20'000; ++i)
      ASSERT_EQ(pieces->operations[i].input, Value(static_cast<std::int64_t>(i)));
  }
}

}  // namespace
}  // namespace riptide::history
