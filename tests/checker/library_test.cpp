// The library's own classes: the log of operations, and models of one's own.
#include <gtest/gtest.h>

#include <thread>

#include "base/random.hpp"
#include "checker/linearizability.hpp"
#include "checker/own_model.hpp"

namespace riptide {
namespace {

TEST(OperationLog, IsJudgedByAModelOfTheName) {
  OperationLog log;
  log.ok(log.invoke(1, "write", "x", 1));
  log.ok(log.invoke(2, "read", "x"), 1);
  const auto verdict = check(log, "register");
  EXPECT_TRUE(verdict.valid()) << verdict.explanation();
  EXPECT_NE(verdict.json().find("\"verdict\": \"valid\""), std::string::npos);
}

TEST(OperationLog, TellsWhyItIsImpossible) {
  OperationLog log;
  log.ok_at(2, log.invoke_at(1, 1, "write", "x", 1));
  log.ok_at(4, log.invoke_at(3, 1, "write", "x", 2));
  log.ok_at(6, log.invoke_at(5, 2, "read", "x"), 1);
  const auto verdict = check(log, "register");
  EXPECT_EQ(verdict.word, Word::invalid);
  EXPECT_FALSE(verdict.valid());
  EXPECT_NE(verdict.explanation().find("stale-read on key \"x\""), std::string::npos) << verdict;
}

TEST(OperationLog, WhatNeverEndedMayHaveHappenedOrNot) {
  OperationLog log;
  log.ok_at(2, log.invoke_at(1, 1, "write", "x", 1));
  log.invoke_at(1, 2, "write", "x", 2);
  log.info_at(4, log.invoke_at(1, 3, "write", "x", 3));
  log.fail_at(4, log.invoke_at(1, 4, "write", "x", 4));
  log.ok_at(6, log.invoke_at(5, 5, "read", "x"), 2);
  log.ok_at(8, log.invoke_at(7, 5, "read", "x"), 3);
  EXPECT_TRUE(check(log, "register").valid()) << check(log, "register");
  log.ok_at(10, log.invoke_at(9, 5, "read", "x"), 4);
  EXPECT_EQ(check(log, "register").word, Word::invalid);
}

TEST(OperationLog, OfNothingIsVacuous) {
  const OperationLog log;
  EXPECT_EQ(check(log, "register").word, Word::vacuous);
}

TEST(OperationLog, AnUnknownModelOrOperationIsAnErrorThatSaysWhatToDo) {
  OperationLog log;
  log.ok(log.invoke(1, "enqueue", "x", 1));
  EXPECT_EQ(check(log, "registre").word, Word::error);
  EXPECT_NE(check(log, "registre").explanation().find("register"), std::string::npos);
  EXPECT_EQ(check(log, "register").word, Word::error);
}

TEST(OperationLog, MistakesInItsUseAreAnErrorNeverAVerdict) {
  OperationLog twice;
  const auto id = twice.invoke(1, "write", "x", 1);
  twice.ok(id);
  twice.fail(id);
  EXPECT_EQ(check(twice, "register").word, Word::error);
  EXPECT_NE(twice.mistake().find("twice"), std::string::npos);
  OperationLog unknown;
  unknown.ok(7);
  EXPECT_NE(unknown.mistake().find("never invoked"), std::string::npos);
  OperationLog busy;
  busy.invoke(1, "write", "x", 1);
  busy.invoke(1, "write", "x", 2);
  EXPECT_NE(busy.mistake().find("has not ended"), std::string::npos);
  OperationLog backwards;
  backwards.ok_at(1, backwards.invoke_at(2, 1, "write", "x", 1));
  EXPECT_NE(backwards.mistake().find("before it was invoked"), std::string::npos);
}

TEST(OperationLog, TakesOperationsOfManyThreadsAtOnce) {
  OperationLog log;
  std::vector<std::thread> threads;
  for (int process = 0; process < 4; ++process) {
    threads.emplace_back([&log, process] {
      for (int i = 0; i < 500; ++i) {
        log.ok(log.invoke(process, "write", process, i));
        log.ok(log.invoke(process, "read", process), i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(log.size(), 4000u);
  EXPECT_EQ(log.mistake(), "");
  EXPECT_TRUE(check(log, "register").valid()) << check(log, "register");
}

struct Account {
  using State = std::int64_t;
  static State initial() { return 0; }
  static std::optional<State> step(const State& balance, const Operation& op) {
    if (op.f == "balance") return op.output == balance ? std::optional(balance) : std::nullopt;
    if (op.f == "deposit") return balance + *op.input.integer();
    return *op.input.integer() <= balance ? std::optional(balance - *op.input.integer())
                                          : std::nullopt;
  }
  static bool reads_only(const Operation& op) { return op.f == "balance"; }
  static std::string describe(const State& b) { return "a balance of " + std::to_string(b); }
};

TEST(OwnModel, IsJudgedWithAProofEitherWay) {
  OperationLog log;
  log.ok_at(2, log.invoke_at(1, 1, "deposit", "a", 100));
  log.ok_at(9, log.invoke_at(3, 1, "withdraw", "a", 80));
  EXPECT_TRUE(check<Account>(log).valid());
  EXPECT_TRUE(check<Account>(log).details().checks.at(0).evidence.certificate_validated);
  log.ok_at(8, log.invoke_at(4, 2, "withdraw", "a", 80));
  const auto verdict = check<Account>(log);
  EXPECT_EQ(verdict.word, Word::invalid);
  EXPECT_NE(verdict.explanation().find("ends in a balance of 20"), std::string::npos) << verdict;
  EXPECT_NE(verdict.explanation().find("Process 1 did withdraw 80"), std::string::npos) << verdict;
}

TEST(OwnModel, WhatWasNotAnsweredMayHappenLaterOrNever) {
  OperationLog log;
  log.info_at(5, log.invoke_at(1, 1, "deposit", "a", 100));
  log.ok_at(7, log.invoke_at(6, 2, "balance", "a"), 0);
  log.ok_at(9, log.invoke_at(8, 2, "balance", "a"), 100);
  log.info_at(9, log.invoke_at(8, 3, "balance", "a"));
  EXPECT_TRUE(check<Account>(log).valid()) << check<Account>(log);
  log.ok_at(11, log.invoke_at(10, 2, "balance", "a"), 0);
  EXPECT_EQ(check<Account>(log).word, Word::invalid);
}

TEST(OwnModel, ObjectsOfDifferentKeysAreJudgedApart) {
  OperationLog log;
  log.ok_at(2, log.invoke_at(1, 1, "deposit", "a", 100));
  log.ok_at(4, log.invoke_at(3, 1, "balance", "b"), 0);
  EXPECT_TRUE(check<Account>(log).valid());
}

TEST(OwnModel, ALimitIsUnknownNeverValid) {
  OperationLog log;
  log.ok_at(2, log.invoke_at(1, 1, "deposit", "a", 100));
  EXPECT_EQ(check<Account>(log, {.memory_bytes = 1}).word, Word::unknown);
  const std::atomic<bool> stop{true};
  EXPECT_EQ(check<Account>(log, {.stop = &stop}).word, Word::unknown);
}

TEST(OwnModel, NothingThatSucceededIsVacuous) {
  EXPECT_EQ(check<Account>(OperationLog()).word, Word::vacuous);
}

/// A register with a state that has neither an order nor a hash.
struct Register {
  struct State {
    Value value;
    friend bool operator==(const State& a, const State& b) = default;
  };
  static State initial() { return {}; }
  static std::optional<State> step(const State& state, const Operation& op) {
    if (op.f == "write") return State{op.input};
    return op.output == state.value ? std::optional(state) : std::nullopt;
  }
};

TEST(OwnModel, ARegisterOfOnesOwnAgreesWithRiptides) {
  Random random(11);
  int invalid = 0;
  for (int round = 0; round < 3000; ++round) {
    OperationLog log;
    const auto operations = 1 + random.below(8);
    for (std::uint64_t i = 0; i < operations; ++i) {
      const bool write = random.chance(0.5);
      const std::int64_t call = random.between(0, 12), end = call + random.between(0, 6);
      const Value value = random.between(1, 3);
      const auto id = log.invoke_at(call, static_cast<std::int64_t>(i), write ? "write" : "read",
                                    {}, write ? value : Value());
      if (random.chance(0.2)) continue;
      if (random.chance(0.1)) {
        log.fail_at(end, id);
      } else if (write) {
        log.ok_at(end, id);
      } else {
        log.ok_at(end, id, random.chance(0.2) ? Value() : value);
      }
    }
    const bool own = check<Register>(log).word == Word::invalid;
    const bool ours = check(log, "register").word == Word::invalid;
    ASSERT_EQ(own, ours) << check(log, "register") << check<Register>(log);
    invalid += own ? 1 : 0;
  }
  EXPECT_GT(invalid, 300);
}

}  // namespace
}  // namespace riptide
