#include "systems/raft/connection.hpp"

#include <boost/asio.hpp>

#include <array>
#include <optional>
#include <utility>

namespace riptide::systems {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Lives as long as a handler may still run; `closed` is set when its Connection is gone.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(asio::io_context& io, tcp::endpoint endpoint)
      : socket_(io), timer_(io), endpoint_(std::move(endpoint)) {}

  void ask(wire::Kind kind, std::string_view payload, wire::Kind expected, MonoTime deadline,
           std::function<void(Exchange)> done) {
    ASSERT(!done_, "one question at a time");
    done_ = std::move(done);
    expected_ = expected;
    sent_ = false;
    out_.clear();
    wire::append_frame(out_, kind, payload);
    timer_.expires_at(std::chrono::steady_clock::time_point(Duration(deadline.ns())));
    timer_.async_wait([self = shared_from_this(), question = ++question_](error_code error) {
      if (error || question != self->question_) return;
      self->finish(self->sent_ ? Exchange::Fate::late : Exchange::Fate::not_sent, {},
                   "no answer in time");
    });
    socket_.is_open() ? send() : connect();
  }

  void close() {
    done_ = nullptr;
    drop();
  }

 private:
  void drop() {
    ++question_;
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
    reader_ = wire::FrameReader();
  }

  void finish(Exchange::Fate fate, std::string payload, std::string error) {
    if (!done_) return;
    if (fate == Exchange::Fate::answered) {
      ++question_;
      timer_.cancel();
    } else {
      drop();
    }
    std::exchange(done_, nullptr)(Exchange{fate, std::move(payload), std::move(error)});
  }

  void connect() {
    socket_.async_connect(
        endpoint_, [self = shared_from_this(), question = question_](error_code error) {
          if (question != self->question_) return;
          if (error)
            return self->finish(Exchange::Fate::not_sent, {}, "cannot connect: " + error.message());
          error_code ignored;
          self->socket_.set_option(tcp::no_delay(true), ignored);
          self->send();
        });
  }

  void send() {
    // From here on some of it may have reached the node, whatever the write says.
    sent_ = true;
    asio::async_write(
        socket_, asio::buffer(out_),
        [self = shared_from_this(), question = question_](error_code error, std::size_t) {
          if (question != self->question_) return;
          if (error)
            return self->finish(Exchange::Fate::lost, {}, "cannot send: " + error.message());
          self->receive();
        });
  }

  void receive() {
    socket_.async_read_some(asio::buffer(in_), [self = shared_from_this(), question = question_](
                                                   error_code error, std::size_t got) {
      if (question != self->question_) return;
      if (error)
        return self->finish(Exchange::Fate::lost, {}, "the connection broke: " + error.message());
      self->reader_.feed(std::string_view(self->in_.data(), got));
      Result<std::optional<wire::Frame>> frame = self->reader_.next();
      if (!frame) return self->finish(Exchange::Fate::lost, {}, frame.error().text());
      if (!*frame) return self->receive();
      if ((*frame)->kind != self->expected_)
        return self->finish(Exchange::Fate::lost, {}, "an answer of the wrong kind");
      self->finish(Exchange::Fate::answered, std::string((*frame)->payload), {});
    });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  tcp::endpoint endpoint_;
  wire::FrameReader reader_;
  std::string out_;
  std::array<char, 16384> in_{};
  wire::Kind expected_{};
  bool sent_ = false;
  std::uint64_t question_ =
      0;  // handlers of an earlier question find a higher number and do nothing
  std::function<void(Exchange)> done_;
};

class TcpConnection final : public Connection {
 public:
  TcpConnection(asio::io_context& io, tcp::endpoint endpoint)
      : socket_(std::make_shared<Socket>(io, std::move(endpoint))) {}
  ~TcpConnection() override { socket_->close(); }
  void ask(wire::Kind kind, std::string_view payload, wire::Kind expected, MonoTime deadline,
           std::function<void(Exchange)> done) override {
    socket_->ask(kind, payload, expected, deadline, std::move(done));
  }

 private:
  std::shared_ptr<Socket> socket_;
};

}  // namespace

std::unique_ptr<Connection> Connection::make(asio::io_context& io, const std::string& address,
                                             std::uint16_t port) {
  error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  ASSERT(!error, "node addresses are numeric:", address);
  return std::make_unique<TcpConnection>(io, tcp::endpoint(parsed, port));
}

}  // namespace riptide::systems
