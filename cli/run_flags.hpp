// The flags of a run, made from the table of controller/options.hpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/controller.hpp"

namespace CLI {
class App;
}

namespace riptide::cli {

/// What was given on the command line or as RIPTIDE_*; lives as long as the program.
struct RunFlags {
  std::map<std::string, std::vector<std::string>> given;
  /// Flags and environment over `config`; an error is a usage error.
  Result<void> apply(controller::RunConfig& config) const;
};

/// Adds the options of these groups (all when empty) to a command.
std::shared_ptr<RunFlags> add_run_flags(CLI::App& command,
                                        const std::vector<std::string>& groups = {});

}  // namespace riptide::cli
