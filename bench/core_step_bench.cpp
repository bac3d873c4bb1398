// The Raft core without disk and network: what one step costs.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/core/raft.hpp"

namespace riptide::node {
namespace {

/// Cores in memory: messages arrive at once and in order, writes are durable at once.
class Ring {
 public:
  explicit Ring(std::uint32_t nodes) {
    CoreConfig config;
    for (std::uint32_t i = 1; i <= nodes; ++i) config.voters.emplace_back(i);
    for (const NodeId id : config.voters) {
      config.id = id;
      cores_.emplace_back(config, HardState{}, std::vector<Entry>{}, now_);
    }
    leader().tick(leader().next_tick());
    run();
  }

  Raft& leader() { return cores_[0]; }

  /// Until nobody has anything left to do. Returns the number of entries that the leader committed.
  std::size_t run() {
    std::size_t committed = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (Raft& core : cores_) {
        Output output = core.take_output();
        if (output.empty()) continue;
        moved = true;
        deliver(output.messages);
        deliver(output.messages_after_persist);
        if (!output.entries.empty())
          core.persisted(output.entries.back().term, output.entries.back().index);
        if (&core == &leader()) {
          committed += output.committed.size();
          reads += output.reads.size();
        }
      }
    }
    return committed;
  }
  std::size_t reads = 0;

 private:
  void deliver(const std::vector<Message>& messages) {
    for (const Message& message : messages) cores_[message.to.value() - 1].step(message, now_);
  }

  MonoTime now_{1};
  std::vector<Raft> cores_;
};

/// From propose to commit over three cores, with so many proposals in a turn.
void propose_to_commit(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto data = std::make_shared<const std::string>(256, 'x');
  auto ring = std::make_unique<Ring>(3);
  std::size_t committed = 0, in_this_ring = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < batch; ++i) ring->leader().propose(data);
    in_this_ring += ring->run();
    if (in_this_ring > 1'000'000) {  // the logs only grow
      state.PauseTiming();
      committed += std::exchange(in_this_ring, 0);
      ring = std::make_unique<Ring>(3);
      state.ResumeTiming();
    }
  }
  committed += in_this_ring;
  if (committed != static_cast<std::size_t>(state.iterations()) * batch)
    state.SkipWithError("not every proposal was committed");
  state.SetItemsProcessed(static_cast<std::int64_t>(committed));
}
BENCHMARK(propose_to_commit)->Arg(1)->Arg(16)->Arg(64)->Arg(512);

/// A follower takes an append of so many entries and answers it.
void append_at_follower(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const auto data = std::make_shared<const std::string>(256, 'x');
  CoreConfig config;
  config.id = NodeId(1);
  config.voters = {NodeId(1), NodeId(2), NodeId(3)};
  auto follower = std::make_unique<Raft>(config, HardState{}, std::vector<Entry>{}, MonoTime(1));
  Message append;
  append.from = NodeId(2);
  append.to = NodeId(1);
  append.term = Term(1);
  for (std::uint64_t i = 0; i < count; ++i)
    append.entries.push_back({Term(1), LogIndex(i + 1), Entry::Kind::command, data});
  for (auto _ : state) {
    follower->step(append, MonoTime(1));
    const Output output = follower->take_output();
    follower->persisted(Term(1), append.entries.back().index);
    benchmark::DoNotOptimize(output.messages_after_persist.data());
    append.previous_index = append.entries.back().index;
    append.previous_term = Term(1);
    append.commit = append.previous_index;
    for (Entry& entry : append.entries) entry.index = entry.index.plus(count);
    if (append.previous_index.value() > 1'000'000) {
      state.PauseTiming();
      follower = std::make_unique<Raft>(config, HardState{}, std::vector<Entry>{}, MonoTime(1));
      append.previous_index = append.commit = LogIndex{};
      append.previous_term = Term{};
      for (std::uint64_t i = 0; i < count; ++i) append.entries[i].index = LogIndex(i + 1);
      state.ResumeTiming();
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(append_at_follower)->Arg(1)->Arg(64)->Arg(1024);

/// One heartbeat to every follower and back.
void heartbeat_round(benchmark::State& state) {
  Ring ring(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    ring.leader().tick(ring.leader().next_tick());
    ring.run();
  }
}
BENCHMARK(heartbeat_round)->Arg(3)->Arg(7);

/// So many linearizable reads that share one round.
void reads_in_a_round(benchmark::State& state) {
  Ring ring(3);
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i)
      ring.leader().read(static_cast<std::uint64_t>(i));
    ring.run();
  }
  if (ring.reads != static_cast<std::size_t>(state.iterations() * state.range(0)))
    state.SkipWithError("not every read was answered");
  state.SetItemsProcessed(static_cast<std::int64_t>(ring.reads));
}
BENCHMARK(reads_in_a_round)->Arg(1)->Arg(64);

}  // namespace
}  // namespace riptide::node
