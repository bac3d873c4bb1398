// TCP connections that carry frames: accepted by a Listener, made by a Dialer. All of it runs on
// the one thread of the io_context, and every callback comes from there.
//
// Sending is appending to out(); flush() hands everything appended since to the kernel in one
// write. A connection that cannot be understood – a frame that is garbage, too long, of another
// version – closes with a reason. It never does harm to anything but itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "node/transport/address.hpp"
#include "wire/wire.hpp"

namespace boost::asio {
class io_context;
}

namespace riptide::node {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// An error closes the connection, with that as the reason.
  using OnFrame = std::function<Result<void>(const wire::Frame&)>;
  /// `reason` is empty when the other side closed in good order. The last callback.
  using OnClose = std::function<void(const std::string& reason)>;

  struct Socket;  ///< knows Asio
  explicit Connection(std::unique_ptr<Socket> socket);
  ~Connection();

  void start(OnFrame on_frame, OnClose on_close);
  /// Append whole frames here.
  std::string& out() { return out_; }
  /// What the kernel has not taken yet, and what was not flushed.
  std::size_t unsent_bytes() const;
  void flush();
  /// Closes without calling on_close.
  void close();
  bool is_open() const { return open_; }
  /// The other side's address, for the log.
  const std::string& remote() const { return remote_; }

 private:
  void read();
  void received(std::size_t bytes);
  void wait_writable();
  void lost(const std::string& reason);

  std::unique_ptr<Socket> socket_;
  std::string remote_;
  std::vector<char> buffer_;
  wire::FrameReader frames_;
  std::string out_;
  std::string writing_;
  std::size_t written_ = 0;
  bool waiting_ = false;
  bool open_ = true;
  OnFrame on_frame_;
  OnClose on_close_;
};

using OnConnection = std::function<void(std::shared_ptr<Connection>)>;

class Listener {
 public:
  /// `flag` names the option that the address came from, for the error's fix.
  static Result<Listener> listen(boost::asio::io_context& io, const Address& address,
                                 const std::string& flag);
  Listener(Listener&&) noexcept;
  ~Listener();
  void start(OnConnection on_connection);

 private:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// Connects to one address, again and again: after 20 ms, later up to 200 ms, until it succeeds.
class Dialer {
 public:
  /// `from` is the host to call from: a node's peers know it by its address.
  static Result<Dialer> make(boost::asio::io_context& io, const std::string& from,
                             const Address& to);
  Dialer(Dialer&&) noexcept;
  ~Dialer();
  /// Calls `on_connected` once, with an open connection.
  void dial(OnConnection on_connected);

 private:
  struct Impl;
  explicit Dialer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace riptide::node
