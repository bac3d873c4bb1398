// check_linearizable against brute force: verdicts, certificates and witnesses of random histories.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "checker/anomaly.hpp"
#include "checker/certificate.hpp"
#include "checker/verdict_json.hpp"
#include "checker/witness.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

LinearizableOptions options_with_certificates() {
  LinearizableOptions options;
  options.limits.memory_bytes = 16 << 20;
  options.keep_certificates = true;
  return options;
}

std::string told(const Check& check, const History& history) {
  std::string text;
  for (const Operation& o : history.operations) {
    text += std::to_string(o.index) + " " + o.f.name() + " " + o.input.json() + " -> " +
            o.output.json() + " [" + std::to_string(o.invoke_ns) + "," +
            std::to_string(o.complete_ns) + "] " + std::string(name(o.outcome)) + "\n";
  }
  for (const Anomaly& anomaly : check.anomalies) {
    text += anomaly.klass + " of";
    for (const OpIndex index : anomaly.operations) text += " " + std::to_string(index);
    text += "\n";
    for (const std::string& step : anomaly.explanation) text += step + "\n";
  }
  return text;
}

/// Whether dropping `index` from `from` is allowed in a proof: no operation that stays observed it.
bool may_be_dropped(const History& history, const std::vector<OpIndex>& from, OpIndex index) {
  const Operation& dropped = history.operations[index];
  if (dropped.f == "read") return true;
  const Value written = dropped.f == "write" ? dropped.input : (*dropped.input.list())[1];
  return std::none_of(from.begin(), from.end(), [&](OpIndex other) {
    const Operation& o = history.operations[other];
    if (other == index || o.outcome == Type::fail) return false;
    if (o.f == "read") return o.output == written;
    return o.f == "cas" && (*o.input.list())[0] == written;
  });
}

/// Whether no operation but the culprit can be left out of the proof, which may take some of its
/// cas as plain writes.
bool minimal(const History& history, const Anomaly& anomaly) {
  std::vector<OpIndex> cas;
  for (const OpIndex index : anomaly.operations) {
    if (history.operations[index].f == "cas" && index != anomaly.culprit) cas.push_back(index);
  }
  for (std::uint32_t mask = 0; mask < 1u << cas.size(); ++mask) {
    History weaker = history;
    for (std::size_t i = 0; i < cas.size(); ++i) {
      Operation& o = weaker.operations[cas[i]];
      if ((mask >> i & 1) == 0) continue;
      const Value to = (*o.input.list())[1];
      o.f = history::Symbol("write");
      o.input = to;
    }
    const auto& all = anomaly.operations;
    const bool proof = !BruteForce(weaker, all).linearizable();
    if (proof && std::all_of(all.begin(), all.end(), [&](OpIndex index) {
          if (index == anomaly.culprit || !may_be_dropped(weaker, all, index)) return true;
          std::vector<OpIndex> rest = all;
          std::erase(rest, index);
          return BruteForce(weaker, rest).linearizable();
        })) {
      return true;
    }
  }
  return false;
}

void check_one(const History& history, std::set<std::string>& classes) {
  const bool expected = BruteForce(history).linearizable();
  const auto check = check_linearizable(history, options_with_certificates());
  ASSERT_TRUE(check.has_value()) << check.error().text();
  ASSERT_EQ(check->verdict, expected ? Word::valid : Word::invalid) << check->reason << "\n"
                                                                    << told(*check, history);
  if (expected) {
    for (const Certificate& certificate : check->certificates) {
      ASSERT_FALSE(validate(history, default_model(), certificate).has_value());
    }
    return;
  }
  ASSERT_EQ(check->anomalies.size(), 1u);
  const Anomaly& anomaly = check->anomalies.front();
  classes.insert(anomaly.klass);
  ASSERT_FALSE(anomaly.explanation.empty());
  ASSERT_FALSE(BruteForce(history, anomaly.operations).linearizable())
      << "the witness is possible\n"
      << told(*check, history);
  ASSERT_TRUE(std::count(anomaly.operations.begin(), anomaly.operations.end(), anomaly.culprit) ==
              1)
      << told(*check, history);
  // Nothing that a proof may leave out is left in.
  if (anomaly.klass == "phantom-value" || anomaly.klass == "future-read") return;
  ASSERT_TRUE(minimal(history, anomaly)) << told(*check, history);
}

TEST(check_linearizable, agrees_with_brute_force_and_proves_each_answer) {
  Random random(17, "linearizable");
  std::set<std::string> classes;
  for (int i = 0; i < share_of(60'000); ++i) {
    check_one(random_history(random, 8, i % 3 != 0), classes);
    if (::testing::Test::HasFatalFailure()) FAIL() << "history " << i;
  }
  for (const char* klass : {"stale-read", "phantom-value", "future-read", "broken-cas",
                            "lost-write", "new-old-inversion", "non-linearizable"}) {
    EXPECT_TRUE(classes.contains(klass)) << klass << " never came up";
  }
}

TEST(closure, of_a_linearizable_history_is_linearizable_whatever_it_starts_from) {
  Random random(19, "closure");
  int closed = 0;
  for (int i = 0; i < share_of(40'000); ++i) {
    const History history = random_history(random, 8, true);
    if (!BruteForce(history).linearizable()) continue;
    const auto keys = partition(history, *find_model("cas-register"));
    ASSERT_TRUE(keys.has_value());
    if (keys->empty()) continue;
    Members members;
    for (std::uint32_t p = 0; p < keys->front().entries.size(); ++p) {
      if (random.chance(0.4)) members.push_back({p, false});
    }
    Budget budget{Limits{.memory_bytes = 1 << 20}};
    const Members set = closure(keys->front(), members);
    ASSERT_EQ(impossible(keys->front(), set, budget, Reductions::plain), false);
    ++closed;
  }
  EXPECT_GT(closed, least_of(5000));
}

/// A run of a correct register: each operation takes effect at a moment inside its interval.
History correct_run(Random& random, int operations, int processes, double info) {
  Script script;
  std::vector<std::int64_t> free_at(static_cast<std::size_t>(processes), 0);
  Value state;
  std::int64_t effect = 0;
  int next_process = processes;
  std::vector<int> ids(static_cast<std::size_t>(processes));
  for (int i = 0; i < processes; ++i) ids[static_cast<std::size_t>(i)] = i;
  for (int i = 0; i < operations; ++i) {
    const std::size_t p = random.below(ids.size());
    effect = std::max(effect, free_at[p] + 1) + random.between(0, 5);
    const std::int64_t call = std::max(free_at[p] + 1, effect - random.between(0, 40));
    const std::int64_t end = effect + random.between(0, 40);
    free_at[p] = end;
    const bool open = random.chance(info);
    if (open) ids[p] = next_process++;
    if (random.chance(0.5)) {
      open ? script.info(ids[p], "read", call, Value()) : script.read(ids[p], call, end, state);
    } else if (random.chance(0.6)) {
      open ? script.info(ids[p], "write", call, 1000 + i)
           : script.write(ids[p], call, end, 1000 + i);
      if (!open || random.chance(0.5)) state = 1000 + i;
    } else {
      const Value from = state;
      if (open) {
        script.info(ids[p], "cas", call, Value(Value::List{from, 1000 + i}));
      } else {
        script.cas(ids[p], call, end, from, 1000 + i);
      }
      if (!open || random.chance(0.5)) state = 1000 + i;
    }
  }
  auto& all = script.history().operations;
  std::stable_sort(all.begin(), all.end(), [](const Operation& a, const Operation& b) {
    return a.invoke_ns < b.invoke_ns;
  });
  for (OpIndex i = 0; i < all.size(); ++i) all[i].index = i;
  return script.history();
}

TEST(check_linearizable, accepts_every_run_of_a_correct_register) {
  Random random(23, "correct");
  for (int i = 0; i < 300; ++i) {
    const History history = correct_run(random, 300, 10, i % 2 == 0 ? 0.0 : 0.03);
    const auto check = check_linearizable(history, options_with_certificates());
    ASSERT_TRUE(check.has_value());
    ASSERT_EQ(check->verdict, Word::valid) << check->reason << told(*check, history);
    ASSERT_TRUE(check->evidence.certificate_validated);
  }
}

TEST(check_linearizable, shows_a_stale_read_in_a_long_run_with_at_most_six_operations) {
  Random random(29, "stale");
  int found = 0;
  for (int i = 0; i < 200; ++i) {
    History history = correct_run(random, 300, 8, 0.01);
    // Somebody reads late what an early completed read saw.
    std::vector<Operation*> reads;
    for (Operation& o : history.operations) {
      if (o.f == "read" && o.outcome == Type::ok && !o.output.is_nil()) reads.push_back(&o);
    }
    if (reads.size() < 60) continue;
    reads[reads.size() - 1 - random.below(10)]->output = reads[random.below(20)]->output;
    const auto check = check_linearizable(history, options_with_certificates());
    ASSERT_TRUE(check.has_value());
    if (check->verdict == Word::valid) continue;
    ASSERT_EQ(check->verdict, Word::invalid) << check->reason;
    const Anomaly& anomaly = check->anomalies.front();
    ASSERT_LE(anomaly.operations.size(), 6u) << told(*check, history);
    ASSERT_FALSE(BruteForce(history, anomaly.operations).linearizable()) << told(*check, history);
    ++found;
  }
  EXPECT_GT(found, 150);
}

}  // namespace
}  // namespace riptide::checker::testing
