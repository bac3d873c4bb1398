#include "base/text.hpp"

#include <gtest/gtest.h>

namespace riptide {
namespace {

using Parts = std::vector<std::string>;

TEST(Text, SplittingKeepsEmptyParts) {
  EXPECT_EQ(split("a,b,c", ','), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split(",a,,", ','), (Parts{"", "a", "", ""}));
}

TEST(Text, JoiningIsTheInverseOfSplitting) {
  for (const char* text : {"", "a", "a+b", "+", "a++b+"})
    EXPECT_EQ(join(split(text, '+'), "+"), text);
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a", "a", "a"}, ", "), "a, a, a");
  EXPECT_EQ(join({"", ""}, "-"), "-");
}

TEST(Text, DidYouMeanFindsANearSpellingAndOnlyThat) {
  const Parts words{"partition", "kill", "pause", "register"};
  EXPECT_EQ(did_you_mean("partiton", words), "partition");
  EXPECT_EQ(did_you_mean("regsiter", words), "register");
  EXPECT_EQ(did_you_mean("kil", words), "kill");
  EXPECT_EQ(did_you_mean("bank", words), "");
  EXPECT_EQ(did_you_mean("", words), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace riptide
