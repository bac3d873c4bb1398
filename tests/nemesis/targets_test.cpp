// Whom a step hits, given who leads and who runs.
#include "nemesis/targets.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace riptide::nemesis {
namespace {

using Names = std::vector<std::string>;

/// Five nodes; n2 leads in term 4, n5 still thinks that it leads in term 3.
Scene five() {
  Scene scene;
  scene.nodes = {{"n1", true, "follower", 4},
                 {"n2", true, "leader", 4},
                 {"n3", true, "follower", 4},
                 {"n4", true, "follower", 4},
                 {"n5", true, "leader", 3}};
  return scene;
}

Scene without_leader() {
  Scene scene = five();
  scene.nodes[1].role = scene.nodes[4].role = "follower";
  return scene;
}

Step step_of(const std::string& fault, const std::string& what) {
  Step step;
  step.id = 1;
  step.fault = fault;
  (fault == "partition" ? step.shape : step.targets.emplace_back()) = what;
  return step;
}

Chosen must_choose(const Step& step, const Scene& scene, std::uint64_t seed = 1) {
  Random random(seed);
  auto chosen = choose(step, scene, random);
  EXPECT_TRUE(chosen) << chosen.error().text();
  EXPECT_TRUE(chosen && *chosen) << "nobody was chosen";
  return chosen && *chosen ? **chosen : Chosen{};
}

bool waits(const Step& step, const Scene& scene) {
  Random random(1);
  const auto chosen = choose(step, scene, random);
  return chosen && !*chosen;
}

TEST(Targets, TheLeaderIsTheRunningOneOfTheGreatestTerm) {
  Scene scene = five();
  EXPECT_EQ(must_choose(step_of("kill", "leader"), scene).targets, Names{"n2"});
  EXPECT_EQ(must_choose(step_of("kill", "leader"), scene).description, "killed n2 (leader)");
  scene.nodes[1].running = false;
  EXPECT_EQ(must_choose(step_of("kill", "leader"), scene).targets, Names{"n5"});
}

TEST(Targets, AFollowerNeverLeadsAndRuns) {
  Scene scene = five();
  scene.nodes[0].running = scene.nodes[2].running = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    // n1 and n3 may be chosen as targets only when they run.
    const Chosen chosen = must_choose(step_of("pause", "minority"), scene, seed);
    EXPECT_EQ(chosen.targets.size(), 2u);
    for (const std::string& node : chosen.targets) EXPECT_TRUE(node != "n1" && node != "n3");
  }
  EXPECT_EQ(must_choose(step_of("pause", "follower"), five()).description.substr(0, 8), "paused n");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Chosen chosen = must_choose(step_of("pause", "follower"), five(), seed);
    EXPECT_NE(chosen.targets, Names{"n2"});
    EXPECT_NE(chosen.targets, Names{"n5"}) << "it thinks that it leads";
  }
}

TEST(Targets, AMinorityAndAMajorityAreCountedOverAllNodes) {
  EXPECT_EQ(must_choose(step_of("kill", "minority"), five()).targets.size(), 2u);
  EXPECT_EQ(must_choose(step_of("kill", "majority"), five()).targets.size(), 3u);
  EXPECT_EQ(must_choose(step_of("kill", "all"), five()).targets.size(), 5u);
  EXPECT_EQ(must_choose(step_of("kill", "one"), five()).targets.size(), 1u);
  Scene three = five();
  three.nodes.resize(3);
  EXPECT_EQ(must_choose(step_of("kill", "minority"), three).targets.size(), 1u);
}

TEST(Targets, WithoutALeaderTheFaultWaitsAndAtLastTakesAnybodyAndSaysSo) {
  Scene scene = without_leader();
  for (const Step& step : {step_of("kill", "leader"), step_of("partition", "leader-alone"),
                           step_of("partition", "leader-minority")}) {
    EXPECT_TRUE(waits(step, without_leader()));
    scene.without_leader = true;
    const Chosen chosen = must_choose(step, scene);
    EXPECT_NE(chosen.description.find("no leader was known"), std::string::npos);
    EXPECT_FALSE(chosen.targets.empty());
  }
}

TEST(Targets, ABusyNodeIsLeftAloneOrWaitedFor) {
  Scene scene = five();
  scene.busy = {"n1", "n3", "n4"};
  EXPECT_TRUE(waits(step_of("kill", "follower"), scene));
  EXPECT_TRUE(waits(step_of("kill", "n1"), scene));
  EXPECT_EQ(must_choose(step_of("kill", "leader"), scene).targets, Names{"n2"});
}

TEST(Targets, EveryPartitionShapeCutsWhatItSays) {
  struct Case {
    const char *shape, *words;
    std::size_t first;
    bool leader_inside;
  };
  for (const Case& c : {Case{"leader-alone", "leader alone", 1, true},
                        {"leader-minority", "leader with a minority", 2, true},
                        {"leader-majority", "leader with the majority", 3, true},
                        {"majority-minority", "majority and minority", 2, false},
                        {"halves", "halves", 2, false},
                        {"one", "one", 1, false}})
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Chosen chosen = must_choose(step_of("partition", c.shape), five(), seed);
      ASSERT_EQ(chosen.parts.size(), 2u) << c.shape;
      EXPECT_EQ(chosen.parts[0].size(), c.first) << c.shape;
      EXPECT_EQ(chosen.parts[0].size() + chosen.parts[1].size(), 5u);
      const auto& inside = chosen.parts[0];
      if (c.leader_inside) {
        EXPECT_EQ(std::count(inside.begin(), inside.end(), "n2"), 1) << c.shape;
      }
      EXPECT_LE(chosen.targets.size(), 2u) << "those cut off from the larger part";
      EXPECT_EQ(links_between(chosen.parts).size(), 2 * c.first * (5 - c.first));
      EXPECT_NE(chosen.description.find(std::string("(") + c.words + ")"), std::string::npos);
    }
  EXPECT_EQ(must_choose(step_of("partition", "leader-alone"), five()).description,
            "cut n2 | n1 n3 n4 n5 (leader alone)");
}

TEST(Targets, TheCastIsDistinctAndTheOneWhoMustLeadIsPickedFirst) {
  Step step = step_of("kill", "F");
  step.cast = {{"G", {Pick::Role::any, {"n1", "n2"}}},
               {"F", {Pick::Role::leader, {"n1", "n2"}}},
               {"E", {Pick::Role::follower, {}}}};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Chosen chosen = must_choose(step, five(), seed);
    EXPECT_EQ(chosen.cast.at("F"), "n2");
    EXPECT_NE(chosen.cast.at("G"), "n2");
    EXPECT_TRUE(chosen.cast.at("E") == "n3" || chosen.cast.at("E") == "n4" ||
                (chosen.cast.at("E") == "n1" && chosen.cast.at("G") != "n1"));
    EXPECT_EQ(chosen.targets, Names{"n2"});
  }
}

TEST(Targets, LaterStepsKnowTheCastOfEarlierOnes) {
  Scene scene = five();
  scene.cast = {{"A", "n4"}, {"B", "n1"}};
  Step step;
  step.fault = "partition";
  step.parts = {{"A", "B"}, {"n2"}};
  EXPECT_EQ(must_choose(step, scene).description, "cut n1 n4 | n2");
  EXPECT_EQ(must_choose(step, scene).targets, Names{"n2"});
  Random random(1);
  EXPECT_NE(choose(step_of("kill", "C"), scene, random).error().text().find("\"C\" is neither"),
            std::string::npos);
  step.parts = {{"A"}, {"n4"}};
  EXPECT_NE(choose(step, scene, random).error().text().find("n4 into two parts"),
            std::string::npos);
}

TEST(Targets, ACastThatCannotBeFilledIsWaitedFor) {
  Step step = step_of("kill", "F");
  step.cast = {{"F", {Pick::Role::leader, {"n1", "n3"}}}};
  EXPECT_TRUE(waits(step, five()));
  step.cast = {{"F", {Pick::Role::leader, {}}}, {"L", {Pick::Role::leader, {"n2"}}}};
  EXPECT_TRUE(waits(step, five())) << "n2 cannot be both";
}

}  // namespace
}  // namespace riptide::nemesis
