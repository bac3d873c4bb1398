// The program: its commands, its errors, its signals.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <sstream>
#include <utility>

#include "base/text.hpp"
#include "cli/cli.hpp"

namespace riptide::cli {
namespace {

std::atomic<bool> stop_requested{false};

extern "C" void on_signal(int) { stop_requested = true; }

void listen_for_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one ends the program
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // A reader that goes away (`riptide … | head`) must not end a run before its nodes are stopped.
  std::signal(SIGPIPE, SIG_IGN);
}

/// Clients keep a connection to each node they asked; a thousand of them need more descriptors than
/// the usual soft limit. Nodes inherit it.
void allow_many_connections() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

constexpr const char* kExamples =
    "A linearizability test harness against real Raft processes.\n\n"
    "  riptide demo                                        see it work\n"
    "  riptide run --faults partition+kill --seed 7        one test of the bundled node\n"
    "  riptide check runs/latest                           judge a recorded history\n"
    "  riptide campaign campaigns/smoke.json               many tests\n"
    "  riptide bench                                       commit latency, healthy and under a "
    "kill\n";

/// Help on one screen: a command is one line where commands are listed, an option is one line, and
/// groups follow one another without gaps.
class OneScreen : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* command) const override {
    std::ostringstream out;
    CLI::detail::format_help(out, command->get_name(),
                             split(command->get_description(), '\n').front(), get_column_width());
    return out.str();
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 ? "" : " " + option->get_type_name();
  }
  std::string make_group(std::string group, bool positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = CLI::Formatter::make_group(std::move(group), positional, std::move(options));
    while (!text.empty() && text.front() == '\n') text.erase(0, 1);
    return text;
  }
};

/// Every word that could have stood where the unknown one stands.
std::vector<std::string> known_words(const CLI::App& at, bool flag) {
  std::vector<std::string> words;
  if (flag) {
    for (const CLI::Option* option : at.get_options())
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  } else {
    for (const CLI::App* command : at.get_subcommands({})) words.push_back(command->get_name());
  }
  return words;
}

int usage_error(const CLI::App& program, const CLI::ParseError& error, int argc, char** argv) {
  const CLI::App* at = &program;
  for (const CLI::App* command : program.get_subcommands()) at = command;
  Error out = fail(error.what());
  std::string hint;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
      dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (int i = 1; i < argc && hint.empty(); ++i) {
      const std::string word = split(argv[i], '=').front();
      const std::vector<std::string> known = known_words(*at, word.rfind("--", 0) == 0);
      if (std::find(known.begin(), known.end(), word) != known.end() || word == at->get_name())
        continue;
      out = fail("unknown " + std::string(word.rfind("-", 0) == 0 ? "option" : "word") + " '" +
                 word + "'");
      const std::string meant = did_you_mean(word, known);
      if (!meant.empty()) hint = "did you mean '" + meant + "'? ";
      break;
    }
  }
  const std::string name = at == &program ? "" : " " + at->get_name();
  return complain(std::move(out).fix(hint + "`riptide" + name + " --help` shows what there is"),
                  kUsage);
}

}  // namespace

ExitCode exit_code(checker::Word word) {
  switch (word) {
    case checker::Word::valid:
      return kValid;
    case checker::Word::invalid:
      return kViolation;
    case checker::Word::unknown:
      return kUnknown;
    case checker::Word::vacuous:
      return kVacuous;
    case checker::Word::error:
      return kHarnessError;
  }
  return kHarnessError;
}

const std::atomic<bool>& stop_flag() { return stop_requested; }

int complain(const Error& error, int code) {
  std::fprintf(stderr, "riptide: %s\n", error.what().c_str());
  for (const Error* cause = error.cause(); cause; cause = cause->cause())
    std::fprintf(stderr, "  because: %s\n", cause->what().c_str());
  if (!error.fix().empty()) std::fprintf(stderr, "  what to do: %s\n", error.fix().c_str());
  return code;
}

int run_program(int argc, char** argv) {
  listen_for_signals();
  allow_many_connections();
  CLI::App program{kExamples, "riptide"};
  program.set_version_flag("--version", std::string("riptide ") + RIPTIDE_VERSION);
  program.require_subcommand(1);
  program.formatter(std::make_shared<OneScreen>());
  program.get_formatter()->column_width(30);
  std::vector<std::pair<std::string, Action>> commands;
  const auto add = [&](const char* name, Action (*adder)(CLI::App&)) {
    commands.emplace_back(name, adder(program));
  };
  add("demo", add_demo);
  add("run", add_run);
  add("check", add_check);
  add("convert", add_convert);
  add("campaign", add_campaign);
  add("replay", add_replay);
  add("report", add_report);
  add("bench", add_bench);
  add("list", add_list);
  add("doctor", add_doctor);
  add("version", add_version);
  add("completions", add_completions);
  if (argc == 1) {
    std::fputs(program.help().c_str(), stdout);
    return kUsage;
  }
  try {
    program.parse(argc, argv);
    for (const auto& [name, action] : commands)
      if (program.got_subcommand(name)) return action();
  } catch (const CLI::Success& done) {
    return program.exit(done);  // --help, --version
  } catch (const CLI::ParseError& error) {
    return usage_error(program, error, argc, argv);
  } catch (const std::exception& error) {
    return complain(fail("a defect of Riptide: an exception came through")
                        .because(error.what())
                        .fix("please report it with the command that you gave"),
                    kHarnessError);
  }
  return kUsage;
}

}  // namespace riptide::cli
