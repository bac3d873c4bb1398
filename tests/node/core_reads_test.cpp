// §8 and thesis §6.4: linearizable reads without a log entry.
#include <gtest/gtest.h>

#include "node/bugs/bugs.hpp"
#include "tests/node/core_cluster.hpp"
#include "tests/node/core_messages.hpp"

namespace riptide::node {
namespace {

/// A leader of term 1 in three nodes, whose no-op is committed.
Raft ready_leader() {
  Raft raft = core_with({}, 3);
  make_leader(raft);
  raft.step(append_reply(kN2, 1, 1), kStart);
  raft.step(append_reply(kN3, 1, 1), kStart);
  raft.take_output();
  return raft;
}

TEST(CoreReads, AReadIsConfirmedByAMajorityAtTheCommitIndexOfItsArrival_thesis_6_4) {
  Raft raft = ready_leader();
  raft.read(42);
  Output output = raft.take_output();
  EXPECT_TRUE(output.reads.empty());
  ASSERT_EQ(output.messages.size(), 2u);
  raft.step(append_reply(kN2, 1, 1, output.messages[0].round), kStart);
  output = raft.take_output();
  ASSERT_EQ(output.reads.size(), 1u);
  EXPECT_EQ(output.reads[0].context, 42u);
  EXPECT_TRUE(output.reads[0].confirmed);
  EXPECT_EQ(output.reads[0].index, LogIndex(1));
}

TEST(CoreReads, ReadsThatArriveTogetherShareOneRound) {
  Raft raft = ready_leader();
  for (std::uint64_t i = 0; i < 100; ++i) raft.read(i);
  const Output output = raft.take_output();
  ASSERT_EQ(output.messages.size(), 2u);
  for (std::uint64_t i = 100; i < 200; ++i) raft.read(i);
  EXPECT_TRUE(raft.take_output().messages.empty()) << "they wait for the round that is under way";
  raft.step(append_reply(kN2, 1, 1, output.messages[0].round), kStart);
  const Output next = raft.take_output();
  EXPECT_EQ(next.reads.size(), 100u);
  EXPECT_EQ(next.messages.size(), 2u);
  EXPECT_GT(next.messages[0].round, output.messages[0].round);
}

TEST(CoreReads, AnAnswerToAnEarlierRoundConfirmsNoLaterRead_thesis_6_4) {
  Raft raft = ready_leader();
  raft.read(1);
  const std::uint64_t first = raft.take_output().messages.at(0).round;
  raft.step(append_reply(kN2, 1, 1, first), kStart);
  raft.read(2);
  raft.take_output();
  raft.step(append_reply(kN2, 1, 1, first), kStart);
  raft.step(append_reply(kN3, 1, 1, first), kStart);
  EXPECT_TRUE(raft.take_output().reads.empty());
}

TEST(CoreReads, NoReadIsServedBeforeAnEntryOfTheOwnTermIsCommitted_8) {
  Raft raft = core_with({1, 1}, 3);
  make_leader(raft);
  raft.read(1);
  raft.tick(raft.next_tick());
  Output output = raft.take_output();
  raft.step(append_reply(kN2, 2, 2, output.messages.at(0).round), kStart);
  EXPECT_TRUE(raft.take_output().reads.empty());
  raft.step(append_reply(kN2, 2, 3, output.messages.at(0).round), kStart);
  output = raft.take_output();
  EXPECT_EQ(raft.commit_index(), LogIndex(3));
  EXPECT_TRUE(output.reads.empty()) << "its round begins only now";
  raft.step(append_reply(kN2, 2, 3, output.messages.at(0).round), kStart);
  output = raft.take_output();
  ASSERT_EQ(output.reads.size(), 1u);
  EXPECT_EQ(output.reads[0].index, LogIndex(3));
}

TEST(CoreReads, AnAnswerToAnAppendOfAnEarlierTermConfirmsNothing) {
  // The sender led in term 1, restarted, leads in term 3 and counts its rounds from the beginning.
  Raft follower = core_with({1}, 3, 3);
  Message stale = append(kN2, 1, 1, 1);
  stale.round = 50;
  follower.step(stale, kStart);
  const Output output = follower.take_output();
  EXPECT_EQ(output.messages_after_persist.at(0).term, Term(3));
  EXPECT_EQ(output.messages_after_persist.at(0).round, 0u);
}

TEST(CoreReads, SteppingDownFailsAllPendingReads) {
  Raft raft = ready_leader();
  raft.read(1);
  raft.take_output();
  raft.read(2);
  raft.step(append(kN2, 2, 1, 1, {2}), kStart);
  const Output output = raft.take_output();
  ASSERT_EQ(output.reads.size(), 2u);
  for (const ReadState& read : output.reads) EXPECT_FALSE(read.confirmed);
}

TEST(CoreReads, WhoDoesNotLeadConfirmsNoRead) {
  Raft raft = core_with({1});
  raft.read(5);
  const Output output = raft.take_output();
  ASSERT_EQ(output.reads.size(), 1u);
  EXPECT_FALSE(output.reads[0].confirmed);
  EXPECT_TRUE(output.messages.empty());
}

TEST(CoreReads, ASingleVoterReadsWithoutMessages) {
  Cluster cluster(1);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() == 1; }));
  cluster.propose(1, "x");
  cluster.read(1, 7);
  ASSERT_NE(cluster.answer(7), nullptr);
  EXPECT_TRUE(cluster.answer(7)->confirmed);
  EXPECT_EQ(cluster.answer(7)->index, LogIndex(2));
}

TEST(CoreReads, ALeaderThatWasReplacedUnknowinglyConfirmsNoRead) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.isolate(1);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() > 1; }));
  cluster.propose(cluster.leader(), "newer");
  cluster.run_for(100_ms);
  ASSERT_EQ(cluster.role(1), Role::leader) << "it knows nothing of the new one";
  cluster.read(1, 9);
  cluster.run_for(1000_ms);
  EXPECT_EQ(cluster.answer(9), nullptr);
  cluster.heal();
  ASSERT_TRUE(cluster.run_until([&] { return cluster.answer(9) != nullptr; }));
  EXPECT_FALSE(cluster.answer(9)->confirmed);
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreReads, ALostRoundIsRepeatedWithTheNextHeartbeat) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.read(1, 1);
  cluster.lose_messages_in_flight();
  cluster.read(1, 2);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.answer(1) && cluster.answer(2); }, 100_ms));
  EXPECT_TRUE(cluster.answer(1)->confirmed);
  EXPECT_TRUE(cluster.answer(2)->confirmed);
}

#if defined(RIPTIDE_BUGS)
TEST(CoreReads, WithTheDefectAReplacedLeaderServesAStaleRead) {
  ASSERT_TRUE(bugs::enable("local-leader-read"));
  Cluster cluster(3);
  EXPECT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.isolate(1);
  EXPECT_TRUE(cluster.run_until([&] { return cluster.leader() > 1; }));
  cluster.propose(cluster.leader(), "newer");
  cluster.run_for(100_ms);
  cluster.read(1, 9);
  bugs::disable_all();
  ASSERT_NE(cluster.answer(9), nullptr);
  EXPECT_TRUE(cluster.answer(9)->confirmed);
  EXPECT_EQ(cluster.violation().rfind("linearizable reads", 0), 0u);
}
#endif

}  // namespace
}  // namespace riptide::node
