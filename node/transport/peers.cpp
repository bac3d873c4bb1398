#include "node/transport/peers.hpp"

#include <fmt/format.h>

#include <set>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "node/transport/codec.hpp"

namespace riptide::node {

namespace {

struct Outgoing {
  Peer peer;
  Dialer dialer;
  std::shared_ptr<Connection> connection;  ///< null while there is none
};

}  // namespace

struct Peers::Impl {
  Impl(PeersConfig chosen, Listener listening)
      : config(std::move(chosen)), listener(std::move(listening)) {}

  void dial(Outgoing& to);
  void connected(Outgoing& to, std::shared_ptr<Connection> connection);
  void accepted(std::shared_ptr<Connection> connection);
  Result<void> received(const wire::Frame& frame, NodeId& from);
  Result<NodeId> greeted(const wire::Frame& frame) const;
  Outgoing& outgoing_to(NodeId id);

  PeersConfig config;
  Listener listener;
  std::vector<Outgoing> outgoing;
  std::set<std::shared_ptr<Connection>> incoming;
  OnMessage on_message;
};

Peers::Peers(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Peers::~Peers() {
  for (Outgoing& to : impl_->outgoing) {
    if (to.connection) to.connection->close();
  }
  for (const auto& connection : impl_->incoming) connection->close();
}

Result<std::unique_ptr<Peers>> Peers::listen(boost::asio::io_context& io, PeersConfig config) {
  auto listener = Listener::listen(io, config.listen, "--peer-address");
  if (!listener) return listener.error();
  auto impl = std::make_unique<Impl>(std::move(config), std::move(*listener));
  for (const Peer& peer : impl->config.others) {
    auto dialer = Dialer::make(io, impl->config.listen.host, peer.address);
    if (!dialer) {
      return fail("cannot use the address of " + peer.name).because(dialer.error());
    }
    impl->outgoing.push_back({peer, std::move(*dialer), nullptr});
  }
  return std::unique_ptr<Peers>(new Peers(std::move(impl)));
}

void Peers::start(OnMessage on_message) {
  impl_->on_message = std::move(on_message);
  impl_->listener.start([impl = impl_.get()](std::shared_ptr<Connection> connection) {
    impl->accepted(std::move(connection));
  });
  for (Outgoing& to : impl_->outgoing) impl_->dial(to);
}

void Peers::send(const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    const Outgoing& to = impl_->outgoing_to(message.to);
    if (!to.connection || to.connection->unsent_bytes() > impl_->config.max_unsent_bytes) continue;
    std::string& out = to.connection->out();
    const std::size_t frame = wire::begin_frame(out, wire::Kind::raft);
    append_encoded(out, message);
    wire::end_frame(out, frame);
  }
}

void Peers::flush() {
  for (const Outgoing& to : impl_->outgoing) {
    if (to.connection) to.connection->flush();
  }
}

Outgoing& Peers::Impl::outgoing_to(NodeId id) {
  for (Outgoing& to : outgoing) {
    if (to.peer.id == id) return to;
  }
  ASSERT(false, "no peer has the id", id);
  return outgoing.front();
}

void Peers::Impl::dial(Outgoing& to) {
  to.dialer.dial([this, &to](std::shared_ptr<Connection> connection) {
    connected(to, std::move(connection));
  });
}

void Peers::Impl::connected(Outgoing& to, std::shared_ptr<Connection> connection) {
  log::debug(fmt::format("connected to {} at {}", to.peer.name, to.peer.address.text()));
  to.connection = std::move(connection);
  const Hello hello{config.cluster, config.self_name, to.peer.name, config.self};
  wire::append_frame(to.connection->out(), wire::Kind::hello, encode(hello));
  // Nothing is said on this connection by the other side, but its end is heard of by reading.
  to.connection->start(
      [](const wire::Frame&) -> Result<void> { return fail("a frame where none was expected"); },
      [this, &to](const std::string& reason) {
        log::debug(fmt::format("lost the connection to {}{}{}", to.peer.name,
                               reason.empty() ? "" : ": ", reason));
        to.connection = nullptr;
        dial(to);
      });
  to.connection->flush();
}

void Peers::Impl::accepted(std::shared_ptr<Connection> connection) {
  incoming.insert(connection);
  Connection* const raw = connection.get();
  connection->start(
      [this, from = kNobody](const wire::Frame& frame) mutable { return received(frame, from); },
      [this, raw](const std::string& reason) {
        if (!reason.empty()) {
          log::warning(
              fmt::format("closed the peer connection from {}: {}", raw->remote(), reason));
        }
        incoming.erase(raw->shared_from_this());
      });
}

Result<void> Peers::Impl::received(const wire::Frame& frame, NodeId& from) {
  if (from == kNobody) {
    const auto greeting = greeted(frame);
    if (!greeting) return greeting.error();
    from = *greeting;
    return {};
  }
  if (frame.kind != wire::Kind::raft) {
    return fail(fmt::format("a frame of kind {}, expected {}", static_cast<int>(frame.kind),
                            static_cast<int>(wire::Kind::raft)));
  }
  const auto message = decode_message(frame.payload);
  if (!message) return message.error();
  if (message->from != from || message->to != config.self) {
    return fail(fmt::format("a message from {} to {}, expected from {} to {}",
                            message->from.value(), message->to.value(), from.value(),
                            config.self.value()));
  }
  on_message(*message);
  return {};
}

Result<NodeId> Peers::Impl::greeted(const wire::Frame& frame) const {
  if (frame.kind != wire::Kind::hello) {
    return fail(fmt::format("a frame of kind {}, expected a hello", static_cast<int>(frame.kind)));
  }
  const auto hello = decode_hello(frame.payload);
  if (!hello) return hello.error();
  if (hello->cluster != config.cluster) {
    return fail(fmt::format("a node of the cluster \"{}\", expected \"{}\"", hello->cluster,
                            config.cluster));
  }
  if (hello->to != config.self_name) {
    return fail(fmt::format("a call for \"{}\", but this is \"{}\"", hello->to, config.self_name));
  }
  for (const Peer& peer : config.others) {
    if (peer.name != hello->from) continue;
    if (peer.id == hello->from_id) return peer.id;
    return fail(
        fmt::format("{} counts itself as node {}, expected {}: the nodes were given "
                    "different --peers",
                    peer.name, hello->from_id.value(), peer.id.value()));
  }
  return fail(fmt::format("\"{}\" is not one of this node's --peers", hello->from));
}

}  // namespace riptide::node
