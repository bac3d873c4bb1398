// riptide-node: flags, then run_node() until a signal.
#include <csignal>
#include <exception>
#include <iostream>

#include "node/node.hpp"

namespace {

constexpr int kMachineError = 3;

int serve(int argc, char** argv) {
  const auto parsed = riptide::node::parse_options(argc, argv);
  if (parsed.exit_code >= 0) return parsed.exit_code;
  // A write beyond a limit on file sizes is an error like a full disk, not a silent death.
  std::signal(SIGXFSZ, SIG_IGN);
  if (auto served = riptide::node::run_node(parsed.options); !served) {
    std::cerr << "riptide-node: " << served.error().text() << std::endl;
    return kMachineError;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return serve(argc, argv);
  } catch (const std::exception& error) {
    // Such as memory or threads that ran out. What was acknowledged is on disk.
    std::cerr << "riptide-node: cannot go on: " << error.what()
              << ". Check this machine's memory and limits, then start the node again."
              << std::endl;
    return kMachineError;
  }
}
