// The checker: a key of the size of a run's, whole runs, and the hardest kind (few values, one
// key).
#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/random.hpp"
#include "checker/checker.hpp"

namespace riptide::checker {
namespace {

using history::Operation;
using history::OpIndex;
using history::Type;
using history::Value;

struct Shape {
  std::int64_t operations = 1000;
  std::int64_t processes = 10;
  std::int64_t keys = 1;
  std::int64_t values = 0;  // 0: every written value is new
  double info = 0;
};

/// One key of a correct register; when `stale`, the last read returns the first value.
void add_key(Random& random, const Shape& shape, std::int64_t key, bool stale,
             std::vector<Operation>& all) {
  std::vector<std::int64_t> free_at(static_cast<std::size_t>(shape.processes), 0);
  Value state, first;
  std::int64_t effect = 0, last_end = 0;
  for (std::int64_t i = 0; i < shape.operations; ++i) {
    std::int64_t& free = free_at[random.below(free_at.size())];
    effect = std::max(effect, free + 1) + random.between(0, 5);
    Operation o;
    o.process = history::Process(static_cast<std::int64_t>(&free - free_at.data()));
    o.key = key;
    o.invoke_ns = std::max(free + 1, effect - random.between(0, 10 * shape.processes));
    o.complete_ns = effect + random.between(0, 10 * shape.processes);
    o.outcome = Type::ok;
    free = o.complete_ns;
    last_end = std::max(last_end, o.complete_ns);
    const Value next = shape.values == 0 ? i + 1 : random.between(1, shape.values);
    const std::uint64_t f = random.below(10);
    if (f < 5) {
      o.f = history::Symbol("read");
      o.output = state;
    } else if (f < 8) {
      o.f = history::Symbol("write");
      o.input = state = next;
    } else {
      o.f = history::Symbol("cas");
      o.input = Value(Value::List{state, next});
      state = next;
    }
    if (first.is_nil()) first = state;
    if (f >= 5 && random.chance(shape.info)) {
      o.outcome = Type::info;
      o.complete_ns = history::kNever;
    }
    all.push_back(std::move(o));
  }
  if (!stale) return;
  // At the very end, so that all that came before must be searched: somebody writes, alone, and
  // somebody then reads what was there much earlier.
  for (const char* f : {"write", "read"}) {
    Operation late;
    late.f = history::Symbol(f);
    late.key = key;
    const Value written = shape.values == 0 ? Value(shape.operations + 1) : Value(2);
    (late.f == "write" ? late.input : late.output) =
        late.f == "write" ? written : (shape.values == 0 ? first : Value(1));
    late.invoke_ns = last_end + 10;
    late.complete_ns = last_end = last_end + 20;
    late.outcome = Type::ok;
    all.push_back(std::move(late));
  }
}

history::History make(const Shape& shape, bool stale) {
  Random random(7, "bench");
  history::History history;
  for (std::int64_t key = 0; key < shape.keys; ++key) {
    add_key(random, shape, key, stale && key == 0, history.operations);
  }
  std::stable_sort(
      history.operations.begin(), history.operations.end(),
      [](const Operation& a, const Operation& b) { return a.invoke_ns < b.invoke_ns; });
  for (OpIndex i = 0; i < history.operations.size(); ++i) history.operations[i].index = i;
  return history;
}

void run(benchmark::State& state, const Shape& shape, bool stale) {
  const history::History history = make(shape, stale);
  LinearizableOptions options;
  options.limits.memory_bytes = 1ULL << 30;
  Evidence evidence;
  for (auto _ : state) {
    const auto check = check_linearizable(history, options);
    if (!check || check->verdict != (stale ? Word::invalid : Word::valid)) {
      state.SkipWithError(check ? check->reason.c_str() : check.error().text().c_str());
      return;
    }
    evidence = check->evidence;
  }
  const auto operations = static_cast<std::int64_t>(history.operations.size());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * operations);
  state.SetComplexityN(operations);
  state.counters["states"] = static_cast<double>(evidence.states);
  state.counters["peak_KiB"] = static_cast<double>(evidence.peak_bytes) / 1024;
}

void distinct_values_valid(benchmark::State& state) {
  run(state, {.operations = state.range(0), .info = 0.01}, false);
}
void distinct_values_stale(benchmark::State& state) {
  run(state, {.operations = state.range(0), .info = 0.01}, true);
}
void five_values_valid(benchmark::State& state) {
  run(state, {.operations = state.range(0), .values = 5}, false);
}
void five_values_impossible(benchmark::State& state) {
  run(state, {.operations = state.range(0), .values = 5}, true);
}
void whole_run_of_400_operations_per_key(benchmark::State& state) {
  run(state, {.operations = 400, .keys = state.range(0) / 400, .info = 0.01}, false);
}

BENCHMARK(distinct_values_valid)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();
BENCHMARK(distinct_values_stale)->RangeMultiplier(10)->Range(100, 10'000)->Complexity();
BENCHMARK(five_values_valid)->RangeMultiplier(10)->Range(100, 10'000)->Complexity();
BENCHMARK(five_values_impossible)->RangeMultiplier(10)->Range(100, 10'000)->Complexity();
BENCHMARK(whole_run_of_400_operations_per_key)->RangeMultiplier(10)->Range(1000, 100'000);

}  // namespace
}  // namespace riptide::checker
