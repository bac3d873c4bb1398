// The monitor of registers on histories that a reader can check by eye.
#include <gtest/gtest.h>

#include <limits>

#include "checker/monitor/monitor.hpp"

namespace riptide::checker::testing {
namespace {

using Kind = Action::Kind;
using Positions = std::vector<std::uint32_t>;

/// Value v is written v; 0 is the initial one. Operations come in the order of their calls.
class Register {
 public:
  Register& write(std::int64_t call, std::int64_t end, ValueId value) {
    return add(call, end, {Kind::write, value, kUnobserved});
  }
  Register& read(std::int64_t call, std::int64_t end, ValueId value) {
    return add(call, end, {Kind::read, value, kUnobserved});
  }
  Register& cas(std::int64_t call, std::int64_t end, ValueId from, ValueId to) {
    return add(call, end, {Kind::cas, from, to});
  }
  Register& refused(std::int64_t call, std::int64_t end, ValueId from) {
    return add(call, end, {Kind::cas_refused, from, kUnobserved});
  }
  std::optional<Decision> decide() {
    key_.values.clear();
    for (int value = 0; value < 10; ++value) key_.values.emplace_back(value);
    return monitor(default_model(), key_);
  }
  Positions order() {
    const auto decision = decide();
    if (!decision || decision->found != Found::order) return {999};
    return decision->order;
  }
  Positions witness() {
    const auto decision = decide();
    if (!decision || decision->found != Found::no_order) return {999};
    return decision->witness;
  }

 private:
  Register& add(std::int64_t call, std::int64_t end, Action action) {
    key_.entries.push_back({.call_ns = call,
                            .return_ns = end,
                            .index = static_cast<history::OpIndex>(key_.entries.size()),
                            .action = action,
                            .certain = end != history::kNever});
    return *this;
  }
  KeyHistory key_;
};

constexpr std::int64_t kOpen = history::kNever;

TEST(RegisterMonitor, NothingAtAllHasAnOrder) { EXPECT_EQ(Register().order(), Positions{}); }

TEST(RegisterMonitor, AReadSeesTheInitialValueUntilSomethingWasWritten) {
  EXPECT_EQ(Register().read(0, 1, 0).write(2, 3, 1).order(), (Positions{0, 1}));
  EXPECT_EQ(Register().write(0, 3, 1).read(1, 2, 0).order(), (Positions{1, 0}));
  EXPECT_EQ(Register().write(0, 1, 1).read(2, 3, 0).witness(), (Positions{0, 1}));
}

TEST(RegisterMonitor, AValueThatNobodyWroteIsAWitnessOfOneOperation) {
  EXPECT_EQ(Register().write(0, 1, 1).read(2, 3, 7).witness(), Positions{1});
  EXPECT_EQ(Register().cas(0, 1, 7, 1).read(2, 3, 1).witness(), Positions{0});
}

TEST(RegisterMonitor, NobodyReadsAValueBeforeItsWriteIsCalled) {
  EXPECT_EQ(Register().read(0, 1, 1).write(2, 3, 1).witness(), (Positions{0, 1}));
  EXPECT_EQ(Register().read(0, 2, 1).write(2, 3, 1).order(), (Positions{1, 0}));
}

TEST(RegisterMonitor, AStaleReadIsShownWithItsWriteAndTheOneThatOverwroteIt) {
  EXPECT_EQ(Register().write(0, 1, 1).write(2, 3, 2).read(4, 5, 1).read(9, 9, 2).witness(),
            (Positions{0, 1, 2}));
  EXPECT_EQ(Register().write(0, 1, 1).write(1, 3, 2).read(3, 5, 1).order(), (Positions{0, 2, 1}));
}

TEST(RegisterMonitor, CasFollowWhatTheyExpect) {
  EXPECT_EQ(Register().cas(0, 9, 2, 3).cas(1, 9, 1, 2).write(2, 9, 1).read(3, 9, 3).order(),
            (Positions{2, 1, 0, 3}));
  EXPECT_EQ(Register().write(0, 1, 1).cas(2, 3, 1, 2).cas(4, 5, 2, 3).read(6, 7, 2).witness(),
            (Positions{0, 1, 2, 3}));
}

TEST(RegisterMonitor, TwoCasCannotTakeOneValue) {
  EXPECT_EQ(Register().write(0, 1, 1).cas(2, 9, 1, 2).cas(3, 9, 1, 3).witness(),
            (Positions{0, 1, 2}));
  // Unless one of them may not have happened.
  EXPECT_EQ(Register().write(0, 1, 1).cas(2, 9, 1, 2).cas(3, kOpen, 1, 3).order(),
            (Positions{0, 1}));
  // But somebody saw that it did.
  EXPECT_EQ(Register().write(0, 1, 1).cas(2, 9, 1, 2).cas(3, kOpen, 1, 3).read(4, 9, 3).witness(),
            (Positions{0, 1, 2, 3}));
}

TEST(RegisterMonitor, ACircleOfCasHasNoBeginning) {
  EXPECT_EQ(Register().cas(0, 9, 1, 2).cas(1, 9, 2, 3).cas(2, 9, 3, 1).witness(),
            (Positions{0, 1, 2}));
  EXPECT_EQ(Register().cas(0, kOpen, 1, 2).cas(1, kOpen, 2, 1).write(2, 9, 3).order(),
            Positions{2});
}

TEST(RegisterMonitor, WhatIsUncertainHappensOnlyWhenItWasSeen) {
  EXPECT_EQ(Register().write(0, kOpen, 1).write(1, 2, 2).read(3, 4, 2).order(), (Positions{1, 2}));
  EXPECT_EQ(Register().write(0, kOpen, 1).write(1, 2, 2).read(3, 4, 1).order(),
            (Positions{1, 0, 2}));
}

TEST(RegisterMonitor, AValueThatMayComeFromTwoWritesIsLeftToTheSearch) {
  EXPECT_FALSE(Register().write(0, 1, 1).write(2, 3, 1).read(4, 5, 1).decide().has_value());
  EXPECT_FALSE(Register().write(0, 9, 0).read(1, 9, 0).decide().has_value());
  // Nobody observed it, or it was written after everybody who did.
  EXPECT_EQ(Register().write(0, 1, 1).write(2, 3, 1).order(), (Positions{0, 1}));
  EXPECT_EQ(Register().write(0, 1, 1).read(2, 3, 1).write(4, 5, 1).order(), (Positions{0, 1, 2}));
  // The initial value was gone, so that the read saw the write.
  EXPECT_EQ(Register().write(0, 1, 1).write(2, 3, 0).read(4, 5, 0).order(), (Positions{0, 1, 2}));
  EXPECT_EQ(Register().write(0, 1, 1).write(2, 3, 0).write(4, 5, 2).read(6, 7, 0).witness(),
            (Positions{0, 1, 2, 3}));
}

TEST(RegisterMonitor, ARefusedCasIsPutWhereTheRegisterHeldSomethingElse) {
  EXPECT_EQ(Register().refused(0, 9, 0).write(1, 2, 1).order(), (Positions{1, 0}));
  EXPECT_EQ(Register().read(0, 1, 0).refused(2, 3, 0).read(4, 5, 0).witness(), (Positions{1, 2}));
}

TEST(RegisterMonitor, TimesMayBeTheLargestAndTheSmallestThereAre) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() - 1;
  EXPECT_EQ(Register().write(least, least, 1).read(most, most, 1).order(), (Positions{0, 1}));
  EXPECT_EQ(Register().write(least, least, 1).read(most, most, 0).witness(), (Positions{0, 1}));
  EXPECT_EQ(Register().read(least, most, 0).write(least, most, 1).order(), (Positions{0, 1}));
}

}  // namespace
}  // namespace riptide::checker::testing
