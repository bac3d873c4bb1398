// Recording a history event by event, and reading it back.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

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

void read_events(benchmark::State& state) {
  std::string text = header_json({}) + "\n";
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    append_json(event(i), text);
    text += '\n';
  }
  for (auto _ : state) {
    auto history = parse_history(text, "bench");
    if (!history) return state.SkipWithError(history.error().text().c_str());
    benchmark::DoNotOptimize(history->operations.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(read_events)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace riptide::history
