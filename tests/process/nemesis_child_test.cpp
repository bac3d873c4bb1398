// Child: real processes are started, stopped, ended, and each is proved.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "base/time.hpp"
#include "nemesis/process/child.hpp"

namespace riptide::nemesis {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

class ChildTest : public testing::Test {
 protected:
  ChildTest() {
    char name[] = "/tmp/riptide-child-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~ChildTest() override { std::filesystem::remove_all(directory_); }

  ChildOptions options(std::vector<std::string> argv) const {
    return {std::move(argv), {}, directory_, directory_ / "out", directory_ / "err"};
  }
  ChildOptions shell(const std::string& script) const { return options({"/bin/sh", "-c", script}); }

  std::unique_ptr<Child> start(const ChildOptions& what) {
    auto child = Child::start(io_, what);
    EXPECT_TRUE(child) << child.error().text();
    return child ? std::move(*child) : nullptr;
  }

  /// Runs the loop until it holds; generous, so that a slow machine does not matter.
  template <class Condition>
  bool eventually(Condition holds) {
    const MonoTime limit = mono_now() + 30s;
    while (!holds()) {
      if (mono_now() > limit) return false;
      io_.restart();
      io_.run_for(2ms);
    }
    return true;
  }

  /// Starts something that answers with a proof, and waits for the answer.
  template <class Ask>
  Result<std::string> answer(Ask ask) {
    std::optional<Result<std::string>> got;
    ask([&](Result<std::string> result) { got = std::move(result); });
    if (!eventually([&] { return got.has_value(); })) return fail("no answer");
    return *got;
  }
  Result<std::string> kill(Child& c) {
    return answer([&](auto done) { c.kill(std::move(done)); });
  }
  Result<std::string> pause(Child& c) {
    return answer([&](auto done) { c.pause(std::move(done)); });
  }
  Result<std::string> resume(Child& c) {
    return answer([&](auto done) { c.resume(std::move(done)); });
  }

  std::string text_of(const char* name) const {
    std::ifstream file(directory_ / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static bool gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }
  static char state(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto at = text.rfind(')');
    return at == std::string::npos ? 0 : text[at + 2];
  }

  boost::asio::io_context io_;
  std::filesystem::path directory_;
};

TEST_F(ChildTest, KillIsProvedByTheReapedExit) {
  auto child = start(options({"/bin/sleep", "1000"}));
  std::optional<Exit> exit;
  child->on_exit([&](Exit e) { exit = e; });
  const pid_t pid = child->pid();
  EXPECT_TRUE(child->running());
  const auto proof = kill(*child);
  ASSERT_TRUE(proof) << proof.error().text();
  const Json json = Json::parse(*proof);
  EXPECT_EQ(json.at("signal"), 9);
  EXPECT_EQ(json.at("pid"), pid);
  EXPECT_GE(json.at("reaped_ms"), 0.0);
  EXPECT_TRUE(gone(pid));
  EXPECT_FALSE(child->running());
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->text(), "signal 9 (SIGKILL)");
}

TEST_F(ChildTest, PauseIsProvedByStateTAndResumeByItsAbsence) {
  auto child = start(options({"/bin/sleep", "1000"}));
  const auto paused = pause(*child);
  ASSERT_TRUE(paused) << paused.error().text();
  EXPECT_EQ(Json::parse(*paused).at("state"), "T");
  EXPECT_EQ(Json::parse(*paused).at("tasks"), 1);
  EXPECT_EQ(state(child->pid()), 'T');
  const auto resumed = resume(*child);
  ASSERT_TRUE(resumed) << resumed.error().text();
  EXPECT_EQ(Json::parse(*resumed).at("stopped"), 0);
  EXPECT_NE(state(child->pid()), 'T');
  EXPECT_TRUE(child->running());
}

TEST_F(ChildTest, PauseAndKillReachEveryProcessOfTheGroup) {
  auto child = start(shell("sleep 1000 & echo $!; sleep 1000 & echo $!; wait"));
  std::istringstream pids;
  ASSERT_TRUE(eventually([&] {
    const std::string text = text_of("out");
    return std::count(text.begin(), text.end(), '\n') == 2;
  }));
  pid_t first = 0, second = 0;
  std::istringstream(text_of("out")) >> first >> second;
  const auto paused = pause(*child);
  ASSERT_TRUE(paused) << paused.error().text();
  EXPECT_EQ(Json::parse(*paused).at("tasks"), 3);
  for (const pid_t pid : {child->pid(), first, second}) EXPECT_EQ(state(pid), 'T');
  const auto killed = kill(*child);
  ASSERT_TRUE(killed) << killed.error().text();
  // Orphans are reaped by init; dead they are at once.
  for (const pid_t pid : {first, second}) EXPECT_TRUE(gone(pid) || state(pid) == 'Z') << pid;
}

TEST_F(ChildTest, APausedProcessCanBeKilled) {
  auto child = start(options({"/bin/sleep", "1000"}));
  ASSERT_TRUE(pause(*child));
  const auto killed = kill(*child);
  ASSERT_TRUE(killed) << killed.error().text();
  EXPECT_EQ(Json::parse(*killed).at("signal"), 9);
}

TEST_F(ChildTest, AKillWhileAPauseIsBeingProvedEndsBoth) {
  auto child = start(options({"/bin/sleep", "1000"}));
  std::optional<Result<std::string>> paused, killed;
  ::kill(child->pid(), SIGSTOP);
  child->resume([&](Result<std::string> r) { paused = std::move(r); });
  child->kill([&](Result<std::string> r) { killed = std::move(r); });
  ASSERT_TRUE(eventually([&] { return paused && killed; }));
  EXPECT_TRUE(*killed);
}

TEST_F(ChildTest, WhatHasEndedCannotBeKilledPausedOrResumed) {
  auto child = start(shell("exit 3"));
  std::optional<Exit> exit;
  child->on_exit([&](Exit e) { exit = e; });
  ASSERT_TRUE(eventually([&] { return exit.has_value(); }));
  EXPECT_EQ(exit->text(), "exit status 3");
  EXPECT_NE(kill(*child).error().text().find("already ended (exit status 3)"), std::string::npos);
  EXPECT_FALSE(pause(*child));
  EXPECT_FALSE(resume(*child));
}

TEST_F(ChildTest, OnExitIsCalledOnceAlsoWhenItIsSetTooLate) {
  auto child = start(shell("exit 0"));
  ASSERT_TRUE(eventually([&] { return !child->running(); }));
  int calls = 0;
  child->on_exit([&](Exit) { ++calls; });
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  ASSERT_TRUE(eventually([&] { return true; }));
  EXPECT_EQ(calls, 1);
}

TEST_F(ChildTest, TerminateAsksFirstAndKillsAfterTheGrace) {
  std::optional<Exit> polite, stubborn;
  auto first = start(options({"/bin/sleep", "1000"}));
  ASSERT_TRUE(pause(*first));  // even a stopped process hears SIGTERM
  first->terminate(20'000, [&](Exit e) { polite = e; });
  ASSERT_TRUE(eventually([&] { return polite.has_value(); }));
  EXPECT_EQ(polite->code, SIGTERM);
  auto second = start(shell("trap '' TERM; echo ready; while :; do sleep 0.01; done"));
  ASSERT_TRUE(eventually([&] { return text_of("out") == "ready\n"; }));
  second->terminate(20, [&](Exit e) { stubborn = e; });
  ASSERT_TRUE(eventually([&] { return stubborn.has_value(); }));
  EXPECT_EQ(stubborn->code, SIGKILL);
}

TEST_F(ChildTest, TheDestructorKillsAndReapsAtOnce) {
  auto child = start(options({"/bin/sleep", "1000"}));
  const pid_t pid = child->pid();
  std::optional<Result<std::string>> killed;
  child->kill([&](Result<std::string> r) { killed = std::move(r); });
  child.reset();
  EXPECT_TRUE(gone(pid));
  EXPECT_FALSE(killed) << "nothing may call back from inside a destructor";
  ASSERT_TRUE(eventually([&] { return killed.has_value(); }));
  EXPECT_TRUE(*killed);
}

TEST_F(ChildTest, AChildMayBeDestroyedWhenItsExitIsTold) {
  auto child = start(options({"/bin/sleep", "1000"}));
  bool told = false;
  child->on_exit([&](Exit) {
    child.reset();
    told = true;
  });
  std::optional<Result<std::string>> killed;
  child->kill([&](Result<std::string> r) {
    EXPECT_TRUE(told) << "the owner learns first";
    killed = std::move(r);
  });
  ASSERT_TRUE(eventually([&] { return killed.has_value(); }));
  EXPECT_TRUE(*killed);
}

TEST_F(ChildTest, ItRunsInItsDirectoryWithItsEnvironmentAndAppendsItsOutput) {
  std::ofstream(directory_ / "out") << "before\n";
  ChildOptions what = shell("echo $RIPTIDE_TEST; pwd; echo wrong >&2; cat; test -n \"$PATH\"");
  what.environment["RIPTIDE_TEST"] = "a b=c";
  auto child = start(what);
  std::optional<Exit> exit;
  child->on_exit([&](Exit e) { exit = e; });
  ASSERT_TRUE(eventually([&] { return exit.has_value(); })) << "stdin is empty, so cat ends";
  EXPECT_EQ(exit->text(), "exit status 0");
  const std::string where = std::filesystem::canonical(directory_).string();
  EXPECT_EQ(text_of("out"), "before\na b=c\n" + where + "\n");
  EXPECT_EQ(text_of("err"), "wrong\n");
}

TEST_F(ChildTest, ARelativePathOfTheProgramMeansOursAndNotTheNodesDirectory) {
  ChildOptions what = options({std::filesystem::relative("/bin/sleep").string(), "1000"});
  what.working_directory = directory_;
  EXPECT_TRUE(start(what)->running());
}

TEST_F(ChildTest, ItHasAGroupOfItsOwnAndNoneOfOurDescriptors) {
  const int leak = ::open("/dev/null", O_RDONLY);  // on purpose without O_CLOEXEC
  auto child = start(shell("ls /proc/self/fd; sleep 1000"));
  EXPECT_EQ(::getpgid(child->pid()), child->pid());
  ASSERT_TRUE(eventually([&] { return text_of("out").size() >= 8; }));
  EXPECT_EQ(text_of("out"), "0\n1\n2\n3\n") << "3 is the directory that ls reads";
  ::close(leak);
}

TEST_F(ChildTest, WhatCannotBeStartedIsAClearErrorAndLeavesNoProcess) {
  const auto missing = Child::start(io_, options({"/nonexistent/riptide-node"}));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text().find("cannot start /nonexistent/riptide-node: No such file"),
            std::string::npos)
      << missing.error().text();
  EXPECT_FALSE(missing.error().fix().empty());
  EXPECT_FALSE(Child::start(io_, options({"/tmp"})));
  std::ofstream(directory_ / "garbage") << "\x7f"
                                           "ELF";
  ::chmod((directory_ / "garbage").c_str(), 0755);
  const auto garbage = Child::start(io_, options({(directory_ / "garbage").string()}));
  ASSERT_FALSE(garbage);
  EXPECT_NE(garbage.error().text().find("Exec format error"), std::string::npos);
  ChildOptions nowhere = options({"/bin/sleep", "1000"});
  nowhere.working_directory = "/nonexistent";
  EXPECT_FALSE(Child::start(io_, nowhere));
  ChildOptions unwritable = options({"/bin/sleep", "1000"});
  unwritable.stdout_file = "/nonexistent/out";
  EXPECT_FALSE(Child::start(io_, unwritable));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ChildTest, NoNodeSurvivesTheSuddenDeathOfTheProgram) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const ChildOptions what = options({"/bin/sleep", "1000"});
  const pid_t program = ::fork();
  if (program == 0) {
    boost::asio::io_context io;
    auto child = Child::start(io, what);
    const pid_t pid = child ? (*child)->pid() : -1;
    if (::write(ends[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
    io.run();  // until it is killed
    ::_exit(0);
  }
  pid_t node = -1;
  ASSERT_EQ(::read(ends[0], &node, sizeof node), static_cast<ssize_t>(sizeof node));
  ASSERT_GT(node, 0);
  EXPECT_FALSE(gone(node));
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  EXPECT_TRUE(eventually([&] { return gone(node) || state(node) == 'Z'; }));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace riptide::nemesis
