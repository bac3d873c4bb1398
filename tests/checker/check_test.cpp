#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "checker/anomaly.hpp"
#include "checker/certificate.hpp"
#include "checker/checker.hpp"
#include "checker/explain.hpp"
#include "checker/search/cache.hpp"
#include "checker/verdict_json.hpp"
#include "checker/witness.hpp"
#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

LinearizableOptions limited(std::uint64_t bytes = 64 << 20) {
  LinearizableOptions options;
  options.limits.memory_bytes = bytes;
  return options;
}

Check checked(const History& history, const LinearizableOptions& options = limited()) {
  auto check = check_linearizable(history, options);
  EXPECT_TRUE(check.has_value());
  return std::move(*check);
}

/// `writers` concurrent writes, then reads that all see the one written first: every order must be
/// tried, or reasoned about.
History contended(int writers) {
  Script script;
  for (int i = 0; i < writers; ++i) script.write(i, 1, 100, i % 5);
  for (int i = 0; i < writers; ++i) script.read(writers + i, 50, 100, i % 5);
  for (int i = 0; i < 3; ++i) script.cas(3 * writers + i, 1, 100, i, i + 1);
  return script.history();
}

History stale() { return Script().write(0, 1, 2, 1).write(1, 3, 4, 2).read(2, 5, 6, 1).history(); }

TEST(limits, a_tiny_memory_limit_ends_in_unknown_and_names_the_limit) {
  const Check check = checked(contended(12), limited(2048));
  EXPECT_EQ(check.verdict, Word::unknown);
  EXPECT_NE(check.reason.find("memory limit of 2.0 KiB"), std::string::npos) << check.reason;
  EXPECT_NE(check.reason.find("0 of 1 key"), std::string::npos) << check.reason;
  EXPECT_FALSE(check.evidence.certificate_validated);
}

TEST(limits, the_memory_that_is_used_stays_within_the_limit) {
  for (const std::uint64_t bytes : {8'000u, 40'000u, 200'000u, 1'000'000u}) {
    const Check check = checked(contended(16), limited(bytes));
    EXPECT_LE(check.evidence.peak_bytes, bytes);
  }
}

TEST(limits, the_stop_flag_ends_in_unknown) {
  const std::atomic<bool> stop{true};
  LinearizableOptions options = limited();
  options.limits.stop = &stop;
  const Check check = checked(contended(4), options);
  EXPECT_EQ(check.verdict, Word::unknown);
  EXPECT_NE(check.reason.find("stopped"), std::string::npos);
}

TEST(limits, time_that_has_run_out_ends_in_unknown) {
  LinearizableOptions options = limited();
  options.limits.time = Duration{1};
  const Check check = checked(contended(4), options);
  EXPECT_EQ(check.verdict, Word::unknown);
  EXPECT_NE(check.reason.find("time limit"), std::string::npos);
}

TEST(limits, a_violation_wins_over_a_key_that_could_not_be_decided) {
  Script script;
  script.history() = contended(14);
  script.key("small").write(90, 1, 2, 1).read(91, 3, 4, 2);
  const Check check = checked(script.history(), limited(3000));
  EXPECT_EQ(check.verdict, Word::invalid);
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].key, Value("small"));
}

TEST(limits, the_cache_finds_again_what_it_took_also_when_it_may_not_grow) {
  Budget budget{Limits{.memory_bytes = 64 * 16 + 10}};
  ConfigurationCache cache(2, 0, budget);
  std::uint64_t added = 0;
  for (std::uint64_t i = 0;; ++i) {
    const std::uint64_t row[] = {i, ~i};
    const auto result = cache.insert(row);
    if (result == ConfigurationCache::Insert::no_memory) break;
    ASSERT_EQ(result, ConfigurationCache::Insert::added);
    ++added;
  }
  EXPECT_EQ(added, 56u);  // seven eighths of 64
  for (std::uint64_t i = 0; i + 1 < added; ++i) {
    const std::uint64_t row[] = {i, ~i};
    EXPECT_NE(cache.insert(row), ConfigurationCache::Insert::added);
  }
}

TEST(check_linearizable, decides_each_key_on_its_own) {
  Script script;
  script.key(1).write(0, 1, 2, 7).key(2).read(1, 3, 4, Value()).key(1).read(0, 3, 4, 7);
  const Check check = checked(script.history());
  EXPECT_EQ(check.verdict, Word::valid) << check.reason;
  EXPECT_EQ(check.evidence.keys, 2u);
}

TEST(check_linearizable, operations_that_touch_in_one_moment_are_concurrent) {
  EXPECT_EQ(checked(Script().write(0, 1, 5, 1).read(1, 5, 6, Value()).history()).verdict,
            Word::valid);
  EXPECT_EQ(checked(Script().write(0, 1, 5, 1).read(1, 6, 7, Value()).history()).verdict,
            Word::invalid);
}

TEST(check_linearizable, an_unanswered_write_may_take_effect_late_but_only_once) {
  Script late;
  late.info(0, "write", 1, 1).read(1, 10, 11, Value()).read(1, 20, 21, 1);
  EXPECT_EQ(checked(late.history()).verdict, Word::valid);
  Script twice;
  twice.info(0, "write", 1, 1).read(1, 10, 11, 1).write(1, 12, 13, 2).read(1, 20, 21, 2);
  twice.read(1, 30, 31, 1);
  EXPECT_EQ(checked(twice.history()).verdict, Word::invalid);
}

TEST(check_linearizable, windows_wider_than_a_word_are_decided_too) {
  for (const int concurrent : {70, 140, 300}) {
    Script script;
    for (int i = 0; i < concurrent; ++i) script.write(i, 1, 1000, i);
    for (int i = 0; i < concurrent; ++i) script.read(i, 2000 + 10 * i, 2005 + 10 * i, 3);
    EXPECT_EQ(checked(script.history()).verdict, Word::valid);
    script.read(0, 90000, 90001, 4);
    EXPECT_EQ(checked(script.history()).verdict, Word::invalid);
  }
}

TEST(validate, refuses_an_order_that_contradicts_real_time_or_the_model_or_misses_an_operation) {
  const History history = Script().write(0, 1, 2, 1).write(1, 3, 4, 2).read(2, 5, 6, 2).history();
  EXPECT_FALSE(validate(history, *find_model("register"), {Value(5), {0, 1, 2}}).has_value());
  EXPECT_NE(validate(history, *find_model("register"), {Value(5), {1, 0, 2}})->find("before"),
            std::string::npos);
  EXPECT_TRUE(validate(history, *find_model("register"), {Value(5), {0, 2, 1}}));
  EXPECT_NE(validate(history, *find_model("register"), {Value(5), {0, 1}})->find("missing"),
            std::string::npos);
  EXPECT_NE(validate(history, *find_model("register"), {Value(5), {0, 1, 2, 2}})->find("twice"),
            std::string::npos);
  EXPECT_TRUE(validate(history, *find_model("register"), {Value(6), {0, 1, 2}}));
}

TEST(check_history, an_empty_history_and_one_in_which_all_failed_are_vacuous) {
  auto empty = check_history(History{}, limited());
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->verdict, Word::vacuous);
  auto failed = check_history(Script().failed(0, "write", 1, 2, 1).history(), limited());
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->verdict, Word::vacuous);
  auto unread = check_history(Script().write(0, 1, 2, 1).history(), limited());
  ASSERT_TRUE(unread.has_value());
  EXPECT_EQ(unread->verdict, Word::vacuous);
}

TEST(check_history, a_plain_history_without_faults_is_valid) {
  auto verdict = check_history(Script().write(0, 1, 2, 1).read(0, 3, 4, 1).history(), limited());
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->verdict, Word::valid);
  ASSERT_EQ(verdict->checks.size(), 3u);
}

TEST(check_history, a_fault_that_is_not_proved_is_an_error_and_a_violation_still_wins) {
  History history = Script().write(0, 1, 2, 1).read(0, 3, 4, 1).history();
  history.faults.push_back({.id = 1, .name = "kill", .asked_ns = 1, .failure = "still running"});
  auto verdict = check_history(history, limited());
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->verdict, Word::error);
  EXPECT_NE(verdict->checks[2].reason.find("still running"), std::string::npos);

  History wrong = stale();
  wrong.faults = history.faults;
  EXPECT_EQ(check_history(wrong, limited())->verdict, Word::invalid);
}

TEST(check_history, faults_during_which_no_operation_was_open_tested_nothing) {
  History history = Script().write(0, 1, 2, 1).read(0, 3, 4, 1).history();
  history.faults.push_back({.id = 1, .name = "kill", .took_effect_ns = 10, .healed_ns = 20});
  EXPECT_EQ(check_history(history, limited())->verdict, Word::vacuous);
  history.faults[0].took_effect_ns = 2;
  EXPECT_EQ(check_history(history, limited())->verdict, Word::valid);
}

TEST(check_linearizable, a_correct_read_after_the_stale_one_is_not_called_stale) {
  Script script;
  script.write(0, 0, 1'000'000, 10).info(1, "write", 2'000'000, 20);
  script.read(2, 3'000'000, 4'000'000, 20).read(3, 5'000'000, 6'000'000, 10);
  script.write(4, 10'000'000, 11'000'000, 30).write(5, 12'000'000, 13'000'000, 40);
  script.read(6, 14'000'000, 15'000'000, 30).read(7, 1'000'000'000, 1'001'000'000, 40);
  const Check check = checked(script.history());
  ASSERT_EQ(check.anomalies.size(), 1u);
  const Anomaly& anomaly = check.anomalies[0];
  EXPECT_TRUE(anomaly.culprit == 3 || anomaly.culprit == 6) << anomaly.culprit;
  for (const std::string& step : anomaly.explanation) {
    EXPECT_EQ(step.find("1000.000 ms"), std::string::npos) << step;
    EXPECT_EQ(step.find("so it replaced 40"), std::string::npos) << step;
  }
}

TEST(check_linearizable, a_value_that_was_taken_away_before_its_last_write_began_may_be_there) {
  Script script;  // the cas from 1 is too early; the read of 1 is right
  script.cas(0, 1, 2, 1, 2).write(1, 3, 4, 1).read(2, 900, 901, 1);
  const Check check = checked(script.history());
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].culprit, 0u);
}

Word not_vacuous(Script& script) {
  return check_not_vacuous(script.history(), statistics(script.history()), 0.02).verdict;
}

TEST(check_not_vacuous, somebody_must_look_at_a_key_that_may_have_been_written) {
  Script all_fail;
  for (int i = 0; i < 50; ++i) all_fail.failed(0, "write", 10 * i, 10 * i + 1, i);
  for (int i = 0; i < 50; ++i) all_fail.read(1, 10 * i, 10 * i + 1, Value());
  EXPECT_EQ(not_vacuous(all_fail), Word::vacuous);
  const Check check = check_not_vacuous(all_fail.history(), statistics(all_fail.history()), 0.02);
  EXPECT_NE(check.reason.find("a key that was written"), std::string::npos) << check.reason;
  Script reads;
  EXPECT_EQ(not_vacuous(reads.read(0, 1, 2, Value())), Word::vacuous);
  Script apart;
  EXPECT_EQ(not_vacuous(apart.key(1).write(0, 1, 2, 1).key(2).read(1, 3, 4, Value())),
            Word::vacuous);
  Script lost;
  EXPECT_EQ(not_vacuous(lost.write(0, 1, 2, 1).read(1, 3, 4, Value())), Word::valid);
  Script unsure;
  EXPECT_EQ(not_vacuous(unsure.info(0, "write", 1, 1).read(1, 3, 4, Value())), Word::valid);
  Script cas;
  EXPECT_EQ(not_vacuous(cas.cas(0, 1, 2, Value(), 1)), Word::valid);
}

TEST(check_faults_proved, a_fault_that_the_end_of_the_history_cut_off_is_no_error) {
  History history = Script().write(0, 1, 2, 1).read(0, 3, 40, 1).history();
  history.faults.push_back({.id = 1, .name = "kill", .asked_ns = 30});
  Check check = check_faults_proved(history);
  EXPECT_EQ(check.verdict, Word::valid);
  EXPECT_EQ(check.reason, "the history ends before 1 fault could be proved");

  history.faults.insert(history.faults.begin(), {.id = 2,
                                                 .name = "pause",
                                                 .asked_ns = 1,
                                                 .took_effect_ns = 2,
                                                 .heal_asked_ns = 10,
                                                 .healed_ns = 20});
  check = check_faults_proved(history);
  EXPECT_EQ(check.verdict, Word::valid);
  EXPECT_NE(check.reason.find("all 1 faults"), std::string::npos) << check.reason;
  EXPECT_NE(check.reason.find("ends before 1 fault"), std::string::npos) << check.reason;

  history.faults[0].healed_ns = 35;  // the run went on
  EXPECT_EQ(check_faults_proved(history).verdict, Word::error);
}

TEST(check_linearizable, explains_a_value_that_was_written_thousands_of_times) {
  Script script;
  constexpr int kWrites = 5'000;
  for (int i = 0; i < kWrites; ++i) script.write(0, 10 * i, 10 * i + 1, 1);
  for (int i = kWrites; i < 2 * kWrites; ++i) script.write(0, 10 * i, 10 * i + 1, 2);
  script.read(1, 20 * kWrites, 20 * kWrites + 1, 1);
  const Check check = checked(script.history());
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].klass, "stale-read");
  EXPECT_EQ(check.anomalies[0].operations.size(), 3u);  // the newer write covers all older ones
  EXPECT_EQ(check.anomalies[0].staleness_versions, std::uint64_t{kWrites});
  EXPECT_LT(check.anomalies[0].explanation.size(), 40u);
}

TEST(check_linearizable, explains_a_hundred_keys_and_names_the_others) {
  Script script;
  for (int i = 0; i < 103; ++i)
    script.key(i).write(0, 10 * i, 10 * i + 1, 1).read(1, 2000, 2001, 2);
  const Check check = checked(script.history());
  ASSERT_EQ(check.anomalies.size(), 103u);
  const auto short_ones =
      std::count_if(check.anomalies.begin(), check.anomalies.end(), [](const Anomaly& anomaly) {
        return anomaly.explanation.back().find("was left out") != std::string::npos;
      });
  EXPECT_EQ(short_ones, 3);
}

TEST(check_linearizable, a_failed_write_after_the_answer_or_a_cas_to_the_same_explains_nothing) {
  Script script;
  script.failed(0, "cas", 1, 2, Value(Value::List{7, 7})).read(1, 3, 4, 7);
  script.failed(0, "write", 5, 6, 7);
  const Check check = checked(script.history());
  ASSERT_EQ(check.anomalies.size(), 1u);
  EXPECT_EQ(check.anomalies[0].operations, (std::vector<OpIndex>{1}));
  for (const std::string& step : check.anomalies[0].explanation) {
    EXPECT_EQ(step.find("asked to put"), std::string::npos) << step;
    EXPECT_EQ(step.find("of the history"), std::string::npos) << step;
  }
}

TEST(explain_stuck, a_cas_to_the_same_value_that_is_taken_as_a_write_leaves_its_value) {
  const History history = Script().cas(0, 1, 2, 1, 1).read(1, 3, 4, 2).history();
  const auto keys = partition(history, *find_model("cas-register"));
  ASSERT_TRUE(keys.has_value());
  const Model model = default_model();
  const KeyHistory& key = keys->front();
  const Part part = part_of(key, {{0, true}, {1, false}});
  const auto object = make_object(model, part.key);
  Budget budget{Limits{.memory_bytes = 1 << 20}};
  const auto endings = find_endings(part.key, *object, budget);
  ASSERT_EQ(endings.found, Found::no_order);
  Stuck stuck{.history = history, .model = model, .key = key, .part = part};
  stuck.endings = &endings;
  stuck.object = object.get();
  const auto steps = explain_stuck(stuck);
  const auto tells = [&](const std::string& text) {
    return std::any_of(steps.begin(), steps.end(), [&](const std::string& step) {
      return step.find(text) != std::string::npos;
    });
  };
  EXPECT_TRUE(tells("After it key 5 holds 1."));
  EXPECT_TRUE(tells("would have to hold 2, but holds 1."));
}

TEST(limits, time_and_stop_also_end_the_work_before_and_after_the_search) {
  Script chain;  // each round of dropping takes one link away
  for (int i = 0; i < 20'000; ++i) {
    chain.info(0, "cas", i + 1, Value(Value::List{Value(i), Value(i + 1)}));
  }
  chain.write(1, 30'000, 30'001, 0);
  LinearizableOptions options = limited();
  options.limits.time = Duration{20'000'000};
  const MonoTime start = mono_now();
  checked(chain.history(), options);
  EXPECT_LT((mono_now() - start).count(), 2'000'000'000);

  const std::atomic<bool> stop{true};
  Budget stopped{Limits{.memory_bytes = 1 << 20, .stop = &stop}};
  const History history = stale();
  const auto keys = partition(history, *find_model("cas-register"));
  const Finding finding = find_anomaly(history, default_model(), keys->front(), nullptr, stopped);
  EXPECT_EQ(finding.anomaly.operations.size(), 3u);
  EXPECT_FALSE(finding.contradiction.has_value());
  EXPECT_FALSE(finding.anomaly.explanation.empty());
}

TEST(check_not_vacuous, too_small_a_share_of_successes_is_vacuous) {
  Script script;
  script.write(0, 1, 2, 1).read(0, 3, 4, 1);
  for (int i = 0; i < 8; ++i) script.failed(1, "write", 10 + i, 10 + i, 5);
  const Statistics counted = statistics(script.history());
  EXPECT_EQ(check_not_vacuous(script.history(), counted, 0.5).verdict, Word::vacuous);
  EXPECT_EQ(check_not_vacuous(script.history(), counted, 0.2).verdict, Word::valid);
}

TEST(strongest, a_violation_always_wins) {
  EXPECT_EQ(strongest(Word::invalid, Word::error), Word::invalid);
  EXPECT_EQ(strongest(Word::unknown, Word::vacuous), Word::unknown);
  EXPECT_EQ(strongest(Word::error, Word::unknown), Word::error);
  EXPECT_EQ(strongest(Word::valid, Word::vacuous), Word::vacuous);
}

TEST(statistics, counts_outcomes_latencies_contention_and_the_longest_silence) {
  Script script;
  script.key(1).write(0, 0, 10, 1).read(1, 5, 25, 1).key(2).read(2, 30, 31, Value());
  script.failed(2, "write", 40, 50, 3).info(3, "write", 60, 4);
  script.history().operations.back().gave_up_ns = 131;
  const Statistics s = statistics(script.history());
  EXPECT_EQ(s.operations, 5u);
  EXPECT_EQ(s.ok, 3u);
  EXPECT_EQ(s.fail, 1u);
  EXPECT_EQ(s.info, 1u);
  EXPECT_EQ(s.keys, 2u);
  EXPECT_EQ(s.contested_keys, 1u);
  EXPECT_EQ(s.concurrent_pairs, 1u);
  EXPECT_EQ(s.duration_ns, 131);
  EXPECT_EQ(s.longest_without_ok_ns, 100);
  ASSERT_EQ(s.rows.size(), 2u);
  EXPECT_EQ(s.rows[0].f, "read");
  EXPECT_EQ(s.rows[0].latency_p50_ns, 1);
  EXPECT_EQ(s.rows[0].latency_max_ns, 20);
}

TEST(verdict_json, comes_back_as_it_was_written) {
  History history = stale();
  history.operations[2].node = history::Symbol("n1");
  history.operations[2].error = "odd bytes \xff\xfe";
  history.faults.push_back({.id = 4,
                            .name = "kill",
                            .took_effect_ns = 2,
                            .healed_ns = 3,
                            .proof_json = R"({"exit":9})"});
  auto verdict = check_history(history, limited());
  ASSERT_TRUE(verdict.has_value());
  verdict->reproduce = "riptide replay runs/x";
  verdict->warnings = {"the last line is cut off"};
  const std::string text = to_json(*verdict, history);
  EXPECT_NE(text.find("\"operation_details\""), std::string::npos);
  EXPECT_NE(text.find("\"exit\": 9"), std::string::npos);
  auto back = verdict_from_json(text, "verdict.json");
  ASSERT_TRUE(back.has_value()) << back.error().text();
  EXPECT_EQ(to_json(*back, history), text);
  EXPECT_EQ(back->verdict, Word::invalid);
  EXPECT_EQ(back->checks[0].anomalies[0].klass, "stale-read");
  EXPECT_EQ(back->checks[0].anomalies[0].operations, (std::vector<OpIndex>{0, 1, 2}));
  EXPECT_EQ(back->checks[0].anomalies[0].staleness_ms,
            verdict->checks[0].anomalies[0].staleness_ms);
}

TEST(verdict_json, damaged_text_is_an_error_that_names_the_file) {
  auto verdict = check_history(stale(), limited());
  const std::string text = to_json(*verdict, stale());
  for (const std::string& damaged :
       {std::string(), std::string("[]"), std::string("{\"version\":2}"),
        text.substr(0, text.size() / 2), std::string("{\"version\":1,\"verdict\":\"fine\"}")}) {
    const auto back = verdict_from_json(damaged, "runs/x/verdict.json");
    ASSERT_FALSE(back.has_value()) << damaged;
    EXPECT_NE(back.error().text().find("runs/x/verdict.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace riptide::checker::testing
