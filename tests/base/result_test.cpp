#include "base/result.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "base/assert.hpp"
#include "base/strong.hpp"

namespace riptide {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(std::to_string(number) + " is odd").fix("Give an even number.");
  return number / 2;
}

TEST(Result, IsAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2);
  const auto odd = half(3);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().what(), "3 is odd");
  EXPECT_EQ(odd.error().fix(), "Give an even number.");
}

TEST(Result, OfNothingIsFineOrAnError) {
  const Result<void> fine{};
  EXPECT_TRUE(fine);
  const Result<void> wrong = fail("no");
  EXPECT_FALSE(wrong);
}

TEST(Error, TellsTheChainOfCausesAndTheNearestFixOnOneLine) {
  const Error error =
      fail("cannot start").because(fail("cannot read x").because_errno(ENOENT).fix("Create x."));
  EXPECT_EQ(error.text(), "cannot start: cannot read x: No such file or directory (Create x.)");
  EXPECT_EQ(error.fix(), "Create x.");
  ASSERT_NE(error.cause(), nullptr);
  EXPECT_EQ(error.cause()->what(), "cannot read x");
  const Error outer = fail("a").because("b").fix("Do c.");
  EXPECT_EQ(outer.text(), "a: b (Do c.)");
  EXPECT_EQ(fail("a").text(), "a");
}

TEST(AssertDeathTest, PrintsTheConditionTheValuesAndTheRunAndAborts) {
  set_assert_context("seed 7");
  const int term = 4;
  ASSERT(term == 4, "not printed");
  EXPECT_DEATH(ASSERT(term == 5, "term", term), "term == 5(.|\n)*term 4(.|\n)*seed 7");
}

using Apples = Strong<struct ApplesTag, std::uint64_t>;
using Pears = Strong<struct PearsTag, std::uint64_t>;
static_assert(!std::is_convertible_v<Apples, Pears> && !std::is_constructible_v<Apples, Pears>);
static_assert(!std::is_convertible_v<std::uint64_t, Apples>);

TEST(Strong, CountsAndComparesWithItsOwnKind) {
  Apples apples(3);
  EXPECT_EQ(++apples, Apples(4));
  EXPECT_EQ(apples.next(), Apples(5));
  EXPECT_EQ(apples.previous(), Apples(3));
  EXPECT_EQ(apples.plus(6), Apples(10));
  EXPECT_LT(Apples(3), Apples(4));
  EXPECT_EQ(std::hash<Apples>{}(Apples(3)), std::hash<std::uint64_t>{}(3));
}

}  // namespace
}  // namespace riptide
