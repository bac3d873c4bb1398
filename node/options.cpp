#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <random>

#include "base/text.hpp"
#include "base/units.hpp"
#include "node/bugs/bugs.hpp"
#include "node/node.hpp"

namespace riptide::node {

namespace {

constexpr int kUsageError = 4;
constexpr std::size_t kMaxNameBytes = 64;

constexpr const char* kAbout = R"(riptide-node: one node of a replicated key-value store (Raft).

Examples:
  A cluster of one:
    riptide-node --name n1 --data-dir data/n1 --client-address 127.0.0.1:7001 \
                 --peer-address 127.0.0.1:7101 --peers n1=127.0.0.1:7101

  The first of three; start n2 and n3 likewise:
    riptide-node --name n1 --data-dir data/n1 --client-address 127.0.0.1:7001 \
                 --peer-address 127.0.0.1:7101 \
                 --peers n1=127.0.0.1:7101,n2=127.0.0.1:7102,n3=127.0.0.1:7103
)";

constexpr const char* kAfter = R"(
Writes "ready" to stdout once it listens. SIGTERM stops it; what was acknowledged is on disk.
Exit codes: 0 stopped by SIGTERM or SIGINT, 3 the machine did not let it run (the message says what
to do), 4 wrong flags.
)";

/// "n2" before "n10": by the text before the trailing number, then by the number.
bool named_before(const PeerOption& a, const PeerOption& b) {
  const auto key = [](const std::string& name) {
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    std::string number = name.substr(digits);
    number.erase(0, std::min(number.find_first_not_of('0'), number.size()));
    return std::make_tuple(name.substr(0, digits), number.size(), number, name);
  };
  return key(a.name) < key(b.name);
}

Result<std::vector<PeerOption>> parse_peers(const std::string& text) {
  std::vector<PeerOption> peers;
  for (const std::string& item : split(text, ',')) {
    const std::size_t equals = item.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail("--peers: \"" + item + "\" is no peer")
          .fix("Write NAME=HOST:PORT,… for every node, this one included.");
    }
    PeerOption peer;
    peer.name = item.substr(0, equals);
    if (peer.name.size() > kMaxNameBytes) {
      return fail("--peers: the name " + peer.name + " is longer than 64 bytes");
    }
    auto address = parse_address(std::string_view(item).substr(equals + 1));
    if (!address) return fail("--peers").because(address.error());
    peer.address = *address;
    peers.push_back(std::move(peer));
  }
  std::sort(peers.begin(), peers.end(), named_before);
  for (std::size_t i = 1; i < peers.size(); ++i) {
    if (peers[i - 1].name == peers[i].name) {
      return fail("--peers: " + peers[i].name + " is there twice").fix("Name each node once.");
    }
  }
  return peers;
}

Result<log::Level> parse_level(const std::string& text) {
  const std::vector<std::string> names = {"debug", "info", "warning", "error", "off"};
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) {
    return fail("--log-level: \"" + text + "\" is no level")
        .fix("Choose one of " + join(names, ", ") + ".");
  }
  return static_cast<log::Level>(found - names.begin());
}

/// What the flags are before they are understood.
struct Raw {
  std::string client_address, peer_address, peers;
  std::string heartbeat = "50ms";
  std::string election_timeout = "300ms";
  std::string log_level = "info";
};

Result<void> check(const NodeOptions& options) {
  const bool in_peers = std::any_of(options.peers.begin(), options.peers.end(),
                                    [&](const PeerOption& p) { return p.name == options.name; });
  if (!in_peers) {
    return fail("--peers does not name this node, " + options.name)
        .fix("List every node of the cluster, this one included.");
  }
  if (options.heartbeat <= Duration::zero()) return fail("--heartbeat must be above 0");
  if (options.election_timeout < 2 * options.heartbeat) {
    return fail("--election-timeout " + format_duration(options.election_timeout) +
                " is below twice --heartbeat " + format_duration(options.heartbeat))
        .because("one late heartbeat would start an election")
        .fix("Raise --election-timeout; the usual ratio is 5 to 10.");
  }
  if (options.cluster.empty() || options.cluster.size() > kMaxNameBytes) {
    return fail("--cluster must be 1 to 64 bytes long");
  }
  for (const std::string& bug : options.bugs) {
    if (auto enabled = bugs::enable(bug); !enabled) return fail("--bug").because(enabled.error());
  }
  return {};
}

Result<void> understand(const Raw& raw, NodeOptions& options) {
  auto client_address = parse_address(raw.client_address);
  if (!client_address) return fail("--client-address").because(client_address.error());
  auto peer_address = parse_address(raw.peer_address);
  if (!peer_address) return fail("--peer-address").because(peer_address.error());
  auto peers = parse_peers(raw.peers);
  if (!peers) return peers.error();
  auto heartbeat = parse_duration(raw.heartbeat);
  if (!heartbeat) return fail("--heartbeat").because(heartbeat.error());
  auto election_timeout = parse_duration(raw.election_timeout);
  if (!election_timeout) return fail("--election-timeout").because(election_timeout.error());
  auto level = parse_level(raw.log_level);
  if (!level) return level.error();
  options.client_address = *client_address;
  options.peer_address = *peer_address;
  options.peers = std::move(*peers);
  options.heartbeat = *heartbeat;
  options.election_timeout = *election_timeout;
  options.log_level = *level;
  return check(options);
}

void declare(CLI::App& app, NodeOptions& options, Raw& raw) {
  app.add_option("--name", options.name, "This node's name, as in --peers")
      ->required()
      ->type_name("NAME");
  app.add_option("--data-dir", options.data_dir, "Where its log is kept; made when missing")
      ->required()
      ->type_name("DIR");
  app.add_option("--client-address", raw.client_address, "Where it serves clients")
      ->required()
      ->type_name("HOST:PORT");
  app.add_option("--peer-address", raw.peer_address, "Where it listens for the other nodes")
      ->required()
      ->type_name("HOST:PORT");
  app.add_option(
         "--peers", raw.peers,
         "All nodes with the addresses at which this node reaches them (or a proxy to them)")
      ->required()
      ->type_name("NAME=HOST:PORT,...");
  app.add_option("--cluster", options.cluster, "Nodes of another cluster are turned away")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--heartbeat", raw.heartbeat, "Between the leader's heartbeats")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--election-timeout", raw.election_timeout,
                 "T: without a leader for a random time in [T, 2T), it campaigns")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--max-append-entries", options.max_append_entries, "Entries per append message")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20))
      ->capture_default_str();
  app.add_option("--max-inflight", options.max_inflight, "Unanswered append messages per peer")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 16))
      ->capture_default_str();
  app.add_option("--bug", options.bugs, "Switches an injectable defect on (repeatable); for tests")
      ->type_name("ID");
  app.add_option("--seed", options.seed, "Of the randomised timeouts; drawn when not given")
      ->type_name("N");
  app.add_option("--log-level", raw.log_level, "debug, info, warning, error or off")
      ->type_name("LEVEL")
      ->capture_default_str();
  app.set_version_flag("--version", "riptide-node " RIPTIDE_VERSION);
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
  CLI::App app(kAbout, "riptide-node");
  app.footer(kAfter);
  app.get_formatter()->column_width(36);
  ParsedOptions parsed;
  std::random_device entropy;
  parsed.options.seed = (static_cast<std::uint64_t>(entropy()) << 32) | entropy();
  Raw raw;
  declare(app, parsed.options, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    app.exit(e);
    parsed.exit_code = 0;
    return parsed;
  } catch (const CLI::ParseError& e) {
    std::cerr << "riptide-node: " << e.what() << "\n  riptide-node --help shows the flags\n";
    parsed.exit_code = kUsageError;
    return parsed;
  }
  if (auto understood = understand(raw, parsed.options); !understood) {
    std::cerr << "riptide-node: " << understood.error().text() << "\n";
    parsed.exit_code = kUsageError;
  }
  return parsed;
}

}  // namespace riptide::node
