// The other nodes: one outgoing connection to each, made again whenever it breaks, and whatever
// connections they make to us. Messages go out on the one and come in on the other.
//
// Raft tolerates loss, so nothing is kept for later: a message to a peer that is not connected, or
// that does not read what it was sent, is dropped.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "node/core/types.hpp"
#include "node/transport/connection.hpp"

namespace riptide::node {

struct Peer {
  NodeId id;
  std::string name;
  Address address;
};

struct PeersConfig {
  std::string cluster;
  NodeId self;
  std::string self_name;
  Address listen;
  std::vector<Peer> others;
  std::size_t max_unsent_bytes = 32u << 20;  ///< per peer; above it, messages are dropped
};

class Peers {
 public:
  using OnMessage = std::function<void(const Message&)>;
  static Result<std::unique_ptr<Peers>> listen(boost::asio::io_context& io, PeersConfig config);
  ~Peers();

  void start(OnMessage on_message);
  /// Queues messages for their receivers.
  void send(const std::vector<Message>& messages);
  /// One write per peer of what was queued.
  void flush();

 private:
  struct Impl;
  explicit Peers(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace riptide::node
