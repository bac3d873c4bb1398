// node: one Raft process. Read it in this order:
//
//   core/        the consensus core: messages and time in, Outputs out; pure
//   kv/          the replicated registers, the clients' sessions, the service between clients and
//                core
//   storage/     the write-ahead log: term, vote and entries, durable by one write and one sync
//   transport/   TCP: connections of frames, the peers, the clients
//   shell.cpp    the one thread that carries out what the core says, in turns
//   bugs/        defects that can be switched on, one guarded branch each
//   main.cpp     flags
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "node/transport/address.hpp"

namespace riptide::node {

struct PeerOption {
  std::string name;
  Address address;  ///< where this node reaches it: possibly a proxy
};

struct NodeOptions {
  std::string name;
  std::string data_dir;
  Address client_address;
  Address peer_address;
  /// With the node itself, in the order of their ids: n1, n2, …, n10.
  std::vector<PeerOption> peers;
  std::string cluster = "riptide";
  Duration heartbeat = std::chrono::milliseconds(50);
  Duration election_timeout = std::chrono::milliseconds(300);
  std::size_t max_append_entries = 1024;
  std::size_t max_inflight = 64;  ///< append messages per peer, not answered yet
  std::vector<std::string> bugs;
  std::uint64_t seed = 0;
  log::Level log_level = log::Level::info;
};

/// Command line → options. `exit_code` is set when there is nothing to run: after --help, or when
/// the flags are wrong (4; what is wrong was written to stderr).
struct ParsedOptions {
  NodeOptions options;
  int exit_code = -1;
};
ParsedOptions parse_options(int argc, const char* const* argv);

/// Serves until SIGTERM or SIGINT. An error means that this machine did not let it: an address in
/// use, a directory that cannot be written, a damaged log, a disk that failed.
Result<void> run_node(const NodeOptions& options);

}  // namespace riptide::node
