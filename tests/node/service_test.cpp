// The service between clients and a real core: n1 of three, whose peers are played by the test.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "node/bugs/bugs.hpp"
#include "node/kv/service.hpp"

namespace riptide::node {
namespace {

using wire::Answer;
using wire::Op;

constexpr ConnectionId kClient = 7;

wire::Request request_of(std::uint64_t sequence, Op op, std::string key, std::string value = {},
                         std::string expected = {}) {
  return {11, sequence, op, std::move(key), std::move(value), std::move(expected)};
}

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : raft_(config(), HardState{}, {}, now_), service_(raft_, {"n1", "n2", "n3"}) {}
  ~ServiceTest() override { bugs::disable_all(); }

  static CoreConfig config() {
    CoreConfig config;
    config.id = NodeId(1);
    config.voters = {NodeId(1), NodeId(2), NodeId(3)};
    config.pre_vote = false;
    return config;
  }

  /// One turn with a disk that writes at once. What the core sends is kept for its round.
  void turn() {
    while (true) {
      Output output = raft_.take_output();
      if (output.empty()) return;
      for (const Message& message : output.messages) round_ = std::max(round_, message.round);
      if (!output.entries.empty()) {
        raft_.persisted(output.entries.back().term, output.entries.back().index);
      }
      service_.absorb(output);
    }
  }
  void lead() {
    now_ = raft_.next_tick();
    raft_.tick(now_);
    turn();
    Message vote = from_n2(Message::Kind::vote_reply);
    vote.granted = true;
    step(vote);
    ASSERT_EQ(raft_.role(), Role::leader);
    commit_all();
    service_.apply_some(100);
  }
  Message from_n2(Message::Kind kind) const {
    Message message;
    message.kind = kind;
    message.from = NodeId(2);
    message.to = NodeId(1);
    message.term = raft_.term();
    return message;
  }
  void step(const Message& message) {
    raft_.step(message, now_);
    turn();
  }
  /// n2 holds all that there is, and has heard the latest round.
  void commit_all() {
    Message reply = from_n2(Message::Kind::append_reply);
    reply.granted = true;
    reply.match = raft_.last_index();
    reply.round = round_;
    step(reply);
  }
  /// n2 leads the next term, with a no-op behind n1's log as far as `kept`, committed.
  void n2_takes_over(LogIndex kept) {
    Message append = from_n2(Message::Kind::append);
    append.term = raft_.term().next();
    append.previous_index = kept;
    append.previous_term = raft_.term_at(kept);
    append.entries.push_back({append.term, kept.next(), Entry::Kind::noop, nullptr});
    append.commit = kept.next();
    step(append);
    ASSERT_EQ(raft_.role(), Role::follower);
  }
  void send(const wire::Request& request, ConnectionId from = kClient) {
    service_.request(from, request, wire::encode(request));
    turn();
  }
  /// The answers that are due now.
  std::vector<Answer> answers() {
    std::vector<Answer> all;
    for (const Answered& answered : service_.take_replies()) {
      all.push_back(answered.reply.answer);
      last_ = answered.reply;
    }
    return all;
  }

  MonoTime now_{1'000'000'000};
  std::uint64_t round_ = 0;
  Raft raft_;
  Service service_;
  wire::Reply last_;
};

using Answers = std::vector<Answer>;

TEST_F(ServiceTest, AWriteIsAnsweredWhenItIsApplied) {
  lead();
  send(request_of(1, Op::write, "x", "5"));
  EXPECT_EQ(answers(), Answers{});
  commit_all();
  EXPECT_EQ(answers(), Answers{}) << "committed, but not applied";
  EXPECT_TRUE(service_.backlog_is_awaited());
  service_.apply_some(100);
  EXPECT_EQ(answers(), Answers{Answer::ok});
  EXPECT_EQ(last_.sequence, 1u);
}

TEST_F(ServiceTest, ACasThatDoesNotMatchIsRefusedByTheStateMachine) {
  lead();
  send(request_of(1, Op::cas, "x", "6", "5"));
  commit_all();
  service_.apply_some(100);
  EXPECT_EQ(answers(), Answers{Answer::refused});
}

TEST_F(ServiceTest, AReadWaitsForItsRoundAndThenForTheStateMachine) {
  lead();
  send(request_of(1, Op::write, "x", "5"));
  commit_all();
  send(request_of(1, Op::read, "x"), kClient + 1);
  EXPECT_EQ(answers(), Answers{}) << "no quorum was asked";
  commit_all();
  EXPECT_EQ(answers(), Answers{}) << "confirmed, but the write before it is not applied";
  service_.apply_some(100);
  EXPECT_EQ(answers(), (Answers{Answer::ok, Answer::ok}));
  EXPECT_EQ(last_.value, "5");
}

TEST_F(ServiceTest, ApplyingGoesInSlicesOfTheGivenLength) {
  lead();
  for (std::uint64_t i = 1; i <= 10; ++i) send(request_of(i, Op::write, "x", std::to_string(i)));
  commit_all();
  service_.apply_some(4);
  EXPECT_EQ(answers().size(), 4u);
  EXPECT_EQ(service_.backlog(), 6u);
  service_.apply_some(100);
  EXPECT_EQ(answers().size(), 6u);
  EXPECT_EQ(service_.backlog(), 0u);
  EXPECT_FALSE(service_.backlog_is_awaited());
}

TEST_F(ServiceTest, ANodeThatDoesNotLeadNamesTheLeader) {
  n2_takes_over(LogIndex(0));
  service_.apply_some(100);
  send(request_of(1, Op::write, "x", "5"));
  EXPECT_EQ(answers(), Answers{Answer::not_leader});
  EXPECT_EQ(last_.leader, "n2");
  send(request_of(2, Op::read, "x"));
  EXPECT_EQ(answers(), Answers{Answer::not_leader});
  EXPECT_EQ(last_.leader, "n2");
}

TEST_F(ServiceTest, AWriteThatTheNextLeaderCommitsIsAnsweredOk) {
  lead();
  send(request_of(1, Op::write, "x", "5"));
  n2_takes_over(raft_.last_index());
  EXPECT_EQ(answers(), Answers{}) << "to lose leadership decides nothing";
  service_.apply_some(100);
  EXPECT_EQ(answers(), Answers{Answer::ok});
}

TEST_F(ServiceTest, AWriteWhoseIndexAnotherTermTookIsAnsweredUnknown) {
  lead();
  const LogIndex before = raft_.last_index();
  send(request_of(1, Op::write, "x", "5"));
  n2_takes_over(before);
  service_.apply_some(100);
  EXPECT_EQ(answers(), Answers{Answer::unknown});
}

TEST_F(ServiceTest, AReadThatLosesItsLeaderIsSentOn) {
  lead();
  send(request_of(1, Op::read, "x"));
  n2_takes_over(raft_.last_index());
  EXPECT_EQ(answers(), Answers{Answer::not_leader});
  EXPECT_EQ(last_.leader, "n2");
}

TEST_F(ServiceTest, AReadBeyondWhatMayWaitIsAnsweredOverloaded) {
  lead();
  for (std::uint64_t i = 1; i <= Service::kMaxUnconfirmedReads; ++i) {
    service_.request(kClient, request_of(i, Op::read, "x"), {});
  }
  turn();
  EXPECT_EQ(answers(), Answers{});
  send(request_of(Service::kMaxUnconfirmedReads + 1, Op::read, "x"), kClient + 1);
  EXPECT_EQ(answers(), Answers{Answer::overloaded});
  commit_all();
  EXPECT_EQ(answers().size(), Service::kMaxUnconfirmedReads);
  send(request_of(1, Op::read, "x"), kClient + 2);
  EXPECT_EQ(answers(), Answers{}) << "there is room again";
  commit_all();
  EXPECT_EQ(answers(), Answers{Answer::ok});
}

TEST_F(ServiceTest, NobodyIsAnsweredOnAConnectionThatIsClosed) {
  lead();
  send(request_of(1, Op::write, "x", "5"));
  send(request_of(2, Op::read, "x"));
  service_.closed(kClient);
  commit_all();
  EXPECT_FALSE(service_.backlog_is_awaited());
  service_.apply_some(100);
  EXPECT_EQ(answers(), Answers{});
}

TEST_F(ServiceTest, WhatCannotBeServedIsABadRequestAndIsNotProposed) {
  lead();
  const LogIndex before = raft_.last_index();
  send(request_of(0, Op::write, "x", "5"));
  EXPECT_EQ(answers(), Answers{Answer::bad_request});
  send(request_of(1, Op::write, "", "5"));
  EXPECT_EQ(answers(), Answers{Answer::bad_request});
  send(request_of(1, Op::write, std::string(wire::kMaxValue + 1, 'k'), "5"));
  EXPECT_EQ(answers(), Answers{Answer::bad_request});
  EXPECT_EQ(last_.text, "key is 1048577 bytes long, expected at most 1048576");
  EXPECT_EQ(raft_.last_index(), before);
}

#if defined(RIPTIDE_BUGS)
TEST_F(ServiceTest, TheDefectAckBeforeApplyAnswersAtCommitAndReadsWithoutWaiting) {
  ASSERT_TRUE(bugs::enable("ack-before-apply").has_value());
  lead();
  send(request_of(1, Op::write, "x", "5"));
  commit_all();
  EXPECT_EQ(answers(), Answers{Answer::ok});
  send(request_of(1, Op::read, "x"), kClient + 1);
  commit_all();
  EXPECT_EQ(answers(), Answers{Answer::ok});
  EXPECT_EQ(last_.value, "null") << "the read is stale: that is the defect";
  service_.apply_some(100);
  EXPECT_EQ(answers(), Answers{}) << "nobody is answered twice";
}

TEST_F(ServiceTest, TheDefectFailInsteadOfInfoCallsAWriteFailedWhichIsThenApplied) {
  ASSERT_TRUE(bugs::enable("fail-instead-of-info").has_value());
  lead();
  send(request_of(1, Op::write, "x", "5"));
  n2_takes_over(raft_.last_index());
  EXPECT_EQ(answers(), Answers{Answer::failed});
  const LogIndex before = service_.applied_index();
  service_.apply_some(100);
  EXPECT_EQ(service_.applied_index(), before.plus(2));
  EXPECT_EQ(answers(), Answers{});
}
#endif

}  // namespace
}  // namespace riptide::node
