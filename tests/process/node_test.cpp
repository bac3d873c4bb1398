// riptide-node as its users meet it: processes, sockets, files, exit codes.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include "node/transport/codec.hpp"
#include "tests/process/node_cluster.hpp"

namespace riptide {
namespace {

using namespace node_cluster;
using wire::Answer;

void expect_ok(const wire::Reply& reply) {
  EXPECT_EQ(reply.answer, Answer::ok) << static_cast<int>(reply.answer) << " " << reply.text;
}

/// A cluster of one which serves.
void start_single(Cluster& cluster) {
  cluster.start(1);
  ASSERT_EQ(cluster.wait_for_leader(), 1) << cluster.log_text(1);
}

TEST(Node, ASingleNodeServesReadsWritesAndCas) {
  Cluster cluster(1);
  start_single(cluster);
  Client client = cluster.client(1);
  auto reply = client.call(read_of(1, 1, "x"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->value, "null");
  expect_ok(client.call(write_of(1, 2, "x", "5")).value());
  EXPECT_EQ(client.call(cas_of(1, 3, "x", "6", "7")).value().answer, Answer::refused);
  expect_ok(client.call(cas_of(1, 4, "x", "5", "7")).value());
  reply = client.call(read_of(1, 5, "x"));
  ASSERT_TRUE(reply);
  expect_ok(*reply);
  EXPECT_EQ(reply->value, "7");
  EXPECT_EQ(reply->sequence, 5u);
}

TEST(Node, ThreeNodesElectOneLeaderWhomAllName) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.wait_for_leader();
  ASSERT_NE(leader, 0);
  EXPECT_TRUE(eventually([&] {
    for (int i = 1; i <= 3; ++i) {
      const auto status = cluster.client(i).status();
      if (!status || status->leader != "n" + std::to_string(leader)) return false;
    }
    return true;
  }));
}

TEST(Node, AFollowerNamesTheLeaderAndDoesNothing) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.wait_for_leader();
  ASSERT_NE(leader, 0);
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
  Client follower = cluster.client(leader % 3 + 1);
  for (const auto& request :
       {write_of(2, 1, "x", "2"), cas_of(2, 2, "x", "1", "2"), read_of(2, 3, "x")}) {
    const auto reply = follower.call(request);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->answer, Answer::not_leader);
    EXPECT_EQ(reply->leader, "n" + std::to_string(leader));
  }
  EXPECT_EQ(cluster.call(read_of(3, 1, "x")).value, "1");
}

TEST(Node, ARetryOfTheSameRequestIsAppliedOnce) {
  Cluster cluster(3);
  cluster.start_all();
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
  expect_ok(cluster.call(write_of(2, 1, "x", "2")));
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
  EXPECT_EQ(cluster.call(read_of(3, 1, "x")).value, "2");
}

TEST(Node, KillingAllNodesLosesNothingThatWasAcknowledged) {
  Cluster cluster(3);
  cluster.start_all();
  std::uint64_t sequence = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 30; ++i) {
      const std::string value = std::to_string(++sequence);
      expect_ok(cluster.call(write_of(1, sequence, "k" + std::to_string(i), value)));
    }
    cluster.kill_all();
    cluster.start_all();
    for (int i = 0; i < 30; ++i) {
      const std::string expected = std::to_string(sequence - 29 + static_cast<std::uint64_t>(i));
      EXPECT_EQ(cluster.call(read_of(2, 1, "k" + std::to_string(i))).value, expected);
    }
  }
}

TEST(Node, SessionsSurviveTheDeathOfAllNodes) {
  Cluster cluster(3);
  cluster.start_all();
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
  expect_ok(cluster.call(write_of(2, 1, "x", "2")));
  cluster.kill_all();
  cluster.start_all();
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
  EXPECT_EQ(cluster.call(read_of(3, 1, "x")).value, "2");
}

TEST(Node, ANodeThatWasAwayCatchesUp) {
  Cluster cluster(3);
  cluster.start_all();
  const int leader = cluster.wait_for_leader();
  ASSERT_NE(leader, 0);
  const int away = leader % 3 + 1;
  cluster.process(away).kill_and_wait();
  for (std::uint64_t i = 1; i <= 50; ++i) {
    expect_ok(cluster.call(write_of(1, i, "x", std::to_string(i))));
  }
  cluster.start(away);
  EXPECT_TRUE(eventually([&] {
    const auto status = cluster.client(away).status();
    return status && status->applied_index > 50;
  })) << cluster.log_text(away);
}

TEST(Node, ManyRequestsOnOneConnectionAreAllAnswered) {
  Cluster cluster(1);
  start_single(cluster);
  Client client = cluster.client(1);
  std::string frames;
  constexpr std::uint64_t kCount = 5000;
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    wire::append_frame(frames, wire::Kind::request,
                       wire::encode(write_of(1, i, "x", std::to_string(i))));
  }
  client.send(frames);
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    const auto payload = client.receive();
    ASSERT_TRUE(payload) << "after " << i - 1 << " replies";
    const auto reply = wire::decode_reply(*payload);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->sequence, i);
    expect_ok(*reply);
  }
  EXPECT_EQ(client.call(read_of(2, 1, "x")).value().value, std::to_string(kCount));
}

TEST(Node, AFrameThatIsGarbageClosesThatConnectionAndNoOther) {
  Cluster cluster(1);
  start_single(cluster);
  Client good = cluster.client(1);
  expect_ok(good.call(write_of(1, 1, "x", "1")).value());
  std::string flipped, version, wrong_kind;
  wire::append_frame(flipped, wire::Kind::request, wire::encode(write_of(2, 1, "x", "2")));
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  wire::append_frame(wrong_kind, wire::Kind::raft, "");
  const std::string oversized("\xff\xff\xff\x7f garbage", 12);
  for (const std::string& bytes :
       {flipped, wrong_kind, oversized, std::string("GET / HTTP/1.1\r\n")}) {
    Client bad = cluster.client(1);
    bad.send(bytes);
    EXPECT_TRUE(bad.closed_by_peer());
    Client peer(cluster.host(1), Cluster::kPeerPort);
    peer.send(bytes);
    EXPECT_TRUE(peer.closed_by_peer());
  }
  const auto reply = good.call(read_of(1, 2, "x"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->value, "1");
  EXPECT_NE(cluster.log_text(1).find("closed the client connection"), std::string::npos);
  EXPECT_NE(cluster.log_text(1).find("closed the peer connection"), std::string::npos);
}

TEST(Node, APeerThatIsNotOneOfTheClustersIsTurnedAwayWithAReason) {
  Cluster cluster(3);
  cluster.start_all();
  ASSERT_NE(cluster.wait_for_leader(), 0);
  const auto turned_away = [&](const node::Hello& hello, const std::string& said) {
    Client peer(cluster.host(1), Cluster::kPeerPort);
    peer.send(wire::Kind::hello, node::encode(hello));
    EXPECT_TRUE(peer.closed_by_peer()) << said;
    EXPECT_TRUE(eventually([&] { return cluster.log_text(1).find(said) != std::string::npos; }))
        << said;
  };
  turned_away({"other", "n2", "n1", node::NodeId(2)}, "a node of the cluster \"other\"");
  turned_away({"riptide", "n2", "n3", node::NodeId(2)}, "a call for \"n3\", but this is \"n1\"");
  turned_away({"riptide", "n9", "n1", node::NodeId(9)}, "\"n9\" is not one of this node's --peers");
  turned_away({"riptide", "n2", "n1", node::NodeId(3)}, "counts itself as node 3, expected 2");
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
}

TEST(Node, APeerThatSpeaksForAnotherNodeIsHungUpOn) {
  Cluster cluster(3);
  cluster.start_all();
  ASSERT_NE(cluster.wait_for_leader(), 0);
  Client peer(cluster.host(1), Cluster::kPeerPort);
  peer.send(wire::Kind::hello, node::encode(node::Hello{"riptide", "n2", "n1", node::NodeId(2)}));
  node::Message vote;
  vote.kind = node::Message::Kind::vote;
  vote.from = node::NodeId(3);
  vote.to = node::NodeId(1);
  vote.term = node::Term(1000);
  std::string payload;
  node::append_encoded(payload, vote);
  peer.send(wire::Kind::raft, payload);
  EXPECT_TRUE(peer.closed_by_peer());
  const auto status = cluster.client(1).status();
  ASSERT_TRUE(status);
  EXPECT_LT(status->term, 1000u);
}

TEST(Node, AValueOverTheLimitIsABadRequestAndTheConnectionLives) {
  Cluster cluster(1);
  start_single(cluster);
  Client client = cluster.client(1);
  const auto reply = client.call(write_of(1, 1, "x", std::string(wire::kMaxValue + 1, 'v')));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->answer, Answer::bad_request);
  EXPECT_NE(reply->text.find("expected at most 1048576"), std::string::npos);
  expect_ok(client.call(write_of(1, 2, "x", std::string(wire::kMaxValue, 'v'))).value());
}

TEST(Node, AnAddressInUseEndsItWithAnEnvironmentErrorThatNamesTheFlag) {
  Cluster cluster(1);
  start_single(cluster);
  auto flags = cluster.flags(1);
  flags[3] = cluster.data(2).string();
  NodeProcess second(flags, cluster.log(2));
  EXPECT_EQ(second.exit_code(), 3);
  EXPECT_NE(cluster.log_text(2).find("--peer-address"), std::string::npos);
  EXPECT_TRUE(cluster.process(1).running());
}

TEST(Node, ADataDirectoryInUseEndsItWithAnEnvironmentError) {
  Cluster cluster(1);
  start_single(cluster);
  NodeProcess second(cluster.flags(1), cluster.log(2));
  EXPECT_EQ(second.exit_code(), 3);
  EXPECT_NE(cluster.log_text(2).find("another node is using it"), std::string::npos);
}

TEST(Node, ADataDirectoryThatCannotBeMadeEndsItWithAnEnvironmentError) {
  Cluster cluster(1);
  auto flags = cluster.flags(1);
  flags[3] = "/proc/riptide-node-test";
  NodeProcess node(flags, cluster.log(1));
  EXPECT_EQ(node.exit_code(), 3);
  EXPECT_NE(cluster.log_text(1).find("--data-dir"), std::string::npos);
}

TEST(Node, SigtermStopsItCleanlyAndNothingIsLost) {
  Cluster cluster(1);
  start_single(cluster);
  expect_ok(cluster.call(write_of(1, 1, "x", "1")));
  cluster.process(1).signal(SIGTERM);
  EXPECT_EQ(cluster.process(1).exit_code(), 0);
  start_single(cluster);
  EXPECT_EQ(cluster.call(read_of(2, 1, "x")).value, "1");
}

TEST(Node, ADiskThatTakesNoMoreEndsItWithAReasonAndNothingAcknowledgedIsLost) {
  Cluster cluster(1);
  start_single(cluster);
  const rlimit limit{1u << 20, 1u << 20};
  ASSERT_EQ(::prlimit(cluster.process(1).pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  Client client = cluster.client(1);
  std::uint64_t acknowledged = 0;
  while (acknowledged < 1000) {
    const std::string value = std::to_string(acknowledged + 1) + std::string(30000, ' ');
    const auto reply = client.call(write_of(1, acknowledged + 1, "x", value));
    if (!reply) break;
    expect_ok(*reply);
    ++acknowledged;
  }
  EXPECT_GT(acknowledged, 0u);
  EXPECT_EQ(cluster.process(1).exit_code(), 3);
  EXPECT_NE(cluster.log_text(1).find("cannot write the log"), std::string::npos);
  start_single(cluster);
  EXPECT_EQ(std::stoull(cluster.call(read_of(2, 1, "x")).value), acknowledged);
}

/// Where the log's zeros begin.
std::size_t end_of_log(const std::string& bytes) { return bytes.find_last_not_of('\0') + 1; }

std::filesystem::path first_segment(const Cluster& cluster) {
  return cluster.data(1) / "wal-00000001.log";
}

std::string prepare_log(Cluster& cluster) {
  cluster.start(1);
  for (std::uint64_t i = 1; i <= 10; ++i) {
    expect_ok(cluster.call(write_of(1, i, "x", std::to_string(i))));
  }
  cluster.process(1).kill_and_wait();
  return read_file(first_segment(cluster)).value();
}

TEST(Node, ALogWhoseTailIsCutOffStarts) {
  Cluster cluster(1);
  std::string bytes = prepare_log(cluster);
  const std::size_t end = end_of_log(bytes);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(end) - 3, bytes.end(), '\0');
  ASSERT_TRUE(write_file(first_segment(cluster), bytes).has_value());
  start_single(cluster);
  // The last write was acknowledged, and it is gone: no log can tell that from a torn write. All
  // before it is there.
  EXPECT_EQ(cluster.call(read_of(2, 1, "x")).value, "9");
  EXPECT_NE(cluster.log_text(1).find("cut off before it was durable"), std::string::npos);
}

TEST(Node, ALogWhoseFileWasCutShortIsRefusedAndLeftAlone) {
  Cluster cluster(1);
  const std::size_t size = end_of_log(prepare_log(cluster)) - 3;
  std::filesystem::resize_file(first_segment(cluster), size);
  cluster.start(1);
  EXPECT_EQ(cluster.process(1).exit_code(), 3);
  EXPECT_NE(cluster.log_text(1).find("it was cut short"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(first_segment(cluster)), size);
}

TEST(Node, ALogThatIsDamagedInTheMiddleIsRefusedAndLeftAlone) {
  Cluster cluster(1);
  std::string bytes = prepare_log(cluster);
  bytes[end_of_log(bytes) / 2] ^= 1;
  ASSERT_TRUE(write_file(first_segment(cluster), bytes).has_value());
  cluster.start(1);
  EXPECT_EQ(cluster.process(1).exit_code(), 3);
  EXPECT_NE(cluster.log_text(1).find("the log is damaged"), std::string::npos);
  EXPECT_EQ(read_file(first_segment(cluster)).value(), bytes);
}

TEST(Node, WrongFlagsAreUsageErrorsThatSayWhatIsWrong) {
  Cluster cluster(1);
  const auto check = [&](std::vector<std::string> more, const std::string& said) {
    auto flags = cluster.flags(1);
    flags.insert(flags.end(), more.begin(), more.end());
    NodeProcess node(flags, cluster.log(1));
    EXPECT_EQ(node.exit_code(), 4) << said;
    EXPECT_NE(cluster.log_text(1).find(said), std::string::npos) << cluster.log_text(1);
  };
  check({"--heartbeat", "200ms", "--election-timeout", "300ms"}, "below twice --heartbeat");
  check({"--heartbeat", "50"}, "--heartbeat");
  check({"--bug", "no-such-defect"}, "no-such-defect");
  check({"--frobnicate"}, "--frobnicate");
  check({"--log-level", "loud"}, "\"loud\" is no level");
}

}  // namespace
}  // namespace riptide
