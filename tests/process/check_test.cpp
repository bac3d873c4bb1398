// `riptide check` and `riptide convert` as users call them: exit codes, formats, limits, proofs.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/process/program.hpp"

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kHeader =
    R"({"riptide":"history","version":1,"workload":"register","model":"cas-register",)"
    R"("start_unix_ns":1})"
    "\n";

/// Operations in the order of their events, as JSON lines.
class Lines {
 public:
  Lines& event(int process, const char* type, const char* f, const std::string& value = "") {
    const std::string number = std::to_string(++time_);
    text_ += R"({"t":)" + number + R"(,"process":)" + std::to_string(process) + R"(,"type":")" +
             type + R"(","f":")" + f + R"(","key":1)" + (value.empty() ? "" : R"(,"value":)") +
             value + "}\n";
    return *this;
  }
  Lines& write(int process, const std::string& value) {
    return event(process, "invoke", "write", value).event(process, "ok", "write", value);
  }
  Lines& read(int process, const std::string& value) {
    return event(process, "invoke", "read").event(process, "ok", "read", value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = kHeader;
  int time_ = 0;
};

/// Thirty writes at once, then a read of what nobody wrote. To try all orders takes for ever.
std::string hard_for_naive() {
  Lines lines;
  const auto value = [](int process) { return std::to_string(process % 3); };
  for (int p = 0; p < 30; ++p) lines.event(p, "invoke", "write", value(p));
  for (int p = 0; p < 30; ++p) lines.event(p, "ok", "write", value(p));
  return lines.read(0, "7").text();
}

std::string valid_jsonl() { return Lines().write(0, "1").read(1, "1").write(1, "2").text(); }
std::string stale_jsonl() { return Lines().write(0, "1").write(0, "2").read(1, "1").text(); }

std::string edn(const char* read) {
  return std::string("[{:process 0, :type :invoke, :f :write, :value 1}\n") +
         " {:process 0, :type :ok, :f :write, :value 1}\n"
         " {:process 1, :type :invoke, :f :read, :value nil}\n"
         " {:process 1, :type :ok, :f :read, :value " +
         read + "}]\n";
}
std::string etcd(const char* read) {
  const std::string info = "INFO  jepsen.util - ";
  return info + "0\t:invoke\t:write\t1\n" + info + "0\t:ok\t:write\t1\n" + info +
         "1\t:invoke\t:read\tnil\n" + info + "1\t:ok\t:read\t" + read + "\n";
}
std::string kv(const char* got) {
  return std::string(R"({:process 0, :type :invoke, :f :append, :key "0", :value "x"})") + "\n" +
         R"({:process 0, :type :ok, :f :append, :key "0", :value "x"})" + "\n" +
         R"({:process 0, :type :invoke, :f :get, :key "0", :value nil})" + "\n" +
         R"({:process 0, :type :ok, :f :get, :key "0", :value ")" + got + "\"}\n";
}

bool contains(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

/// Whether the process has said what to do at Ctrl-C.
bool catches_interrupts(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("SigCgt:", 0) != 0) continue;
    return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1) != 0;
  }
  return false;
}

class Check : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& content) {
    std::ofstream(here_.path() / name, std::ios::binary) << content;
  }
  std::string content(const std::string& name) {
    std::ifstream in(here_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Output call(const std::vector<std::string>& arguments) {
    return riptide(arguments, here_.path(), 60);
  }
  /// `riptide check FILE flags...` ends with this exit code.
  Output expect(int code, const std::string& name, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments{"check", name};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Output output = call(arguments);
    EXPECT_EQ(output.exit_code, code) << name << "\n" << output.out << output.err;
    return output;
  }
  /// The history's events; a field that is null says the same as none.
  std::vector<Json> events(const std::string& name) {
    std::vector<Json> found;
    std::istringstream lines(content(name));
    for (std::string line; std::getline(lines, line);) {
      Json event = Json::parse(line);
      if (event.contains("value") && event["value"].is_null()) event.erase("value");
      found.push_back(std::move(event));
    }
    return found;
  }
  TemporaryDirectory here_;
};

TEST_F(Check, EveryFormatIsRecognisedAndJudged) {
  file("good.jsonl", valid_jsonl());
  file("bad.jsonl", stale_jsonl());
  file("good.edn", edn("1"));
  file("bad.edn", edn("2"));
  file("good.log", etcd("1"));
  file("bad.log", etcd("2"));
  file("good.txt", kv("x"));
  file("bad.txt", kv("y"));
  for (const char* ending : {".jsonl", ".edn", ".log", ".txt"}) {
    // What is EDN may be of any model that reads and writes.
    const bool names_none = std::string(ending) == ".edn";
    const std::vector<std::string> model =
        names_none ? std::vector<std::string>{"--model", "register"} : std::vector<std::string>{};
    const Output good = expect(0, std::string("good") + ending, model);
    EXPECT_TRUE(contains(good.out, "✓ Linearizable")) << good.out;
    const Output bad = expect(1, std::string("bad") + ending, model);
    EXPECT_TRUE(contains(bad.out, "✗ Not linearizable")) << bad.out;
    EXPECT_TRUE(contains(bad.out, "  1. ")) << "the steps of the proof: " << bad.out;
  }
}

TEST_F(Check, AHistoryOfNothingIsVacuousInEveryFormat) {
  file("h.jsonl", kHeader);
  file("h.edn", "[]");
  file("failed.edn",
       "[{:process 0, :type :invoke, :f :write, :value 1}\n"
       " {:process 0, :type :fail, :f :write, :value 1}]");
  file("h.log", "INFO  jepsen.util - 0\t:invoke\t:write\t1\n");
  for (const char* name : {"h.jsonl", "h.edn", "failed.edn", "h.log"})
    expect(5, name, {"--model", "register"});
}

TEST_F(Check, DamageIsAnErrorThatNamesThePlaceInEveryFormat) {
  file("h.jsonl", std::string(kHeader) + "{\"t\":1,\"process\":0}\n" + "{}\n");
  file("h.edn", "[{:process 0, :type :invoke, :f :write, :value 1} ] ]");
  const std::string invoke = "INFO  jepsen.util - 0\t:invoke\t:write\t1\n";
  file("h.log", invoke + invoke);
  file("h.txt", kv("x") + R"({:process 0, :type :invoke, :f :get, :key "0", :key "1"})" + "\n");
  for (const char* name : {"h.jsonl", "h.edn", "h.log", "h.txt"}) {
    const Output output = expect(3, name);
    EXPECT_TRUE(contains(output.err, std::string("riptide: ") + name)) << output.err;
    EXPECT_TRUE(output.out.empty()) << output.out;
  }
}

TEST_F(Check, AFormatThatTheFileDoesNotHaveIsAnErrorWithTheReason) {
  file("h.jsonl", valid_jsonl());
  expect(0, "h.jsonl", {"--format", "jsonl"});
  const Output other = expect(3, "h.jsonl", {"--format", "edn"});
  EXPECT_TRUE(contains(other.err, "h.jsonl:1")) << other.err;
  const Output none = expect(4, "h.jsonl", {"--format", "xml"});
  EXPECT_TRUE(contains(none.err, "auto, jsonl, edn, etcd, kv")) << none.err;
}

TEST_F(Check, TheInitialValueIsWhatAReadBeforeAnyWriteSees) {
  file("h.jsonl", Lines().read(0, "5").write(0, "6").read(1, "6").text());
  expect(1, "h.jsonl");
  expect(0, "h.jsonl", {"--initial", "5"});
  expect(1, "h.jsonl", {"--initial", "4"});
}

TEST_F(Check, ANilThatWasReadSaysNothingWhenItIsToldSo) {
  file("h.jsonl", Lines().write(0, "6").read(1, "null").text());
  expect(1, "h.jsonl");
  expect(0, "h.jsonl", {"--initial", "0"});
  expect(1, "h.jsonl", {"--initial", "0", "--nil-read", "value"});
  expect(0, "h.jsonl", {"--nil-read", "any"});
  expect(4, "h.jsonl", {"--nil-read", "perhaps"});
}

TEST_F(Check, ARefusedCasSaysWhatItSawOnlyWhenItIsAsked) {
  Lines lines;
  lines.write(0, "1").event(1, "invoke", "cas", "[1,2]").event(1, "fail", "cas", "[1,2]");
  file("h.jsonl", lines.read(0, "1").text());
  expect(0, "h.jsonl");
  expect(0, "h.jsonl", {"--failed-cas", "ignore"});
  expect(1, "h.jsonl", {"--failed-cas", "observe"});
}

TEST_F(Check, AllAlgorithmsGiveTheSameVerdict) {
  file("valid.jsonl", valid_jsonl());
  file("stale.jsonl", stale_jsonl());
  Lines open;  // nobody knows what became of a write that was read
  open.event(0, "invoke", "write", "1").event(0, "info", "write", "1").read(1, "1");
  file("open.jsonl", open.text());
  for (const char* algorithm : {"auto", "monitor", "frontier", "search", "race", "naive"}) {
    expect(0, "valid.jsonl", {"--algorithm", algorithm});
    expect(1, "stale.jsonl", {"--algorithm", algorithm});
    expect(0, "open.jsonl", {"--algorithm", algorithm});
  }
  const Output none = expect(4, "valid.jsonl", {"--algorithm", "magic"});
  EXPECT_TRUE(contains(none.err, "auto, monitor, frontier, search, race, naive")) << none.err;
}

TEST_F(Check, AMonitorThatDoesNotApplyLeavesTheHistoryUndecided) {
  file("h.jsonl", Lines().write(0, "1").write(0, "2").write(0, "1").read(1, "1").text());
  const Output output = expect(2, "h.jsonl", {"--algorithm", "monitor"});
  EXPECT_TRUE(contains(output.out, "--algorithm auto can")) << output.out;
  expect(0, "h.jsonl");
}

TEST_F(Check, TheTimeLimitEndsInUnknownAndIsNamed) {
  file("h.jsonl", hard_for_naive());
  const Output output = expect(2, "h.jsonl", {"--algorithm", "naive", "--time", "1s"});
  EXPECT_TRUE(contains(output.out, "the time limit of 1.00 s was reached")) << output.out;
  expect(1, "h.jsonl");
  expect(4, "h.jsonl", {"--time", "1"});
}

TEST_F(Check, TheMemoryLimitEndsInUnknownAndIsNamed) {
  file("h.jsonl", hard_for_naive());
  for (const char* json : {"", "--json"}) {
    std::vector<std::string> flags{"--memory", "1MiB"};
    if (*json != '\0') flags.emplace_back(json);
    const Output output = expect(2, "h.jsonl", flags);
    EXPECT_TRUE(contains(output.out, "the memory limit of 1.0 MiB was reached")) << output.out;
  }
}

TEST_F(Check, CtrlCEndsInUnknown) {
  file("h.jsonl", hard_for_naive());
  Running check({RIPTIDE_PROGRAM, "check", "h.jsonl", "--algorithm", "naive"}, here_.path());
  ASSERT_TRUE(eventually(60, [&] { return catches_interrupts(check.pid()); }));
  check.signal(SIGINT);
  const Output output = check.wait(60);
  EXPECT_EQ(output.exit_code, 130) << output.out << output.err;
  EXPECT_TRUE(contains(output.out, "? Not decided")) << output.out;
}

TEST_F(Check, ACertificateIsVerifiedAndOneThatWasTamperedWithIsRefused) {
  file("h.jsonl", valid_jsonl());
  file("other.jsonl", stale_jsonl());
  expect(0, "h.jsonl", {"--certificate", "proof.json"});
  expect(0, "h.jsonl", {"--verify-certificate", "proof.json"});
  const Output other = expect(3, "other.jsonl", {"--verify-certificate", "proof.json"});
  EXPECT_TRUE(contains(other.out, "another history")) << other.out;

  Json proof = Json::parse(content("proof.json"));
  Json& order = proof["certificates"][0]["order"];
  std::swap(order[0], order[1]);
  file("swapped.json", proof.dump());
  const Output swapped = expect(3, "h.jsonl", {"--verify-certificate", "swapped.json"});
  EXPECT_TRUE(contains(swapped.out, "refused")) << swapped.out;
  proof["certificates"][0]["order"] = Json::array({0, 1});  // one too few
  file("short.json", proof.dump());
  expect(3, "h.jsonl", {"--verify-certificate", "short.json"});
  file("none.json", "{");
  expect(3, "h.jsonl", {"--verify-certificate", "none.json"});
}

TEST_F(Check, OfAnImpossibleHistoryNoCertificateIsWritten) {
  file("h.jsonl", stale_jsonl());
  const Output output = expect(1, "h.jsonl", {"--certificate", "proof.json"});
  EXPECT_TRUE(contains(output.err, "no certificate was written")) << output.err;
  EXPECT_FALSE(fs::exists(here_.path() / "proof.json"));
}

TEST_F(Check, JsonIsAVerdictThatParses) {
  file("good.jsonl", valid_jsonl());
  file("bad.jsonl", stale_jsonl());
  const Json good = Json::parse(expect(0, "good.jsonl", {"--json"}).out);
  EXPECT_EQ(good.at("verdict"), "valid");
  EXPECT_TRUE(good.at("checks").at(0).at("evidence").at("certificate_validated"));
  const Json bad = Json::parse(expect(1, "bad.jsonl", {"--json"}).out);
  EXPECT_EQ(bad.at("verdict"), "invalid");
  EXPECT_EQ(bad.at("checks").at(0).at("anomalies").at(0).at("class"), "stale-read");
}

TEST_F(Check, AHistoryThatWasConvertedThereAndBackIsTheSame) {
  file("good.jsonl", valid_jsonl());
  file("bad.jsonl", stale_jsonl());
  for (const auto& [name, code] : {std::pair{"good", 0}, std::pair{"bad", 1}}) {
    const std::string lines = std::string(name) + ".jsonl", edn = std::string(name) + ".edn";
    EXPECT_EQ(call({"convert", lines, edn}).exit_code, 0);
    EXPECT_EQ(call({"convert", edn, "back.jsonl"}).exit_code, 0);
    expect(code, edn);
    expect(code, "back.jsonl");
    EXPECT_EQ(events("back.jsonl"), events(lines));
  }
}

TEST_F(Check, ConvertRefusesWhatItCannotDoAndLeavesNoFile) {
  file("h.jsonl", valid_jsonl());
  EXPECT_EQ(call({"convert", "h.jsonl", "h.xml"}).exit_code, 4);
  EXPECT_EQ(call({"convert", "h.jsonl", "h.log", "--to", "etcd"}).exit_code, 4);
  EXPECT_EQ(call({"convert", "nowhere.jsonl", "h.edn"}).exit_code, 3);
  for (const char* name : {"h.xml", "h.log", "h.edn", "h.edn.part"})
    EXPECT_FALSE(fs::exists(here_.path() / name)) << name;
}

}  // namespace
}  // namespace riptide::tests
