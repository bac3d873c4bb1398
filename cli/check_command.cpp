// check, report.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "checker/certificate_json.hpp"
#include "checker/verdict_json.hpp"
#include "cli/cli.hpp"
#include "cli/publish.hpp"
#include "controller/run_files.hpp"
#include "history/reader.hpp"

namespace riptide::cli {
namespace {

namespace fs = std::filesystem;

/// A run's directory stands for the history in it.
fs::path history_of(const fs::path& given) {
  std::error_code error;
  return fs::is_directory(given, error) ? controller::RunFiles{given}.history() : given;
}

struct CheckFlags {
  std::string file, model, memory, time, certificate;
  bool json = false;
};

Result<checker::LinearizableOptions> options_of(const CheckFlags& flags,
                                                const history::History& history) {
  checker::LinearizableOptions options;
  const std::string& name = flags.model.empty() ? history.header.model : flags.model;
  if (!name.empty()) {
    auto model = checker::find_model(name);
    if (!model) return model.error();
    options.model = std::move(*model);
  }
  if (!flags.memory.empty()) {
    const auto bytes = parse_size(flags.memory);
    if (!bytes) return fail("bad value for --memory").because(bytes.error());
    options.limits.memory_bytes = *bytes;
  }
  if (!flags.time.empty()) {
    const auto time = parse_duration(flags.time);
    if (!time) return fail("bad value for --time").because(time.error());
    options.limits.time = *time;
  }
  options.limits.stop = &stop_flag();
  options.keep_certificates = !flags.certificate.empty();
  return options;
}

/// A history alone knows less of its run than run.json does.
reports::RunInfo info_of(const fs::path& file, const history::History& history) {
  if (const auto config = controller::read_run(file.parent_path()))
    return run_info(*config, file.parent_path());
  reports::RunInfo info;
  info.title = file.string();
  info.directory = file.parent_path().string();
  info.workload = history.header.workload;
  return info;
}

Result<void> write_certificates(const history::History& history, const checker::Model& model,
                                const checker::Verdict& verdict, const fs::path& file) {
  std::vector<checker::Certificate> all;
  for (const checker::Check& check : verdict.checks)
    all.insert(all.end(), check.certificates.begin(), check.certificates.end());
  return write_file(file, checker::certificates_json(history, model, all));
}

/// What the run itself had to say: a node that ended by itself is not in the history.
void add_harness_check(const fs::path& directory, checker::Verdict& verdict) {
  const controller::RunFiles files{directory};
  const auto text = read_file(files.verdict());
  if (!text) return;
  const auto recorded = checker::verdict_from_json(*text, files.verdict().string());
  if (!recorded) return;
  for (const checker::Check& check : recorded->checks) {
    if (check.name != "harness") continue;
    verdict.checks.push_back(check);
    verdict.verdict = checker::strongest(verdict.verdict, check.verdict);
  }
}

void print_explanations(const checker::Verdict& verdict) {
  constexpr std::size_t kMost = 5;
  std::size_t shown = 0, all = 0;
  for (const checker::Check& check : verdict.checks) {
    for (const checker::Anomaly& anomaly : check.anomalies) {
      if (++all > kMost) continue;
      ++shown;
      std::printf("\n%s on key %s\n", anomaly.klass.c_str(), anomaly.key.json().c_str());
      for (const std::string& sentence : anomaly.explanation)
        std::printf("  %s\n", sentence.c_str());
    }
  }
  if (all > shown)
    std::printf("\nand %zu more anomalies; verdict.json or --json has them all\n", all - shown);
}

int check(const CheckFlags& flags) {
  const fs::path file = history_of(flags.file);
  const auto history = history::read_history(file);
  if (!history) return complain(history.error(), kHarnessError);
  const auto options = options_of(flags, *history);
  if (!options) return complain(options.error(), kUsage);
  auto verdict = checker::check_history(*history, *options);
  if (!verdict) return complain(verdict.error(), kHarnessError);
  if (file != fs::path(flags.file)) add_harness_check(flags.file, *verdict);
  verdict->reproduce = "riptide check " + file.string();
  const reports::RunInfo info = info_of(file, *history);
  for (const std::string& warning : history->warnings)
    std::fprintf(stderr, "riptide: %s\n", warning.c_str());
  if (flags.json) {
    std::puts(checker::to_json(*verdict, *history).c_str());
  } else {
    print_summary(info, file.parent_path(), *history, *verdict, false);
    print_explanations(*verdict);
  }
  if (verdict->verdict == checker::Word::invalid) return kViolation;  // there is no certificate
  if (!flags.certificate.empty())
    if (auto written = write_certificates(*history, options->model, *verdict, flags.certificate);
        !written)
      return complain(written.error(), kHarnessError);
  if (stop_flag()) return kInterrupted;
  return exit_code(verdict->verdict);
}

/// verdict.json as it stands, or, when the run was killed before it was judged, a new one.
Result<checker::Verdict> verdict_of(const controller::RunFiles& files,
                                    const history::History& history) {
  if (const auto text = read_file(files.verdict()))
    return checker::verdict_from_json(*text, files.verdict().string());
  std::fprintf(stderr, "riptide: this run was never judged; judging it now\n");
  auto options = options_of({}, history);
  if (!options) return options.error();
  auto verdict = checker::check_history(history, *options);
  if (!verdict) return verdict.error();
  verdict->reproduce = "riptide replay " + files.directory.string();
  verdict->warnings.push_back(
      "the run was ended before it was judged; this verdict is about what it had recorded");
  if (auto written = write_file(files.verdict(), checker::to_json(*verdict, history)); !written)
    return written.error();
  return verdict;
}

int report(const fs::path& directory) {
  std::error_code error;
  const controller::RunFiles files{fs::canonical(directory, error)};
  if (error)
    return complain(fail("there is no " + directory.string())
                        .fix("give a run's directory, such as runs/latest"),
                    kUsage);
  const auto history = history::read_history(files.history());
  if (!history) return complain(history.error(), kHarnessError);
  const auto verdict = verdict_of(files, *history);
  if (!verdict) return complain(verdict.error(), kHarnessError);
  const reports::RunInfo info = info_of(files.history(), *history);
  if (auto written = write_reports(info, files.directory, *history, *verdict); !written)
    return complain(written.error(), kHarnessError);
  std::printf("%s\n%s\n", files.report().c_str(), files.junit().c_str());
  return kValid;
}

}  // namespace

Action add_check(CLI::App& program) {
  CLI::App* command = program.add_subcommand("check", "Judges a recorded history");
  command->description(
      "Judges a recorded history: is it linearizable, and if not, why not?\n\n"
      "  riptide check runs/latest\n"
      "  riptide check history.jsonl --model cas-register --memory 2GiB --time 60s\n");
  auto flags = std::make_shared<CheckFlags>();
  command->add_option("FILE", flags->file, "a history.jsonl, or a run's directory")->required();
  command
      ->add_option("--model", flags->model,
                   "one of `riptide list models`; default: what the history says")
      ->type_name("NAME");
  command
      ->add_option("--memory", flags->memory,
                   "then the verdict is unknown; default: half of what is free")
      ->type_name("SIZE");
  command->add_option("--time", flags->time, "then the verdict is unknown; default: none")
      ->type_name("DURATION");
  command
      ->add_option("--certificate", flags->certificate,
                   "write the order that proves a valid verdict")
      ->type_name("FILE");
  command->add_flag("--json", flags->json, "verdict.json on stdout");
  return [flags] { return check(*flags); };
}

Action add_report(CLI::App& program) {
  CLI::App* command = program.add_subcommand("report", "Rebuilds the reports of a run");
  auto directory = std::make_shared<std::string>();
  command->add_option("DIR", *directory, "a run's directory, such as runs/latest")->required();
  return [directory] { return report(*directory); };
}

}  // namespace riptide::cli
