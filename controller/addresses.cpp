#include "controller/addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.hpp"
#include "base/time.hpp"

namespace riptide::controller {
namespace {

constexpr std::uint16_t kGuardPort = 7000;
constexpr std::uint16_t kDefaultBasePort = 17000;

Result<Fd> bind_to(const std::string& address, std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  if (auto known = check_address(address); !known) return known.error();
  ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 ||
      ::listen(fd.get(), 1) != 0)
    return fail(fmt::format("cannot listen on {}:{}", address, port)).because_errno(errno);
  return fd;
}

systems::NodeSpec node_spec(std::size_t number, const std::filesystem::path& directory) {
  systems::NodeSpec node;
  node.name = fmt::format("n{}", number);
  node.directory = directory / "nodes" / node.name;
  return node;
}

Result<Addresses> own_network(const RunConfig& config, const std::filesystem::path& directory) {
  // Which network does not matter and must not depend on the run's seed: two runs of one seed side
  // by side.
  Random random(static_cast<std::uint64_t>(mono_now().ns()), std::to_string(::getpid()));
  std::optional<Error> last;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string network =
        fmt::format("127.{}.{}.", random.between(16, 239), random.between(0, 255));
    Result<Fd> guard = bind_to(network + "254", kGuardPort);
    if (!guard) {
      last = guard.error();
      continue;
    }
    Addresses all;
    for (std::size_t i = 1; i <= config.nodes; ++i) {
      systems::NodeSpec node = node_spec(i, directory);
      node.address = network + std::to_string(i);
      node.client_port = kClientPort;
      node.peer_port = kPeerPort;
      all.nodes.push_back(std::move(node));
    }
    all.proxy_address = network + "250";
    all.proxy_port = kProxyPort;
    all.guard = std::move(*guard);
    return all;
  }
  return fail("found no free network in 127.0.0.0/8 for the nodes")
      .because(std::move(*last))
      .fix("give an address that works here with --address and --base-port");
}

Result<Addresses> given_address(const RunConfig& config, const std::filesystem::path& directory) {
  Addresses all;
  const std::string& address = config.address;
  std::uint16_t port = config.base_port != 0 ? config.base_port : kDefaultBasePort;
  const std::size_t wanted = 2 * config.nodes + config.nodes * (config.nodes - 1);
  if (port + wanted > 32768)
    return fail(fmt::format("a run of {} nodes takes {} ports from --base-port on", config.nodes,
                            wanted))
        .fix(fmt::format("choose a base port of at most {}", 32768 - wanted));
  for (std::size_t i = 0; i < wanted; ++i) {
    auto probe = bind_to(address, static_cast<std::uint16_t>(port + i));
    if (!probe)
      return fail("the nodes' ports are not free")
          .because(probe.error())
          .fix(
              "choose another --base-port, or leave --address out: each run then has addresses of "
              "its own");
  }
  for (std::size_t i = 1; i <= config.nodes; ++i) {
    systems::NodeSpec node = node_spec(i, directory);
    node.address = address;
    node.client_port = port++;
    node.peer_port = port++;
    all.nodes.push_back(std::move(node));
  }
  all.proxy_address = address;
  all.proxy_port = port;
  return all;
}

}  // namespace

Result<void> check_address(const std::string& address) {
  in_addr parsed{};
  if (::inet_pton(AF_INET, address.c_str(), &parsed) == 1) return {};
  return fail("'" + address + "' is not an IPv4 address").fix("write it as in --address 127.0.0.1");
}

Result<Addresses> choose_addresses(const RunConfig& config,
                                   const std::filesystem::path& directory) {
  return config.address.empty() ? own_network(config, directory) : given_address(config, directory);
}

}  // namespace riptide::controller
