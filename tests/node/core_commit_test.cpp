// §5.4.2 what a leader may commit, and what it means to be durable (thesis §10.2.1).
#include <gtest/gtest.h>

#include "node/bugs/bugs.hpp"
#include "node/core/log.hpp"
#include "tests/node/core_cluster.hpp"
#include "tests/node/core_messages.hpp"

namespace riptide::node {
namespace {

/// Figure 8 (a)…(c): S1 leads in term 2 and replicates an entry to S2 only; S5 leads in term 3 and
/// keeps an entry to itself; S1 leads again in term 4, brings its old entry to S3, but nothing
/// newer. Then (d): S1 crashes, and S5, whose last term is greater, may be elected.
class Figure8 : public testing::Test {
 protected:
  void TearDown() override { bugs::disable_all(); }

  void play() {
    // Term 1, so that all begin with the same log.
    ASSERT_TRUE(cluster_.elect(1));
    cluster_.run_for(100_ms);
    // (a)
    cluster_.partition({{1, 2}, {3, 4, 5}});
    cluster_.propose(1, "of the first leader");
    cluster_.run_for(20_ms);
    old_entry_ = cluster_.raft(1).last_index();
    EXPECT_EQ(cluster_.raft(2).last_index(), old_entry_);
    // (b)
    cluster_.crash(1);
    cluster_.drop = [](const Message& m) { return m.kind == Message::Kind::append; };
    ASSERT_TRUE(cluster_.elect(5));
    cluster_.propose(5, "of the second leader");
    cluster_.crash(5);
    // (c): every append is cut off behind the old entry.
    cluster_.partition({{1, 2, 3}, {4}, {5}});
    cluster_.start(1);
    const LogIndex last = old_entry_;
    cluster_.drop = [last](const Message& m) {
      return !m.entries.empty() && m.entries.back().index > last;
    };
    ASSERT_TRUE(cluster_.elect(1));
    cluster_.run_for(200_ms);
    EXPECT_EQ(cluster_.raft(3).last_index(), old_entry_) << "on a majority, and of an older term";
  }

  void second_leader_returns() {  // (d)
    cluster_.crash(1);
    cluster_.start(5);
    cluster_.heal();
    cluster_.drop = [](const Message&) { return false; };
    cluster_.elect(5);
    cluster_.run_for(200_ms);
  }

  Cluster cluster_{5, 1, [](CoreConfig& config) {
                     config.max_append_entries = 1;
                     config.pre_vote = false;
                     // Only the test makes anybody campaign.
                     config.election_timeout = std::chrono::hours(24);
                   }};
  LogIndex old_entry_;
};

TEST_F(Figure8, AnEntryOfAnOlderTermIsNotCommittedByCounting_5_4_2) {
  play();
  EXPECT_LT(cluster_.raft(1).commit_index(), old_entry_);
  second_leader_returns();
  EXPECT_EQ(cluster_.leader(), 5);
  EXPECT_EQ(cluster_.violation(), "");
}

TEST_F(Figure8, OnceAnEntryOfTheOwnTermIsOnAMajorityTheOldOneIsSafe_5_4_2) {
  play();
  cluster_.drop = [](const Message&) { return false; };
  cluster_.run_for(200_ms);  // (e)
  EXPECT_GT(cluster_.raft(1).commit_index(), old_entry_);
  second_leader_returns();
  EXPECT_EQ(cluster_.leader(), 0) << "n5's log is behind on a majority";
  EXPECT_EQ(cluster_.violation(), "");
}

#if defined(RIPTIDE_BUGS)
TEST_F(Figure8, WithTheDefectACommittedEntryIsLost) {
  ASSERT_TRUE(bugs::enable("commit-prior-term"));
  play();
  EXPECT_EQ(cluster_.raft(1).commit_index(), old_entry_);
  second_leader_returns();
  EXPECT_EQ(cluster_.violation().rfind("leader completeness", 0), 0u) << cluster_.violation();
}
#endif

TEST(CoreCommit, ALeaderCountsItselfOnlyWhenItsOwnDiskHasTheEntry_thesis_10_2_1) {
  Raft raft = core_with({}, 3);
  make_leader(raft);
  raft.step(append_reply(kN2, 1, 1), kStart);
  ASSERT_EQ(raft.commit_index(), LogIndex(1));
  raft.propose(std::make_shared<const std::string>("x"));
  Output output = raft.take_output();
  EXPECT_FALSE(output.messages.empty()) << "sent in parallel with the own write";
  EXPECT_EQ(output.entries.size(), 1u);
  raft.step(append_reply(kN2, 1, 2), kStart);
  EXPECT_EQ(raft.commit_index(), LogIndex(1));
  raft.persisted(Term(1), LogIndex(2));
  EXPECT_EQ(raft.commit_index(), LogIndex(2));
  output = raft.take_output();
  ASSERT_EQ(output.committed.size(), 1u);
  EXPECT_EQ(*output.committed[0].data, "x");
}

TEST(CoreCommit, TwoFollowersAreAMajorityWithoutTheLeadersDisk_thesis_10_2_1) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.hold_disk(1);
  cluster.propose(1, "x");
  ASSERT_TRUE(cluster.run_until([&] { return cluster.applied(1).size() == 1; }, 50_ms));
  cluster.crash(1);
  cluster.start(1);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.applied(2).size() == 1; }));
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreCommit, AFollowerWithAHeldDiskAcknowledgesNothing) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.isolate(3);
  cluster.hold_disk(2);
  cluster.propose(1, "x");
  cluster.run_for(250_ms);
  EXPECT_TRUE(cluster.applied(1).empty());
  cluster.release_disk(2);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.applied(1).size() == 1; }, 100_ms));
}

TEST(CoreCommit, ANewLeaderCommitsAllThatCameBeforeWithItsNoop_8) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.drop = [](const Message& m) { return m.kind == Message::Kind::append_reply; };
  cluster.propose(1, "left behind");
  cluster.run_for(20_ms);
  cluster.crash(1);
  cluster.drop = [](const Message&) { return false; };
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.applied(2).size() == 1 && cluster.applied(3).size() == 1; }));
}

TEST(CoreDurability, AWriteCountsUpToItsLastEntry) {
  Durability durability(LogIndex(0));
  durability.handed_out(LogIndex(1), Term(1), LogIndex(3));
  EXPECT_EQ(durability.durable(), LogIndex(0));
  EXPECT_TRUE(durability.persisted(Term(1), LogIndex(3)));
  EXPECT_EQ(durability.durable(), LogIndex(3));
  EXPECT_FALSE(durability.persisted(Term(1), LogIndex(3)));
}

TEST(CoreDurability, AnAcknowledgementOfOverwrittenEntriesCountsForNothing) {
  Durability durability(LogIndex(4));
  durability.handed_out(LogIndex(5), Term(1), LogIndex(9));
  durability.truncated(LogIndex(7));
  durability.handed_out(LogIndex(7), Term(2), LogIndex(9));
  EXPECT_TRUE(durability.persisted(Term(1), LogIndex(9)));
  EXPECT_EQ(durability.durable(), LogIndex(6)) << "5 and 6 were not overwritten";
  EXPECT_TRUE(durability.persisted(Term(2), LogIndex(9)));
  EXPECT_EQ(durability.durable(), LogIndex(9));
}

TEST(CoreDurability, AnEntryThatWasOverwrittenAndCameBackIsNotDurableBeforeItsLastWrite) {
  Durability durability(LogIndex(4));
  durability.handed_out(LogIndex(5), Term(1), LogIndex(5));  // A
  durability.truncated(LogIndex(5));
  durability.handed_out(LogIndex(5), Term(2), LogIndex(5));  // B
  durability.truncated(LogIndex(5));
  durability.handed_out(LogIndex(5), Term(1), LogIndex(5));  // A again
  EXPECT_FALSE(durability.persisted(Term(1), LogIndex(5))) << "a crash after B would lose it";
  EXPECT_EQ(durability.durable(), LogIndex(4));
  EXPECT_FALSE(durability.persisted(Term(2), LogIndex(5)));
  EXPECT_TRUE(durability.persisted(Term(1), LogIndex(5)));
  EXPECT_EQ(durability.durable(), LogIndex(5));
}

TEST(CoreDurability, WritesThatWereJoinedAreAcknowledgedByTheLast) {
  Durability durability(LogIndex(0));
  for (std::uint64_t i = 1; i <= 5; ++i) durability.handed_out(LogIndex(i), Term(1), LogIndex(i));
  EXPECT_TRUE(durability.persisted(Term(1), LogIndex(4)));
  EXPECT_EQ(durability.durable(), LogIndex(4));
}

TEST(CoreDurability, TheCoreForgetsAnAcknowledgementOfOverwrittenEntries) {
  Raft raft = core_with({1});
  raft.step(append(kN2, 1, 1, 1, {1, 1}), kStart);
  raft.take_output();
  raft.step(append(kN3, 2, 1, 1, {2, 2}), kStart);
  raft.take_output();
  raft.persisted(Term(1), LogIndex(3));
  EXPECT_EQ(raft.durable_index(), LogIndex(1));
  raft.persisted(Term(2), LogIndex(3));
  EXPECT_EQ(raft.durable_index(), LogIndex(3));
}

}  // namespace
}  // namespace riptide::node
