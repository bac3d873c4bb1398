// cli: the composition root. Options, the live block in the terminal, exit codes; main.cpp.
//
//   run_command.cpp       run, replay, demo      campaign_command.cpp  campaign
//   check_command.cpp     check, report          bench_command.cpp     bench
//   list_command.cpp      list, version, doctor  live_block.hpp        progress on stderr
//   convert_command.cpp   convert
//   publish.hpp           reports beside a verdict
//
// Answers go to stdout, progress and errors to stderr. docs/cli.md is the contract.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "checker/checker.hpp"

namespace CLI {
class App;
}

namespace riptide::cli {

/// 0 valid · 1 violation · 2 unknown · 3 harness or environment error · 4 usage · 5 vacuous ·
/// 6 benchmark regression · 130 interrupted.
enum ExitCode : int {
  kValid = 0,
  kViolation = 1,
  kUnknown = 2,
  kHarnessError = 3,
  kUsage = 4,
  kVacuous = 5,
  kInterrupted = 130,
};
ExitCode exit_code(checker::Word word);

/// Set by the first Ctrl-C (or SIGTERM); a second one ends the program at once.
const std::atomic<bool>& stop_flag();

/// What, why, and what to do, on stderr. Returns `code`.
int complain(const Error& error, int code);

/// A command: adds itself to the program and returns what runs it.
using Action = std::function<int()>;
Action add_run(CLI::App& program);
Action add_replay(CLI::App& program);
Action add_demo(CLI::App& program);
Action add_check(CLI::App& program);
Action add_report(CLI::App& program);
Action add_campaign(CLI::App& program);
Action add_convert(CLI::App& program);
Action add_bench(CLI::App& program);
Action add_list(CLI::App& program);
Action add_doctor(CLI::App& program);
Action add_version(CLI::App& program);
Action add_completions(CLI::App& program);

/// The whole program.
int run_program(int argc, char** argv);

}  // namespace riptide::cli
