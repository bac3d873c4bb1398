// list, doctor, version, completions.
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/units.hpp"
#include "checker/model.hpp"
#include "cli/cli.hpp"
#include "controller/machine.hpp"
#include "systems/systems.hpp"
#include "workloads/workloads.hpp"

namespace riptide::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

const std::vector<std::string> kKinds{"systems", "workloads", "faults", "models", "bugs"};

Rows rows_of(const std::string& kind) {
  Rows rows;
  if (kind == "systems")
    for (const auto* system : systems::systems())
      rows.emplace_back(system->name(), system->about() + "; promises: " + system->promise());
  if (kind == "workloads")
    for (const auto& workload : workloads::workloads())
      rows.emplace_back(workload.name, workload.about + "; checked as " + workload.model);
  if (kind == "faults")
    rows = {
        {"kill", "SIGKILL, later a restart; proved by the reaped exit status"},
        {"pause", "SIGSTOP, later SIGCONT; proved by the state of every task"},
        {"partition", "nodes that cannot reach one another; proved by probes along each cut link"}};
  if (kind == "models")
    for (const auto& model : checker::models()) rows.emplace_back(model.name, model.about);
  if (kind == "bugs")
    for (const auto& defect : systems::raft_defects()) rows.emplace_back(defect.id, defect.about);
  return rows;
}

int list(const std::string& only, bool json) {
  for (const std::string& kind : kKinds) {
    if (!only.empty() && kind != only) continue;
    if (!json) std::printf("%s\n", kind.c_str());
    for (const auto& [name, about] : rows_of(kind)) {
      if (json)
        std::puts(nlohmann::json{{"kind", kind}, {"name", name}, {"about", about}}.dump().c_str());
      else
        std::printf("  %-24s %s\n", name.c_str(), about.c_str());
    }
  }
  return kValid;
}

/// Tries it in a child process, so that this one stays as it is.
bool can_unshare(int namespaces) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(namespaces) == 0 ? 0 : 1);
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

int doctor(const std::string& runs) {
  bool good = true;
  const auto line = [&](bool fine, bool needed, const std::string& text) {
    good = good && (fine || !needed);
    std::printf("%s %s\n", fine ? "✓" : needed ? "✗" : "–", text.c_str());
  };
  for (const auto& [name, value] : controller::machine_facts())
    line(true, false, name + ": " + value);
  for (const auto* system : systems::systems()) {
    const auto program = system->find_program();
    line(
        program.has_value(), true,
        "system " + system->name() + ": " + (program ? program->string() : program.error().text()));
  }
  std::error_code error;
  std::filesystem::create_directories(runs, error);
  const auto sync = controller::measure_fdatasync(runs, 100);
  line(sync.has_value(), true,
       "runs go to " + runs + ": " +
           (sync ? "fdatasync takes " + format_duration(*sync) : sync.error().text()));
  const auto loopback = controller::measure_loopback(100);
  line(loopback.has_value(), true,
       "loopback: " + (loopback ? "a round trip takes " + format_duration(*loopback)
                                : loopback.error().text()));
  const bool namespaces = can_unshare(CLONE_NEWUSER | CLONE_NEWNET);
  line(namespaces, false,
       namespaces ? "user and network namespaces can be made (this version does not use them yet: "
                    "faults go through the proxy carrier)"
                  : "user namespaces are forbidden here; nothing of this version needs them");
  return good ? kValid : kHarnessError;
}

std::string command_words(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return join(names, " ");
}

std::string flag_words(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return join(names, " ");
}

/// Made from the commands themselves, so that they never fall behind.
int completions(const CLI::App& program, const std::string& shell) {
  std::string cases, fish;
  for (const CLI::App* command : program.get_subcommands({})) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), flag_words(*command));
    fish += fmt::format("complete -c riptide -n __fish_use_subcommand -a {} -d '{}'\n",
                        command->get_name(), split(command->get_description(), '\n').front());
    for (const std::string& flag : split(flag_words(*command), ' '))
      fish += fmt::format("complete -c riptide -n '__fish_seen_subcommand_from {}' -l {}\n",
                          command->get_name(), flag.substr(2));
  }
  if (shell == "fish") {
    std::fputs(fish.c_str(), stdout);
    return kValid;
  }
  if (shell == "zsh") std::puts("autoload -U +X bashcompinit && bashcompinit");
  std::printf(
      "_riptide() {\n  local current=${COMP_WORDS[COMP_CWORD]} words\n  case ${COMP_WORDS[1]} "
      "in\n%s"
      "    *) words=\"%s\" ;;\n  esac\n  [[ $COMP_CWORD == 1 ]] && words=\"%s\"\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\") $(compgen -f -- \"$current\"))\n}\n"
      "complete -F _riptide riptide\n",
      cases.c_str(), command_words(program).c_str(), command_words(program).c_str());
  return kValid;
}

}  // namespace

Action add_list(CLI::App& program) {
  CLI::App* command = program.add_subcommand("list", "Systems, workloads, faults, models, defects");
  auto kind = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("KIND", *kind, "systems, workloads, faults, models or bugs")
      ->check(CLI::IsMember(kKinds));
  command->add_flag("--json", *json, "one line of JSON each");
  return [=] { return list(*kind, *json); };
}

Action add_doctor(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("doctor", "What this machine can do, and how to fix what it cannot");
  auto runs = std::make_shared<std::string>("runs");
  command->add_option("--runs", *runs, "where runs would go")->type_name("DIR");
  return [runs] { return doctor(*runs); };
}

Action add_version(CLI::App& program) {
  program.add_subcommand("version", "The version");
  return [] {
    std::puts("riptide " RIPTIDE_VERSION);
    return kValid;
  };
}

Action add_completions(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("completions", "Completions for bash, zsh or fish, to be sourced");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [&program, shell] { return completions(program, *shell); };
}

}  // namespace riptide::cli
