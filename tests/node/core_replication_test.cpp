// §5.3 log replication: matching, conflicts, pipelining, and what lost or late messages may do.
#include <gtest/gtest.h>

#include "tests/node/core_cluster.hpp"
#include "tests/node/core_messages.hpp"

namespace riptide::node {
namespace {

using Kind = Message::Kind;

const Message* to(const std::vector<Message>& messages, NodeId peer) {
  for (const Message& m : messages)
    if (m.to == peer) return &m;
  return nullptr;
}

TEST(CoreReplication, AProposalIsCommittedAndAppliedEverywhere_5_3) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  const Proposal proposal = cluster.propose(1, "x");
  EXPECT_EQ(proposal.fate, Proposal::Fate::accepted);
  EXPECT_EQ(proposal.index, LogIndex(2));
  ASSERT_TRUE(cluster.run_until([&] {
    return !cluster.applied(1).empty() && !cluster.applied(2).empty() &&
           !cluster.applied(3).empty();
  }));
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreReplication, ANodeThatDoesNotLeadTakesNoProposal) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  EXPECT_EQ(cluster.propose(2, "x").fate, Proposal::Fate::not_leader);
}

// Figure 7: the follower (a)…(f) that a new leader of term 8 may meet; its log becomes the
// leader's.
class Figure7 : public testing::TestWithParam<std::vector<std::uint64_t>> {};
TEST_P(Figure7, TheFollowersLogBecomesTheLeaders) {
  const std::vector<std::uint64_t> leader_log = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  Raft leader = core_with(leader_log, 3, 7);
  CoreConfig config = config_of(kN2, 3);
  Raft follower(config, {Term(7), kNobody}, entries_of(GetParam()), kStart);
  make_leader(leader);
  ASSERT_EQ(leader.term(), Term(8));
  leader.tick(leader.next_tick());
  int round_trips = 0;
  for (bool moved = true; moved; ++round_trips) {
    ASSERT_LT(round_trips, 20);
    moved = false;
    for (const Message& m : leader.take_output().messages)
      if (m.to == kN2) follower.step(m, kStart), moved = true;
    for (const Message& m : follower.take_output().messages_after_persist) leader.step(m, kStart);
  }
  EXPECT_EQ(terms_of(follower), terms_of(leader));
  // One refusal for each term in which they differ, not one for each entry.
  EXPECT_LE(round_trips, 5);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Figure7,
    testing::Values(std::vector<std::uint64_t>{1, 1, 1, 4, 4, 5, 5, 6, 6},
                    std::vector<std::uint64_t>{1, 1, 1, 4},
                    std::vector<std::uint64_t>{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
                    std::vector<std::uint64_t>{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
                    std::vector<std::uint64_t>{1, 1, 1, 4, 4, 4, 4},
                    std::vector<std::uint64_t>{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}));

TEST(CoreReplication, AWholeTermOfConflictsCostsOneRefusal_5_3) {
  std::vector<std::uint64_t> theirs(1, 1);
  theirs.insert(theirs.end(), 500, 2);
  Raft follower = core_with(theirs);
  follower.step(append(kN2, 3, 400, 3, {3}), kStart);
  const Output output = follower.take_output();
  const Message& reply = output.messages_after_persist.at(0);
  EXPECT_FALSE(reply.granted);
  EXPECT_EQ(reply.hint_term, Term(2));
  // The leader has no entry of term 2: it goes on behind its last entry of term 1 at once.
  std::vector<std::uint64_t> ours(450, 1);
  Raft leader = core_with(ours, 3, 2);
  make_leader(leader);
  Message refusal = reply;
  refusal.from = kN2;
  refusal.to = kN1;
  refusal.hint_index = LogIndex(399);
  leader.step(refusal, kStart);
  const Output next = leader.take_output();
  EXPECT_EQ(to(next.messages, kN2)->previous_index, LogIndex(399));
}

TEST(CoreReplication, AGrantedReplyWaitsForTheDiskAndSaysWhatThatMessageShowed) {
  Raft raft = core_with({1, 1, 1, 1});
  raft.step(append(kN2, 2, 1, 1, {1}), kStart);  // the rest may conflict with the leader's log
  const Output output = raft.take_output();
  EXPECT_TRUE(output.messages.empty());
  ASSERT_EQ(output.messages_after_persist.size(), 1u);
  EXPECT_TRUE(output.messages_after_persist[0].granted);
  EXPECT_EQ(output.messages_after_persist[0].match, LogIndex(2));
}

TEST(CoreReplication, ALateAppendTruncatesNothingThatMatches_5_3) {
  Raft raft = core_with({1});
  raft.step(append(kN2, 1, 1, 1, {1, 1, 1}), kStart);
  raft.take_output();
  raft.step(append(kN2, 1, 1, 1, {1}), kStart);
  raft.step(append(kN2, 1, 0, 0, {1, 1}), kStart);
  EXPECT_EQ(raft.last_index(), LogIndex(4));
  EXPECT_TRUE(raft.take_output().entries.empty());
}

TEST(CoreReplication, AConflictTruncatesFromItsPlaceOnAndNoEarlier_5_3) {
  Raft raft = core_with({1, 1, 2, 2, 2});
  raft.step(append(kN2, 3, 1, 1, {1, 3}), kStart);
  EXPECT_EQ(terms_of(raft), "1 1 3");
  const Output output = raft.take_output();
  ASSERT_EQ(output.entries.size(), 1u);
  EXPECT_EQ(output.entries[0].index, LogIndex(3));
  EXPECT_EQ(raft.durable_index(), LogIndex(2));
}

TEST(CoreReplication, AFollowerCommitsNoFurtherThanTheMessageHasShown_5_3) {
  Raft raft = core_with({1, 2, 2});
  raft.step(append(kN2, 3, 1, 1, {}, 3), kStart);  // entries 2 and 3 may not be the leader's
  EXPECT_EQ(raft.commit_index(), LogIndex(1));
}

TEST(CoreReplication, AHeartbeatsCommitIsCappedByMatch) {
  Raft raft = core_with({1, 1, 1});
  make_leader(raft);
  raft.step(append_reply(kN2, 2, 4), kStart);
  ASSERT_EQ(raft.commit_index(), LogIndex(4));
  raft.take_output();
  raft.tick(raft.next_tick());
  const Output output = raft.take_output();
  EXPECT_EQ(to(output.messages, kN2)->commit, LogIndex(4));
  EXPECT_EQ(to(output.messages, kN3)->commit, LogIndex(0));
}

TEST(CoreReplication, AppendsArePipelinedWithinTheWindow) {
  CoreConfig config = config_of(kN1, 3);
  config.max_append_entries = 1;
  config.max_inflight = 4;
  Raft raft(config, {}, {}, kStart);
  make_leader(raft);
  const auto data = std::make_shared<const std::string>("x");
  for (int i = 0; i < 10; ++i) raft.propose(data);
  EXPECT_TRUE(raft.take_output().messages.empty()) << "the first append was not answered yet";
  raft.step(append_reply(kN2, 1, 1), kStart);
  Output output = raft.take_output();
  ASSERT_EQ(output.messages.size(), 4u);
  EXPECT_EQ(output.messages[3].entries.at(0).index, LogIndex(5));
  EXPECT_EQ(output.messages[3].entries.at(0).data, data) << "shared, not copied";
  raft.step(append_reply(kN2, 1, 3), kStart);
  output = raft.take_output();
  ASSERT_EQ(output.messages.size(), 2u);
  EXPECT_EQ(output.messages[1].previous_index, LogIndex(6));
}

TEST(CoreReplication, AMessageIsBoundedInBytesButOneEntryAlwaysFits) {
  CoreConfig config = config_of(kN1, 3);
  config.max_append_bytes = 100;
  Raft raft(config, {}, {}, kStart);
  make_leader(raft);
  raft.step(append_reply(kN2, 1, 1), kStart);
  for (const std::size_t size : {40, 40, 40, 500, 10})
    raft.propose(std::make_shared<const std::string>(size, 'x'));
  std::vector<std::size_t> counts;
  for (const Message& m : raft.take_output().messages) counts.push_back(m.entries.size());
  EXPECT_EQ(counts, (std::vector<std::size_t>{2, 1, 1, 1}));
}

TEST(CoreReplication, AppendsThatABrokenConnectionSwallowedAreSentAgain) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  for (int i = 0; i < 20; ++i) cluster.propose(1, std::to_string(i));
  cluster.lose_messages_in_flight();
  cluster.propose(1, "arrives behind the gap");
  ASSERT_TRUE(cluster.run_until(
      [&] { return cluster.applied(2).size() == 21 && cluster.applied(3).size() == 21; }, 300_ms));
  EXPECT_EQ(cluster.leader(), 1);
}

TEST(CoreReplication, ALostTailIsSentAgainAfterTheNextHeartbeat) {
  Cluster cluster(3);
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.propose(1, "lost, with nothing behind it");
  cluster.lose_messages_in_flight();
  ASSERT_TRUE(cluster.run_until([&] { return cluster.applied(1).size() == 1; }, 120_ms));
}

TEST(CoreReplication, LostRepliesDoNotStallAFullWindow) {
  Cluster cluster(3, 1, [](CoreConfig& config) { config.max_inflight = 2; });
  ASSERT_TRUE(cluster.elect(1));
  cluster.run_for(100_ms);
  cluster.drop = [](const Message& m) { return m.kind == Kind::append_reply; };
  for (int i = 0; i < 10; ++i) cluster.propose(1, "x");
  cluster.run_for(30_ms);
  cluster.drop = [](const Message&) { return false; };
  ASSERT_TRUE(cluster.run_until([&] { return cluster.applied(1).size() == 10; }, 200_ms));
}

TEST(CoreReplication, ARefusalNeverChangesMatchAndALateOneIsHarmless) {
  Raft raft = core_with({1, 1, 1});
  make_leader(raft);
  raft.step(append_reply(kN2, 2, 4), kStart);
  ASSERT_EQ(raft.commit_index(), LogIndex(4));
  Message late = message(Kind::append_reply, kN2, 2);  // refused, long ago
  late.hint_index = LogIndex(1);
  late.hint_term = Term(1);
  raft.step(late, kStart);
  raft.propose(std::make_shared<const std::string>("x"));
  const Output output = raft.take_output();
  EXPECT_EQ(to(output.messages, kN2)->previous_index, LogIndex(4)) << "never below match";
  Message high = late;
  high.hint_index = LogIndex(5);
  high.hint_term = Term(2);
  raft.step(high, kStart);
  EXPECT_EQ(raft.commit_index(), LogIndex(4)) << "a refusal is no acknowledgement";
}

TEST(CoreReplication, AnAcknowledgementOfAnEarlierTermCountsForNothing) {
  Raft raft = core_with({1, 1, 1});
  make_leader(raft);
  raft.step(append_reply(kN2, 1, 4), kStart);
  EXPECT_EQ(raft.commit_index(), LogIndex(0));
}

TEST(CoreReplication, DuplicatedAndReorderedMessagesChangeNothing) {
  Cluster cluster(3);
  std::uint64_t turn = 0;
  cluster.deliver_after = [&](const Message&) -> std::vector<Duration> {
    ++turn;
    return {Duration(1'000'000 + turn * 7'919'993 % 30'000'000), 40_ms, 1_ms};
  };
  ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() != 0; }));
  const int leader = cluster.leader();
  for (int i = 0; i < 50; ++i) {
    cluster.propose(leader, std::to_string(i));
    cluster.run_for(3_ms);
  }
  ASSERT_TRUE(cluster.run_until([&] {
    return cluster.applied(1).size() == 50 && cluster.applied(2).size() == 50 &&
           cluster.applied(3).size() == 50;
  }));
  EXPECT_EQ(cluster.applied(1), cluster.applied(2));
  EXPECT_EQ(cluster.applied(1), cluster.applied(3));
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreReplication, APartitionedLeadersUncommittedSuffixIsDiscarded_5_3) {
  Cluster cluster(5);
  ASSERT_TRUE(cluster.elect(1));
  cluster.propose(1, "kept");
  cluster.run_for(100_ms);
  cluster.partition({{1, 2}, {3, 4, 5}});
  for (int i = 0; i < 3; ++i) cluster.propose(1, "never committed");
  ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() > 2; }));
  cluster.propose(cluster.leader(), "committed by the majority");
  cluster.run_for(200_ms);
  cluster.heal();
  const std::vector<std::string> expected = {"kept", "committed by the majority"};
  ASSERT_TRUE(cluster.run_until([&] { return cluster.applied(1) == expected; }));
  EXPECT_EQ(cluster.role(1), Role::follower);
  EXPECT_EQ(cluster.violation(), "");
}

TEST(CoreReplication, WhatEarlierTermsLeftUncommittedDoesNotOverloadANewLeader) {
  CoreConfig config = config_of(kN1, 3);
  config.max_uncommitted_bytes = 10;
  Raft raft(config, {Term(1), kNobody}, entries_of(std::vector<std::uint64_t>(50, 1)), kStart);
  make_leader(raft);
  const auto data = std::make_shared<const std::string>("x");
  EXPECT_EQ(raft.propose(data).fate, Proposal::Fate::accepted);
  raft.take_output();
  raft.step(append_reply(kN2, 2, 52), kStart);
  raft.persisted(Term(2), LogIndex(52));
  ASSERT_EQ(raft.commit_index(), LogIndex(52));
  EXPECT_EQ(raft.propose(std::make_shared<const std::string>(10, 'x')).fate,
            Proposal::Fate::accepted);
  EXPECT_EQ(raft.propose(data).fate, Proposal::Fate::overloaded);
}

TEST(CoreReplication, ALeaderThatIsCutOffSaysOverloadedAboveItsBound) {
  CoreConfig config = config_of(kN1, 3);
  config.max_uncommitted_bytes = 100;
  Raft raft(config, {}, {}, kStart);
  make_leader(raft);
  const auto data = std::make_shared<const std::string>(60, 'x');
  const auto large = std::make_shared<const std::string>(1000, 'x');
  EXPECT_EQ(raft.propose(data).fate, Proposal::Fate::accepted);
  EXPECT_EQ(raft.propose(data).fate, Proposal::Fate::overloaded);
  raft.take_output();
  raft.persisted(Term(1), LogIndex(2));
  raft.step(append_reply(kN2, 1, 2), kStart);
  EXPECT_EQ(raft.commit_index(), LogIndex(2));
  EXPECT_EQ(raft.propose(large).fate, Proposal::Fate::accepted) << "one entry always fits";
  EXPECT_EQ(raft.propose(data).fate, Proposal::Fate::overloaded);
}

}  // namespace
}  // namespace riptide::node
