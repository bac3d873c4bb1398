// What users get wrong: a clear error with a way out, the exit code of the contract, no process
// left.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "tests/process/program.hpp"

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;

/// The error names what is wrong and says what to do.
void expect_error(const Output& output, int code, const std::string& word) {
  EXPECT_EQ(output.exit_code, code) << output.out << output.err;
  EXPECT_NE(output.err.find("riptide: "), std::string::npos) << output.err;
  EXPECT_NE(output.err.find("what to do: "), std::string::npos) << output.err;
  EXPECT_NE(output.err.find(word), std::string::npos) << output.err;
}

class BadInput : public ::testing::Test {
 protected:
  fs::path file(const std::string& name, const std::string& content) {
    const fs::path path = here_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  Output call(const std::vector<std::string>& arguments,
              const std::vector<std::string>& environment = {}) {
    return riptide(arguments, here_.path(), 60, environment);
  }
  TemporaryDirectory here_;
};

TEST_F(BadInput, AnUnknownCommandIsAUsageErrorWithASuggestion) {
  expect_error(call({"rnu"}), 4, "'run'");
}
TEST_F(BadInput, AnUnknownFlagIsAUsageErrorWithASuggestion) {
  expect_error(call({"run", "--time-limt", "5s"}), 4, "--time-limit");
}
TEST_F(BadInput, AValueWithoutAUnitIsAUsageError) {
  expect_error(call({"run", "--time-limit", "5"}), 4, "30s");
}
TEST_F(BadInput, ANumberThatIsNoneIsAUsageError) {
  expect_error(call({"run", "--nodes", "five"}), 4, "five");
}
TEST_F(BadInput, TwoNodesAreTooFew) { expect_error(call({"run", "--nodes", "2"}), 4, "3 to 7"); }
TEST_F(BadInput, AnUnknownSystemIsAUsageErrorWithASuggestion) {
  expect_error(call({"run", "--system", "raff"}), 4, "'raft'");
}
TEST_F(BadInput, AnUnknownWorkloadIsAUsageErrorWithASuggestion) {
  expect_error(call({"run", "--workload", "registr"}), 4, "'register'");
}
TEST_F(BadInput, AnUnknownFaultIsAUsageErrorWithASuggestion) {
  expect_error(call({"run", "--faults", "kil"}), 4, "kill");
}
TEST_F(BadInput, AnUnknownDefectIsRefusedBeforeAnythingStarts) {
  const Output output = call({"run", "--bug", "local-leader-reed"});
  EXPECT_EQ(output.exit_code, 4) << output.err;
  EXPECT_NE(output.err.find("local-leader-read"), std::string::npos) << output.err;
}
TEST_F(BadInput, AMissingNodeProgramIsAnEnvironmentError) {
  expect_error(call({"run"}, {"RIPTIDE_NODE=/nowhere/riptide-node"}), 3, "RIPTIDE_NODE");
}
TEST_F(BadInput, ANodeProgramThatEndsAtOnceIsAnEnvironmentErrorAndLeavesNothing) {
  expect_error(call({"run"}, {"RIPTIDE_NODE=/bin/false"}), 3, "ended by itself");
}
TEST_F(BadInput, ARunsDirectoryThatCannotBeMadeIsAnEnvironmentError) {
  file("runs", "a file, not a directory");
  expect_error(call({"run"}), 3, "--runs");
}

TEST_F(BadInput, PortsInUseAreAnEnvironmentErrorThatNamesThePort) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int port = 21000;
  for (; port < 32000; ++port) {
    name.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0) break;
  }
  ASSERT_EQ(::listen(fd, 1), 0);
  const Output output =
      call({"run", "--address", "127.0.0.1", "--base-port", std::to_string(port)});
  ::close(fd);
  expect_error(output, 3, std::to_string(port));
}

TEST_F(BadInput, CheckOfNothingAtAllIsAnError) {
  expect_error(call({"check", "nowhere.jsonl"}), 3, "nowhere.jsonl");
}
TEST_F(BadInput, CheckOfWhatIsNoHistoryNamesTheFile) {
  file("poem.txt", "The sea is calm to-night.\n");
  const Output output = call({"check", "poem.txt"});
  EXPECT_EQ(output.exit_code, 3) << output.err;
  EXPECT_NE(output.err.find("poem.txt"), std::string::npos) << output.err;
}
TEST_F(BadInput, CheckOfADamagedHistoryNamesTheLine) {
  file("h.jsonl",
       "{\"riptide\":\"history\",\"version\":1,\"workload\":\"register\",\"model\":\"cas-"
       "register\",\"start_unix_ns\":1}\n"
       "{\"t\":1,\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"key\":1,\"value\":1}\n"
       "{\"t\":2,\"process\":0,\"type\":\"okay\",\"f\":\"write\",\"key\":1,\"value\":1}\n");
  const Output output = call({"check", "h.jsonl"});
  EXPECT_EQ(output.exit_code, 3) << output.err;
  EXPECT_NE(output.err.find("h.jsonl:3"), std::string::npos) << output.err;
}
TEST_F(BadInput, CheckOfAHistoryThatIsCutOffSaysSoAndJudgesTheRest) {
  file("h.jsonl",
       "{\"riptide\":\"history\",\"version\":1,\"workload\":\"register\",\"model\":\"cas-"
       "register\",\"start_unix_ns\":1}\n"
       "{\"t\":1,\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"key\":1,\"value\":1}\n"
       "{\"t\":2,\"process\":0,\"type\":\"ok\",\"f\":\"write\",\"key\":1,\"value\":1}\n"
       "{\"t\":3,\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"key\":1}\n"
       "{\"t\":4,\"process\":0,\"type\":\"ok\",\"f\":\"read\",\"key\":1,\"value\":1}\n"
       "{\"t\":5,\"process\":0,\"type\":\"inv");
  const Output output = call({"check", "h.jsonl"});
  EXPECT_EQ(output.exit_code, 0) << output.out << output.err;
  EXPECT_NE(output.err.find("cut"), std::string::npos) << output.err;
}
TEST_F(BadInput, CheckOfAHistoryWithoutOperationsIsVacuous) {
  file("h.jsonl",
       "{\"riptide\":\"history\",\"version\":1,\"workload\":\"register\",\"model\":\"cas-"
       "register\",\"start_unix_ns\":1}\n");
  EXPECT_EQ(call({"check", "h.jsonl"}).exit_code, 5);
}
TEST_F(BadInput, AnUnknownModelIsAUsageErrorWithASuggestion) {
  file("h.jsonl",
       "{\"riptide\":\"history\",\"version\":1,\"workload\":\"register\",\"model\":\"cas-"
       "register\",\"start_unix_ns\":1}\n");
  expect_error(call({"check", "h.jsonl", "--model", "cas-regster"}), 4, "cas-register");
}
TEST_F(BadInput, ReportAndReplayOfWhatIsNoRunSaySo) {
  EXPECT_EQ(call({"report", "nowhere"}).exit_code, 4);
  EXPECT_EQ(call({"replay", "nowhere"}).exit_code, 4);
}
TEST_F(BadInput, ACampaignWithAnUnknownOptionNamesTheRunAndTheOption) {
  file("c.json",
       R"({"riptide":"campaign","version":1,"runs":[{"faults":"kill","time-limits":"5s"}]})");
  expect_error(call({"campaign", "c.json"}), 4, "time-limit");
}
TEST_F(BadInput, AScheduleWithAnUnknownFaultNamesTheStep) {
  file("s.json",
       R"({"riptide":"schedule","version":1,"seed":1,"steps":[{"id":1,"start":{"at_ms":1},)"
       R"("fault":"earthquake","targets":["leader"],"end":{"after_ms":5}}]})");
  const Output output = call({"run", "--schedule", "s.json"});
  EXPECT_EQ(output.exit_code, 4) << output.err;
  EXPECT_NE(output.err.find("earthquake"), std::string::npos) << output.err;
}

}  // namespace
}  // namespace riptide::tests
