#include "base/units.hpp"

#include <gtest/gtest.h>

namespace riptide {
namespace {

using namespace std::chrono_literals;

TEST(Units, DurationsTakeAUnit) {
  EXPECT_EQ(parse_duration("30s").value(), 30s);
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration("250ms").value(), 250ms);
  EXPECT_EQ(parse_duration("2m").value(), 2min);
  EXPECT_EQ(parse_duration("1h").value(), 1h);
  EXPECT_EQ(parse_duration("84us").value(), 84us);
  EXPECT_EQ(parse_duration("84µs").value(), 84us);
  EXPECT_EQ(parse_duration("7ns").value(), 7ns);
  EXPECT_EQ(parse_duration("1 s").value(), 1s);
  EXPECT_EQ(parse_duration("0").value(), 0s) << "zero needs no unit";
}

TEST(Units, WhatIsNoDurationIsRefusedWithAWayToWriteOne) {
  for (const char* text : {"", "30", "-1s", "s", "1d", "s1", " 1s", "1s ", "1,5s", "inf s", "nan",
                           "nans", "9e9s", "1e400s", "1s1s", "0x10s"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_NE(duration.error().what().find(text), std::string::npos);
    EXPECT_FALSE(duration.error().fix().empty());
  }
}

TEST(Units, SizesArePowersOf1024AndABareNumberIsBytes) {
  EXPECT_EQ(parse_size("10").value(), 10u);
  EXPECT_EQ(parse_size("10B").value(), 10u);
  for (const char* text : {"64K", "64KB", "64KiB", "64 KiB"})
    EXPECT_EQ(parse_size(text).value(), 65536u) << text;
  EXPECT_EQ(parse_size("1.5MiB").value(), 1572864u);
  EXPECT_EQ(parse_size("2GiB").value(), std::uint64_t{2} << 30);
}

TEST(Units, WhatIsNoSizeIsRefusedWithAWayToWriteOne) {
  for (const char* text : {"", "-1", "x", "10TB", "1e300G", "0x10", "1k"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_FALSE(size.error().fix().empty());
  }
}

TEST(Units, DurationsPrintWithThreeDigitsInTheUnitThatFits) {
  const std::vector<std::pair<Duration, const char*>> all{
      {0s, "0 s"},           {999ns, "999 ns"},   {1us, "1.00 µs"},     {84us, "84.0 µs"},
      {310ms, "310 ms"},     {1250ms, "1.25 s"},  {99950ms, "100 s"},   {999499ns, "999 µs"},
      {999500ns, "1.00 ms"}, {10min, "10.0 min"}, {-1500us, "-1.50 ms"}};
  for (const auto& [duration, text] : all) EXPECT_EQ(format_duration(duration), text);
}

TEST(Units, SizesAndCountsPrintForPeople) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1024), "1.0 KiB");
  EXPECT_EQ(format_size(3355443), "3.2 MiB");
  EXPECT_EQ(format_size(std::uint64_t{5} << 30), "5.0 GiB");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(41207), "41,207");
  EXPECT_EQ(format_count(1234567890), "1,234,567,890");
}

}  // namespace
}  // namespace riptide
