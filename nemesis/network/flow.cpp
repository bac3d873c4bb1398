#include "nemesis/network/flow.hpp"

#include <unistd.h>

#include <boost/asio.hpp>
#include <deque>
#include <string>

#include "base/assert.hpp"

namespace riptide::nemesis {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kHeldBytesMax = 1 << 20;
constexpr std::size_t kReadBytes = 64 << 10;
// After so many reads in a row others get their turn.
constexpr int kReadsPerTurn = 4;

struct Chunk {
  enum class Kind : std::uint8_t { data, end, reset };
  Kind kind = Kind::data;
  MonoTime due;
  std::string bytes;
  std::size_t sent = 0;
};

/// One direction of a flow. Sockets are non-blocking, and every write is made at the moment it is
/// allowed: nothing is left with the kernel's or Asio's machinery that a cut could no longer stop.
struct Pump {
  Pump(boost::asio::io_context& io, std::shared_ptr<LinkState> l, tcp::socket& f, tcp::socket& t)
      : link(std::move(l)), from(f), to(t), due_timer(io) {}
  std::shared_ptr<LinkState> link;
  tcp::socket& from;
  tcp::socket& to;
  boost::asio::steady_timer due_timer;
  std::deque<Chunk> queue;
  std::size_t held_bytes = 0;
  bool read_waits = false, write_waits = false, timer_waits = false;
  bool source_ended = false;  ///< nothing more is read
  bool reset_queued = false;
  bool finished = false;  ///< its end was delivered
};

class TcpFlow final : public Flow, public std::enable_shared_from_this<TcpFlow> {
 public:
  TcpFlow(boost::asio::io_context& io, Endpoint upstream, std::shared_ptr<LinkState> there,
          std::shared_ptr<LinkState> back, std::function<void(const Flow*)> gone)
      : target_(std::move(upstream)),
        downstream_(io),
        upstream_(io),
        there_(io, std::move(there), downstream_, upstream_),
        back_(io, std::move(back), upstream_, downstream_),
        gone_(std::move(gone)) {}

  void start(int accepted) {
    error_code error;
    downstream_.assign(tcp::v4(), accepted, error);
    if (error) {
      ::close(accepted);
      return close();
    }
    prepare(downstream_);
    read(there_);
    connect();
  }

  bool closed() const override { return closed_; }

  void links_changed() override {
    const auto self = shared_from_this();
    if (closed_) return;
    connect();
    if (!closed_) write(there_);
    if (!closed_) write(back_);
  }

  void abandon() override {
    gone_ = nullptr;
    close();
  }

 private:
  static void prepare(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
  }

  void connect() {
    if (connecting_ || connected_ || there_.link->cut || back_.link->cut) return;
    connecting_ = true;
    error_code error;
    const tcp::endpoint to(boost::asio::ip::make_address_v4(target_.address, error), target_.port);
    upstream_.async_connect(to, [self = shared_from_this()](error_code failed) {
      if (!self->closed_) self->connect_ended(failed);
    });
  }

  void connect_ended(error_code failed) {
    connecting_ = false;
    if (failed) {
      // Nobody listens there: the node that asked is to see what it would see without the proxy.
      reset(downstream_);
      return close();
    }
    prepare(upstream_);
    connected_ = true;
    read(back_);
    write(there_);
  }

  void read(Pump& pump) {
    if (closed_ || pump.read_waits || pump.source_ended || pump.held_bytes >= kHeldBytesMax) return;
    pump.read_waits = true;
    pump.from.async_wait(tcp::socket::wait_read, [self = shared_from_this(), &pump](error_code) {
      pump.read_waits = false;
      if (!self->closed_) self->read_now(pump);
    });
  }

  void read_now(Pump& pump) {
    static thread_local std::string buffer(kReadBytes, '\0');
    for (int turn = 0; turn < kReadsPerTurn; ++turn) {
      if (pump.source_ended || pump.held_bytes >= kHeldBytesMax) break;
      error_code error;
      const std::size_t size = pump.from.read_some(boost::asio::buffer(buffer), error);
      if (error == boost::asio::error::would_block) break;
      if (error == boost::asio::error::interrupted) continue;
      if (error) {
        pump.source_ended = true;
        end(pump, error == boost::asio::error::eof ? Chunk::Kind::end : Chunk::Kind::reset);
      } else {
        arrived(pump, std::string_view(buffer).substr(0, size));
      }
      if (closed_) return;
      if (size < kReadBytes && !error) break;
    }
    write(pump);
    if (!closed_) read(pump);
  }

  void arrived(Pump& pump, std::string_view bytes) {
    if (pump.link->cut) pump.link->counters.withheld_bytes += bytes.size();
    const bool open = connected_ && !pump.link->cut && pump.link->delay == Duration{0};
    if (open && pump.queue.empty() && !pump.write_waits) {
      // The usual case: straight on, without a copy.
      error_code error;
      const std::size_t sent = pump.to.write_some(boost::asio::buffer(bytes), error);
      if (!error) {
        pump.link->counters.forwarded_bytes += sent;
        bytes.remove_prefix(sent);
      }
      if (bytes.empty()) return;
    }
    pump.held_bytes += bytes.size();
    pump.queue.push_back({Chunk::Kind::data, mono_now() + pump.link->delay, std::string(bytes), 0});
  }

  void end(Pump& pump, Chunk::Kind kind) {
    if (kind == Chunk::Kind::reset) {
      if (pump.reset_queued) return;
      pump.reset_queued = true;
      // A connection that was given up before it came into being never was.
      if (!connected_ && !connecting_ && &pump == &there_) return close();
    }
    pump.queue.push_back({kind, mono_now() + pump.link->delay, {}, 0});
  }

  void write(Pump& pump) {
    if (closed_ || !connected_) return;
    while (!pump.queue.empty() && !pump.link->cut && !pump.write_waits) {
      Chunk& head = pump.queue.front();
      const MonoTime now = mono_now();
      if (head.due > now) return wait_until_due(pump, head.due - now);
      if (head.kind != Chunk::Kind::data) {
        const Chunk::Kind kind = head.kind;
        pump.queue.pop_front();
        deliver_end(pump, kind);
        if (closed_) return;
        continue;
      }
      if (!write_data(pump, head)) return;
    }
    read(pump);
  }

  /// False when the destination takes nothing more now, or never will.
  bool write_data(Pump& pump, Chunk& head) {
    error_code error;
    const auto left = boost::asio::buffer(head.bytes) + head.sent;
    const std::size_t sent = pump.to.write_some(left, error);
    if (error == boost::asio::error::would_block) {
      wait_until_writable(pump);
      return false;
    }
    if (error == boost::asio::error::interrupted) return true;
    if (error) {
      broken(pump);
      return false;
    }
    pump.link->counters.forwarded_bytes += sent;
    pump.held_bytes -= sent;
    head.sent += sent;
    if (head.sent == head.bytes.size()) pump.queue.pop_front();
    return true;
  }

  void wait_until_writable(Pump& pump) {
    pump.write_waits = true;
    pump.to.async_wait(tcp::socket::wait_write, [self = shared_from_this(), &pump](error_code) {
      pump.write_waits = false;
      if (!self->closed_) self->write(pump);
    });
  }

  void wait_until_due(Pump& pump, Duration wait) {
    if (pump.timer_waits) return;
    pump.timer_waits = true;
    pump.due_timer.expires_after(wait);
    pump.due_timer.async_wait([self = shared_from_this(), &pump](error_code) {
      pump.timer_waits = false;
      if (!self->closed_) self->write(pump);
    });
  }

  void deliver_end(Pump& pump, Chunk::Kind kind) {
    if (kind == Chunk::Kind::reset) {
      reset(pump.to);
      return close();
    }
    error_code ignored;
    pump.to.shutdown(tcp::socket::shutdown_send, ignored);
    pump.finished = true;
    if (there_.finished && back_.finished) close();
  }

  /// The destination does not want bytes any more: it has reset the connection. That is news for
  /// the source, and travels by the other direction's link.
  void broken(Pump& pump) {
    pump.queue.clear();
    pump.held_bytes = 0;
    pump.source_ended = true;
    Pump& other = &pump == &there_ ? back_ : there_;
    other.source_ended = true;
    end(other, Chunk::Kind::reset);
    write(other);
  }

  static void reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  void close() {
    if (closed_) return;
    closed_ = true;
    error_code ignored;
    downstream_.close(ignored);
    upstream_.close(ignored);
    there_.due_timer.cancel();
    back_.due_timer.cancel();
    if (auto gone = std::exchange(gone_, nullptr)) gone(this);
  }

  Endpoint target_;
  tcp::socket downstream_, upstream_;
  Pump there_, back_;
  std::function<void(const Flow*)> gone_;
  bool connecting_ = false, connected_ = false, closed_ = false;
};

}  // namespace

std::shared_ptr<Flow> Flow::open(boost::asio::io_context& io, int downstream, Endpoint upstream,
                                 std::shared_ptr<LinkState> there, std::shared_ptr<LinkState> back,
                                 std::function<void(const Flow*)> gone) {
  auto flow = std::make_shared<TcpFlow>(io, std::move(upstream), std::move(there), std::move(back),
                                        std::move(gone));
  flow->start(downstream);
  return flow;
}

}  // namespace riptide::nemesis
