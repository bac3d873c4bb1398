// The readers' front: opens, finds the format, reads, and assembles.
#include "history/reader.hpp"

#include <optional>

#include "history/assembler.hpp"
#include "history/input.hpp"
#include "history/source.hpp"
#include "history/stream.hpp"

namespace riptide::history {
namespace {

constexpr std::string_view kFormats =
    "Riptide's JSON lines, EDN of Jepsen or Knossos, or a log of Porcupine's";

/// What is looked at to find the format.
constexpr std::size_t kLookedAt = std::size_t{64} << 10;

/// How often History::operations grows by itself before its size is foreseen.
constexpr std::size_t kForeseeAfter = 8192;

Result<Format> find_format(Input& input, const std::string& name, Format asked) {
  while (input.rest().size() < kLookedAt && input.more()) continue;
  std::string_view text = input.rest();
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (text.empty()) {
    return fail(name + " is empty")
        .fix("Its run ended before it began: run it again, and look for the reason in its logs.");
  }
  if (asked != Format::automatic) return asked;
  const Format found = detect_format(text);
  if (found != Format::automatic) return found;
  return fail(name + ":1: no history that Riptide knows: expected " + std::string(kFormats) +
              ", found " + beginning(text.substr(0, text.find('\n'))))
      .fix("Give a history in one of the formats of docs/formats.md, or name it with --format.");
}

Result<void> read_stream(Stream& stream) {
  switch (stream.preface.format) {
    case Format::edn:
    case Format::kv:
      return read_edn(stream);
    case Format::etcd:
      return read_log(stream);
    case Format::automatic:
    case Format::jsonl:
      break;
  }
  return read_jsonl(stream);
}

Error limit_reached(const LimitWatch& limits, const std::string& name) {
  const std::string after =
      " while reading " + name + ", after " + std::to_string(limits.events()) + " events";
  if (limits.end() == ReadEnd::stopped) return fail("stopped" + after).fix("Read it again.");
  return fail("the memory limit was reached" + after).fix("Give more memory with --memory.");
}

/// All of a history, from an open input.
Result<Preface> run(const EventReader& reader, Input& input, LimitWatch& limits,
                    const std::string& name, const EventReader::Sink& sink) {
  const auto format = find_format(input, name, reader.format);
  if (limits.end() != ReadEnd::whole) {
    if (reader.report) *reader.report = {limits.end(), 0};
    return limit_reached(limits, name);
  }
  if (!format) return format.error();
  Stream stream{input, name, {}, reader.format == Format::automatic, reader.whole_edn, {}};
  stream.preface.format = *format;
  stream.sink = [&](Event& event, std::uint64_t line) -> Result<void> {
    if (!limits.count_event()) return limit_reached(limits, name);
    return sink(event, line, stream.preface);
  };
  auto read = read_stream(stream);
  if (reader.report) *reader.report = {limits.end(), limits.events()};
  if (limits.end() != ReadEnd::whole) return limit_reached(limits, name);
  if (!read) return read.error();
  if (input.error() != 0) {
    return fail("cannot read the history " + name)
        .because_errno(input.error())
        .fix("Check the disk or the pipe that it comes from.");
  }
  return std::move(stream.preface);
}

/// Fills a History.
class Collector {
 public:
  Collector(History& history, const Input& input) : history_(history), input_(input) {}

  Result<void> take(Event& event, std::uint64_t line, const Preface& preface,
                    const std::string& name) {
    if (!assembler_) {
      const bool foreign = !preface.own_times || source_of(preface.header);
      assembler_.emplace(history_, foreign ? Origin::foreign : Origin::riptide);
    }
    if (history_.operations.size() == kForeseeAfter &&
        history_.operations.capacity() < 2 * kForeseeAfter + 1)
      foresee();
    if (auto taken = assembler_->take(event, line); !taken)
      return fail(name + ": " + taken.error().what()).fix(taken.error().fix());
    return {};
  }

  void finish(Preface preface) {
    if (assembler_) assembler_->finish();
    history_.header = std::move(preface.header);
    history_.format = source_of(history_.header).value_or(preface.format);
    for (std::string& warning : preface.warnings) history_.warnings.push_back(std::move(warning));
  }

 private:
  /// One allocation in place of doublings, each of which holds the operations twice.
  void foresee() {
    if (input_.bytes_taken() == 0 || input_.size_hint() < input_.bytes_taken()) return;
    const double share =
        static_cast<double>(input_.size_hint()) / static_cast<double>(input_.bytes_taken());
    history_.operations.reserve(static_cast<std::size_t>(share * 1.05 * kForeseeAfter) + 64);
  }

  History& history_;
  const Input& input_;
  std::optional<Assembler> assembler_;
};

Result<History> collect(Input& input, LimitWatch& limits, const std::string& name, Format format,
                        ReadReport* report) {
  EventReader reader;
  reader.format = format;
  reader.report = report;
  History history;
  Collector collector(history, input);
  auto preface = run(reader, input, limits, name,
                     [&](Event& event, std::uint64_t line, const Preface& so_far) {
                       return collector.take(event, line, so_far, name);
                     });
  if (!preface) return preface.error();
  collector.finish(std::move(*preface));
  return history;
}

}  // namespace

std::string beginning(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 40)) shown += c >= 0x20 && c < 0x7F ? c : '?';
  return shown + (text.size() > 40 ? "…" : "");
}

void clear(Event& event) {
  event.key = Value();
  event.value = Value();
  event.node = Symbol();
  event.error.clear();
  event.extra.clear();
  event.detail.clear();
}

Result<History> read_history(const std::filesystem::path& path, Format format,
                             const ReadLimits& limits, ReadReport* report) {
  LimitWatch watch(limits);
  auto input = Input::open(path, watch);
  if (!input) return input.error();
  return collect(*input, watch, path.string(), format, report);
}

Result<History> parse_history(std::string_view text, std::string_view name, Format format,
                              const ReadLimits& limits, ReadReport* report) {
  LimitWatch watch(limits);
  Input input(text, watch);
  return collect(input, watch, std::string(name), format, report);
}

Result<Preface> EventReader::read(const std::filesystem::path& path, const Sink& sink) const {
  LimitWatch watch(limits);
  auto input = Input::open(path, watch);
  if (!input) return input.error();
  return run(*this, *input, watch, path.string(), sink);
}

Result<Preface> EventReader::parse(std::string_view text, std::string_view name,
                                   const Sink& sink) const {
  LimitWatch watch(limits);
  Input input(text, watch);
  return run(*this, input, watch, std::string(name), sink);
}

}  // namespace riptide::history
