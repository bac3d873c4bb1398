// Keys are decided on several threads, and two algorithms race on two: what they share is right.
#include <gtest/gtest.h>

#include <thread>

#include "base/random.hpp"
#include "checker/checker.hpp"
#include "checker/decide.hpp"
#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

/// Correct registers on which few values come again and again, so that no monitor decides.
Script busy_keys(int keys, int operations) {
  Script script;
  Random random(5, "threads");
  for (int key = 0; key < keys; ++key) {
    script.key(Value(key));
    Value state;
    for (int i = 0; i < operations; ++i) {
      const std::int64_t effect = 10 * i + 10;
      const std::int64_t call = effect - random.between(0, 30),
                         end = effect + random.between(0, 30);
      if (random.chance(0.5)) {
        script.read(i, call, end, state);
      } else {
        state = Value(random.between(0, 2));
        script.write(i, call, end, state);
      }
    }
  }
  return script;
}

TEST(Threads, decide_every_key_once) {
  Script script = busy_keys(12, 1000);
  LinearizableOptions options;
  options.limits.memory_bytes = 256 << 20;
  options.jobs = 4;
  auto check = check_linearizable(script.history(), options);
  ASSERT_TRUE(check.has_value());
  EXPECT_EQ(check->verdict, Word::valid) << check->reason;
  script.key(Value(3)).read(0, 1'000'000, 1'000'001, Value(17));
  check = check_linearizable(script.history(), options);
  ASSERT_TRUE(check.has_value());
  EXPECT_EQ(check->verdict, Word::invalid) << check->reason;
  EXPECT_EQ(check->anomalies.size(), 1u);
}

TEST(Threads, that_race_give_the_same_verdict) {
  Script script = busy_keys(1, 3000);
  LinearizableOptions options;
  options.limits.memory_bytes = 256 << 20;
  options.algorithm = Algorithm::race;
  for (int i = 0; i < 5; ++i) {
    const auto check = check_linearizable(script.history(), options);
    ASSERT_TRUE(check.has_value());
    EXPECT_EQ(check->verdict, Word::valid) << check->reason;
  }
}

TEST(Threads, end_soon_after_somebody_asks_them_to) {
  const Script script = busy_keys(4, 5000);
  std::atomic<bool> stop = true;
  LinearizableOptions options;
  options.limits.stop = &stop;
  options.algorithm = Algorithm::race;
  const auto check = check_linearizable(script.history(), options);
  ASSERT_TRUE(check.has_value());
  EXPECT_EQ(check->verdict, Word::unknown);
  EXPECT_NE(check->reason.find("stopped"), std::string::npos) << check->reason;
}

}  // namespace
}  // namespace riptide::checker::testing
