// systems: the systems under test. One folder each: is it installed, how is a node started, is it
// ready, who leads, and how a client speaks to it. Nothing else in the harness knows a system.
//
//   raft/  the bundled riptide-node
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "history/history.hpp"

namespace boost::asio {
class io_context;
}

namespace riptide::systems {

/// A node and how others reach it.
struct NodeSpec {
  std::string name;     ///< "n1"
  std::string address;  ///< where it listens
  std::uint16_t client_port = 0;
  std::uint16_t peer_port = 0;
  std::filesystem::path directory;           ///< its own: data and logs
  std::map<std::string, std::string> peers;  ///< name → host:port, as this node must address them
};

/// How to start it. `options` are the user's: `--bug`, timeouts, and `--node-option name=value`.
struct NodeOptions {
  std::vector<std::string> bugs;
  Duration heartbeat{0}, election_timeout{0};  ///< 0: the system's own default
  std::map<std::string, std::string> extra;
};

struct Command {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
};

struct NodeStatus {
  std::string role;  ///< "leader", "follower", "candidate", "pre-candidate"
  std::uint64_t term = 0;
  std::string leader;
  std::uint64_t commit_index = 0, applied_index = 0, last_index = 0;
};

/// One client process of the run. It has at most one operation open.
class Client {
 public:
  virtual ~Client() =
      default;  ///< closes its connections; a pending callback is not called any more
  /// `done` is called exactly once, at the deadline at the latest. A timeout, a connection that
  /// broke after the request was sent, an unclear answer: info. fail only for what surely did not
  /// happen.
  virtual void invoke(const history::Invocation& invocation, MonoTime deadline,
                      std::function<void(history::Completion)> done) = 0;
};

/// Asks one node how it is, over a connection of its own that is kept between questions.
class Probe {
 public:
  virtual ~Probe() = default;  ///< a pending callback is not called any more
  /// `done` is called exactly once; an error when the node does not answer within `limit`.
  virtual void ask(Duration limit, std::function<void(Result<NodeStatus>)> done) = 0;
};

enum class Routing : std::uint8_t {
  home,    ///< always ask the own node first, then follow its redirect (as Jepsen's clients do)
  leader,  ///< stay with whoever led last (for benchmarks)
};

struct ClientSpec {
  history::Process process;
  std::uint64_t session = 0;  ///< unique per run and process
  std::size_t home = 0;       ///< index into nodes
  Routing routing = Routing::home;
  std::vector<NodeSpec> nodes;
};

class System {
 public:
  virtual ~System() = default;
  virtual std::string name() const = 0;
  virtual std::string about() const = 0;
  virtual std::string promise() const = 0;                 ///< what it documents, and is held to
  virtual std::vector<std::string> functions() const = 0;  ///< "read", "write", "cas", …

  /// Where its program is, or an error that says how to get it.
  virtual Result<std::filesystem::path> find_program() const = 0;
  /// Refuses what no node of this system could be started with, before anything is started.
  virtual Result<void> check(const NodeOptions& options) const = 0;
  virtual Result<Command> command(const NodeSpec& node, const NodeOptions& options) const = 0;
  virtual std::unique_ptr<Probe> make_probe(boost::asio::io_context& io,
                                            const NodeSpec& node) const = 0;
  virtual std::unique_ptr<Client> make_client(boost::asio::io_context& io,
                                              ClientSpec spec) const = 0;
};

/// Every system, in the order in which `riptide list` shows them.
const std::vector<const System*>& systems();
Result<const System*> find_system(std::string_view name);

/// Defects of the bundled node that can be switched on, for `riptide list` and for checking flags.
struct Defect {
  std::string id;
  std::string about;
};
const std::vector<Defect>& raft_defects();

}  // namespace riptide::systems
