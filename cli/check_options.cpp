#include "cli/check_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "checker/checks/checks.hpp"
#include "checker/models/guess.hpp"
#include "checker/search/budget.hpp"
#include "history/limits.hpp"

namespace riptide::cli {

namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    if (comma > from) words.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return words;
}

/// Whether `given` is the second of two words; the error names both.
Result<bool> second_of(const std::string& flag, const std::string& given, const std::string& first,
                       const std::string& second) {
  if (given == first) return false;
  if (given == second) return true;
  return fail("bad value for " + flag + ": \"" + given + "\"")
      .fix("Write " + flag + " " + first + " or " + flag + " " + second + ".");
}

/// Whether there are such checks; "linearizable" is one of them.
Result<void> known_checks(const std::vector<std::string>& names) {
  std::vector<std::string> known = {"linearizable"};
  for (const checker::CheckInfo& check : checker::checks()) known.push_back(check.name);
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string meant = did_you_mean(name, known);
    return fail("there is no check \"" + name + "\"")
        .fix((meant.empty() ? "" : "Did you mean \"" + meant + "\"? ") +
             std::string("Use some of these: ") + join(known, ", ") + ".");
  }
  return {};
}

Result<void> choose_model(const CheckFlags& flags, checker::Model& model) {
  if (!flags.initial.empty()) {
    const auto value = history::Value::from_json(flags.initial);
    model.initial = value ? *value : history::Value(flags.initial);  // a bare word is a string
  }
  if (flags.permits < 1) return fail("--permits must be at least 1");
  model.permits = flags.permits;
  if (!flags.failed_cas.empty()) {
    const auto observes = second_of("--failed-cas", flags.failed_cas, "ignore", "observe");
    if (!observes) return observes.error();
    model.failed_cas_observes = *observes;
  }
  if (!flags.nil_read.empty()) {
    const auto any = second_of("--nil-read", flags.nil_read, "value", "any");
    if (!any) return any.error();
    model.nil_read_matches_any = *any;
  }
  return {};
}

}  // namespace

void declare(CLI::App& command, CheckFlags& flags) {
  const auto option = [&](const char* name, auto& value, const char* about, const char* type) {
    command.add_option(name, value, about)->type_name(type);
  };
  command.add_option("FILE", flags.file, "a history, or a run's directory")->required();
  option("--model", flags.model, "see `riptide list models`; default: what the history shows",
         "NAME");
  option("--initial", flags.initial, "what the object holds at the start, as JSON", "VALUE");
  option("--permits", flags.permits, "of a semaphore; default: 1", "N");
  option("--failed-cas", flags.failed_cas,
         "ignore (default), or observe: it says that the value was another", "WORD");
  option("--nil-read", flags.nil_read,
         "value, or any: it says nothing (default when --initial is given)", "WORD");
  option("--format", flags.format, "auto (default), jsonl, edn, etcd, kv", "NAME");
  option("--algorithm", flags.algorithm, "auto (default), monitor, frontier, search, race, naive",
         "NAME");
  option("--checks", flags.checks,
         "of linearizable, set, counter, queue, unique-ids; default: all that apply", "A,B");
  option("--memory", flags.memory, "then the verdict is unknown; default: half of what is free",
         "SIZE");
  option("--time", flags.time, "then the verdict is unknown; default: none", "DURATION");
  option("--jobs", flags.jobs, "threads; default: one per processor", "N");
  option("--certificate", flags.certificate, "write the order that proves a valid verdict", "FILE");
  option("--verify-certificate", flags.verify_certificate,
         "verify that file's orders instead, by code of its own", "FILE");
  command.add_flag("--json", flags.json, "verdict.json on stdout");
}

Result<CheckLimits> limits_of(const CheckFlags& flags) {
  CheckLimits limits;
  if (!flags.format.empty()) {
    const auto format = history::format_named(flags.format);
    if (!format) return format.error();
    limits.format = *format;
  }
  if (!flags.time.empty()) {
    const auto time = parse_duration(flags.time);
    if (!time) return fail("bad value for --time").because(time.error());
    if (*time <= Duration{0}) return fail("--time must be longer than nothing");
    limits.time = *time;
  }
  limits.memory_bytes = history::resident_bytes() + checker::half_of_free_memory();
  if (!flags.memory.empty()) {
    const auto bytes = parse_size(flags.memory);
    if (!bytes) return fail("bad value for --memory").because(bytes.error());
    if (*bytes == 0) return fail("--memory must be more than nothing");
    limits.memory_bytes = *bytes;
  }
  return limits;
}

Result<checker::LinearizableOptions> options_of(const CheckFlags& flags,
                                                const history::History& history,
                                                std::string* guessed) {
  checker::LinearizableOptions options;
  options.checks = words_of(flags.checks);
  if (auto known = known_checks(options.checks); !known) return known.error();
  const bool needed = options.checks.empty() ||
                      std::ranges::find(options.checks, "linearizable") != options.checks.end();
  auto model = flags.model.empty() ? checker::model_of(history) : checker::find_model(flags.model);
  if (model) {
    if (flags.model.empty() && history.header.model.empty() && guessed) *guessed = model->info.name;
    options.model = std::move(*model);
  } else if (needed || !flags.model.empty()) {
    return model.error();
  }
  if (auto chosen = choose_model(flags, options.model); !chosen) return chosen.error();
  if (!flags.algorithm.empty()) {
    const auto algorithm = checker::find_algorithm(flags.algorithm);
    if (!algorithm) return algorithm.error();
    options.algorithm = *algorithm;
  }
  options.jobs = flags.jobs;
  options.keep_certificates = !flags.certificate.empty();
  return options;
}

}  // namespace riptide::cli
