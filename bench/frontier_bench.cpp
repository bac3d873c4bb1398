// The just-in-time frontier on the hardest kind of history: one register, five values, so that
// nothing tells one write from another; and the online checker on the kindest.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/random.hpp"
#include "checker/frontier/frontier.hpp"
#include "checker/online.hpp"

namespace riptide::checker {
namespace {

struct Shape {
  std::size_t operations = 10'000;
  std::size_t clients = 10;
  double uncertain = 0;
};

/// A correct register with five values. When `spoilt`, the last reads return what was not there.
KeyHistory make(const Shape& shape, bool spoilt) {
  constexpr std::uint64_t kValues = 5;
  Random random(7, "frontier");
  KeyHistory key;
  for (std::uint64_t v = 0; v <= kValues; ++v) key.values.emplace_back(static_cast<int>(v));
  key.entries.reserve(shape.operations + 6);
  ValueId state = kInitial;
  std::vector<std::int64_t> free_at(shape.clients, 0);
  std::int64_t now_ns = 0;
  const auto width = static_cast<std::int64_t>(shape.clients) * 10;
  while (key.entries.size() < shape.operations) {
    std::int64_t& free = free_at[random.below(shape.clients)];
    now_ns = std::max(now_ns + random.between(0, 10), free + 1);
    Entry entry;
    entry.call_ns = std::max(free + 1, now_ns - random.between(0, width));
    entry.return_ns = now_ns + random.between(0, width);
    entry.certain = true;
    const auto next = static_cast<ValueId>(1 + random.below(kValues));
    const std::uint64_t f = random.below(10);
    entry.action = f < 4   ? Action{Action::Kind::read, state, kUnobserved}
                   : f < 7 ? Action{Action::Kind::write, next, kUnobserved}
                           : Action{Action::Kind::cas, state, next};
    if (f >= 4 && random.chance(shape.uncertain)) {
      entry.certain = false;
      entry.return_ns = history::kNever;
    }
    free = entry.certain ? entry.return_ns : now_ns;
    if (entry.writes() && (entry.certain || random.chance(0.5))) state = entry.written();
    key.entries.push_back(entry);
  }
  std::int64_t end_ns = now_ns + 2 * width;
  for (ValueId value = 1; spoilt && value <= kValues; ++value, end_ns += 10) {
    key.entries.push_back({.call_ns = end_ns, .return_ns = end_ns + 5, .certain = true});
    key.entries.back().action = {Action::Kind::read, value, kUnobserved};
  }
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (history::OpIndex i = 0; i < key.entries.size(); ++i) key.entries[i].index = i;
  return key;
}

void run(benchmark::State& state, const Shape& shape, bool spoilt) {
  const KeyHistory key = make(shape, spoilt);
  std::uint64_t states = 0, peak_bytes = 0;
  for (auto _ : state) {
    Budget budget{Limits{.memory_bytes = 1ULL << 30}};
    const Decision result = frontier(default_model(), key, Reductions::reduced, budget);
    if (result.found != (spoilt ? Found::no_order : Found::order)) {
      state.SkipWithError("a wrong answer");
      return;
    }
    states = budget.states();
    peak_bytes = budget.peak_bytes();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * key.entries.size()));
  state.counters["configurations"] = static_cast<double>(states);
  state.counters["peak_KiB"] = static_cast<double>(peak_bytes) / 1024;
}

void BM_FrontierFiveValuesValid(benchmark::State& state) {
  run(state,
      {.operations = static_cast<std::size_t>(state.range(0)),
       .clients = static_cast<std::size_t>(state.range(1))},
      false);
}
void BM_FrontierFiveValuesImpossible(benchmark::State& state) {
  run(state,
      {.operations = static_cast<std::size_t>(state.range(0)),
       .clients = static_cast<std::size_t>(state.range(1))},
      true);
}
void BM_FrontierUncertain(benchmark::State& state) {
  run(state,
      {.operations = static_cast<std::size_t>(state.range(0)),
       .uncertain = static_cast<double>(state.range(1)) / 1e4},
      false);
}

/// Ten clients on one key, every written value new.
void BM_OnlineDistinctValues(benchmark::State& state) {
  struct Client {
    history::Event event;
    bool open = false;
  };
  std::uint64_t events = 0, bytes = 0;
  for (auto _ : state) {
    Random random(7, "online");
    Online online(default_model(), 64 << 20);
    std::vector<Client> clients(10);
    history::Value held;
    std::int64_t t_ns = 0;
    const history::Symbol read("read"), write("write");
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      const std::size_t c = random.below(clients.size());
      history::Event& event = clients[c].event;
      event.t_ns = t_ns += 50'000;
      event.process = history::Process(static_cast<std::int64_t>(c));
      if (std::exchange(clients[c].open, !clients[c].open)) {
        event.type = history::Type::ok;
        if (event.f == read) {
          event.value = held;
        } else {
          held = event.value;
        }
      } else {
        event.type = history::Type::invoke;
        event.f = random.chance(0.5) ? read : write;
        event.value = event.f == read ? history::Value() : history::Value(i);
      }
      online.take(event);
    }
    online.finish();
    if (online.state().so_far != Word::valid) state.SkipWithError("a wrong answer");
    events += online.state().events;
    bytes = online.state().bytes;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["KiB"] = static_cast<double>(bytes) / 1024;
}

constexpr auto kUnit = benchmark::kMillisecond;
BENCHMARK(BM_FrontierFiveValuesValid)
    ->Args({10'000, 10})
    ->Args({10'000, 20})
    ->Args({100'000, 10})
    ->Args({1'000'000, 10})
    ->Unit(kUnit);
BENCHMARK(BM_FrontierFiveValuesImpossible)->Args({10'000, 10})->Args({10'000, 20})->Unit(kUnit);
BENCHMARK(BM_FrontierUncertain)->Args({1'000, 50})->Args({1'000, 100})->Unit(kUnit);
BENCHMARK(BM_OnlineDistinctValues)->Arg(100'000)->Unit(kUnit);

}  // namespace
}  // namespace riptide::checker
