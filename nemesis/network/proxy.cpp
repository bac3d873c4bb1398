// The carrier of loopback: one listener per ordered pair of nodes, in this process.
#include <boost/asio.hpp>
#include <map>
#include <unordered_map>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "nemesis/network/carrier.hpp"
#include "nemesis/network/flow.hpp"

namespace riptide::nemesis {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct Listener {
  Listener(boost::asio::io_context& io) : acceptor(io), retry(io) {}
  tcp::acceptor acceptor;
  boost::asio::steady_timer retry;
  Endpoint own, target;
  std::shared_ptr<LinkState> there, back;
};

/// A connection of our own to a listener, told from those of nodes by its local endpoint.
struct Probe {
  Probe(boost::asio::io_context& io) : client(io), upstream(io), limit(io) {}
  tcp::socket client, upstream;
  boost::asio::steady_timer limit;
  std::function<void(Result<bool>)> done;
};

class ProxyCarrier final : public Carrier {
 public:
  ProxyCarrier(boost::asio::io_context& io, boost::asio::ip::address_v4 address, Duration delay)
      : io_(io), address_(address), delay_(delay) {}

  ~ProxyCarrier() override {
    for (const auto& [key, flow] : flows_) flow->abandon();
  }

  Result<void> listen(const std::vector<ProxyNode>& nodes, std::uint16_t first_port) {
    std::uint32_t port = first_port;
    for (const ProxyNode& from : nodes)
      for (const ProxyNode& to : nodes) {
        if (from.name == to.name) continue;
        if (port > 65535)
          return fail("there are not enough ports from " + std::to_string(first_port) + " on")
              .fix("Choose a lower first port.");
        auto made = listen_for({from.name, to.name}, to.peer, static_cast<std::uint16_t>(port++));
        if (!made) return made;
      }
    for (auto& [link, listener] : listeners_) {
      listener->back = listeners_.at({link.second, link.first})->there;
      accept(*listener);
    }
    return {};
  }

  std::string name() const override { return "proxy"; }

  Endpoint address_of(const std::string& to, const std::string& from) const override {
    return at({from, to}).own;
  }

  void cut(const std::set<Link>& links) override {
    for (const Link& link : links) at(link);  // a link that does not exist is a defect of ours
    for (auto& [link, listener] : listeners_) {
      LinkState& state = *listener->there;
      const bool now_cut = links.contains(link);
      if (now_cut && !state.cut) state.counters = {};
      state.cut = now_cut;
    }
    // All links have their new state before any byte moves.
    std::vector<std::shared_ptr<Flow>> flows;
    for (const auto& [key, flow] : flows_) flows.push_back(flow);
    for (const auto& flow : flows) flow->links_changed();
  }

  LinkCounters counters(const Link& link) const override { return at(link).there->counters; }

  void probe(const Link& link, Duration limit, std::function<void(Result<bool>)> done) override {
    const Listener& listener = at(link);
    auto probe = std::make_shared<Probe>(io_);
    probe->done = std::move(done);
    error_code error;
    probe->client.open(tcp::v4(), error);
    if (!error) probe->client.bind({address_, 0}, error);
    // A reset at the end leaves no TIME_WAIT behind: there are many probes.
    if (!error) probe->client.set_option(boost::asio::socket_base::linger(true, 0), error);
    const tcp::endpoint local = error ? tcp::endpoint() : probe->client.local_endpoint(error);
    if (error) {
      boost::asio::post(io_, [probe, error] {
        probe->done(fail("cannot make a probe").because(error.message()));
      });
      return;
    }
    probes_[local] = probe;
    probe->limit.expires_after(limit);
    probe->limit.async_wait([this, alive = alive(), probe, local, link](error_code cancelled) {
      if (cancelled || alive.expired()) return;
      answer(local, fail("a probe from " + link.first + " to " + link.second + " had no answer"));
    });
    const tcp::endpoint to(address_, listener.own.port);
    probe->client.async_connect(to, [this, alive = alive(), probe, local](error_code failed) {
      if (failed && !alive.expired())
        answer(local, fail("a probe did not reach its listener").because(failed.message()));
    });
  }

 private:
  std::weak_ptr<int> alive() const { return alive_; }

  const Listener& at(const Link& link) const {
    const auto found = listeners_.find(link);
    ASSERT(found != listeners_.end(), "no such link:", link.first, link.second);
    return *found->second;
  }

  Result<void> listen_for(const Link& link, const Endpoint& target, std::uint16_t port) {
    auto listener = std::make_unique<Listener>(io_);
    listener->own = {address_.to_string(), port};
    listener->target = target;
    listener->there = std::make_shared<LinkState>();
    listener->there->link = link;
    listener->there->delay = delay_;
    error_code error;
    auto& acceptor = listener->acceptor;
    acceptor.open(tcp::v4(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind({address_, port}, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error)
      return fail("cannot listen on " + listener->own.text() + " for the link from " + link.first +
                  " to " + link.second)
          .because(error.message())
          .fix("Choose another address or first port, or end the program that uses this port.");
    listeners_[link] = std::move(listener);
    return {};
  }

  void accept(Listener& listener) {
    listener.acceptor.async_accept(
        [this, alive = alive(), &listener](error_code error, tcp::socket socket) {
          if (alive.expired() || error == boost::asio::error::operation_aborted) return;
          if (!error) {
            accepted(listener, std::move(socket));
            return accept(listener);
          }
          // Out of descriptors, say: connections wait in the kernel until there are some again.
          log::warning("proxy " + listener.own.text() + " cannot accept: " + error.message());
          listener.retry.expires_after(std::chrono::milliseconds(50));
          listener.retry.async_wait([this, alive, &listener](error_code cancelled) {
            if (!cancelled && !alive.expired()) accept(listener);
          });
        });
  }

  void accepted(Listener& listener, tcp::socket socket) {
    error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // closed again already
    if (probes_.contains(remote)) return probe_arrived(listener, remote);
    LinkState& there = *listener.there;
    LinkState& back = *listener.back;
    // What cannot arrive is the request to connect, or else the answer to it.
    if (there.cut || back.cut) ++(there.cut ? there : back).counters.withheld_connections;
    const int fd = socket.release(error);
    if (error) return;
    auto flow = Flow::open(io_, fd, listener.target, listener.there, listener.back,
                           [this](const Flow* gone) { flows_.erase(gone); });
    if (!flow->closed()) flows_[flow.get()] = flow;
  }

  void probe_arrived(Listener& listener, const tcp::endpoint& local) {
    const Link link = listener.there->link;
    if (listener.there->cut) return answer(local, false);
    auto probe = probes_.at(local);
    error_code error;
    const tcp::endpoint to(boost::asio::ip::make_address_v4(listener.target.address, error),
                           listener.target.port);
    const std::string target = link.second + " at " + listener.target.text();
    probe->upstream.async_connect(
        to, [this, alive = alive(), probe, local, target](error_code failed) {
          if (alive.expired()) return;
          if (!failed) return answer(local, true);
          answer(local, fail(target + " does not take a probe").because(failed.message()));
        });
  }

  void answer(const tcp::endpoint& local, Result<bool> result) {
    const auto found = probes_.find(local);
    if (found == probes_.end()) return;
    const std::shared_ptr<Probe> probe = found->second;
    probes_.erase(found);
    error_code ignored;
    probe->client.close(ignored);
    probe->upstream.close(ignored);
    probe->limit.cancel();
    std::exchange(probe->done, nullptr)(std::move(result));
  }

  boost::asio::io_context& io_;
  boost::asio::ip::address_v4 address_;
  Duration delay_;
  std::map<Link, std::unique_ptr<Listener>> listeners_;
  std::map<tcp::endpoint, std::shared_ptr<Probe>> probes_;
  std::unordered_map<const Flow*, std::shared_ptr<Flow>> flows_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace

Result<std::unique_ptr<Carrier>> make_proxy_carrier(boost::asio::io_context& io,
                                                    const std::vector<ProxyNode>& nodes,
                                                    const std::string& address,
                                                    std::uint16_t first_port, Duration delay) {
  error_code error;
  std::vector<std::string> texts = {address};
  for (const ProxyNode& node : nodes) texts.push_back(node.peer.address);
  for (const std::string& text : texts) {
    boost::asio::ip::make_address_v4(text, error);
    if (error)
      return fail("\"" + text + "\" is not an IPv4 address").fix("Use an address like 127.0.0.1.");
  }
  auto carrier =
      std::make_unique<ProxyCarrier>(io, boost::asio::ip::make_address_v4(address), delay);
  if (auto listening = carrier->listen(nodes, first_port); !listening) return listening.error();
  return std::unique_ptr<Carrier>(std::move(carrier));
}

}  // namespace riptide::nemesis
