// The monitors: that their cost grows as n log n, from a thousand operations to millions.
// build/bin/riptide-benchmarks --benchmark_filter=Monitor
//
// One benchmark for each type: make a key of state.range(0) operations that a correct object could
// have answered, then call the monitor in the loop and let measure() say how fast it was.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/prune.hpp"

namespace riptide::checker {
namespace {

using Kind = Action::Kind;

/// Intervals of ten clients around moments that ascend: operation i may take effect at moment i.
class Clients {
 public:
  explicit Clients(Random& random) : random_(random), free_at_(10, 0) {}

  /// The next operation's interval; one in a hundred, of those that may be, stays open.
  Entry next(bool may_stay_open) {
    std::int64_t& free = random_.pick(free_at_);
    now_ = std::max(now_, free + 1) + random_.between(0, 5);
    Entry entry{.call_ns = std::max(free + 1, now_ - random_.between(0, 100)),
                .return_ns = now_ + random_.between(0, 100),
                .index = {},
                .action = {},
                .certain = !(may_stay_open && random_.chance(0.01))};
    free = entry.return_ns;
    if (!entry.certain) entry.return_ns = history::kNever;
    return entry;
  }

 private:
  Random& random_;
  std::vector<std::int64_t> free_at_;
  std::int64_t now_ = 0;
};

void finish(KeyHistory& key) {
  std::stable_sort(key.entries.begin(), key.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.call_ns < b.call_ns; });
  for (std::size_t i = 0; i < key.entries.size(); ++i) {
    key.entries[i].index = static_cast<history::OpIndex>(i);
  }
}

template <class Monitor>
void measure(benchmark::State& state, const char* model, const KeyHistory& key, Monitor monitor) {
  const Model of = *find_model(model);
  for (auto _ : state) {
    const auto decision = monitor(of, key);
    if (!decision || decision->found != Found::order) state.SkipWithError("no order was found");
    benchmark::DoNotOptimize(decision);
  }
  const auto operations = static_cast<std::int64_t>(key.entries.size());
  state.SetItemsProcessed(state.iterations() * operations);
  state.SetComplexityN(operations);
}

/// Half reads, writes of new values, and chains of cas.
KeyHistory register_key(std::int64_t operations) {
  Random random(1, "register");
  Clients clients(random);
  KeyHistory key;
  key.values.emplace_back();
  ValueId held = kInitial;
  for (std::int64_t i = 0; i < operations; ++i) {
    const std::uint64_t f = random.below(10);
    Entry entry = clients.next(f >= 5);
    entry.action = {Kind::read, held, kUnobserved};
    if (f >= 5) {
      const auto fresh = static_cast<ValueId>(key.values.size());
      key.values.emplace_back(static_cast<std::int64_t>(fresh));
      entry.action =
          f < 8 ? Action{Kind::write, fresh, kUnobserved} : Action{Kind::cas, held, fresh};
      held = fresh;
    }
    key.entries.push_back(entry);
  }
  finish(key);
  return key;
}

void BM_RegisterMonitor(benchmark::State& state) {
  measure(state, "cas-register", register_key(state.range(0)), monitor_register);
}
BENCHMARK(BM_RegisterMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

/// The longest chain there is: nobody knows of any cas whether it happened, but that the last one
/// was observed.
void BM_PruneChain(benchmark::State& state) {
  std::vector<Entry> entries;
  const auto operations = static_cast<ValueId>(state.range(0));
  for (ValueId i = 0; i < operations; ++i) {
    Entry entry;
    entry.call_ns = i;
    entry.action = {Kind::cas, i, i + 1};
    if (i + 1 == operations) entry.action = {Kind::read, i, kUnobserved};
    entry.certain = i + 1 == operations;
    if (entry.certain) entry.return_ns = i;
    entries.push_back(entry);
  }
  for (auto _ : state) benchmark::DoNotOptimize(prune(entries, operations + 1));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_PruneChain)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Complexity(benchmark::oN)
    ->Unit(benchmark::kMillisecond);

/// As many insertions as takes, of up to twenty elements at a time or of none.
KeyHistory queue_key(std::int64_t operations) {
  Random random(1, "queue");
  Clients clients(random);
  KeyHistory key;
  key.values.emplace_back();
  ValueId first = 1;  // in the queue: from first to the last value
  for (std::int64_t i = 0; i < operations; ++i) {
    const auto fresh = static_cast<ValueId>(key.values.size());
    const bool inserts = random.chance(fresh - first < 20 ? 0.5 : 0.3);
    Entry entry = clients.next(true);
    if (inserts) {
      key.values.emplace_back(static_cast<std::int64_t>(fresh));
      entry.action = {Kind::insert, fresh, kUnobserved};
    } else if (entry.certain) {
      entry.action = {Kind::take, first == fresh ? kEmpty : first, kUnobserved};
    } else {
      entry.action = {Kind::take, kUnobserved, kUnobserved};
    }
    if (!inserts && first != fresh) ++first;
    key.entries.push_back(entry);
  }
  finish(key);
  return key;
}

void BM_QueueMonitor(benchmark::State& state) {
  measure(state, "fifo-queue", queue_key(state.range(0)), monitor_queue);
}
BENCHMARK(BM_QueueMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

/// New elements, removals of those, and questions about the last twenty.
KeyHistory set_key(std::int64_t operations) {
  Random random(1, "set");
  Clients clients(random);
  KeyHistory key;
  key.values.emplace_back();
  std::vector<bool> removed(1, true);
  for (std::int64_t i = 0; i < operations; ++i) {
    const auto fresh = static_cast<ValueId>(key.values.size());
    const std::uint64_t f = random.below(10);
    const auto id = static_cast<ValueId>(fresh - std::min<std::uint64_t>(fresh, random.below(20)));
    Entry entry = clients.next(f < 6);
    if (f < 3 || id == 0 || id == fresh) {
      key.values.emplace_back(static_cast<std::int64_t>(fresh));
      removed.push_back(false);
      entry.action = {Kind::add, fresh, kUnobserved};
    } else if (f < 6 && !removed[id]) {
      removed[id] = true;
      entry.action = {Kind::remove, id, kUnobserved};
    } else {
      if (!entry.certain) continue;  // nobody saw the answer
      entry.action = {Kind::contains, id, removed[id] ? 0U : 1U};
    }
    key.entries.push_back(entry);
  }
  finish(key);
  return key;
}

void BM_SetMonitor(benchmark::State& state) {
  measure(state, "set", set_key(state.range(0)), monitor_set);
}
BENCHMARK(BM_SetMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

/// Half reads, half increments by one.
KeyHistory counter_key(std::int64_t operations) {
  Random random(1, "counter");
  Clients clients(random);
  KeyHistory key;
  key.values.emplace_back(0);
  ValueId held = 0;  // the value of each number is that number
  for (std::int64_t i = 0; i < operations; ++i) {
    const bool read = i == 0 || random.chance(0.5);
    Entry entry = clients.next(!read);
    entry.action = {Kind::increment, 1, kUnobserved};
    if (read) entry.action = {Kind::read, held, kUnobserved};
    if (!read) key.values.emplace_back(static_cast<std::int64_t>(++held));
    key.entries.push_back(entry);
  }
  key.values.emplace_back(1);
  finish(key);
  return key;
}

void BM_CounterMonitor(benchmark::State& state) {
  measure(state, "counter", counter_key(state.range(0)), monitor_counter);
}
BENCHMARK(BM_CounterMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

/// Acquire and release in turns; of a fenced lock with tokens and processes.
KeyHistory lock_key(std::int64_t operations, bool fenced) {
  Random random(1, "lock");
  Clients clients(random);
  KeyHistory key;
  key.values = {history::Value(), history::Value(1)};
  for (std::int64_t i = 0; i < operations; ++i) {
    Entry entry = clients.next(i % 2 == 1);
    entry.action.kind = i % 2 == 0 ? Kind::acquire : Kind::release;
    entry.action.first = 1;
    if (fenced) {
      entry.action.first = i % 2 == 0 ? static_cast<ValueId>(key.values.size()) : kUnobserved;
      entry.action.second = static_cast<ValueId>(1 + i / 2 % 10);
      if (i % 2 == 0) key.values.emplace_back(i + 100);
    }
    key.entries.push_back(entry);
  }
  finish(key);
  return key;
}

void BM_MutexMonitor(benchmark::State& state) {
  measure(state, "mutex", lock_key(state.range(0), false), monitor_lock);
}
BENCHMARK(BM_MutexMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

void BM_FencedLockMonitor(benchmark::State& state) {
  measure(state, "fenced-lock", lock_key(state.range(0), true), monitor_lock);
}
BENCHMARK(BM_FencedLockMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

/// Inserts and takes of a collection that holds about a hundred elements. `put` and `take_next`
/// change what it holds; one insert in a hundred is uncertain, and happens.
template <class Put, class TakeNext>
KeyHistory collection_key(std::int64_t operations, Random& random, Put put, TakeNext take_next) {
  Clients clients(random);
  KeyHistory key;
  key.values.emplace_back();
  std::vector<ValueId> ids;
  for (std::int64_t i = 0; i < operations; ++i) ids.push_back(static_cast<ValueId>(i + 1));
  random.shuffle(ids);  // priorities come in no order
  for (const ValueId id : ids) key.values.emplace_back(static_cast<std::int64_t>(id));
  std::size_t held = 0;
  ValueId fresh = 1;
  for (std::int64_t i = 0; i < operations; ++i) {
    const bool inserts = random.chance(held < 100 ? 0.55 : 0.45);
    Entry entry = clients.next(inserts);
    if (inserts) {
      entry.action = {Kind::insert, fresh, kUnobserved};
      put(key, fresh++);
      ++held;
    } else {
      entry.action = {Kind::take, held == 0 ? kEmpty : take_next(key), kUnobserved};
      held -= held == 0 ? 0 : 1;
    }
    key.entries.push_back(entry);
  }
  finish(key);
  return key;
}

void BM_StackMonitor(benchmark::State& state) {
  Random random(1, "stack");
  std::vector<ValueId> stack;
  const auto put = [&](const KeyHistory&, ValueId id) { stack.push_back(id); };
  const auto pop = [&](const KeyHistory&) {
    const ValueId top = stack.back();
    stack.pop_back();
    return top;
  };
  measure(state, "stack", collection_key(state.range(0), random, put, pop), monitor_stack);
}
BENCHMARK(BM_StackMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

void BM_PriorityQueueMonitor(benchmark::State& state) {
  Random random(1, "priority queue");
  std::vector<std::pair<history::Value, ValueId>> heap;
  const auto put = [&](const KeyHistory& key, ValueId id) {
    heap.emplace_back(key.values[id], id);
    std::push_heap(heap.begin(), heap.end());
  };
  const auto poll = [&](const KeyHistory&) {
    std::pop_heap(heap.begin(), heap.end());
    const ValueId top = heap.back().second;
    heap.pop_back();
    return top;
  };
  measure(state, "priority-queue", collection_key(state.range(0), random, put, poll),
          monitor_priority_queue);
}
BENCHMARK(BM_PriorityQueueMonitor)
    ->RangeMultiplier(10)
    ->Range(1000, 10'000'000)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace riptide::checker
