// The inverse of to_json(): what `report` reads back.
#include <nlohmann/json.hpp>

#include "checker/verdict_json.hpp"

namespace riptide::checker {

namespace {

using Json = nlohmann::json;

// Below, a field that is missing or of another type throws; verdict_from_json() catches it.

Word word_of(const Json& json) {
  const auto text = json.get<std::string>();
  for (const Word word : {Word::valid, Word::vacuous, Word::unknown, Word::error, Word::invalid}) {
    if (name(word) == text) return word;
  }
  throw std::invalid_argument("\"" + text + "\" is no verdict");
}

history::Value value_of(const Json& json) {
  auto value = history::Value::from_json(json.dump());
  if (!value) throw std::invalid_argument(value.error().text());
  return std::move(*value);
}

FinalState final_state_of(const Json& json) {
  FinalState final;
  final.state = json.at("state").get<std::string>();
  final.order_tail = json.at("order_tail").get<std::vector<history::OpIndex>>();
  for (const Json& left : json.at("why_not")) {
    final.why_not.emplace_back(left.at("operation").get<history::OpIndex>(),
                               left.at("why").get<std::string>());
  }
  return final;
}

Progress progress_of(const Json& json) {
  Progress progress;
  progress.key = value_of(json.at("key"));
  const Json& until = json.at("decided_until_ns");
  if (!until.is_null()) progress.decided_until_ns = until.get<std::int64_t>();
  progress.operations_decided = json.at("operations_decided").get<std::uint64_t>();
  progress.longest_prefix = json.at("longest_prefix").get<std::vector<history::OpIndex>>();
  return progress;
}

Anomaly anomaly_of(const Json& json) {
  Anomaly anomaly;
  anomaly.klass = json.at("class").get<std::string>();
  anomaly.key = value_of(json.at("key"));
  anomaly.operations = json.at("operations").get<std::vector<history::OpIndex>>();
  anomaly.culprit = json.at("culprit").get<history::OpIndex>();
  anomaly.explanation = json.at("explanation").get<std::vector<std::string>>();
  if (json.contains("staleness_ms")) anomaly.staleness_ms = json.at("staleness_ms").get<double>();
  if (json.contains("staleness_versions")) {
    anomaly.staleness_versions = json.at("staleness_versions").get<std::uint64_t>();
  }
  anomaly.minimal = json.value("minimal", true);
  anomaly.longest_prefix = json.at("longest_prefix").get<std::vector<history::OpIndex>>();
  if (json.contains("final_states")) {
    for (const Json& final : json.at("final_states")) {
      anomaly.final_states.push_back(final_state_of(final));
    }
  }
  return anomaly;
}

Check check_of(const Json& json) {
  Check check;
  check.name = json.at("name").get<std::string>();
  check.verdict = word_of(json.at("verdict"));
  check.reason = json.at("reason").get<std::string>();
  for (const Json& anomaly : json.at("anomalies")) check.anomalies.push_back(anomaly_of(anomaly));
  if (json.contains("progress")) check.progress = progress_of(json.at("progress"));
  const Json& e = json.at("evidence");
  check.evidence = {.algorithm = e.at("algorithm").get<std::string>(),
                    .operations = e.at("operations").get<std::uint64_t>(),
                    .keys = e.at("keys").get<std::uint64_t>(),
                    .states = e.at("states").get<std::uint64_t>(),
                    .seconds = e.at("seconds").get<double>(),
                    .peak_bytes = e.at("peak_bytes").get<std::uint64_t>(),
                    .certificate_validated = e.at("certificate_validated").get<bool>()};
  return check;
}

void read_rates(const Json& json, Statistics& s) {
  s.buckets_from_ns = json.at("from_ns").get<std::int64_t>();
  s.bucket_ns = json.at("bucket_ns").get<std::int64_t>();
  for (const Json& b : json.at("buckets")) {
    s.buckets.push_back({b.at(0).get<std::uint64_t>(), b.at(1).get<std::uint64_t>(),
                         b.at(2).get<std::uint64_t>(), b.at(3).get<std::uint64_t>(),
                         b.at(4).get<std::uint64_t>()});
  }
}

Statistics statistics_of(const Json& json) {
  Statistics s;
  s.operations = json.at("operations").get<std::uint64_t>();
  s.ok = json.at("ok").get<std::uint64_t>();
  s.fail = json.at("fail").get<std::uint64_t>();
  s.info = json.at("info").get<std::uint64_t>();
  s.keys = json.at("keys").get<std::uint64_t>();
  s.contested_keys = json.at("contested_keys").get<std::uint64_t>();
  s.concurrent_pairs = json.at("concurrent_pairs").get<std::uint64_t>();
  s.duration_ns = json.at("duration_ns").get<std::int64_t>();
  s.longest_without_ok_ns = json.at("longest_without_ok_ns").get<std::int64_t>();
  s.longest_without_ok_from_ns = json.value("longest_without_ok_from_ns", std::int64_t{0});
  s.availability = json.value("availability", 0.0);
  s.never_ok = json.value("never_ok", std::vector<std::string>());
  if (json.contains("rates")) read_rates(json.at("rates"), s);
  for (const Json& row : json.at("by_f")) {
    s.rows.push_back({.f = row.at("f").get<std::string>(),
                      .ok = row.at("ok").get<std::uint64_t>(),
                      .fail = row.at("fail").get<std::uint64_t>(),
                      .info = row.at("info").get<std::uint64_t>(),
                      .latency_p50_ns = row.at("latency_p50_ns").get<std::int64_t>(),
                      .latency_p99_ns = row.at("latency_p99_ns").get<std::int64_t>(),
                      .latency_max_ns = row.at("latency_max_ns").get<std::int64_t>(),
                      .latency_p90_ns = row.value("latency_p90_ns", std::int64_t{0}),
                      .latency_p999_ns = row.value("latency_p999_ns", std::int64_t{0})});
  }
  return s;
}

Verdict verdict_of(const Json& json) {
  Verdict verdict;
  verdict.verdict = word_of(json.at("verdict"));
  for (const Json& check : json.at("checks")) verdict.checks.push_back(check_of(check));
  verdict.statistics = statistics_of(json.at("statistics"));
  verdict.reproduce = json.at("reproduce").get<std::string>();
  verdict.warnings = json.at("warnings").get<std::vector<std::string>>();
  return verdict;
}

}  // namespace

Result<Verdict> verdict_from_json(std::string_view text, std::string_view name) {
  const auto damaged = [&](std::string why) {
    return fail(std::string(name) + " is not a verdict that Riptide can read")
        .because(std::move(why))
        .fix("Make it again from the history with `riptide check`.");
  };
  try {
    const Json json = Json::parse(text);
    if (!json.is_object()) return damaged("it is not a JSON object");
    if (json.value("version", 0) != 1) {
      return damaged("its version is " + json.value("version", Json()).dump() + ", not 1");
    }
    return verdict_of(json);
  } catch (const std::exception& problem) {
    return damaged(problem.what());
  }
}

}  // namespace riptide::checker
