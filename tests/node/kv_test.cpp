// The state machine and its sessions.
#include <gtest/gtest.h>

#include "node/kv/state_machine.hpp"

namespace riptide::node {
namespace {

using wire::Answer;
using wire::Op;

wire::Request request(std::uint64_t client, std::uint64_t sequence, Op op, std::string key,
                      std::string value, std::string expected = {}) {
  return {client, sequence, op, std::move(key), std::move(value), std::move(expected)};
}

TEST(StateMachine, ARegisterThatWasNeverWrittenReadsAsNull) {
  EXPECT_EQ(StateMachine().read("x"), "null");
}

TEST(StateMachine, AReadSeesTheLastWrite) {
  StateMachine machine;
  EXPECT_EQ(machine.apply(request(1, 1, Op::write, "x", "5")).answer, Answer::ok);
  EXPECT_EQ(machine.apply(request(2, 1, Op::write, "x", "6")).answer, Answer::ok);
  EXPECT_EQ(machine.read("x"), "6");
  EXPECT_EQ(machine.read("y"), "null");
}

TEST(StateMachine, ACasWritesOnlyWhereTheExpectedValueStands) {
  StateMachine machine;
  machine.apply(request(1, 1, Op::write, "x", "5"));
  EXPECT_EQ(machine.apply(request(1, 2, Op::cas, "x", "7", "6")).answer, Answer::refused);
  EXPECT_EQ(machine.read("x"), "5");
  EXPECT_EQ(machine.apply(request(1, 3, Op::cas, "x", "7", "5")).answer, Answer::ok);
  EXPECT_EQ(machine.read("x"), "7");
}

TEST(StateMachine, ACasFromNullTakesARegisterThatWasNeverWritten) {
  StateMachine machine;
  EXPECT_EQ(machine.apply(request(1, 1, Op::cas, "x", "1", "null")).answer, Answer::ok);
  EXPECT_EQ(machine.read("x"), "1");
}

TEST(StateMachine, AValueIsComparedByteForByte) {
  StateMachine machine;
  machine.apply(request(1, 1, Op::write, "x", "[1,2]"));
  EXPECT_EQ(machine.apply(request(1, 2, Op::cas, "x", "0", "[1, 2]")).answer, Answer::refused);
}

TEST(Sessions, ARequestThatCameTwiceIsAppliedOnce) {
  StateMachine machine;
  machine.apply(request(1, 1, Op::write, "x", "1"));
  machine.apply(request(2, 1, Op::write, "x", "2"));
  EXPECT_EQ(machine.apply(request(1, 1, Op::write, "x", "1")).answer, Answer::ok);
  EXPECT_EQ(machine.read("x"), "2");
}

TEST(Sessions, ARetryIsGivenTheFirstReplyEvenIfItWouldSucceedNow) {
  StateMachine machine;
  EXPECT_EQ(machine.apply(request(1, 1, Op::cas, "x", "9", "1")).answer, Answer::refused);
  machine.apply(request(2, 1, Op::write, "x", "1"));
  EXPECT_EQ(machine.apply(request(1, 1, Op::cas, "x", "9", "1")).answer, Answer::refused);
  EXPECT_EQ(machine.read("x"), "1");
}

TEST(Sessions, ALateCopyOfAnOlderRequestChangesNothingAndIsAnsweredUnknown) {
  StateMachine machine;
  machine.apply(request(1, 1, Op::write, "x", "1"));
  machine.apply(request(1, 2, Op::write, "x", "2"));
  EXPECT_EQ(machine.apply(request(1, 1, Op::write, "x", "1")).answer, Answer::unknown);
  EXPECT_EQ(machine.read("x"), "2");
}

TEST(Sessions, ClientsDoNotShareSequences) {
  StateMachine machine;
  machine.apply(request(1, 5, Op::write, "x", "1"));
  EXPECT_EQ(machine.apply(request(2, 1, Op::write, "x", "2")).answer, Answer::ok);
  EXPECT_EQ(machine.read("x"), "2");
}

TEST(Sessions, EveryReplyCarriesItsRequestsSequence) {
  StateMachine machine;
  EXPECT_EQ(machine.apply(request(1, 41, Op::write, "x", "1")).sequence, 41u);
  EXPECT_EQ(machine.apply(request(1, 41, Op::write, "x", "1")).sequence, 41u);
  EXPECT_EQ(machine.apply(request(1, 40, Op::write, "x", "1")).sequence, 40u);
}

}  // namespace
}  // namespace riptide::node
