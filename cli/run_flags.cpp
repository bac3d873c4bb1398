#include "cli/run_flags.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "controller/options.hpp"

namespace riptide::cli {
namespace {

/// "time-limit" → "RIPTIDE_TIME_LIMIT".
std::string environment_name(const std::string& option) {
  std::string name = "RIPTIDE_" + option;
  for (char& c : name)
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

std::shared_ptr<RunFlags> add_run_flags(CLI::App& command, const std::vector<std::string>& groups) {
  auto flags = std::make_shared<RunFlags>();
  for (const controller::Option& option : controller::run_options()) {
    if (!groups.empty() && std::find(groups.begin(), groups.end(), option.group) == groups.end())
      continue;
    std::vector<std::string>& values = flags->given[option.name];
    CLI::Option* added = nullptr;
    if (option.value.empty()) {
      added = command.add_flag_callback(
          "--" + option.name, [&values] { values = {"true"}; }, option.about);
    } else {
      added = command.add_option("--" + option.name, values, option.about)
                  ->type_name(option.value)
                  ->expected(1);
      if (option.repeatable) added->take_all();
      added->envname(environment_name(option.name));
    }
    added->group(option.group);
  }
  return flags;
}

Result<void> RunFlags::apply(controller::RunConfig& config) const {
  for (const controller::Option& option : controller::run_options()) {
    const auto at = given.find(option.name);
    if (at == given.end()) continue;
    for (const std::string& text : at->second)
      if (auto set = controller::set_option(config, option.name, text); !set) return set;
  }
  return {};
}

}  // namespace riptide::cli
