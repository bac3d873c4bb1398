// A drawn schedule carried out with nothing faked: real processes behind real proxies.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <nlohmann/json.hpp>

#include "nemesis/nemesis.hpp"

namespace riptide::nemesis {
namespace {

using boost::asio::ip::tcp;
using Phase = FaultReport::Phase;
using namespace std::chrono_literals;

/// Sleeping processes; this program listens in their place while they run.
class SleepingCluster final : public Cluster {
 public:
  SleepingCluster(boost::asio::io_context& io, std::size_t size) : io_(io) {
    for (std::size_t i = 1; i <= size; ++i) {
      const std::string name = "n" + std::to_string(i);
      names_.push_back(name);
      ports_[name] = listen(name, 0);
      start(name);
    }
  }
  std::vector<ProxyNode> proxied() const {
    std::vector<ProxyNode> nodes;
    for (const std::string& name : names_) nodes.push_back({name, {"127.0.0.1", ports_.at(name)}});
    return nodes;
  }
  std::vector<NodeView> view() const override {
    std::vector<NodeView> nodes;
    for (const std::string& name : names_)
      nodes.push_back({name, up(name), up(name) && leader() == name ? "leader" : "follower", 1});
    return nodes;
  }
  Child* child(const std::string& node) override { return children_.at(node).get(); }
  void expect_exit(const std::string& node) override { acceptors_.at(node)->close(); }
  void restart(const std::string& node, std::function<void(Result<std::string>)> done) override {
    boost::asio::post(io_, [this, node, done] {
      listen(node, ports_.at(node));
      start(node);
      done("{}");
    });
  }

 private:
  bool up(const std::string& name) const {
    return children_.at(name)->running() && acceptors_.at(name)->is_open();
  }
  std::string leader() const {
    for (const std::string& name : names_)
      if (up(name)) return name;
    return {};
  }
  std::uint16_t listen(const std::string& name, std::uint16_t port) {
    const tcp::endpoint at(boost::asio::ip::address_v4::loopback(), port);
    acceptors_[name] = std::make_unique<tcp::acceptor>(io_, at);
    accept(*acceptors_[name]);
    return acceptors_[name]->local_endpoint().port();
  }
  void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](boost::system::error_code error, tcp::socket) {
      if (!error) accept(acceptor);
    });
  }
  void start(const std::string& name) {
    auto child = Child::start(io_, {{"/bin/sleep", "1000"}, {}, "/", "/dev/null", "/dev/null"});
    ASSERT_TRUE(child) << child.error().text();
    children_[name] = std::move(*child);
  }

  boost::asio::io_context& io_;
  std::vector<std::string> names_;
  std::map<std::string, std::uint16_t> ports_;
  std::map<std::string, std::unique_ptr<tcp::acceptor>> acceptors_;
  std::map<std::string, std::unique_ptr<Child>> children_;
};

class CarriedOut : public testing::TestWithParam<std::uint64_t> {};

TEST_P(CarriedOut, EveryDrawnFaultIsProvedAndHealed) {
  boost::asio::io_context io;
  SleepingCluster cluster(io, 5);
  const int pid = ::getpid();
  const std::string address = "127." + std::to_string(192 + (pid >> 14) % 60) + "." +
                              std::to_string((pid >> 7) % 128) + "." +
                              std::to_string(1 + pid % 128);
  auto carrier = make_proxy_carrier(io, cluster.proxied(), address, 21000, Duration{0});
  ASSERT_TRUE(carrier) << carrier.error().text();
  // Far denser than in a run, so that faults of all kinds overlap.
  const Draw what{{"partition", "kill", "pause"}, 5, 3s, 150ms, 30ms, 200ms};
  const Schedule schedule = draw(what, GetParam());
  std::map<std::uint64_t, std::string> phases;
  auto nemesis =
      Nemesis::make(io, cluster, **carrier, schedule, GetParam(), [&](const auto& report) {
        phases[report.step] += std::string(name(report.phase)) + " ";
        EXPECT_NE(report.phase, Phase::failed) << report.description << ": " << report.failure;
        if (!report.proof.empty()) {
          EXPECT_TRUE(nlohmann::json::accept(report.proof)) << report.proof;
        }
      });
  nemesis->start();
  io.run_for(what.time_limit);
  bool done = false;
  nemesis->stop_and_heal([&] { done = true; });
  const MonoTime limit = mono_now() + 40s;
  while (!done && mono_now() < limit) io.run_for(2ms);
  ASSERT_TRUE(done);
  EXPECT_EQ(nemesis->active(), 0u);
  EXPECT_GE(phases.size(), 10u);
  for (const auto& [step, seen] : phases)
    EXPECT_EQ(seen, "asked took-effect heal-asked healed ") << step;
  for (const NodeView& node : cluster.view()) EXPECT_TRUE(node.running) << node.name;
}

INSTANTIATE_TEST_SUITE_P(Seeds, CarriedOut, testing::Range<std::uint64_t>(1, 4));

}  // namespace
}  // namespace riptide::nemesis
