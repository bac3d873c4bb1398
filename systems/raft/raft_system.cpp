#include "systems/raft/raft_system.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/text.hpp"

namespace riptide::systems {
namespace {

namespace fs = std::filesystem;

std::string microseconds_text(Duration duration) {
  return fmt::format("{}us",
                     std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

Result<void> check_defects(const std::vector<std::string>& bugs) {
  std::vector<std::string> ids;
  for (const Defect& defect : raft_defects()) ids.push_back(defect.id);
  for (const std::string& bug : bugs) {
    if (std::find(ids.begin(), ids.end(), bug) != ids.end()) continue;
    const std::string meant = did_you_mean(bug, ids);
    return fail("there is no defect '" + bug + "'")
        .fix((meant.empty() ? "" : "did you mean '" + meant + "'? ") +
             "`riptide list bugs` shows them all");
  }
  return {};
}

class RaftSystem final : public System {
 public:
  std::string name() const override { return "raft"; }
  std::string about() const override { return "Riptide's own Raft node, with injectable defects"; }
  std::string promise() const override { return "linearizable"; }
  std::vector<std::string> functions() const override { return {"read", "write", "cas"}; }

  Result<fs::path> find_program() const override {
    const char* given = std::getenv("RIPTIDE_NODE");
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    const fs::path program = given ? fs::path(given) : self.parent_path() / "riptide-node";
    if (::access(program.c_str(), X_OK) == 0 && !fs::is_directory(program, error)) return program;
    return fail("cannot run the bundled node " + program.string())
        .because_errno(errno == 0 ? EACCES : errno)
        .fix(given ? "correct or unset RIPTIDE_NODE"
                   : "build it (cmake --build build --target riptide-node) or set RIPTIDE_NODE to "
                     "its path");
  }

  Result<void> check(const NodeOptions& options) const override {
    return check_defects(options.bugs);
  }

  Result<Command> command(const NodeSpec& node, const NodeOptions& options) const override {
    const Result<fs::path> program = find_program();
    if (!program) return program.error();
    std::vector<std::string> peers;
    for (const auto& [peer, address] : node.peers) peers.push_back(peer + "=" + address);
    Command command;
    command.argv = {program->string(),
                    "--name",
                    node.name,
                    "--data-dir",
                    (node.directory / "data").string(),
                    "--client-address",
                    fmt::format("{}:{}", node.address, node.client_port),
                    "--peer-address",
                    fmt::format("{}:{}", node.address, node.peer_port),
                    "--peers",
                    join(peers, ",")};
    const auto add = [&](const std::string& flag, const std::string& value) {
      command.argv.push_back(flag);
      command.argv.push_back(value);
    };
    if (options.heartbeat.count() > 0) add("--heartbeat", microseconds_text(options.heartbeat));
    if (options.election_timeout.count() > 0)
      add("--election-timeout", microseconds_text(options.election_timeout));
    for (const std::string& bug : options.bugs) add("--bug", bug);
    for (const auto& [flag, value] : options.extra) add("--" + flag, value);
    return command;
  }

  std::unique_ptr<Probe> make_probe(boost::asio::io_context& io,
                                    const NodeSpec& node) const override {
    return make_raft_probe(io, node);
  }
  std::unique_ptr<Client> make_client(boost::asio::io_context& io, ClientSpec spec) const override {
    return make_raft_client(io, std::move(spec));
  }
};

}  // namespace

const System& raft_system() {
  static const RaftSystem system;
  return system;
}

// The node is a program of its own: its defects are repeated here by id. tests/bugs holds this list
// and riptide-node's own against each other.
const std::vector<Defect>& raft_defects() {
  static const std::vector<Defect> all{
      {"local-leader-read", "a leader answers reads by itself, without asking a quorum"},
      {"vote-ignores-log-term", "a vote compares last indexes only, not last terms"},
      {"commit-prior-term",
       "a leader commits entries of older terms by counting replicas (Figure 8)"},
      {"ack-before-apply", "a write is answered at commit, reads do not wait for it to be applied"},
      {"fail-instead-of-info", "a leader that steps down answers its pending writes with 'failed'"},
  };
  return all;
}

}  // namespace riptide::systems
