#include "node/transport/clients.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <vector>

#include "base/log.hpp"

namespace riptide::node {

namespace {

constexpr std::size_t kMaxUnsentBytes = 64u << 20;

}  // namespace

struct Clients::Impl {
  explicit Impl(Listener listening) : listener(std::move(listening)) {}

  void accepted(std::shared_ptr<Connection> connection);
  Result<void> received(Id from, const wire::Frame& frame);
  void lost(Id id, const std::string& reason);
  void queue(Id to, wire::Kind kind, std::string_view payload);
  void flush();

  Listener listener;
  Callbacks callbacks;
  Id last_id = 0;
  std::unordered_map<Id, std::shared_ptr<Connection>> connections;
  std::vector<std::shared_ptr<Connection>> to_flush;
};

Clients::Clients(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Clients::~Clients() {
  for (const auto& [id, connection] : impl_->connections) connection->close();
}

Result<std::unique_ptr<Clients>> Clients::listen(boost::asio::io_context& io,
                                                 const Address& address) {
  auto listener = Listener::listen(io, address, "--client-address");
  if (!listener) return listener.error();
  auto impl = std::make_unique<Impl>(std::move(*listener));
  return std::unique_ptr<Clients>(new Clients(std::move(impl)));
}

void Clients::start(Callbacks callbacks) {
  impl_->callbacks = std::move(callbacks);
  impl_->listener.start([impl = impl_.get()](std::shared_ptr<Connection> connection) {
    impl->accepted(std::move(connection));
  });
}

void Clients::reply(Id to, const wire::Reply& reply) {
  impl_->queue(to, wire::Kind::reply, wire::encode(reply));
}

void Clients::flush() { impl_->flush(); }

void Clients::Impl::flush() {
  for (const auto& connection : to_flush) connection->flush();
  to_flush.clear();
}

void Clients::Impl::queue(Id to, wire::Kind kind, std::string_view payload) {
  const auto found = connections.find(to);
  if (found == connections.end()) return;
  // A client that asks and asks but does not read its answers.
  if (found->second->unsent_bytes() > kMaxUnsentBytes) {
    found->second->close();
    return lost(to, "it does not read its replies");
  }
  std::string& out = found->second->out();
  if (out.empty()) to_flush.push_back(found->second);
  wire::append_frame(out, kind, payload);
}

void Clients::Impl::accepted(std::shared_ptr<Connection> connection) {
  const Id id = ++last_id;
  connections.emplace(id, connection);
  connection->start([this, id](const wire::Frame& frame) { return received(id, frame); },
                    [this, id](const std::string& reason) { lost(id, reason); });
}

Result<void> Clients::Impl::received(Id from, const wire::Frame& frame) {
  if (frame.kind == wire::Kind::request) {
    auto request = wire::decode_request(frame.payload);
    if (!request) return request.error();
    callbacks.request(from, std::move(*request), frame.payload);
    return {};
  }
  if (frame.kind == wire::Kind::status_request) {
    if (!frame.payload.empty()) {
      return fail(fmt::format("status request: {} bytes, expected none", frame.payload.size()));
    }
    queue(from, wire::Kind::status_reply, wire::encode(callbacks.status()));
    flush();
    return {};
  }
  return fail(fmt::format("a frame of kind {}, expected a request or a status request",
                          static_cast<int>(frame.kind)));
}

void Clients::Impl::lost(Id id, const std::string& reason) {
  const auto found = connections.find(id);
  if (!reason.empty()) {
    log::warning(
        fmt::format("closed the client connection from {}: {}", found->second->remote(), reason));
  }
  connections.erase(found);
  callbacks.closed(id);
}

}  // namespace riptide::node
