// Recording a history event by event, and reading it back.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "history/edn_writer.hpp"
#include "history/reader.hpp"
#include "history/recorder.hpp"

namespace riptide::history {
namespace {

/// The i-th event of a run of ten clients on a hundred keys.
Event event(std::int64_t i) {
  static const Symbol kFunctions[] = {Symbol("write"), Symbol("read")};
  static const Symbol kNodes[] = {Symbol("n1"), Symbol("n2"), Symbol("n3")};
  const std::int64_t operation = i / 20 * 10 + i % 10;
  Event made;
  made.t_ns = 1'000'000'000 + i * 41'237;
  made.process = Process(i % 10);
  made.type = i / 10 % 2 == 0 ? Type::invoke : Type::ok;
  made.f = kFunctions[operation % 2];
  made.key = Value(operation % 100);
  made.value = made.f == "read" && made.type == Type::invoke ? Value() : Value(operation);
  made.node = kNodes[operation % 3];
  return made;
}

/// A file of its own for one benchmark, gone at its end.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string name = (std::filesystem::temp_directory_path() / "riptide-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) directory_ = name;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::filesystem::path path() const { return directory_ / "history.jsonl"; }

 private:
  std::filesystem::path directory_;
};

void record_event(benchmark::State& state) {
  const TemporaryFile file;
  auto recorder = Recorder::create(file.path(), {});
  if (!recorder) return state.SkipWithError(recorder.error().text().c_str());
  std::int64_t i = 0;
  for (auto _ : state)
    if (const auto recorded = recorder->record(event(i++)); !recorded)
      return state.SkipWithError(recorded.error().text().c_str());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(record_event);

void write_event_as_json(benchmark::State& state) {
  const Event one = event(1234567);
  std::string line;
  for (auto _ : state) {
    line.clear();
    append_json(one, line);
    benchmark::DoNotOptimize(line.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_event_as_json);

std::string history_as(Format format, std::int64_t events) {
  std::string text = format == Format::jsonl ? header_json({}) + "\n" : "";
  for (std::int64_t i = 0; i < events; ++i) {
    const Event one = event(i);
    if (format == Format::jsonl) {
      append_json(one, text);
    } else if (format == Format::edn) {
      if (!append_edn(one, text)) return "";
    } else {
      text += "INFO  jepsen.util - " + std::to_string(one.process.value()) +
              "\t:" + std::string(name(one.type)) + "\t:" + one.f.name() + "\t" +
              (one.value.is_nil() ? "nil" : one.value.json());
    }
    text += '\n';
  }
  return text;
}

void read_events(benchmark::State& state, Format format) {
  const std::string text = history_as(format, state.range(0));
  for (auto _ : state) {
    auto history = parse_history(text, "bench", format);
    if (!history) return state.SkipWithError(history.error().text().c_str());
    benchmark::DoNotOptimize(history->operations.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
// Two events are one operation.
BENCHMARK_CAPTURE(read_events, jsonl, Format::jsonl)
    ->Arg(100'000)
    ->Arg(2'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_events, edn, Format::edn)
    ->Arg(100'000)
    ->Arg(2'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_events, etcd, Format::etcd)
    ->Arg(100'000)
    ->Arg(2'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace riptide::history
