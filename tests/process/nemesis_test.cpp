// The walk through a schedule: real processes, over a cluster whose roles the test decides.
#include "nemesis/nemesis.hpp"

#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace riptide::nemesis {
namespace {

using Json = nlohmann::json;
using Phase = FaultReport::Phase;
using namespace std::chrono_literals;

/// Sleeping processes, and roles as the test sets them.
struct TestCluster final : Cluster {
  TestCluster(boost::asio::io_context& i, std::vector<std::string> names) : io(i) {
    for (const std::string& name : names) {
      nodes.push_back({name, true, "follower", 1});
      start(name);
    }
  }
  void start(const std::string& name) {
    auto child = Child::start(io, {{"/bin/sleep", "1000"}, {}, "/", "/dev/null", "/dev/null"});
    ASSERT_TRUE(child) << child.error().text();
    children[name] = std::move(*child);
  }
  void lead(const std::string& name, std::uint64_t term) {
    for (NodeView& node : nodes)
      if (node.name == name) node.role = "leader", node.term = term;
  }
  std::vector<NodeView> view() const override {
    std::vector<NodeView> now = nodes;
    for (NodeView& node : now) {
      node.running = children.at(node.name)->running() && !restarting.contains(node.name);
      if (!node.running) node.role.clear();
    }
    return now;
  }
  Child* child(const std::string& node) override { return children.at(node).get(); }
  void expect_exit(const std::string& node) override { expected.push_back(node); }
  void restart(const std::string& node, std::function<void(Result<std::string>)> done) override {
    if (deaf) return;
    EXPECT_FALSE(children.at(node)->running()) << node << " is started twice";
    restarting.insert(node);
    auto timer = std::make_shared<boost::asio::steady_timer>(io, 5ms);
    timer->async_wait([this, node, done, timer](boost::system::error_code) {
      restarting.erase(node);
      start(node);
      done(R"({"ready_ms":5})");
    });
  }
  char state(const std::string& node) const {
    std::ifstream file("/proc/" + std::to_string(children.at(node)->pid()) + "/stat");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto at = text.rfind(')');
    return at == std::string::npos ? 0 : text[at + 2];
  }

  boost::asio::io_context& io;
  std::vector<NodeView> nodes;
  std::map<std::string, std::unique_ptr<Child>> children;
  std::set<std::string> restarting;
  std::vector<std::string> expected;
  bool deaf = false;  ///< a restart never answers
};

/// Cuts nothing; remembers what it was told.
struct TestCarrier final : Carrier {
  explicit TestCarrier(boost::asio::io_context& i) : io(i) {}
  std::string name() const override { return "test"; }
  Endpoint address_of(const std::string&, const std::string&) const override { return {}; }
  void cut(const std::set<Link>& links) override {
    now = links;
    history.push_back(links);
  }
  LinkCounters counters(const Link&) const override { return {0, 10, 1}; }
  void probe(const Link& link, Duration, std::function<void(Result<bool>)> done) override {
    boost::asio::post(io, [this, link, done] {
      if (stuck) return done(!*stuck);
      done(!now.contains(link));
    });
  }
  boost::asio::io_context& io;
  std::set<Link> now;
  std::vector<std::set<Link>> history;
  std::optional<bool>
      stuck;  ///< every probe says: cut (true) or open (false), whatever is the case
};

std::set<Link> between(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::set<Link> links;
  for (const auto& one : a)
    for (const auto& other : b) links.insert({one, other}), links.insert({other, one});
  return links;
}

class NemesisTest : public testing::Test {
 protected:
  void start(const std::string& steps, const std::string& more = "") {
    auto schedule = schedule_from_json(
        R"({"riptide":"schedule","version":1,)" + more + R"("steps":[)" + steps + "]}", "test");
    ASSERT_TRUE(schedule) << schedule.error().text();
    nemesis = Nemesis::make(io, cluster, carrier, *schedule, 7,
                            [this](const FaultReport& report) { reports.push_back(report); });
    nemesis->start();
  }
  template <class Condition>
  bool eventually(Condition holds) {
    const MonoTime limit = mono_now() + 40s;
    while (!holds()) {
      if (mono_now() > limit) return false;
      io.restart();
      io.run_for(1ms);
    }
    return true;
  }
  void run_for(Duration time) {
    io.restart();
    io.run_for(time);
  }
  const FaultReport* find(std::uint64_t step, Phase phase) const {
    for (const FaultReport& report : reports)
      if (report.step == step && report.phase == phase) return &report;
    return nullptr;
  }
  bool reached(std::uint64_t step, Phase phase) {
    return eventually([&] { return find(step, phase) != nullptr; });
  }
  void stop() {
    bool done = false;
    nemesis->stop_and_heal([&] { done = true; });
    ASSERT_TRUE(eventually([&] { return done; }));
    EXPECT_EQ(nemesis->active(), 0u);
  }
  void expect_all_well() {
    EXPECT_TRUE(carrier.now.empty());
    for (const NodeView& node : cluster.view()) {
      EXPECT_TRUE(node.running) << node.name;
      EXPECT_NE(cluster.state(node.name), 'T') << node.name;
    }
    for (const FaultReport& r : reports) EXPECT_NE(r.phase, Phase::failed) << r.failure;
  }
  std::string phases(std::uint64_t step) const {
    std::string all;
    for (const FaultReport& report : reports)
      if (report.step == step) all += (all.empty() ? "" : " ") + std::string(name(report.phase));
    return all;
  }

  boost::asio::io_context io;
  TestCluster cluster{io, {"n1", "n2", "n3", "n4", "n5"}};
  TestCarrier carrier{io};
  std::vector<FaultReport> reports;
  std::unique_ptr<Nemesis> nemesis;
};

const char* const kAllPhases = "asked took-effect heal-asked healed";

TEST_F(NemesisTest, AKillIsProvedAndEndsWithARestart) {
  cluster.lead("n2", 3);
  const pid_t before = cluster.child("n2")->pid();
  start(R"({"id":1,"start":{"at_ms":5},"fault":"kill","targets":["leader"],"end":{"after_ms":5}})");
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_EQ(phases(1), kAllPhases);
  EXPECT_EQ(find(1, Phase::asked)->description, "killed n2 (leader)");
  const Json proof = Json::parse(find(1, Phase::took_effect)->proof).at("nodes").at("n2");
  EXPECT_EQ(proof.at("signal"), 9);
  EXPECT_EQ(proof.at("pid"), before);
  EXPECT_EQ(Json::parse(find(1, Phase::healed)->proof).at("nodes").at("n2").at("ready_ms"), 5);
  EXPECT_EQ(cluster.expected, std::vector<std::string>{"n2"});
  EXPECT_NE(cluster.child("n2")->pid(), before);
  expect_all_well();
}

TEST_F(NemesisTest, APauseIsProvedAndEndsWithAResume) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"pause","targets":["n1","n4"]})");
  ASSERT_TRUE(reached(1, Phase::took_effect));
  EXPECT_EQ(nemesis->active(), 1u);
  EXPECT_EQ(cluster.state("n1"), 'T');
  EXPECT_EQ(cluster.state("n4"), 'T');
  EXPECT_EQ(find(1, Phase::asked)->description, "paused n1, n4");
  const Json proof = Json::parse(find(1, Phase::took_effect)->proof).at("nodes");
  EXPECT_EQ(proof.at("n1").at("state"), "T");
  stop();
  EXPECT_EQ(phases(1), kAllPhases);
  expect_all_well();
}

TEST_F(NemesisTest, APartitionIsProvedByProbesAndCounters) {
  cluster.lead("n1", 1);
  start(R"({"id":1,"start":{"at_ms":0},"fault":"partition","shape":"leader-alone",)"
        R"("end":{"after_ms":1}})");
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_EQ(phases(1), kAllPhases);
  EXPECT_EQ(find(1, Phase::asked)->description, "cut n1 | n2 n3 n4 n5 (leader alone)");
  EXPECT_EQ(find(1, Phase::asked)->targets, std::vector<std::string>{"n1"});
  const Json proof = Json::parse(find(1, Phase::took_effect)->proof);
  EXPECT_EQ(proof.at("links").size(), 8u);
  EXPECT_EQ(proof.at("probes_withheld"), 8);
  const Json healed = Json::parse(find(1, Phase::healed)->proof);
  EXPECT_EQ(healed.at("probes_passed"), 8);
  EXPECT_EQ(healed.at("withheld_bytes"), 80);
  ASSERT_EQ(carrier.history.size(), 2u) << "one swap each";
  EXPECT_EQ(carrier.history[0], between({"n1"}, {"n2", "n3", "n4", "n5"}));
  expect_all_well();
}

TEST_F(NemesisTest, AFaultThatCannotBeProvedFailsAndIsUndone) {
  carrier.stuck = false;
  start(R"({"id":1,"start":{"at_ms":0},"fault":"partition","parts":[["n1"],["n2"]],)"
        R"("end":{"after_ms":1}})");
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_EQ(phases(1), "asked failed heal-asked healed");
  EXPECT_EQ(find(1, Phase::failed)->failure,
            "the link from n1 to n2 is not cut: a probe came through");
  EXPECT_TRUE(carrier.now.empty());
}

TEST_F(NemesisTest, AHealThatCannotBeProvedFails) {
  carrier.stuck = true;
  start(R"({"id":1,"start":{"at_ms":0},"fault":"partition","parts":[["n1"],["n2"]],)"
        R"("end":{"after_ms":1}})");
  ASSERT_TRUE(reached(1, Phase::failed));
  EXPECT_EQ(phases(1), "asked took-effect heal-asked failed");
  EXPECT_EQ(find(1, Phase::failed)->failure,
            "the link from n1 to n2 is not healed: a probe was withheld");
}

TEST_F(NemesisTest, OverlappingPartitionsAddUpAndALinkHealsWithTheLast) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"partition","parts":[["n1"],["n2","n3"]],)"
        R"("end":{"with":2}},)"
        R"({"id":2,"start":{"after":1},"fault":"partition","parts":[["n1","n2"],["n3"]]})");
  ASSERT_TRUE(reached(1, Phase::healed));
  stop();
  std::set<Link> both = between({"n1"}, {"n2", "n3"});
  both.merge(between({"n2"}, {"n3"}));
  const std::vector<std::set<Link>> expected = {
      between({"n1"}, {"n2", "n3"}), both, between({"n1", "n2"}, {"n3"}), {}};
  EXPECT_EQ(carrier.history, expected) << "the new one begins before the old one ends";
  EXPECT_EQ(Json::parse(find(1, Phase::healed)->proof).at("probes_passed"), 2)
      << "n1 and n3 are still cut";
  expect_all_well();
}

TEST_F(NemesisTest, ANodeIsResumedWhenNoPauseIsLeft) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"pause","targets":["n1","n2"],"end":{"with":2}},)"
        R"({"id":2,"start":{"after":1},"fault":"pause","targets":["n2","n3"]})");
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_NE(cluster.state("n1"), 'T');
  EXPECT_EQ(cluster.state("n2"), 'T');
  EXPECT_EQ(cluster.state("n3"), 'T');
  stop();
  expect_all_well();
}

TEST_F(NemesisTest, AKilledNodeStartsWhenNoKillIsLeft) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["n1","n2"],"end":{"with":2}},)"
        R"({"id":2,"start":{"after":1},"fault":"kill","targets":["n2","n3"]})");
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_TRUE(cluster.child("n1")->running());
  EXPECT_FALSE(cluster.child("n2")->running());
  EXPECT_FALSE(cluster.child("n3")->running());
  stop();
  expect_all_well();
}

TEST_F(NemesisTest, APauseEndsWithItsProcess) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"pause","targets":["n1"],"end":{"with":3}},)"
        R"({"id":2,"start":{"after":1},"fault":"kill","targets":["n1"],"end":{"after_ms":1}},)"
        R"({"id":3,"start":{"after_healed":2},"fault":"pause","targets":["n2"]})");
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_NE(find(1, Phase::healed)->proof.find("before it was resumed"), std::string::npos);
  stop();
  expect_all_well();
}

TEST_F(NemesisTest, AFaultOnDeadNodesAloneFailsIsSkippedAndHoldsNobodyUp) {
  start(
      R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["n1"]},)"
      R"({"id":2,"start":{"after":1},"fault":"pause","targets":["n1"],"end":{"after_ms":1000000}},)"
      R"({"id":3,"start":{"after_healed":2},"fault":"pause","targets":["n1","n2"]})");
  ASSERT_TRUE(reached(3, Phase::took_effect));
  EXPECT_EQ(phases(2), "asked failed");
  EXPECT_EQ(find(2, Phase::failed)->failure, "every target is dead already");
  const Json proof = Json::parse(find(3, Phase::took_effect)->proof).at("nodes");
  EXPECT_EQ(proof.at("n1").at("already"), "not running");
  EXPECT_EQ(proof.at("n2").at("state"), "T");
  stop();
  EXPECT_EQ(phases(3), kAllPhases);
}

TEST_F(NemesisTest, ANodeThatDiesByItselfUnderAPartitionIsNotProbed) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"partition","parts":[["n1"],["n2","n3"]]})");
  ASSERT_TRUE(reached(1, Phase::took_effect));
  cluster.children["n2"].reset();
  cluster.start("n2");
  bool dead = false;
  cluster.child("n2")->kill([&](Result<std::string>) { dead = true; });
  ASSERT_TRUE(eventually([&] { return dead; }));
  stop();
  const Json healed = Json::parse(find(1, Phase::healed)->proof);
  EXPECT_EQ(healed.at("probes_passed"), 3);
  EXPECT_EQ(healed.at("not_probed"), Json::parse(R"([["n1","n2"]])"));
}

TEST_F(NemesisTest, AnUnknownNameIsAFailure) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["n9"]})");
  ASSERT_TRUE(reached(1, Phase::failed));
  EXPECT_NE(find(1, Phase::failed)->failure.find("\"n9\" is neither a node nor"),
            std::string::npos);
  stop();
}

TEST_F(NemesisTest, AStepWaitsForALeaderElectedAfterTheOneBefore) {
  cluster.lead("n1", 5);
  cluster.lead("n4", 5);
  start(
      R"({"id":1,"start":{"at_ms":0},"fault":"partition","parts":[["n1","n2"],["n3","n4","n5"]]},)"
      R"({"id":2,"start":{"after":1,"leader_elected":true,"leader_among":["n3","n4"],)"
      R"("delay_ms":30},)"
      R"("fault":"pause","targets":["leader"]})");
  ASSERT_TRUE(reached(1, Phase::took_effect));
  run_for(20ms);
  EXPECT_EQ(phases(2), "") << "n4 led already";
  cluster.lead("n5", 6);
  run_for(20ms);
  EXPECT_EQ(phases(2), "") << "n5 is not among them";
  const MonoTime elected = mono_now();
  cluster.lead("n3", 7);
  ASSERT_TRUE(reached(2, Phase::took_effect));
  EXPECT_GE(mono_now() - elected, 30ms);
  EXPECT_EQ(find(2, Phase::asked)->description, "paused n3 (leader)");
  stop();
  expect_all_well();
}

TEST_F(NemesisTest, WithoutALeaderTheFaultWaitsForOne) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["leader"],"end":{"after_ms":1}})");
  run_for(50ms);
  EXPECT_TRUE(reports.empty());
  cluster.lead("n3", 2);
  ASSERT_TRUE(reached(1, Phase::healed));
  EXPECT_EQ(find(1, Phase::asked)->description, "killed n3 (leader)");
}

TEST_F(NemesisTest, Figure8CanBeWrittenAndRepeatsUntilItIsStopped) {
  // The Raft paper's Figure 8: leaders are cut off with one follower, again and again.
  const std::string steps =
      R"({"id":1,"start":{"at_ms":1},"cast":[["A",{"role":"leader"}],["B",{"role":"follower"}],
          ["C",{}],["D",{}],["E",{}]],
          "fault":"partition","parts":[["A","B"],["C","D","E"]],"end":{"with":2}},
         {"id":2,
          "start":{"after":1,"leader_elected":true,"leader_among":["C","D","E"],"delay_ms":1},
          "cast":[["F",{"role":"leader","among":["C","D","E"]}],["G",{"among":["C","D","E"]}],
          ["H",{"among":["C","D","E"]}]],
          "fault":"partition","parts":[["A","B","G"],["F","H"]],"end":{"with":3}},
         {"id":3,"start":{"after":2,"leader_elected":true,"leader_among":["A","B","G"]},
          "fault":"kill","targets":["F"],"end":{"after_ms":1}})";
  cluster.lead("n1", 1);
  start(steps, R"("repeat":true,"rest_ms":2,)");
  std::uint64_t term = 1;
  for (int round = 0; round < 3; ++round) {
    reports.clear();
    ASSERT_TRUE(reached(1, Phase::took_effect)) << round;
    const auto cut_off = find(1, Phase::took_effect)->targets;
    for (NodeView& node : cluster.nodes) node.role = "follower";
    std::string f;
    for (const NodeView& node : cluster.nodes)
      if (std::find(cut_off.begin(), cut_off.end(), node.name) == cut_off.end()) f = node.name;
    cluster.lead(f, ++term);
    ASSERT_TRUE(reached(2, Phase::took_effect)) << round;
    EXPECT_TRUE(eventually([&] { return find(1, Phase::healed) != nullptr; }));
    EXPECT_NE(find(2, Phase::asked)->description.find(f), std::string::npos);
    EXPECT_EQ(find(2, Phase::asked)->targets.size(), 2u) << "F and H";
    cluster.lead(cut_off.front(), ++term);
    ASSERT_TRUE(reached(3, Phase::healed)) << round;
    EXPECT_EQ(find(3, Phase::asked)->targets, std::vector<std::string>{f});
  }
  stop();
  expect_all_well();
}

TEST_F(NemesisTest, StopHealsEverythingInTheMiddleOfManyFaults) {
  cluster.lead("n1", 1);
  start(R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["n1","n2"]},)"
        R"({"id":2,"start":{"at_ms":0},"fault":"pause","targets":["n3","n4"]},)"
        R"({"id":3,"start":{"at_ms":0},"fault":"partition","shape":"halves"},)"
        R"({"id":4,"start":{"at_ms":0},"fault":"pause","targets":["n4","n5"]},)"
        R"({"id":5,"start":{"at_ms":100000},"fault":"kill","targets":["all"]})");
  stop();  // while they are being carried out
  EXPECT_EQ(phases(5), "");
  for (std::uint64_t step = 1; step <= 3; ++step) EXPECT_EQ(phases(step), kAllPhases) << step;
  expect_all_well();
  bool again = false;
  nemesis->stop_and_heal([&] { again = true; });
  EXPECT_TRUE(eventually([&] { return again; }));
}

TEST_F(NemesisTest, StopIsDoneAlsoBeforeTheStart) {
  nemesis = Nemesis::make(io, cluster, carrier, Schedule{}, 1, [](const FaultReport&) {});
  stop();
}

TEST_F(NemesisTest, ADestroyedNemesisIsSilent) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["n1"]},)"
        R"({"id":2,"start":{"at_ms":0},"fault":"partition","shape":"halves"})");
  run_for(1ms);
  nemesis.reset();
  const std::size_t told = reports.size();
  run_for(50ms);
  EXPECT_EQ(reports.size(), told);
}

TEST_F(NemesisTest, StopGivesUpOnANodeThatNeverComesBack) {
  start(R"({"id":1,"start":{"at_ms":0},"fault":"kill","targets":["n1"]})");
  ASSERT_TRUE(reached(1, Phase::took_effect));
  cluster.deaf = true;
  stop();
  EXPECT_EQ(phases(1), "asked took-effect heal-asked failed");
  EXPECT_EQ(find(1, Phase::failed)->failure, "it was not healed within 20 s");
}

}  // namespace
}  // namespace riptide::nemesis
