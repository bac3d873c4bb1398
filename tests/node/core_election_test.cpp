// §5.2 leader election, §5.4.1 the election restriction, thesis §9.6 pre-vote.
#include <gtest/gtest.h>

#include <set>

#include "tests/node/core_cluster.hpp"
#include "tests/node/core_messages.hpp"

namespace riptide::node {
namespace {

using Kind = Message::Kind;

TEST(CoreElection, AClusterElectsOneLeaderWhomAllFollow_5_2) {
  Cluster cluster(5);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() != 0; }));
  cluster.run_for(200_ms);
  for (int node = 1; node <= 5; ++node)
    EXPECT_EQ(cluster.raft(node).leader(), cluster.raft(cluster.leader()).leader());
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreElection, TheElectionTimeoutIsDrawnAnewFromTToTwoT_5_2) {
  std::set<std::int64_t> drawn;
  Raft raft = core_with({});
  MonoTime now = kStart;
  for (int i = 0; i < 200; ++i) {
    raft.step(append(kN2, 1, 0, 0), now);
    const Duration timeout = raft.next_tick() - now;
    EXPECT_GE(timeout, 300_ms);
    EXPECT_LT(timeout, 600_ms);
    drawn.insert(timeout.count());
    now = now + 10_ms;
  }
  EXPECT_GT(drawn.size(), 190u);
}

TEST(CoreElection, ASingleVoterLeadsWithoutAskingButCommitsOnlyWhatIsDurable) {
  Raft raft = core_with({}, 1);
  raft.tick(raft.next_tick());
  EXPECT_EQ(raft.role(), Role::leader);
  const Output output = raft.take_output();
  ASSERT_EQ(output.entries.size(), 1u);
  EXPECT_EQ(output.entries[0].kind, Entry::Kind::noop);
  EXPECT_EQ(output.hard_state, (HardState{Term(1), kN1}));
  EXPECT_EQ(raft.commit_index(), LogIndex(0));
  raft.persisted(Term(1), LogIndex(1));
  EXPECT_EQ(raft.commit_index(), LogIndex(1));
}

TEST(CoreElection, ASplitVoteElectsNobodyAndALaterTermDoes_5_2) {
  Cluster cluster(4, 3, [](CoreConfig& config) { config.pre_vote = false; });
  cluster.partition({{1, 2}, {3, 4}});
  cluster.time_out(1);
  cluster.time_out(3);
  cluster.run_for(20_ms);
  EXPECT_EQ(cluster.leader(), 0) << "two of four votes are no majority";
  EXPECT_EQ(cluster.raft(1).term(), cluster.raft(3).term());
  const Term split = cluster.raft(1).term();
  cluster.heal();
  ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() != 0; }));
  EXPECT_GT(cluster.raft(cluster.leader()).term(), split);
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreElection, AVoteIsPersistedBeforeItsReplyAndGivenOncePerTerm_5_2) {
  Raft raft = core_with({1});
  raft.step(vote(Kind::vote, kN2, 2, 1, 1), kStart);
  Output output = raft.take_output();
  EXPECT_EQ(output.hard_state, (HardState{Term(2), kN2}));
  EXPECT_TRUE(output.messages.empty());
  ASSERT_EQ(output.messages_after_persist.size(), 1u);
  EXPECT_TRUE(output.messages_after_persist[0].granted);

  raft.step(vote(Kind::vote, kN3, 2, 9, 1), kStart);
  EXPECT_FALSE(raft.take_output().messages_after_persist.at(0).granted);
  raft.step(vote(Kind::vote, kN2, 2, 1, 1), kStart);  // the reply was lost
  output = raft.take_output();
  EXPECT_TRUE(output.messages_after_persist.at(0).granted);
  EXPECT_FALSE(output.hard_state);
}

TEST(CoreElection, ACandidatePersistsItsOwnVoteBeforeItAsksForOthers_5_2) {
  Raft raft = core_with({1});
  raft.tick(raft.next_tick());
  raft.step(vote_reply(kN2, 2, true, Kind::pre_vote_reply), kStart);
  const Output output = raft.take_output();
  EXPECT_EQ(raft.role(), Role::candidate);
  EXPECT_EQ(output.hard_state, (HardState{Term(2), kN1}));
  ASSERT_EQ(output.messages_after_persist.size(), 2u);
  for (const Message& request : output.messages_after_persist) {
    EXPECT_EQ(request.kind, Kind::vote);
    EXPECT_EQ(request.previous_index, LogIndex(1));
    EXPECT_EQ(request.previous_term, Term(1));
  }
}

TEST(CoreElection, AVoteSurvivesACrash_5_2) {
  Cluster cluster(3, 1, [](CoreConfig& config) { config.pre_vote = false; });
  cluster.cut(2, 1);
  cluster.time_out(1);
  cluster.run_for(5_ms);
  EXPECT_EQ(cluster.raft(2).voted_for(), kN1);
  cluster.crash(2);
  cluster.start(2);
  EXPECT_EQ(cluster.raft(2).voted_for(), kN1);
  EXPECT_EQ(cluster.raft(2).term(), Term(1));
}

TEST(CoreElection, VotesAreRefusedToALogThatIsBehind_5_4_1) {
  struct Case {
    std::uint64_t last_index, last_term;
    bool granted;
  };
  for (const auto kind : {Kind::vote, Kind::pre_vote})
    for (const Case c : {Case{3, 2, true}, Case{4, 2, true}, Case{2, 2, false}, Case{9, 1, false},
                         Case{1, 3, true}, Case{0, 0, false}}) {
      Raft raft = core_with({1, 2, 2});
      raft.step(vote(kind, kN2, 4, c.last_index, c.last_term), kStart);
      const Output output = raft.take_output();
      const auto& replies = kind == Kind::vote ? output.messages_after_persist : output.messages;
      EXPECT_EQ(replies.at(0).granted, c.granted) << c.last_index << " of term " << c.last_term;
    }
}

TEST(CoreElection, VotersAreCountedNotVotes) {
  Raft raft = core_with({}, 5);
  raft.tick(raft.next_tick());
  for (int i = 0; i < 5; ++i) raft.step(vote_reply(kN2, 1, true, Kind::pre_vote_reply), kStart);
  EXPECT_EQ(raft.role(), Role::pre_candidate);
  raft.step(vote_reply(kN3, 1, true, Kind::pre_vote_reply), kStart);
  EXPECT_EQ(raft.role(), Role::candidate);
  for (int i = 0; i < 5; ++i) raft.step(vote_reply(kN2, 1, true), kStart);
  EXPECT_EQ(raft.role(), Role::candidate);
  raft.step(vote_reply(kN4, 1, true), kStart);
  EXPECT_EQ(raft.role(), Role::leader);
}

TEST(CoreElection, AVoteOfAnEarlierTermDoesNotCount) {
  CoreConfig config = config_of(kN1, 3);
  config.pre_vote = false;
  Raft raft(config, {}, {}, kStart);
  raft.tick(raft.next_tick());
  raft.tick(raft.next_tick());
  ASSERT_EQ(raft.term(), Term(2));
  raft.step(vote_reply(kN2, 1, true), kStart);
  EXPECT_EQ(raft.role(), Role::candidate);
  raft.step(vote_reply(kN2, 2, true), kStart);
  EXPECT_EQ(raft.role(), Role::leader);
}

TEST(CoreElection, AGreaterTermInAnyMessageDemotesALeader_5_1) {
  for (const auto kind :
       {Kind::vote, Kind::vote_reply, Kind::pre_vote_reply, Kind::append, Kind::append_reply}) {
    Raft raft = core_with({1});
    make_leader(raft);
    ASSERT_EQ(raft.role(), Role::leader);
    raft.step(message(kind, kN2, 9), kStart);
    EXPECT_EQ(raft.role(), Role::follower);
    EXPECT_EQ(raft.term(), Term(9));
    EXPECT_TRUE(raft.take_output().role_changed);
  }
}

TEST(CoreElection, OnlyTheLeaderAndAGrantedVoteResetTheElectionTimer_5_2) {
  Raft raft = core_with({1, 2}, 3, 5);
  const MonoTime before = raft.next_tick();
  const MonoTime later = kStart + 100_ms;
  raft.step(append(kN2, 4, 2, 2), later);                // an earlier leader
  raft.step(vote(Kind::vote, kN2, 6, 1, 1), later);      // refused: behind
  raft.step(vote(Kind::pre_vote, kN3, 7, 2, 2), later);  // promises nothing
  EXPECT_EQ(raft.next_tick(), before);
  raft.step(vote(Kind::vote, kN3, 7, 2, 2), later);
  EXPECT_NE(raft.next_tick(), before);
}

TEST(CoreElection, APreVoteChangesNothingAtTheReceiver_thesis_9_6) {
  Raft raft = core_with({1});
  const MonoTime before = raft.next_tick();
  raft.step(vote(Kind::pre_vote, kN2, 2, 1, 1), kStart);
  const Output output = raft.take_output();
  EXPECT_TRUE(output.messages.at(0).granted);
  EXPECT_FALSE(output.hard_state);
  EXPECT_FALSE(output.role_changed);
  EXPECT_EQ(raft.term(), Term(1));
  EXPECT_EQ(raft.voted_for(), kNobody);
  EXPECT_EQ(raft.next_tick(), before);
}

TEST(CoreElection, APreVoteIsNotGrantedWhileALeaderIsHeardOf_thesis_9_6) {
  Raft raft = core_with({1});
  raft.step(append(kN2, 1, 1, 1), kStart);
  raft.take_output();
  raft.step(vote(Kind::pre_vote, kN3, 2, 5, 1), kStart + 299_ms);
  EXPECT_FALSE(raft.take_output().messages.at(0).granted);
  raft.step(vote(Kind::pre_vote, kN3, 2, 5, 1), kStart + 300_ms);
  EXPECT_TRUE(raft.take_output().messages.at(0).granted);
}

TEST(CoreElection, ALeaderGrantsNoPreVote_thesis_9_6) {
  Raft raft = core_with({1});
  make_leader(raft);
  raft.step(vote(Kind::pre_vote, kN3, 9, 5, 8), kStart + 10000_ms);
  EXPECT_FALSE(raft.take_output().messages.at(0).granted);
  EXPECT_EQ(raft.role(), Role::leader);
}

TEST(CoreElection, APartitionedNodeRaisesNoTermsAndDisturbsNobodyWhenItIsBack_thesis_9_6) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  const Term before = cluster.raft(1).term();
  cluster.isolate(3);
  cluster.run_for(10000_ms);
  EXPECT_EQ(cluster.raft(3).term(), before);
  cluster.heal();
  cluster.run_for(2000_ms);
  EXPECT_EQ(cluster.leader(), 1);
  EXPECT_EQ(cluster.raft(1).term(), before);
  EXPECT_EQ(cluster.raft(3).leader(), kN1);
}

TEST(CoreElection, WithoutPreVoteAPartitionedNodeDeposesTheLeader_thesis_9_6) {
  Cluster cluster(3, 1, [](CoreConfig& config) { config.pre_vote = false; });
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  const Term before = cluster.raft(1).term();
  cluster.isolate(3);
  cluster.run_for(5000_ms);
  cluster.heal();
  ASSERT_TRUE(cluster.run_until([&] { return cluster.raft(1).term() > before; }));
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.leader() && cluster.raft(cluster.leader()).term() > before; }));
}

TEST(CoreElection, ANodeThatIsBehindLearnsTheTermFromARefusedPreVote) {
  Raft raft = core_with({1});
  raft.tick(raft.next_tick());
  raft.take_output();
  raft.step(vote_reply(kN2, 7, false, Kind::pre_vote_reply), kStart);
  EXPECT_EQ(raft.role(), Role::follower);
  EXPECT_EQ(raft.term(), Term(7));
}

TEST(CoreElection, AStrangerIsIgnored) {
  Raft raft = core_with({1});
  const MonoTime before = raft.next_tick();
  raft.step(append(kN5, 9, 1, 1, {9}), kStart + 10_ms);
  raft.step(vote(Kind::vote, kN5, 9, 9, 9), kStart + 10_ms);
  raft.step(append(kN1, 9, 1, 1, {9}), kStart + 10_ms);  // says that it is us
  Message misrouted = append(kN2, 9, 1, 1, {9});
  misrouted.to = kN3;
  raft.step(misrouted, kStart + 10_ms);
  EXPECT_TRUE(raft.take_output().empty());
  EXPECT_EQ(raft.term(), Term(1));
  EXPECT_EQ(raft.next_tick(), before);
}

}  // namespace
}  // namespace riptide::node
