// A client of the bundled node: sessions, redirects, retries, and an honest word for each outcome.
#include <boost/asio.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include "systems/raft/connection.hpp"
#include "systems/raft/raft_system.hpp"

namespace riptide::systems {
namespace {

namespace asio = boost::asio;
using history::Completion;
using history::Invocation;
using history::Symbol;
using history::Type;
using history::Value;

constexpr Duration kBackoff = std::chrono::milliseconds(20);

wire::Request request_of(const Invocation& invocation) {
  wire::Request request;
  request.key = invocation.key.json();
  if (invocation.f == "read") {
    request.op = wire::Op::read;
  } else if (invocation.f == "write") {
    request.op = wire::Op::write;
    request.value = invocation.value.json();
  } else {
    ASSERT(invocation.f == "cas" && invocation.value.list() && invocation.value.list()->size() == 2,
           "the workload asked for what raft does not offer:", invocation.f.name());
    request.op = wire::Op::cas;
    request.expected = (*invocation.value.list())[0].json();
    request.value = (*invocation.value.list())[1].json();
  }
  return request;
}

class RaftClient final : public Client {
 public:
  RaftClient(asio::io_context& io, ClientSpec spec)
      : io_(io), spec_(std::move(spec)), backoff_(io) {
    connections_.resize(spec_.nodes.size());
    next_node_ = spec_.home;
  }
  ~RaftClient() override { *alive_ = false; }

  void invoke(const Invocation& invocation, MonoTime deadline,
              std::function<void(Completion)> done) override {
    ASSERT(!done_, "one operation at a time");
    invocation_ = invocation;
    deadline_ = deadline;
    done_ = std::move(done);
    request_ = request_of(invocation);
    request_.client = spec_.session;
    request_.sequence = ++sequence_;
    uncertain_ = false;
    why_ = "no node could be reached";
    if (spec_.routing == Routing::home) next_node_ = spec_.home;
    attempt();
  }

 private:
  void attempt() {
    at_ = next_node_;
    auto& connection = connections_[at_];
    if (!connection)
      connection = Connection::make(io_, spec_.nodes[at_].address, spec_.nodes[at_].client_port);
    connection->ask(wire::Kind::request, wire::encode(request_), wire::Kind::reply, deadline_,
                    [this](Exchange exchange) { took(std::move(exchange)); });
  }

  void took(Exchange exchange) {
    switch (exchange.fate) {
      case Exchange::Fate::answered:
        return answered(exchange.payload);
      case Exchange::Fate::not_sent:
        break;
      case Exchange::Fate::lost:
      case Exchange::Fate::late:
        uncertain_ = true;
        break;
    }
    why_ = spec_.nodes[at_].name + ": " + exchange.error;
    next_node_ = (at_ + 1) % spec_.nodes.size();
    again_after(kBackoff);
  }

  void answered(std::string_view payload) {
    const Result<wire::Reply> reply = wire::decode_reply(payload);
    if (!reply || reply->sequence != request_.sequence) {
      uncertain_ = true;
      why_ = spec_.nodes[at_].name + ": " +
             (reply ? "an answer to another request" : reply.error().text());
      next_node_ = (at_ + 1) % spec_.nodes.size();
      return again_after(kBackoff);
    }
    switch (reply->answer) {
      case wire::Answer::ok:
        return succeed(reply->value);
      case wire::Answer::refused:
        return finish(Type::fail, "the value was another");
      case wire::Answer::failed:
        return finish(Type::fail, "the node says that it failed: " + reply->text);
      case wire::Answer::bad_request:
        return finish(uncertain_ ? Type::info : Type::fail, reply->text);
      case wire::Answer::not_leader:
        return redirect(reply->leader);
      case wire::Answer::overloaded:
        why_ = "overloaded";
        return again_after(kBackoff);
      case wire::Answer::unknown:
        uncertain_ = true;
        why_ = reply->text;
        next_node_ = (at_ + 1) % spec_.nodes.size();
        return again_after(kBackoff);
    }
  }

  void redirect(const std::string& leader) {
    why_ = spec_.nodes[at_].name + " does not lead";
    const auto known = std::find_if(spec_.nodes.begin(), spec_.nodes.end(),
                                    [&](const NodeSpec& node) { return node.name == leader; });
    if (known == spec_.nodes.end() || known - spec_.nodes.begin() == std::ptrdiff_t(at_)) {
      next_node_ = (at_ + 1) % spec_.nodes.size();
      return again_after(kBackoff);
    }
    next_node_ = static_cast<std::size_t>(known - spec_.nodes.begin());
    // Two nodes that name one another would otherwise be asked in a loop without end.
    if (++redirects_ % spec_.nodes.size() == 0) return again_after(kBackoff);
    attempt();
  }

  void again_after(Duration pause) {
    if (mono_now() + pause >= deadline_) return give_up();
    backoff_.expires_after(pause);
    backoff_.async_wait([this, alive = alive_](boost::system::error_code error) {
      if (*alive && !error) attempt();
    });
  }

  /// A read changes nothing, so one without an answer surely did nothing: fail keeps the history
  /// small.
  void give_up() {
    const bool nothing_done = !uncertain_ || request_.op == wire::Op::read;
    finish(nothing_done ? Type::fail : Type::info, why_);
  }

  void succeed(const std::string& value) {
    if (request_.op != wire::Op::read) return finish(Type::ok, {});
    Result<Value> read = Value::from_json(value);
    if (!read)
      return finish(Type::fail, "the node answered what is no JSON: " + value.substr(0, 100));
    finish(Type::ok, {}, std::move(*read));
  }

  void finish(Type type, std::string error, std::optional<Value> read = std::nullopt) {
    Completion completion;
    completion.type = type;
    completion.value = read ? *read : invocation_.value;
    if (type != Type::info) completion.node = Symbol(spec_.nodes[at_].name);
    completion.error = std::move(error);
    std::exchange(done_, nullptr)(std::move(completion));
  }

  asio::io_context& io_;
  ClientSpec spec_;
  std::vector<std::unique_ptr<Connection>> connections_;
  asio::steady_timer backoff_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  Invocation invocation_;
  wire::Request request_;
  MonoTime deadline_;
  std::function<void(Completion)> done_;
  std::uint64_t sequence_ = 0;
  std::size_t at_ = 0;         // who is being asked
  std::size_t next_node_ = 0;  // who is to be asked next
  std::size_t redirects_ = 0;
  bool uncertain_ = false;  // some attempt was sent and not answered: it may have taken effect
  std::string why_;
};

class RaftProbe final : public Probe {
 public:
  RaftProbe(asio::io_context& io, const NodeSpec& node)
      : connection_(Connection::make(io, node.address, node.client_port)), name_(node.name) {}

  void ask(Duration limit, std::function<void(Result<NodeStatus>)> done) override {
    connection_->ask(
        wire::Kind::status_request, {}, wire::Kind::status_reply, mono_now() + limit,
        [this, done = std::move(done)](Exchange exchange) { done(status_of(exchange)); });
  }

 private:
  Result<NodeStatus> status_of(const Exchange& exchange) const {
    if (exchange.fate != Exchange::Fate::answered)
      return fail("node " + name_ + " does not tell its status").because(exchange.error);
    const Result<wire::Status> status = wire::decode_status(exchange.payload);
    if (!status) return status.error();
    return NodeStatus{.role = status->role,
                      .term = status->term,
                      .leader = status->leader,
                      .commit_index = status->commit_index,
                      .applied_index = status->applied_index,
                      .last_index = status->last_index};
  }

  std::unique_ptr<Connection> connection_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Client> make_raft_client(asio::io_context& io, ClientSpec spec) {
  return std::make_unique<RaftClient>(io, std::move(spec));
}

std::unique_ptr<Probe> make_raft_probe(asio::io_context& io, const NodeSpec& node) {
  return std::make_unique<RaftProbe>(io, node);
}

}  // namespace riptide::systems
