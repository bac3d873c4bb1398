// The clients: a listener, and the connections it accepted, by number. What they ask goes to two
// callbacks; what they are answered leaves in one write per connection and turn.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "node/transport/connection.hpp"
#include "wire/wire.hpp"

namespace riptide::node {

class Clients {
 public:
  using Id = std::uint64_t;
  struct Callbacks {
    /// `payload` is the request as it came.
    std::function<void(Id, wire::Request, std::string_view payload)> request;
    std::function<wire::Status()> status;
    std::function<void(Id)> closed;
  };

  static Result<std::unique_ptr<Clients>> listen(boost::asio::io_context& io,
                                                 const Address& address);
  ~Clients();

  void start(Callbacks callbacks);
  /// Queues a reply; nothing happens when the connection is gone.
  void reply(Id to, const wire::Reply& reply);
  /// One write per connection of what was queued.
  void flush();

 private:
  struct Impl;
  explicit Clients(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace riptide::node
