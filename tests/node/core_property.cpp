// Random schedules over the core with virtual time: loss, duplication, reordering, partitions, slow
// disks, crashes that lose what was not durable. The invariants hold at every step, and a healed
// cluster makes progress.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.hpp"
#include "node/bugs/bugs.hpp"
#include "tests/node/core_cluster.hpp"

namespace riptide::node {
namespace {

struct Outcome {
  std::string violation;
  std::size_t committed = 0;
  std::size_t leaders = 0;
  std::size_t reads_confirmed = 0;
  bool recovered = true;
};

/// One seed's cluster, its weather, and what its clients do.
class Storm {
 public:
  Storm(std::uint64_t seed, int nodes) : random_(seed), nodes_(nodes), cluster_(make(seed, nodes)) {
    fault_chance_ = random_.chance(0.5) ? 0.12 : 0.4;
    depose_chance_ = random_.chance(0.5) ? 0 : 0.8;
    client_chance_ = random_.chance(0.5) ? 0.3 : 0.05;
    const double loss = random_.chance(0.5) ? 0 : 0.15 * random_.unit();
    const double late = 0.1 * random_.unit();
    const bool slow_disks = random_.chance(0.5);
    cluster_.deliver_after = [this, loss, late](const Message&) {
      std::vector<Duration> copies;
      if (!random_.chance(loss)) copies.push_back(delay(late));
      if (random_.chance(late)) copies.push_back(delay(0.5));
      return copies;
    };
    cluster_.write_takes = [this, slow_disks](int) {
      return slow_disks ? Duration(random_.below(30'000'000))
                        : Duration(random_.below(2) * 300'000);
    };
  }

  Outcome run(Duration storm) {
    const MonoTime end = cluster_.now() + storm;
    while (cluster_.now() < end && cluster_.violation().empty()) {
      cluster_.run_for(Duration(random_.between(100'000, 30'000'000)));
      if (random_.chance(fault_chance_)) fault();
      clients();
    }
    Outcome outcome;
    outcome.committed = cluster_.committed_up_to().value();
    outcome.leaders = terms_led_.size();
    if (cluster_.violation().empty()) outcome.recovered = recovers();
    for (std::uint64_t read = 0; read < reads_; ++read)
      if (const ReadState* state = cluster_.answer(read); state && state->confirmed)
        ++outcome.reads_confirmed;
    outcome.violation = cluster_.violation();
    return outcome;
  }

 private:
  static Cluster make(std::uint64_t seed, int nodes) {
    Random draw(seed, "configuration");
    const bool pre_vote = draw.chance(0.8);
    const std::size_t entries = 1 + draw.below(4);
    const std::size_t inflight = 1 + draw.below(8);
    return Cluster(static_cast<std::size_t>(nodes), seed, [=](CoreConfig& config) {
      config.pre_vote = pre_vote;
      config.max_append_entries = entries;
      config.max_inflight = inflight;
    });
  }

  Duration delay(double late) {
    return Duration(random_.chance(late) ? random_.between(1'000'000, 1'500'000'000)
                                         : random_.between(50'000, 5'000'000));
  }
  int any_node() { return static_cast<int>(random_.between(1, nodes_)); }

  void fault() {
    if (random_.chance(depose_chance_)) return depose();
    const int node = random_.chance(0.5) && cluster_.leader() ? cluster_.leader() : any_node();
    switch (random_.below(8)) {
      case 0:
      case 1:
        if (cluster_.up(node)) cluster_.crash(node, random_.below(3));
        break;
      case 2:
      case 3:
        restart_all();
        break;
      case 4:
        cluster_.isolate(node);
        break;
      case 5:
        split();
        break;
      case 6:
        cluster_.cut(node, any_node());
        break;
      case 7:
        cluster_.heal();
        break;
    }
  }

  /// One leader after the other goes away, while those of before come back: the way to Figure 8.
  void depose() {
    const int leader = cluster_.leader();
    cluster_.heal();
    restart_all();
    if (!leader) return;
    if (random_.chance(0.5))
      cluster_.isolate(leader);
    else
      cluster_.crash(leader, random_.below(3));
  }

  void split() {
    std::vector<std::vector<int>> groups(2);
    for (int node = 1; node <= nodes_; ++node) groups[random_.below(2)].push_back(node);
    cluster_.partition(groups);
  }

  void restart_all() {
    for (int node = 1; node <= nodes_; ++node)
      if (!cluster_.up(node)) cluster_.start(node);
  }

  void clients() {
    for (int node = 1; node <= nodes_; ++node) {
      if (!cluster_.up(node) || cluster_.role(node) != Role::leader) continue;
      terms_led_.insert(cluster_.raft(node).term());
      if (random_.chance(client_chance_)) cluster_.read(node, reads_++);
      if (random_.chance(client_chance_)) cluster_.propose(node, std::to_string(writes_++));
      if (random_.chance(client_chance_ / 3)) cluster_.propose_all(node, {"a", "b", "c", "d", "e"});
    }
  }

  /// §5.4.3 and liveness: with a majority that can talk, writes and reads are served again, and
  /// every node comes to apply the same.
  bool recovers() {
    cluster_.heal();
    restart_all();
    cluster_.deliver_after = [](const Message&) -> std::vector<Duration> { return {1_ms}; };
    cluster_.write_takes = [](int) { return 1_ms; };
    int leader = 0;
    const auto quiet = [&] {
      leader = cluster_.leader();
      if (!leader) return false;
      for (int node = 1; node <= nodes_; ++node)
        if (cluster_.raft(node).leader() != cluster_.raft(leader).leader()) return false;
      return true;
    };
    cluster_.run_for(3000_ms);  // until the latest of the storm's messages has arrived
    if (!cluster_.run_until(quiet)) return false;
    cluster_.propose(leader, "after the storm");
    const std::uint64_t read = reads_++;
    cluster_.read(leader, read);
    return cluster_.run_until([&] {
      for (int node = 1; node <= nodes_; ++node)
        if (cluster_.applied(node).empty() || cluster_.applied(node).back() != "after the storm")
          return false;
      return cluster_.answer(read) && cluster_.answer(read)->confirmed;
    });
  }

  Random random_;
  int nodes_;
  Cluster cluster_;
  std::set<Term> terms_led_;
  double fault_chance_ = 0, depose_chance_ = 0, client_chance_ = 0;
  std::uint64_t reads_ = 0, writes_ = 0;
};

class WithoutBugs : public testing::Test {
 protected:
  void TearDown() override { bugs::disable_all(); }
};
using CoreProperty = WithoutBugs;
using CoreBugProperty = WithoutBugs;

void survives_storms(int nodes, std::uint64_t seeds) {
  Outcome all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Outcome outcome = Storm(seed, nodes).run(10'000_ms);
    ASSERT_EQ(outcome.violation, "") << "seed " << seed;
    ASSERT_TRUE(outcome.recovered) << "seed " << seed << ": no progress after the heal";
    all.committed += outcome.committed;
    all.leaders += outcome.leaders;
    all.reads_confirmed += outcome.reads_confirmed;
  }
  // A storm in which nothing happens tests nothing.
  EXPECT_GT(all.committed, seeds * 10);
  EXPECT_GT(all.leaders, seeds * (nodes > 1 ? 3 : 1) / 2);
  EXPECT_GT(all.reads_confirmed, seeds * 3);
  std::cout << nodes << " nodes, " << seeds << " seeds: " << all.committed << " entries committed, "
            << all.leaders << " leaders, " << all.reads_confirmed << " reads\n";
}

TEST_F(CoreProperty, SafetyHoldsAndAHealedClusterMakesProgressWithOneNode) {
  survives_storms(1, 50);
}
TEST_F(CoreProperty, SafetyHoldsAndAHealedClusterMakesProgressWithTwoNodes) {
  survives_storms(2, 100);
}
TEST_F(CoreProperty, SafetyHoldsAndAHealedClusterMakesProgressWithThreeNodes) {
  survives_storms(3, 300);
}
TEST_F(CoreProperty, SafetyHoldsAndAHealedClusterMakesProgressWithFourNodes) {
  survives_storms(4, 100);
}
TEST_F(CoreProperty, SafetyHoldsAndAHealedClusterMakesProgressWithFiveNodes) {
  survives_storms(5, 300);
}

/// The first violation that a defect shows within so many seeds; empty when it hides.
std::string first_violation(const char* bug, int nodes, std::uint64_t seeds) {
  EXPECT_TRUE(bugs::enable(bug));
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Outcome outcome = Storm(seed, nodes).run(10'000_ms);
    if (!outcome.violation.empty()) {
      std::cout << bug << ", seed " << seed << ": " << outcome.violation << "\n";
      return outcome.violation;
    }
  }
  return {};
}

#if defined(RIPTIDE_BUGS)
TEST_F(CoreBugProperty, VotingByIndexAloneBreaksLeaderCompleteness) {
  EXPECT_EQ(first_violation("vote-ignores-log-term", 5, 200).rfind("leader completeness", 0), 0u);
}
TEST_F(CoreBugProperty, CountingReplicasOfOlderTermsBreaksLeaderCompleteness) {
  EXPECT_EQ(first_violation("commit-prior-term", 5, 6000).rfind("leader completeness", 0), 0u);
}
TEST_F(CoreBugProperty, ReadingWithoutAQuorumIsStale) {
  EXPECT_EQ(first_violation("local-leader-read", 5, 200).rfind("linearizable reads", 0), 0u);
}
#endif

}  // namespace
}  // namespace riptide::node
