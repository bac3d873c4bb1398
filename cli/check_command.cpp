// check, report.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "checker/certificate_json.hpp"
#include "checker/verdict_json.hpp"
#include "cli/check_options.hpp"
#include "cli/check_watch.hpp"
#include "cli/cli.hpp"
#include "cli/publish.hpp"
#include "controller/run_files.hpp"
#include "history/limits.hpp"
#include "history/reader.hpp"

namespace riptide::cli {
namespace {

namespace fs = std::filesystem;

/// A run's directory stands for the history in it.
fs::path history_of(const fs::path& given) {
  std::error_code error;
  return fs::is_directory(given, error) ? controller::RunFiles{given}.history() : given;
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

/// The verdict on a history that could not even be read within the limits.
checker::Verdict unread(const CheckWatch& watch, const history::ReadReport& report,
                        const CheckLimits& limits) {
  checker::Check check{.name = "linearizable", .verdict = checker::Word::unknown};
  std::string reached = watch.reached();
  if (reached.empty() && report.end == history::ReadEnd::memory)  // before the watch noticed
    reached = "the memory limit of " + format_size(limits.memory_bytes) + " was reached";
  check.reason =
      (reached.empty() ? "reading was stopped" : reached + " while the history was read") +
      ", after " + format_count(report.events) + " events";
  checker::Verdict verdict{.verdict = checker::Word::unknown};
  verdict.checks.push_back(std::move(check));
  return verdict;
}

/// The searches know only that they were told to stop; the watch knows why.
void say_what_was_reached(const CheckWatch& watch, checker::Verdict& verdict) {
  const std::string reached = watch.reached();
  constexpr std::string_view kStopped = "the check was stopped";
  for (checker::Check& check : verdict.checks) {
    if (!reached.empty() && check.reason.starts_with(kStopped))
      check.reason.replace(0, kStopped.size(), reached);
  }
}

struct Judged {
  history::History history;
  checker::Verdict verdict;
  checker::Model model;
};

Result<Judged> verify_certificate(const std::string& file, history::History history) {
  const auto text = read_file(file);
  if (!text) return text.error();
  const auto certificates = checker::read_certificates(*text, file);
  if (!certificates) return certificates.error();
  Judged judged{std::move(history), {}, certificates->model};
  judged.verdict.checks.push_back(checker::verify(judged.history, *certificates));
  judged.verdict.statistics = checker::statistics(judged.history);
  judged.verdict.verdict = judged.verdict.checks.front().verdict;
  return judged;
}

/// Reads and judges within the limits. `code` is what a failure means.
Result<Judged> judge(const CheckFlags& flags, const CheckLimits& limits, CheckWatch& watch,
                     int& code) {
  history::ReadReport report;
  auto history = history::read_history(history_of(flags.file), limits.format,
                                       {limits.memory_bytes, &watch.stop()}, &report);
  code = kHarnessError;
  if (!history) {
    if (report.end == history::ReadEnd::whole) return history.error();
    return Judged{{}, unread(watch, report, limits), {}};
  }
  if (!flags.verify_certificate.empty())
    return verify_certificate(flags.verify_certificate, std::move(*history));
  std::string guessed;
  auto options = options_of(flags, *history, &guessed);
  code = options ? kHarnessError : kUsage;
  if (!options) return options.error();
  if (!guessed.empty())
    std::fprintf(stderr, "riptide: taken for a history of a %s; --model says otherwise\n",
                 guessed.c_str());
  const std::uint64_t resident = history::resident_bytes();
  options->limits.memory_bytes =
      limits.memory_bytes > resident ? limits.memory_bytes - resident : 1;
  options->limits.time = watch.time_left();
  options->limits.stop = &watch.stop();
  options->violation = &watch.violation();
  auto verdict = checker::check_history(*history, *options);
  if (!verdict) return verdict.error();
  say_what_was_reached(watch, *verdict);
  return Judged{std::move(*history), std::move(*verdict), options->model};
}

void print(const CheckFlags& flags, const fs::path& file, const Judged& judged) {
  for (const std::string& warning : judged.history.warnings)
    std::fprintf(stderr, "riptide: %s\n", warning.c_str());
  if (flags.json) {
    std::puts(checker::to_json(judged.verdict, judged.history).c_str());
    return;
  }
  print_summary(info_of(file, judged.history), file.parent_path(), judged.history, judged.verdict,
                false);
  print_explanations(judged.verdict);
}

/// Only of a valid history is there a certificate; that there is none is said.
Result<void> keep_certificate(const CheckFlags& flags, const Judged& judged) {
  if (flags.certificate.empty()) return {};
  const auto found =
      std::ranges::find(judged.verdict.checks, "linearizable", &checker::Check::name);
  if (found == judged.verdict.checks.end() || found->verdict != checker::Word::valid) {
    std::fprintf(stderr, "riptide: no certificate was written: there is no order that proves it\n");
    return {};
  }
  return write_certificates(judged.history, judged.model, judged.verdict, flags.certificate);
}

int check(const CheckFlags& flags) {
  const auto limits = limits_of(flags);
  if (!limits) return complain(limits.error(), kUsage);
  int code = kHarnessError;
  auto judged = [&] {
    CheckWatch watch(limits->time, limits->memory_bytes, flags.json);
    return judge(flags, *limits, watch, code);
  }();
  if (!judged) return complain(judged.error(), code);
  const fs::path file = history_of(flags.file);
  if (file != fs::path(flags.file)) add_harness_check(flags.file, judged->verdict);
  judged->verdict.reproduce = "riptide check " + file.string();
  print(flags, file, *judged);
  if (auto written = keep_certificate(flags, *judged); !written)
    return complain(written.error(), kHarnessError);
  if (judged->verdict.verdict == checker::Word::invalid) return kViolation;
  if (stop_flag()) return kInterrupted;
  return exit_code(judged->verdict.verdict);
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
      "  riptide check history.edn --model cas-register --initial 0 --memory 2GiB --time 60s\n"
      "  riptide check history.jsonl --certificate proof.json\n"
      "  riptide check history.jsonl --verify-certificate proof.json\n");
  auto flags = std::make_shared<CheckFlags>();
  declare(*command, *flags);
  return [flags] { return check(*flags); };
}

Action add_report(CLI::App& program) {
  CLI::App* command = program.add_subcommand("report", "Rebuilds the reports of a run");
  auto directory = std::make_shared<std::string>();
  command->add_option("DIR", *directory, "a run's directory, such as runs/latest")->required();
  return [directory] { return report(*directory); };
}

}  // namespace riptide::cli
