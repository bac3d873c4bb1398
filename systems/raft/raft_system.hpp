// The bundled node, riptide-node: found beside this program, spoken to by wire/.
#pragma once

#include <memory>

#include "systems/systems.hpp"

namespace riptide::systems {

const System& raft_system();

std::unique_ptr<Client> make_raft_client(boost::asio::io_context& io, ClientSpec spec);
std::unique_ptr<Probe> make_raft_probe(boost::asio::io_context& io, const NodeSpec& node);

}  // namespace riptide::systems
