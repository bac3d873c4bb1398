#include "history/reader.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hpp"
#include "history/recorder.hpp"
#include "tests/history/events_of.hpp"

namespace riptide::history {
namespace {

const std::string kHeader =
    R"({"riptide":"history","version":1,"workload":"register","model":"cas-register",)"
    R"("start_unix_ns":5})"
    "\n";
const std::string kInvoke =
    R"({"t":1203944,"process":3,"type":"invoke","f":"write","key":5,"value":17,"node":"n2"})"
    "\n";
const std::string kOk =
    R"({"t":1899120,"process":3,"type":"ok","f":"write","key":5,"value":17,"node":"n2"})"
    "\n";

Whole parsed(std::string_view text) {
  auto history = parse_history(text, "h.jsonl");
  EXPECT_TRUE(history) << history.error().text();
  return history ? Whole{std::move(*history), events_of(text)} : Whole();
}

std::string refusal(std::string_view text) {
  const auto history = parse_history(text, "h.jsonl");
  EXPECT_FALSE(history) << text;
  if (history) return "";
  EXPECT_FALSE(history.error().fix().empty()) << history.error().text();
  return history.error().text();
}

::testing::AssertionResult holds(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << text << "' lacks '" << part << "'";
}

TEST(Reader, ReadsHeaderAndEvents) {
  const Whole history = parsed(kHeader + kInvoke + kOk);
  EXPECT_EQ(history.header.version, 1);
  EXPECT_EQ(history.header.workload, "register");
  EXPECT_EQ(history.header.model, "cas-register");
  EXPECT_EQ(history.header.start_unix_ns, 5);
  ASSERT_EQ(history.all.size(), 2u);
  EXPECT_EQ(history.all[0].t_ns, 1203944);
  EXPECT_EQ(history.all[0].process, Process(3));
  EXPECT_EQ(history.all[0].type, Type::invoke);
  EXPECT_EQ(history.all[1].type, Type::ok);
  EXPECT_EQ(history.all[1].f, Symbol("write"));
  EXPECT_EQ(history.all[1].key, Value(5));
  EXPECT_EQ(history.all[1].value, Value(17));
  EXPECT_EQ(history.all[1].node, Symbol("n2"));
  EXPECT_EQ(history.operations.size(), 1u);
  EXPECT_TRUE(history.warnings.empty());
}

TEST(Reader, TheOrderOfFieldsAndBlanksDoNotMatter) {
  const Whole history = parsed(
      "{ \"version\" : 1 , \"riptide\" : \"history\" }\n"
      "\t{ \"value\" : [ 1 , 2 ] , \"f\" : \"cas\" , \"type\" : \"invoke\" , \"\\u0074\" : 4 , "
      "\"process\" : 0 } \n");
  EXPECT_EQ(history.all[0].value, Value(Value::List{1, 2}));
  EXPECT_EQ(history.all[0].t_ns, 4);
}

TEST(Reader, WindowsLineEndsABlankEndAndAByteOrderMarkAreTolerated) {
  std::string text = "\xEF\xBB\xBF" + kHeader + kInvoke + kOk + "\n \n";
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\r');
  EXPECT_EQ(parsed(text).all.size(), 2u);
}

TEST(Reader, ABlankLineInBetweenIsDamage) {
  EXPECT_TRUE(holds(refusal(kHeader + kInvoke + "\n\n" + kOk), "h.jsonl:3: expected an event"));
}

TEST(Reader, UnknownFieldsAreKeptAndWrittenAgain) {
  const std::string line = R"({"t":1,"process":3,"type":"invoke","f":"read","key":5,"value":null,)"
                           R"("index":7,"":{"a":[1.50,{}]},"\u00b5":"\n"})";
  const Whole history = parsed(kHeader + line + "\n");
  EXPECT_EQ(history.all[0].extra, R"({"index":7,"":{"a":[1.50,{}]},"\u00b5":"\n"})");
  std::string again;
  append_json(history.all[0], again);
  EXPECT_EQ(again, line);
}

TEST(Reader, UnknownFieldsOfTheHeaderAreKeptAndWrittenAgain) {
  const std::string line =
      R"({"riptide":"history","version":1,"workload":"","model":"","start_unix_ns":0,"seed":7})";
  EXPECT_EQ(header_json(parsed(line + "\n").header), line);
}

TEST(Reader, AnEventOfTheNemesisKeepsItsValueAsJson) {
  const std::string line = R"({"t":2,"process":"nemesis","type":"info","f":"partition",)"
                           R"("value":{"phase":"asked","id":0,"cut":[["n1"],["n2"]]}})";
  const Whole history = parsed(kHeader + line + "\n");
  EXPECT_EQ(history.all[0].process, kNemesis);
  EXPECT_EQ(history.all[0].detail, R"({"phase":"asked","id":0,"cut":[["n1"],["n2"]]})");
  EXPECT_EQ(history.faults.size(), 1u);
  std::string again;
  append_json(history.all[0], again);
  EXPECT_EQ(again, line);
  EXPECT_EQ(parsed(kHeader + R"({"value":{"a":1},"t":2,"process":"nemesis","type":"info","f":"x"})"
                             "\n")
                .all[0]
                .detail,
            R"({"a":1})")
      << "also when the value stands before the process";
}

TEST(Reader, ALastLineThatIsCutOffIsAWarningThatSaysHowMuch) {
  const Whole history = parsed(kHeader + kInvoke + kOk.substr(0, 37));
  EXPECT_EQ(history.all.size(), 1u);
  ASSERT_EQ(history.warnings.size(), 1u);
  EXPECT_TRUE(holds(history.warnings[0], "h.jsonl:3: the last line is cut off; its 37 bytes"));
}

TEST(Reader, ALastLineThatOnlyLacksItsNewlineIsWhole) {
  const std::string text = kHeader + kInvoke + kOk;
  const Whole history = parsed(text.substr(0, text.size() - 1));
  EXPECT_EQ(history.all.size(), 2u);
  EXPECT_TRUE(history.warnings.empty());
}

TEST(Reader, CutAtAnyByteTheWholeLinesRemain) {
  const std::string line = R"({"t":12,"process":4,"type":"info","f":"cas","key":"k€y",)"
                           R"("value":[-1.5e-3,null,true,"\u00b5\ud800\udf48"],"error":"x"})";
  const std::string before = kHeader + kInvoke + kOk;
  const std::string text =
      before + R"({"t":12,"process":4,"type":"invoke","f":"cas","key":"k€y"})" + "\n" + line;
  for (std::size_t cut = kHeader.size(); cut < text.size(); ++cut) {
    const auto history = parse_history(std::string_view(text).substr(0, cut), "h.jsonl");
    ASSERT_TRUE(history) << cut << ": " << history.error().text();
    std::size_t whole = 0;
    for (const std::size_t end : {kHeader.size() + kInvoke.size() - 1, before.size() - 1,
                                  text.size() - line.size() - 1, text.size()})
      whole += cut >= end;
    EXPECT_EQ(events_of(std::string_view(text).substr(0, cut)).size(), whole) << cut;
  }
}

TEST(Reader, AnUnfinishedLineThatIsWrongBeforeItsEndIsDamage) {
  EXPECT_TRUE(holds(refusal(kHeader + kInvoke + "{\"t\":x"), "h.jsonl:3:6: expected an integer"));
  EXPECT_TRUE(holds(refusal(kHeader + "garbage"), "h.jsonl:2:1: expected '{', found 'g'"));
}

TEST(Reader, ALineCutOffInTheMiddleOfTheFileIsDamage) {
  EXPECT_TRUE(holds(refusal(kHeader + kInvoke.substr(0, 30) + "\n" + kOk),
                    "h.jsonl:2:31: expected the string's closing quote, found the end"));
}

struct Damage {
  const char* line;
  const char* said;
};

TEST(Reader, DamageIsNamedWithLineColumnWhatWasFoundAndWhatWasExpected) {
  const std::vector<Damage> all{
      {R"({"process":3,"type":"invoke","f":"read"})", "expected the field 't', found none"},
      {R"({"t":1,"type":"invoke","f":"read"})", "expected the field 'process', found none"},
      {R"({"t":1,"process":3,"f":"read"})", "expected the field 'type', found none"},
      {R"({"t":1,"process":3,"type":"invoke"})", "expected the field 'f', found none"},
      {R"({"t":1,"t":2,"process":3,"type":"invoke","f":"read"})", "'t' stands twice"},
      {R"({"t":-1,"process":3,"type":"invoke","f":"read"})", "found -1"},
      {R"({"t":9223372036854775807,"process":3,"type":"invoke","f":"read"})", "expected 't'"},
      {R"({"t":1.5,"process":3,"type":"invoke","f":"read"})", "found a real number"},
      {R"({"t":"1","process":3,"type":"invoke","f":"read"})",
       "2:6: expected an integer, found '\"'"},
      {R"({"t":1,"process":-3,"type":"invoke","f":"read"})", "found -3"},
      {R"({"t":1,"process":"me","type":"invoke","f":"read"})", "found \"me\""},
      {R"({"t":1,"process":3,"type":"okay","f":"read"})", "found \"okay\""},
      {R"({"t":1,"process":3,"type":"invoke","f":7})", "expected a string"},
      {R"({"t":1,"process":3,"type":"invoke","f":"read","key":{}})", "found an object"},
      {R"({"t":1,"process":3,"type":"invoke","f":"read","value":{"a":1}})", "found an object"},
      {R"({"value":{"a":1},"t":1,"process":3,"type":"invoke","f":"read"})", "found an object"},
      {R"({"t":1,"process":3,"type":"invoke","f":"read"} x)", "expected nothing more, found 'x'"},
      {R"({"t":1 "process":3})", "2:8: expected ',' or '}', found '\"'"},
      {R"({"t":1,})", "expected a field's name"},
      {R"({t:1})", "expected a field's name in double quotes, found 't'"},
      {R"([])", "2:1: expected '{', found '['"},
      {"{\"t\":1,\"f\":\"\xFF\"}", "not UTF-8: found byte 0xff"},
      {"{\"t\":1,\"f\":\"\x01\"}", "found byte 0x01"},
      {R"({"t":1,"x":{"a":[1,}]}})", "expected a value, found '}'"},
      {R"({"t":1,"x":99999999999999999999})", "an integer outside 64 bits"}};
  for (const Damage& damage : all) {
    const std::string text = refusal(kHeader + damage.line + "\n" + kInvoke);
    EXPECT_TRUE(holds(text, damage.said));
    EXPECT_TRUE(holds(text, "h.jsonl:2:"));
  }
}

TEST(Reader, DeepNestingIsDamageWhereverItStands) {
  for (const char* field : {"x", "value", "key"}) {
    for (const char* opening : {"[", "{\"a\":"}) {
      std::string line = R"({"t":1,"process":"nemesis","type":"info","f":"x",")";
      line += std::string(field) + "\":";
      for (int i = 0; i < 100000; ++i) line += opening;
      refusal(kHeader + line + "\n" + kInvoke);
    }
  }
}

TEST(Reader, AHistoryThatCannotHaveHappenedNamesTheLine) {
  EXPECT_TRUE(holds(refusal(kHeader + kInvoke + kInvoke), "h.jsonl: line 3: process 3 invokes"));
}

TEST(Reader, AnEmptyFileIsNoHistory) { EXPECT_TRUE(holds(refusal(""), "h.jsonl is empty")); }

TEST(Reader, AWrongFirstLineSaysWhatIsExpectedAndWhatIsThere) {
  for (const char* text : {"{}\n",
                           R"({"riptide":"verdict","version":1})"
                           "\n",
                           R"({"riptide":"history"})"
                           "\n",
                           R"({"t":1,"process":3,"type":"invoke","f":"read"})"
                           "\n"}) {
    const std::string said = refusal(text);
    EXPECT_TRUE(holds(said, "h.jsonl:1: not a history of Riptide"));
    EXPECT_TRUE(holds(said, R"(expected the first line {"riptide":"history","version":1)"));
  }
  for (const char* text : {"hello\n", "\n", "<html>", "read 3\nwrite 4\n"})
    EXPECT_TRUE(
        holds(refusal(text), "h.jsonl:1: no history that Riptide knows: expected Riptide's"));
  const std::string binary =
      refusal(std::string("\x7F"
                          "ELF\0\0\1\2",
                          8));
  EXPECT_TRUE(holds(binary, "found ?ELF????"));
}

TEST(Reader, AnotherVersionSaysWhichAndWhatToDo) {
  const std::string text = refusal(R"({"riptide":"history","version":2,"new":{}})"
                                   "\n");
  EXPECT_TRUE(holds(text, "its version is 2, and this Riptide reads version 1"));
  EXPECT_TRUE(holds(text, "newer"));
}

TEST(Reader, AHeaderThatIsCutOffSaysSo) {
  EXPECT_TRUE(holds(refusal(kHeader.substr(0, 20)), "the header is cut off after 20 bytes"));
  EXPECT_EQ(parsed(kHeader.substr(0, kHeader.size() - 1)).all.size(), 0u);
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "riptide-reader-XXXXXX";
    directory_ = std::filesystem::temp_directory_path() / name;
    std::string path = directory_.string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

TEST_F(Files, AFileIsReadAndNamedInMessages) {
  const auto path = directory_ / "history.jsonl";
  ASSERT_TRUE(write_file(path, kHeader + kInvoke + "x\n"));
  const auto damaged = read_history(path);
  ASSERT_FALSE(damaged);
  EXPECT_TRUE(holds(damaged.error().text(), path.string() + ":3:1: expected '{'"));
  ASSERT_TRUE(write_file(path, kHeader + kInvoke));
  EXPECT_TRUE(read_history(path));
}

TEST_F(Files, ADirectoryAMissingFileAndADeviceAreClearErrors) {
  const auto directory = read_history(directory_);
  ASSERT_FALSE(directory);
  EXPECT_TRUE(holds(directory.error().text(), "it is a directory"));
  EXPECT_TRUE(holds(directory.error().fix(), (directory_ / "history.jsonl").string()));
  const auto missing = read_history(directory_ / "none.jsonl");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(holds(missing.error().text(), "No such file"));
  EXPECT_FALSE(missing.error().fix().empty());
  const auto device = read_history("/dev/zero");
  ASSERT_FALSE(device);
  EXPECT_TRUE(holds(device.error().text(), "it is a device"));
}

/// In a child process that gives up being root: root may read everything.
TEST_F(Files, AFileThatMayNotBeReadIsAClearError) {
  const auto path = directory_ / "history.jsonl";
  ASSERT_TRUE(write_file(path, kHeader));
  ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(10);
    const auto unreadable = read_history(path);
    if (unreadable) ::_exit(11);
    ::_exit(holds(unreadable.error().text(), "Permission denied") ? 0 : 12);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace riptide::history
