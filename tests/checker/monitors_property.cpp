// The monitors of registers, counters and locks, as monitor() calls them, on histories as clients
// record them. (Those of collections have files of their own.)
#include <gtest/gtest.h>

#include "checker/monitor/monitor.hpp"
#include "tests/checker/monitor_judge.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

const int kHistories = share_of(100'000);

/// At least that share of the histories gets an answer.
void agree(const char* name, Values values, double answered) {
  Random random(9, name);
  int answers = 0, orders = 0;
  for (int i = 0; i < kHistories; ++i) {
    const Model model = vary(random, *find_model(name));
    const History history = random_history(random, model, 8, values);
    const KeyHistory key = only_object(history, model);
    const auto decision = monitor(model, key);
    if (!decision) continue;
    const bool expected = BruteForce(history, model).linearizable();
    judge(history, model, key, *decision, expected);
    if (::testing::Test::HasFatalFailure()) return;
    ++answers;
    orders += expected ? 1 : 0;
  }
  EXPECT_GE(answers, answered * kHistories);
  EXPECT_GT(orders, answers / 10);
  EXPECT_LT(orders, answers * 9 / 10);
}

TEST(Monitor, IsRightForRegisters) {
  agree("register", Values::distinct, 0.95);
  agree("register", Values::repeated, 0.1);
}

TEST(Monitor, IsRightForRegistersWithCas) {
  agree("cas-register", Values::distinct, 0.9);
  agree("cas-register", Values::repeated, 0.1);
}

TEST(Monitor, IsRightForTextsWithoutAppend) { agree("kv", Values::distinct, 0.08); }

TEST(Monitor, IsRightForCounters) {
  agree("counter", Values::distinct, 1);
  agree("counter", Values::repeated, 0.2);
}

TEST(Monitor, IsRightForLocks) {
  agree("mutex", Values::distinct, 1);
  agree("semaphore", Values::distinct, 0.5);
  agree("fenced-lock", Values::distinct, 0.95);
}

}  // namespace
}  // namespace riptide::checker::testing
