// The proxy carrier, with real sockets: what passes, what is held, what comes after the heal.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <optional>

#include "base/time.hpp"
#include "nemesis/network/carrier.hpp"

namespace riptide::nemesis {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

/// One end of a connection: sends, and keeps what it receives.
struct End : std::enable_shared_from_this<End> {
  explicit End(tcp::socket s) : socket(std::move(s)) {}
  tcp::socket socket;
  std::string received;
  bool closed = false, reset = false;

  void read() {
    buffer.resize(1 << 16);
    socket.async_read_some(boost::asio::buffer(buffer),
                           [self = shared_from_this()](error_code error, std::size_t size) {
                             self->received.append(self->buffer, 0, size);
                             self->closed = self->closed || error == boost::asio::error::eof;
                             self->reset = self->reset || (error && !self->closed);
                             if (!error) self->read();
                           });
  }
  void send(const std::string& text) {
    auto copy = std::make_shared<std::string>(text);
    boost::asio::async_write(socket, boost::asio::buffer(*copy),
                             [copy](error_code, std::size_t) {});
  }
  void finish() { socket.shutdown(tcp::socket::shutdown_send); }
  void abort() {
    socket.set_option(boost::asio::socket_base::linger(true, 0));
    socket.close();
  }

 private:
  std::string buffer;
};

/// A node as its peers see it: it listens, and keeps every connection.
struct Node {
  explicit Node(boost::asio::io_context& io)
      : acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
  }
  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error) return;
      ends.push_back(std::make_shared<End>(std::move(socket)));
      if (reads) ends.back()->read();
      accept();
    });
  }
  tcp::acceptor acceptor;
  std::vector<std::shared_ptr<End>> ends;
  bool reads = true;
};

class ProxyTest : public testing::Test {
 protected:
  void make(Duration delay = Duration{0}) {
    std::vector<ProxyNode> proxied;
    for (std::size_t i = 0; i < 3; ++i) {
      nodes.push_back(std::make_unique<Node>(io));
      proxied.push_back({"n" + std::to_string(i + 1),
                         {"127.0.0.1", nodes.back()->acceptor.local_endpoint().port()}});
    }
    auto made = make_proxy_carrier(io, proxied, address(), kPort, delay);
    ASSERT_TRUE(made) << made.error().text();
    carrier = std::move(*made);
  }
  ~ProxyTest() override {
    for (auto& node : nodes) {
      node->acceptor.close();
      for (auto& end : node->ends) end->socket.close();
    }
    for (auto& end : clients) end->socket.close();
    carrier.reset();
    io.restart();
    io.poll();
  }

  /// An address of this process alone, so that tests can run side by side.
  static std::string address() {
    const int pid = ::getpid();
    return "127." + std::to_string(64 + (pid >> 14) % 128) + "." +
           std::to_string((pid >> 7) % 128) + "." + std::to_string(1 + pid % 128);
  }

  template <class Condition>
  bool eventually(Condition holds) {
    const MonoTime limit = mono_now() + 30s;
    while (!holds()) {
      if (mono_now() > limit) return false;
      io.restart();
      io.run_for(2ms);
    }
    return true;
  }
  /// Long enough for anything that is under way to arrive on a machine that is not overloaded. Only
  /// used to give what must not arrive a chance to be caught.
  void let_pass() {
    io.restart();
    io.run_for(30ms);
  }

  std::shared_ptr<End> connect(const std::string& from, const std::string& to) {
    const Endpoint at = carrier->address_of(to, from);
    tcp::socket socket(io);
    socket.connect({boost::asio::ip::make_address_v4(at.address), at.port});
    clients.push_back(std::make_shared<End>(std::move(socket)));
    clients.back()->read();
    return clients.back();
  }
  Result<bool> probe(const std::string& from, const std::string& to, Duration limit = 20s) {
    std::optional<Result<bool>> got;
    carrier->probe({from, to}, limit, [&](Result<bool> result) { got = std::move(result); });
    if (!eventually([&] { return got.has_value(); })) return fail("no answer at all");
    return *got;
  }
  void cut_both(const std::string& a, const std::string& b) { carrier->cut({{a, b}, {b, a}}); }

  static constexpr std::uint16_t kPort = 21000;
  boost::asio::io_context io;
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<std::shared_ptr<End>> clients;
  std::unique_ptr<Carrier> carrier;
};

std::string numbered(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ",";
  text.resize(size);
  return text;
}

TEST_F(ProxyTest, BytesPassBothWaysInOrderAndAreCounted) {
  make();
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  const std::string there = numbered(3'000'000), back = numbered(2'000'000);
  client->send(there);
  nodes[1]->ends[0]->send(back);
  ASSERT_TRUE(eventually([&] {
    return nodes[1]->ends[0]->received.size() >= there.size() &&
           client->received.size() >= back.size();
  }));
  EXPECT_TRUE(nodes[1]->ends[0]->received == there);
  EXPECT_TRUE(client->received == back);
  EXPECT_EQ(carrier->counters({"n1", "n2"}).forwarded_bytes, there.size());
  EXPECT_EQ(carrier->counters({"n2", "n1"}).forwarded_bytes, back.size());
  EXPECT_EQ(carrier->counters({"n1", "n2"}).withheld_bytes, 0u);
  EXPECT_TRUE(nodes[2]->ends.empty());
}

TEST_F(ProxyTest, ACutHoldsWhatArrivesAndTheHealDeliversAllOfItInOrder) {
  make();
  auto client = connect("n1", "n2");
  client->send("before ");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  auto server = nodes[1]->ends[0];
  ASSERT_TRUE(eventually([&] { return server->received == "before "; }));
  cut_both("n1", "n2");
  const std::string held = numbered(300'000);
  client->send(held);
  server->send("answer");
  ASSERT_TRUE(eventually([&] {
    return carrier->counters({"n1", "n2"}).withheld_bytes == held.size() &&
           carrier->counters({"n2", "n1"}).withheld_bytes == 6;
  }));
  let_pass();
  EXPECT_EQ(server->received, "before ");
  EXPECT_EQ(client->received, "");
  EXPECT_EQ(carrier->counters({"n1", "n2"}).forwarded_bytes, 0u) << "counted since the cut";
  carrier->cut({});
  ASSERT_TRUE(eventually([&] { return client->received == "answer"; }));
  ASSERT_TRUE(eventually([&] { return server->received.size() == held.size() + 7; }));
  EXPECT_TRUE(server->received == "before " + held);
  EXPECT_EQ(carrier->counters({"n1", "n2"}).withheld_bytes, held.size())
      << "kept until the next cut";
  EXPECT_EQ(carrier->counters({"n1", "n2"}).forwarded_bytes, held.size());
}

TEST_F(ProxyTest, ACutIsBoundedAndTheSenderFeelsIt) {
  make();
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  cut_both("n1", "n2");
  const std::string much = numbered(20'000'000);
  client->send(much);
  ASSERT_TRUE(eventually([&] {
    return carrier->counters({"n1", "n2"}).withheld_bytes >= 1 << 20;
  }));
  let_pass();
  EXPECT_LE(carrier->counters({"n1", "n2"}).withheld_bytes, (1u << 20) + (64u << 10));
  carrier->cut({});
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends[0]->received.size() == much.size(); }));
  EXPECT_TRUE(nodes[1]->ends[0]->received == much);
}

TEST_F(ProxyTest, OneDirectionCanBeCutAlone) {
  make();
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  carrier->cut({{"n2", "n1"}});
  client->send("question");
  nodes[1]->ends[0]->send("answer");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends[0]->received == "question"; }));
  ASSERT_TRUE(eventually([&] { return carrier->counters({"n2", "n1"}).withheld_bytes == 6; }));
  let_pass();
  EXPECT_EQ(client->received, "");
  // The same link governs the connections that n2 made.
  auto other = connect("n2", "n1");
  ASSERT_TRUE(eventually([&] {
    return carrier->counters({"n2", "n1"}).withheld_connections == 1;
  }));
  carrier->cut({});
  ASSERT_TRUE(eventually([&] { return client->received == "answer"; }));
  ASSERT_TRUE(eventually([&] { return nodes[0]->ends.size() == 1; }));
}

TEST_F(ProxyTest, AConnectionMadeWhileCutGoesNowhereUntilTheHeal) {
  make();
  for (const Link& cut : {Link{"n1", "n2"}, Link{"n2", "n1"}}) {
    nodes[1]->ends.clear();
    carrier->cut({cut});
    auto client = connect("n1", "n2");
    client->send("hello");
    ASSERT_TRUE(eventually([&] { return carrier->counters(cut).withheld_connections == 1; }));
    let_pass();
    EXPECT_TRUE(nodes[1]->ends.empty());
    carrier->cut({});
    ASSERT_TRUE(eventually(
        [&] { return nodes[1]->ends.size() == 1 && nodes[1]->ends[0]->received == "hello"; }));
  }
}

TEST_F(ProxyTest, AConnectionThatWasResetWhileCutNeverArrives) {
  make();
  cut_both("n1", "n2");
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] {
    return carrier->counters({"n1", "n2"}).withheld_connections == 1;
  }));
  client->abort();
  let_pass();
  carrier->cut({});
  // Probes come after it, so that it would have arrived before them.
  EXPECT_TRUE(*probe("n1", "n2"));
  ASSERT_TRUE(eventually([&] { return !nodes[1]->ends.empty() && nodes[1]->ends.back()->closed; }));
  EXPECT_EQ(nodes[1]->ends.size(), 1u) << "the probe alone";
}

TEST_F(ProxyTest, OtherLinksAreNotTouchedByACut) {
  make();
  carrier->cut({{"n1", "n2"}, {"n2", "n1"}, {"n1", "n3"}, {"n3", "n1"}});
  auto client = connect("n2", "n3");
  client->send("still here");
  ASSERT_TRUE(eventually(
      [&] { return nodes[2]->ends.size() == 1 && nodes[2]->ends[0]->received == "still here"; }));
}

TEST_F(ProxyTest, AHalfCloseIsPassedOnAndTheOtherHalfStaysOpen) {
  make();
  auto client = connect("n1", "n2");
  client->send("last");
  client->finish();
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1 && nodes[1]->ends[0]->closed; }));
  EXPECT_EQ(nodes[1]->ends[0]->received, "last");
  nodes[1]->ends[0]->send("reply");
  ASSERT_TRUE(eventually([&] { return client->received == "reply"; }));
  nodes[1]->ends[0]->finish();
  ASSERT_TRUE(eventually([&] { return client->closed; }));
}

TEST_F(ProxyTest, AnEndIsHeldBehindTheBytesThatCameBeforeIt) {
  make();
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  cut_both("n1", "n2");
  client->send("goodbye");
  client->finish();
  ASSERT_TRUE(eventually([&] { return carrier->counters({"n1", "n2"}).withheld_bytes == 7; }));
  let_pass();
  EXPECT_FALSE(nodes[1]->ends[0]->closed);
  carrier->cut({});
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends[0]->closed; }));
  EXPECT_EQ(nodes[1]->ends[0]->received, "goodbye");
}

TEST_F(ProxyTest, AResetIsPassedOnInBothDirections) {
  make();
  auto first = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  first->abort();
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends[0]->reset; }));
  auto second = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 2; }));
  nodes[1]->ends[1]->abort();
  ASSERT_TRUE(eventually([&] { return second->reset; }));
}

TEST_F(ProxyTest, WhereNobodyListensTheConnectionIsReset) {
  make();
  nodes[1]->acceptor.close();
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return client->reset; }));
}

TEST_F(ProxyTest, EverythingIsDelayedAndStaysInOrder) {
  make(40ms);
  auto client = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  const MonoTime sent = mono_now();
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    const std::string piece = std::to_string(i) + ";";
    expected += piece;
    boost::asio::write(client->socket, boost::asio::buffer(piece));
    io.restart();
    io.run_for(1ms);
    if (mono_now() - sent < 40ms) {
      EXPECT_EQ(nodes[1]->ends[0]->received, "");
    }
  }
  client->finish();
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends[0]->closed; }));
  EXPECT_GE(mono_now() - sent, 40ms);
  EXPECT_EQ(nodes[1]->ends[0]->received, expected);
}

TEST_F(ProxyTest, AProbeTellsWhetherItsOwnDirectionIsCut) {
  make();
  EXPECT_TRUE(*probe("n1", "n2"));
  carrier->cut({{"n1", "n2"}});
  EXPECT_FALSE(*probe("n1", "n2"));
  EXPECT_TRUE(*probe("n2", "n1"));
  EXPECT_TRUE(*probe("n1", "n3"));
  EXPECT_EQ(carrier->counters({"n1", "n2"}).withheld_connections, 0u) << "probes are not counted";
  carrier->cut({});
  EXPECT_TRUE(*probe("n1", "n2"));
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 2; }));
  for (const auto& end : nodes[1]->ends) {
    EXPECT_TRUE(eventually([&] { return end->closed; }));
    EXPECT_EQ(end->received, "");
  }
}

TEST_F(ProxyTest, AProbeOfADeadTargetIsAnError) {
  make();
  nodes[1]->acceptor.close();
  const auto dead = probe("n1", "n2");
  ASSERT_FALSE(dead);
  EXPECT_NE(dead.error().text().find("n2 at 127.0.0.1:"), std::string::npos) << dead.error().text();
  EXPECT_NE(dead.error().text().find("Connection refused"), std::string::npos);
}

TEST_F(ProxyTest, AProbeThatIsNotAnsweredInTimeIsAnError) {
  make();
  std::optional<Result<bool>> got;
  carrier->probe({"n1", "n2"}, 0ms, [&](Result<bool> result) { got = std::move(result); });
  // The loop stands still until the limit is over.
  ::usleep(2000);
  ASSERT_TRUE(eventually([&] { return got.has_value(); }));
  EXPECT_FALSE(*got);
}

TEST_F(ProxyTest, APortInUseIsAClearError) {
  make();
  const auto again = make_proxy_carrier(io, {{"a", {"127.0.0.1", 1}}, {"b", {"127.0.0.1", 2}}},
                                        address(), kPort, Duration{0});
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().text().find("cannot listen on " + address() + ":21000"),
            std::string::npos)
      << again.error().text();
  EXPECT_NE(again.error().text().find("Address already in use"), std::string::npos);
  EXPECT_FALSE(again.error().fix().empty());
  EXPECT_FALSE(make_proxy_carrier(io, {{"a", {"127.0.0.1", 1}}, {"b", {"nowhere", 2}}}, address(),
                                  22000, Duration{0}));
}

TEST_F(ProxyTest, AtItsEndItClosesEveryConnectionAndPort) {
  make();
  auto held = connect("n1", "n2");
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends.size() == 1; }));
  const Endpoint at = carrier->address_of("n2", "n1");
  carrier.reset();
  ASSERT_TRUE(eventually([&] { return held->closed || held->reset; }));
  ASSERT_TRUE(eventually([&] { return nodes[1]->ends[0]->closed || nodes[1]->ends[0]->reset; }));
  tcp::socket socket(io);
  error_code error;
  socket.connect({boost::asio::ip::make_address_v4(at.address), at.port}, error);
  EXPECT_EQ(error, boost::asio::error::connection_refused);
}

}  // namespace
}  // namespace riptide::nemesis
