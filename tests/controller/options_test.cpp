#include "controller/options.hpp"

#include <gtest/gtest.h>

#include <set>

namespace riptide::controller {
namespace {

TEST(Options, EveryNameIsUniqueAndInAGroup) {
  std::set<std::string> names;
  for (const Option& option : run_options()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_FALSE(option.group.empty()) << option.name;
    EXPECT_FALSE(option.about.empty()) << option.name;
  }
}

TEST(Options, ValuesTakeUnits) {
  RunConfig config;
  ASSERT_TRUE(set_option(config, "time-limit", "1.5m"));
  ASSERT_TRUE(set_option(config, "memory", "2GiB"));
  ASSERT_TRUE(set_option(config, "fault-duration", "200ms..3s"));
  EXPECT_EQ(config.time_limit, std::chrono::seconds(90));
  EXPECT_EQ(config.limits.memory_bytes, 2ull << 30);
  EXPECT_EQ(config.fault_shortest, std::chrono::milliseconds(200));
  EXPECT_EQ(config.fault_longest, std::chrono::seconds(3));
}

TEST(Options, ABadValueNamesTheOptionAndTheValueAndChangesNothing) {
  RunConfig config;
  const std::size_t before = config.nodes;
  const auto set = set_option(config, "nodes", "three");
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().text().find("nodes"), std::string::npos);
  EXPECT_NE(set.error().text().find("three"), std::string::npos);
  EXPECT_EQ(config.nodes, before);
  EXPECT_FALSE(set_option(config, "seed", "-1"));
  EXPECT_FALSE(set_option(config, "base-port", "70000"));
  EXPECT_FALSE(set_option(config, "node-option", "=5"));
}

TEST(Options, AnUnknownNameComesWithASuggestion) {
  RunConfig config;
  const auto set = set_option(config, "time-limmit", "5s");
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().fix().find("time-limit"), std::string::npos);
}

TEST(Options, RepeatableOptionsAddUp) {
  RunConfig config;
  ASSERT_TRUE(set_option(config, "node-option", "a=1"));
  ASSERT_TRUE(set_option(config, "node-option", "b=2=3"));
  EXPECT_EQ(config.node.extra, (std::map<std::string, std::string>{{"a", "1"}, {"b", "2=3"}}));
}

}  // namespace
}  // namespace riptide::controller
