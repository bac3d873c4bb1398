// convert.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>

#include "base/file.hpp"
#include "cli/cli.hpp"
#include "history/convert.hpp"

namespace riptide::cli {
namespace {

namespace fs = std::filesystem;
using history::Format;

struct ConvertFlags {
  std::string in, out, from, to;
};

/// `--to`, or what the file's ending says.
Result<Format> target_of(const ConvertFlags& flags) {
  if (!flags.to.empty()) {
    const auto to = history::format_named(flags.to);
    if (to && *to != Format::jsonl && *to != Format::edn)
      return fail("Riptide does not write the format '" + flags.to + "'").fix("use jsonl or edn");
    return to;
  }
  const std::string ending = fs::path(flags.out).extension().string();
  if (ending == ".jsonl" || ending == ".json") return Format::jsonl;
  if (ending == ".edn") return Format::edn;
  return fail("cannot tell the format from the name '" + flags.out + "'")
      .fix("give --to jsonl or --to edn");
}

/// A file that appears under its name only when it is whole.
class NewFile {
 public:
  explicit NewFile(fs::path path) : path_(std::move(path)), part_(path_.string() + ".part") {}
  ~NewFile() {
    if (fd_) ::unlink(part_.c_str());
  }

  Result<void> open() {
    fd_ = Fd(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd_) return {};
    const int reason = errno;
    return fail("cannot write " + part_).because_errno(reason).fix("choose another place for OUT");
  }
  Result<void> write(std::string_view text) { return write_all(fd_.get(), text); }
  Result<void> finish() {
    fd_.reset();
    if (::rename(part_.c_str(), path_.c_str()) == 0) return {};
    const int reason = errno;
    ::unlink(part_.c_str());
    return fail("cannot write " + path_.string())
        .because_errno(reason)
        .fix("choose another place for OUT");
  }

 private:
  fs::path path_;
  std::string part_;
  Fd fd_;
};

int convert(const ConvertFlags& flags) {
  const auto from = history::format_named(flags.from.empty() ? "auto" : flags.from);
  if (!from) return complain(from.error(), kUsage);
  const auto to = target_of(flags);
  if (!to) return complain(to.error(), kUsage);
  std::error_code ignored;
  const fs::path in = fs::is_directory(flags.in, ignored) ? fs::path(flags.in) / "history.jsonl"
                                                          : fs::path(flags.in);
  const bool to_stdout = flags.out == "-";
  NewFile file(flags.out);
  if (!to_stdout)
    if (auto opened = file.open(); !opened) return complain(opened.error(), kHarnessError);
  history::ReadLimits limits;
  limits.stop = &stop_flag();
  const auto done = history::convert_history(
      in, *from, *to,
      [&](std::string_view text) {
        return to_stdout ? write_all(STDOUT_FILENO, text) : file.write(text);
      },
      limits);
  if (stop_flag()) return kInterrupted;
  if (!done) return complain(done.error(), kHarnessError);
  if (!to_stdout)
    if (auto finished = file.finish(); !finished) return complain(finished.error(), kHarnessError);
  for (const std::string& warning : done->warnings)
    std::fprintf(stderr, "riptide: %s\n", warning.c_str());
  std::fprintf(stderr, "riptide: %llu events, from %s to %s\n",
               static_cast<unsigned long long>(done->events),
               std::string(history::name(done->from)).c_str(),
               std::string(history::name(*to)).c_str());
  return kValid;
}

}  // namespace

Action add_convert(CLI::App& program) {
  CLI::App* command = program.add_subcommand("convert", "Converts a history, and loses nothing");
  command->description(
      "Converts a history between Riptide's JSON lines and EDN, and loses nothing.\n\n"
      "  riptide convert history.edn history.jsonl        from Jepsen or Knossos\n"
      "  riptide convert runs/latest history.edn          for Knossos, Elle or Jepsen\n"
      "  riptide convert etcd_000.log - --to jsonl        a log of Porcupine's, to stdout\n");
  auto flags = std::make_shared<ConvertFlags>();
  command->add_option("IN", flags->in, "a history in any format, or a run's directory")->required();
  command->add_option("OUT", flags->out, "the new file; - is stdout")->required();
  command->add_option("--from", flags->from, "auto, jsonl, edn, etcd or kv; default: auto")
      ->type_name("FORMAT");
  command->add_option("--to", flags->to, "jsonl or edn; default: what OUT's name ends in")
      ->type_name("FORMAT");
  return [flags] { return convert(*flags); };
}

}  // namespace riptide::cli
