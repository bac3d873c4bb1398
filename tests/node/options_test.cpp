// The node's flags.
#include <gtest/gtest.h>

#include "node/bugs/bugs.hpp"
#include "node/node.hpp"

namespace riptide::node {
namespace {

ParsedOptions parse(const std::string& peers, std::vector<const char*> more = {}) {
  std::vector<const char*> argv = {"riptide-node",   "--name",         "n2",
                                   "--data-dir",     "data",           "--client-address",
                                   "127.0.0.1:7001", "--peer-address", "127.0.0.1:7101",
                                   "--peers",        peers.c_str()};
  argv.insert(argv.end(), more.begin(), more.end());
  return parse_options(static_cast<int>(argv.size()), argv.data());
}

std::string names(const ParsedOptions& parsed) {
  std::string all;
  for (const PeerOption& peer : parsed.options.peers) all += peer.name + " ";
  return all;
}

TEST(Options, PeersAreNumberedByTheNumberInTheirNameInWhateverOrderTheyAreGiven) {
  EXPECT_EQ(names(parse("n10=h:1,n2=h:2,n1=h:3,a9=h:4")), "a9 n1 n2 n10 ");
  EXPECT_EQ(names(parse("n1=h:3,a9=h:4,n2=h:2,n10=h:1")), "a9 n1 n2 n10 ");
}

TEST(Options, DefaultsAreThoseOfTheHelpText) {
  const auto parsed = parse("n2=127.0.0.1:7101");
  EXPECT_EQ(parsed.exit_code, -1);
  EXPECT_EQ(parsed.options.heartbeat, std::chrono::milliseconds(50));
  EXPECT_EQ(parsed.options.election_timeout, std::chrono::milliseconds(300));
  EXPECT_EQ(parsed.options.cluster, "riptide");
  EXPECT_TRUE(parsed.options.bugs.empty());
  EXPECT_EQ(parsed.options.peer_address.text(), "127.0.0.1:7101");
}

TEST(Options, TheElectionTimeoutIsAtLeastTwiceTheHeartbeat) {
  EXPECT_EQ(parse("n2=h:1", {"--heartbeat", "50ms", "--election-timeout", "100ms"}).exit_code, -1);
  EXPECT_EQ(parse("n2=h:1", {"--heartbeat", "51ms", "--election-timeout", "100ms"}).exit_code, 4);
}

TEST(Options, PeersThatMakeNoSenseAreUsageErrors) {
  EXPECT_EQ(parse("n1=h:1").exit_code, 4) << "without the node itself";
  EXPECT_EQ(parse("n2=h:1,n2=h:2").exit_code, 4) << "twice the same";
  EXPECT_EQ(parse("n2").exit_code, 4) << "without an address";
  EXPECT_EQ(parse("n2=h:1,").exit_code, 4) << "with an empty one";
  EXPECT_EQ(parse("n2=h:0").exit_code, 4) << "without a port";
  EXPECT_EQ(parse("n2=h:65536").exit_code, 4) << "with a port that is none";
}

TEST(Options, DefectsAreSwitchedOnOneByOne) {
#if defined(RIPTIDE_BUGS)
  const auto parsed = parse("n2=h:1", {"--bug", "ack-before-apply", "--bug", "local-leader-read"});
  EXPECT_EQ(parsed.exit_code, -1);
  EXPECT_TRUE(bugs::active(Bug::kAckBeforeApply));
  EXPECT_TRUE(bugs::active(Bug::kLocalLeaderRead));
  EXPECT_FALSE(bugs::active(Bug::kCommitPriorTerm));
  bugs::disable_all();
#endif
  EXPECT_EQ(parse("n2=h:1", {"--bug", "none-such"}).exit_code, 4);
}

TEST(Address, AnAddressIsAHostAndAPort) {
  const auto v6 = parse_address("[::1]:7001");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->text(), "[::1]:7001");
  EXPECT_FALSE(parse_address("7001").has_value());
  EXPECT_FALSE(parse_address(":7001").has_value());
  EXPECT_FALSE(parse_address("host:70 01").has_value());
}

}  // namespace
}  // namespace riptide::node
