// The options of a run, by name: one table for flags, RIPTIDE_* variables and campaign files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "controller/controller.hpp"

namespace riptide::controller {

struct Option {
  std::string name;   ///< "time-limit": --time-limit, RIPTIDE_TIME_LIMIT, "time-limit" in a file
  std::string value;  ///< placeholder: "DURATION"; empty for a switch
  std::string about;
  std::string group;  ///< "What", "Load", "Faults", "Node", "Files", "Checker"
  bool repeatable = false;
  Result<void> (*set)(RunConfig& config, const std::string& text);
};

const std::vector<Option>& run_options();

/// Sets one option from text; an unknown name is an error with a suggestion, a bad value names
/// both.
Result<void> set_option(RunConfig& config, std::string_view name, const std::string& text);

}  // namespace riptide::controller
