#include "node/transport/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio.hpp>

#include "base/log.hpp"

namespace riptide::node {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 64 << 10;
constexpr auto kFirstPause = std::chrono::milliseconds(20);
constexpr auto kLongestPause = std::chrono::milliseconds(200);
// A connect attempt, or data that nobody acknowledges, in a network that swallows packets: the
// kernel would wait for many seconds, and go on waiting after the network has healed.
constexpr auto kGiveUp = std::chrono::milliseconds(1000);
// After a failed accept, such as one that ran out of descriptors.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
// An accepted connection that is silent is probed: the other side may have gone without a word.
constexpr int kKeepaliveIdleSeconds = 5;
constexpr int kKeepaliveIntervalSeconds = 1;
constexpr int kKeepaliveProbes = 3;

Result<tcp::endpoint> resolve(asio::io_context& io, const std::string& host, std::uint16_t port) {
  error_code error;
  const auto numeric = asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(numeric, port);
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty()) {
    return fail("cannot find the host " + host)
        .because(error ? error.message() : "it has no address")
        .fix("Write a numeric address.");
  }
  return found.begin()->endpoint();
}

void keep_alive(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const std::pair<int, int> options[] = {{TCP_KEEPIDLE, kKeepaliveIdleSeconds},
                                         {TCP_KEEPINTVL, kKeepaliveIntervalSeconds},
                                         {TCP_KEEPCNT, kKeepaliveProbes}};
  for (const auto& [option, value] : options) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  }
}

}  // namespace

struct Connection::Socket {
  tcp::socket stream;
};

Connection::Connection(std::unique_ptr<Socket> socket)
    : socket_(std::move(socket)), buffer_(kReadBytes) {
  error_code ignored;
  socket_->stream.set_option(tcp::no_delay(true), ignored);
  socket_->stream.non_blocking(true, ignored);
  const auto remote = socket_->stream.remote_endpoint(ignored);
  remote_ = remote.address().to_string() + ":" + std::to_string(remote.port());
}

Connection::~Connection() = default;

void Connection::start(OnFrame on_frame, OnClose on_close) {
  on_frame_ = std::move(on_frame);
  on_close_ = std::move(on_close);
  read();
}

void Connection::read() {
  socket_->stream.async_read_some(asio::buffer(buffer_),
                                  [self = shared_from_this()](error_code error, std::size_t bytes) {
                                    if (!self->open_) return;
                                    if (error == asio::error::eof) return self->lost({});
                                    if (error) return self->lost(error.message());
                                    self->received(bytes);
                                  });
}

void Connection::received(std::size_t bytes) {
  frames_.feed(std::string_view(buffer_.data(), bytes));
  while (open_) {
    const auto frame = frames_.next();
    if (!frame) return lost(frame.error().text());
    if (!*frame) break;
    if (auto taken = on_frame_(**frame); !taken) return lost(taken.error().text());
  }
  if (open_) read();
}

std::size_t Connection::unsent_bytes() const { return out_.size() + writing_.size() - written_; }

void Connection::flush() {
  while (open_ && !waiting_) {
    if (written_ == writing_.size()) {
      // Swapping keeps the capacity of both: no allocation per turn.
      writing_.clear();
      written_ = 0;
      if (out_.empty()) return;
      writing_.swap(out_);
    }
    error_code error;
    written_ += socket_->stream.write_some(
        asio::buffer(writing_.data() + written_, writing_.size() - written_), error);
    if (error == asio::error::would_block) return wait_writable();
    // The read sees the same end and reports it; to report it here would call back into the caller.
    if (error) return;
  }
}

void Connection::wait_writable() {
  waiting_ = true;
  socket_->stream.async_wait(tcp::socket::wait_write,
                             [self = shared_from_this()](error_code error) {
                               self->waiting_ = false;
                               if (!error && self->open_) self->flush();
                             });
}

void Connection::close() {
  open_ = false;
  error_code ignored;
  socket_->stream.close(ignored);
  // The callbacks hold what owns this connection: a cycle, if they stayed.
  asio::post(socket_->stream.get_executor(), [self = shared_from_this()] {
    self->on_frame_ = nullptr;
    self->on_close_ = nullptr;
  });
}

void Connection::lost(const std::string& reason) {
  const OnClose on_close = std::move(on_close_);
  close();
  if (on_close) on_close(reason);
}

struct Listener::Impl : std::enable_shared_from_this<Listener::Impl> {
  explicit Impl(asio::io_context& io) : acceptor(io), pause(io) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        log::warning("cannot accept a connection: " + error.message());
        return self->accept_later();
      }
      keep_alive(socket);
      self->on_connection(std::make_shared<Connection>(
          std::make_unique<Connection::Socket>(Connection::Socket{std::move(socket)})));
      self->accept();
    });
  }

  void accept_later() {
    pause.expires_after(kAcceptPause);
    pause.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->accept();
    });
  }

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  OnConnection on_connection;
};

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::Listener(Listener&&) noexcept = default;

Listener::~Listener() {
  if (!impl_) return;
  error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->pause.cancel();
}

Result<Listener> Listener::listen(asio::io_context& io, const Address& address,
                                  const std::string& flag) {
  auto endpoint = resolve(io, address.host, address.port);
  if (!endpoint) return fail("cannot use " + flag + " " + address.text()).because(endpoint.error());
  auto impl = std::make_shared<Impl>(io);
  error_code error;
  impl->acceptor.open(endpoint->protocol(), error);
  if (!error) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) impl->acceptor.bind(*endpoint, error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    const bool in_use = error == asio::error::address_in_use;
    return fail("cannot listen on " + address.text())
        .because(error.message())
        .fix(in_use ? "Stop the program that listens there, or choose another port (" + flag + ")."
                    : "Choose an address of this machine (" + flag + ").");
  }
  return Listener(std::move(impl));
}

void Listener::start(OnConnection on_connection) {
  impl_->on_connection = std::move(on_connection);
  impl_->accept();
}

struct Dialer::Impl : std::enable_shared_from_this<Dialer::Impl> {
  explicit Impl(asio::io_context& io) : socket(io), timer(io) {}

  void attempt() {
    error_code error;
    socket = tcp::socket(socket.get_executor());
    socket.open(to.protocol(), error);
    if (!error && !from.address().is_unspecified()) {
      const int on = 1;  // the port is chosen at connect, when the whole four-tuple is known
      ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
      socket.bind(from, error);
    }
    if (error) return attempt_later();
    const unsigned patience = static_cast<unsigned>(kGiveUp.count());
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
    timer.expires_after(kGiveUp);
    timer.async_wait([self = shared_from_this()](error_code waited) {
      error_code ignored;
      if (!waited) self->socket.close(ignored);  // the attempt ends with an error
    });
    socket.async_connect(to, [self = shared_from_this()](error_code failed) {
      if (self->stopped) return;
      self->timer.cancel();
      if (failed || self->called_itself()) return self->attempt_later();
      self->connected();
    });
  }

  /// A port that nobody listens on can be the one that this side was given: TCP then connects a
  /// socket to itself.
  bool called_itself() const {
    error_code error;
    return socket.local_endpoint(error) == socket.remote_endpoint(error) || error;
  }

  void attempt_later() {
    timer.expires_after(pause);
    pause = std::min(pause * 2, kLongestPause);
    timer.async_wait([self = shared_from_this()](error_code error) {
      if (!error && !self->stopped) self->attempt();
    });
  }

  void connected() {
    connected_at = mono_now();
    const auto tell = std::exchange(on_connected, nullptr);
    tell(std::make_shared<Connection>(
        std::make_unique<Connection::Socket>(Connection::Socket{std::move(socket)})));
  }

  tcp::socket socket;
  asio::steady_timer timer;
  tcp::endpoint from, to;
  std::chrono::milliseconds pause = kFirstPause;
  MonoTime connected_at;
  OnConnection on_connected;
  bool stopped = false;
};

Dialer::Dialer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dialer::Dialer(Dialer&&) noexcept = default;

Dialer::~Dialer() {
  if (!impl_) return;
  impl_->stopped = true;
  error_code ignored;
  impl_->socket.close(ignored);
  impl_->timer.cancel();
}

Result<Dialer> Dialer::make(asio::io_context& io, const std::string& from, const Address& to) {
  auto source = resolve(io, from, 0);
  if (!source) return source.error();
  auto target = resolve(io, to.host, to.port);
  if (!target) return target.error();
  auto impl = std::make_shared<Impl>(io);
  impl->to = *target;
  // Another family of addresses cannot be called from.
  if (source->protocol() == target->protocol()) impl->from = *source;
  return Dialer(std::move(impl));
}

void Dialer::dial(OnConnection on_connected) {
  impl_->on_connected = std::move(on_connected);
  // Who hangs up at once, such as a node of another cluster, is not called back at once.
  if (mono_now() - impl_->connected_at > kGiveUp) impl_->pause = kFirstPause;
  impl_->attempt_later();
}

}  // namespace riptide::node
