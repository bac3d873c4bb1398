// Where the nodes of a run listen.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/result.hpp"
#include "controller/controller.hpp"
#include "systems/systems.hpp"

namespace riptide::controller {

/// Ports stay below 32768, so that no outgoing connection can be given one of them by the kernel.
inline constexpr std::uint16_t kClientPort = 7001, kPeerPort = 7002, kProxyPort = 7100;

struct Addresses {
  std::vector<systems::NodeSpec> nodes;  ///< without `peers`: the carrier decides those
  std::string proxy_address;
  std::uint16_t proxy_port = 0;  ///< the first of nodes × (nodes − 1)
  Fd guard;                      ///< held for the whole run: no other run takes the same addresses
};

/// Refuses what is no IPv4 address, before anything is started.
Result<void> check_address(const std::string& address);

/// By default each run has a 127.x.y.0/24 of its own and each node an address in it, so that runs
/// side by side, and a node that was just killed, never meet on a port. With config.address all
/// nodes share that address and take ports from config.base_port on.
Result<Addresses> choose_addresses(const RunConfig& config, const std::filesystem::path& directory);

}  // namespace riptide::controller
