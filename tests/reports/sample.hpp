// Samples for the reports' tests: histories and verdicts made in memory, without the checker.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "reports/reports.hpp"

namespace riptide::sample {

using history::kNever;
using history::Operation;
using history::Symbol;
using history::Type;
using history::Value;

inline constexpr std::int64_t kMs = 1'000'000;

struct Sample {
  reports::RunInfo run;
  history::History history;
  checker::Verdict verdict;
};

inline void add_faults(history::History& history) {
  const std::vector<std::string> what{"cut n1 | n2 n3 n4 n5 (leader alone)", "kill n3 (follower)",
                                      "pause n2 (leader)", "cut n1 n2 | n3 n4 n5 (halves)",
                                      "kill n4 (leader)"};
  for (std::size_t i = 0; i < what.size(); ++i) {
    history::Fault fault;
    fault.id = i + 1;
    fault.description = what[i];
    fault.name = what[i].starts_with("cut") ? "partition" : what[i].substr(0, what[i].find(' '));
    fault.targets = {"n1"};
    fault.asked_ns = static_cast<std::int64_t>(1500 + 3700 * i) * kMs;
    fault.took_effect_ns = fault.asked_ns + 9 * kMs;
    fault.heal_asked_ns = fault.took_effect_ns + 2100 * kMs;
    fault.healed_ns = fault.heal_asked_ns + (fault.name == "kill" ? 460 : 14) * kMs;
    fault.proof_json = fault.name == "kill" ? R"({"pid":4711,"signal":9,"waitid":"killed"})"
                                            : R"({"dropped_bytes":18304,"probe":"timed out"})";
    fault.heal_proof_json = R"({"probe":"answered","after_ms":3})";
    history.faults.push_back(fault);
  }
}

inline void add_leaders(history::History& history) {
  const std::vector<std::pair<std::int64_t, const char*>> reigns{
      {140, "n1"}, {1790, "n2"}, {9200, "n5"}, {12900, "n4"}, {16800, "n3"}};
  std::uint64_t term = 1;
  for (const auto& [ms, node] : reigns)
    history.leaders.push_back({ms * kMs, Symbol(node), term += 2});
}

inline bool in_fault(const history::History& history, std::int64_t t_ns, std::int64_t first_ms) {
  return std::any_of(history.faults.begin(), history.faults.end(), [&](const auto& fault) {
    return t_ns >= fault.took_effect_ns && t_ns < fault.took_effect_ns + first_ms * kMs;
  });
}

/// Clients in closed loops on a few keys; slow just after a fault, with some outcomes unknown.
inline history::History healthy_history(std::size_t count) {
  history::History history;
  history.header.workload = "register";
  history.header.model = "cas-register";
  add_faults(history);
  add_leaders(history);
  Random random(7);
  constexpr std::size_t kClients = 10, kKeys = 12;
  std::vector<std::int64_t> now(kClients, 150 * kMs), process(kClients);
  for (std::size_t c = 0; c < kClients; ++c) process[c] = static_cast<std::int64_t>(c);
  std::int64_t next_process = kClients, next_value = 1;
  std::map<std::int64_t, std::int64_t> value;
  const std::int64_t mean_ns =
      20'000 * kMs * static_cast<std::int64_t>(kClients) / static_cast<std::int64_t>(count);
  while (history.operations.size() < count) {
    const auto c = static_cast<std::size_t>(std::min_element(now.begin(), now.end()) - now.begin());
    Operation op;
    op.process = history::Process(process[c]);
    op.key = static_cast<std::int64_t>(random.below(kKeys));
    op.invoke_ns = now[c];
    const std::uint64_t dice = random.below(10);
    auto& current = value[*op.key.integer()];
    op.f = Symbol(dice < 5 ? "read" : dice < 9 ? "write" : "cas");
    op.node = Symbol(fmt::format("n{}", 1 + random.below(5)));
    const bool slow = in_fault(history, op.invoke_ns, 320);
    const auto latency =
        static_cast<std::int64_t>(300'000 + random.exponential(slow ? 40e6 : 1.4e6));
    op.complete_ns = op.invoke_ns + latency;
    op.outcome = slow && random.chance(0.3)   ? Type::info
                 : slow && random.chance(0.3) ? Type::fail
                                              : Type::ok;
    if (op.f == "write") op.input = next_value++;
    if (op.f == "cas") op.input = Value(Value::List{Value(current), Value(next_value++)});
    if (op.f == "read" && op.outcome == Type::ok) op.output = current;
    if (op.f == "write" && op.outcome == Type::ok) current = *op.input.integer();
    if (op.f == "cas" && op.outcome == Type::ok) current = *(*op.input.list())[1].integer();
    now[c] = op.complete_ns +
             static_cast<std::int64_t>(random.exponential(static_cast<double>(mean_ns)));
    if (op.outcome == Type::info) {
      op.gave_up_ns = op.invoke_ns + 300 * kMs;
      op.complete_ns = kNever;
      op.error = "timed out after 300 ms";
      now[c] = op.gave_up_ns;
      process[c] = next_process++;
    }
    if (op.outcome == Type::fail) op.error = "not the leader";
    op.index = static_cast<history::OpIndex>(history.operations.size());
    history.operations.push_back(op);
  }
  return history;
}

inline checker::Statistics count(const history::History& history) {
  checker::Statistics s;
  std::map<std::string, checker::Statistics::Row> rows;
  for (const auto& op : history.operations) {
    auto& row = rows[op.f.name()];
    row.f = op.f.name();
    ++s.operations;
    (op.outcome == Type::ok ? ++row.ok, ++s.ok : op.outcome == Type::fail ? ++row.fail,
     ++s.fail : (++row.info, ++s.info));
    if (op.outcome == Type::ok) {
      row.latency_p50_ns = 1'300'000;
      row.latency_p99_ns = 61'000'000;
      row.latency_max_ns = std::max(row.latency_max_ns, op.complete_ns - op.invoke_ns);
    }
    s.duration_ns = std::max(s.duration_ns, op.invoke_ns);
  }
  for (auto& [f, row] : rows) s.rows.push_back(row);
  s.keys = 12;
  s.contested_keys = 12;
  s.concurrent_pairs = s.operations / 9;
  s.longest_without_ok_ns = 212 * kMs;
  return s;
}

inline checker::Check check(std::string name, checker::Word word, std::string reason) {
  checker::Check c;
  c.name = std::move(name);
  c.verdict = word;
  c.reason = std::move(reason);
  return c;
}

inline Sample make(std::size_t operations) {
  Sample s;
  s.history = healthy_history(operations);
  s.run.title = "raft × register × partition+kill+pause, seed 7";
  s.run.directory = "runs/20261122T115300Z-raft-register-partition+kill+pause-7";
  s.run.system = "raft";
  s.run.workload = "register";
  s.run.faults = "partition+kill+pause";
  s.run.seed = 7;
  s.run.nodes = {"n1", "n2", "n3", "n4", "n5"};
  s.run.configuration = {
      {"concurrency", "10"}, {"operation timeout", "300 ms"}, {"network", "proxy"}};
  s.run.machine = {{"processors", "2 × AMD EPYC"}, {"kernel", "Linux 6.1"}, {"riptide", "0.1.0"}};
  s.verdict.statistics = count(s.history);
  s.verdict.reproduce = "riptide replay runs/20261122T115300Z-raft-register-partition+kill+pause-7";
  return s;
}

/// Everything is well.
inline Sample valid(std::size_t operations = 5000) {
  Sample s = make(operations);
  s.verdict.verdict = checker::Word::valid;
  auto linear = check("linearizable", checker::Word::valid,
                      "every key has an order that explains all answers");
  linear.evidence = {
      "just-in-time frontier", s.verdict.statistics.operations, 12, 48'211, 0.021, 3'400'000, true};
  s.verdict.checks = {
      linear, check("not-vacuous", checker::Word::valid, "97.1 % ok; 412 operations met a fault"),
      check("faults-proved", checker::Word::valid, "5 of 5 faults took effect and were healed")};
  return s;
}

/// Puts an operation of client 90 + `client` at a time; the history stays sorted by invocation.
inline history::OpIndex add(history::History& history, const char* f, std::int64_t from_us,
                            std::int64_t to_us, std::int64_t client, Value value,
                            const char* node) {
  Operation op;
  op.f = Symbol(f);
  op.key = 5;
  op.process = history::Process(client);
  op.invoke_ns = from_us * 1000;
  op.complete_ns = to_us < 0 ? kNever : to_us * 1000;
  op.outcome = to_us < 0 ? Type::info : Type::ok;
  (op.f == "read" ? op.output : op.input) = std::move(value);
  op.node = Symbol(node);
  auto& ops = history.operations;
  const auto at = std::upper_bound(ops.begin(), ops.end(), op, [](const auto& a, const auto& b) {
    return a.invoke_ns < b.invoke_ns;
  });
  const auto index = static_cast<history::OpIndex>(at - ops.begin());
  ops.insert(at, op);
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i].index = static_cast<history::OpIndex>(i);
  return index;
}

/// A deposed leader, cut off alone, answers a read from its own state.
inline Sample stale_read(std::size_t operations = 5000) {
  Sample s = make(operations - 4);
  // In the order of their invocation, so that earlier indexes stay right.
  const auto w1 = add(s.history, "write", 1'484'000, 1'487'300, 3, 90'012, "n1");
  const auto open = add(s.history, "write", 1'700'000, -1, 8, 90'015, "n1");
  const auto w2 = add(s.history, "write", 1'812'400, 1'843'900, 1, 90'017, "n2");
  const auto read = add(s.history, "read", 2'121'300, 2'121'900, 4, 90'012, "n1");
  checker::Anomaly anomaly;
  anomaly.klass = "stale-read";
  anomaly.key = 5;
  anomaly.operations = {w1, open, w2, read};
  anomaly.culprit = read;
  anomaly.longest_prefix = {w1, w2};
  anomaly.staleness_ms = 277.4;
  anomaly.explanation = {
      "client 3 wrote 90012 to key 5: write 90012 was answered at 1,487.300 ms.",
      "client 1 then replaced it: write 90017 began at 1,812.400 ms, after write 90012 had been "
      "answered, and "
      "was itself answered at 1,843.900 ms.",
      "read → 90012 began at 2,121.300 ms, 277.4 ms after write 90017 had been answered. No later "
      "operation "
      "wrote 90012 again, and write 90015, whose outcome is unknown, wrote another value.",
      "So read → 90012 must come after write 90017, where the value is 90017 or 90015, and never "
      "90012 again: no order "
      "can place it."};
  s.verdict.statistics = count(s.history);
  s.verdict.verdict = checker::Word::invalid;
  auto linear =
      check("linearizable", checker::Word::invalid, "key 5 has no order that explains its answers");
  linear.anomalies = {anomaly};
  linear.evidence = {"just-in-time frontier",
                     s.verdict.statistics.operations,
                     12,
                     31'904,
                     0.018,
                     2'900'000,
                     false};
  s.verdict.checks = {
      linear, check("not-vacuous", checker::Word::valid, "97.1 % ok; 412 operations met a fault"),
      check("faults-proved", checker::Word::valid, "5 of 5 faults took effect and were healed")};
  return s;
}

/// Neither: `word` is unknown, vacuous or error.
inline Sample undecided(checker::Word word, std::size_t operations = 800) {
  Sample s = make(operations);
  s.verdict.verdict = word;
  const char* name = word == checker::Word::unknown   ? "linearizable"
                     : word == checker::Word::vacuous ? "not-vacuous"
                                                      : "faults-proved";
  const char* reason = word == checker::Word::unknown
                           ? "the memory limit of 2 GiB was reached on key 5 after 91 s"
                       : word == checker::Word::vacuous
                           ? "no operation was under way while a fault was in effect"
                           : "the partition of n1 could not be proved: no packet was dropped";
  s.verdict.checks = {check(name, word, reason)};
  if (word == checker::Word::error) {
    s.history.faults[0].failure = "no packet was dropped in 2 s";
    s.history.faults[0].proof_json.clear();
  }
  s.verdict.warnings = {"the last line of history.jsonl was cut off: the run was killed"};
  return s;
}

}  // namespace riptide::sample
