// verdict.json. Written so that a reader needs no history: the operations of
// an anomaly are given in full beside their indices.
#include "checker/verdict_json.hpp"

#include <nlohmann/json.hpp>

namespace riptide::checker {

namespace {

// Insertion order, so that the file reads from the verdict down.
using Json = nlohmann::ordered_json;
using history::Operation;

Json value_json(const history::Value& value) { return Json::parse(value.json(), nullptr, false); }

Json time_json(std::int64_t ns) { return ns == history::kNever ? Json() : Json(ns); }

Json operation_json(const Operation& operation) {
  Json json = {{"index", operation.index},
               {"process", operation.process.value()},
               {"f", operation.f.name()},
               {"key", value_json(operation.key)},
               {"value", value_json(operation.f == "read" ? operation.output : operation.input)},
               {"type", history::name(operation.outcome)},
               {"invoke_ns", operation.invoke_ns},
               {"complete_ns", time_json(operation.complete_ns)}};
  if (!operation.node.empty()) json["node"] = operation.node.name();
  if (!operation.error.empty()) json["error"] = operation.error;
  return json;
}

Json final_state_json(const FinalState& final) {
  Json why_not = Json::array();
  for (const auto& [operation, why] : final.why_not) {
    why_not.push_back({{"operation", operation}, {"why", why}});
  }
  return {
      {"state", final.state}, {"order_tail", final.order_tail}, {"why_not", std::move(why_not)}};
}

Json progress_json(const Progress& progress) {
  const bool known = progress.decided_until_ns != INT64_MIN;
  return {{"key", value_json(progress.key)},
          {"decided_until_ns", known ? Json(progress.decided_until_ns) : Json()},
          {"operations_decided", progress.operations_decided},
          {"longest_prefix", progress.longest_prefix}};
}

Json anomaly_json(const Anomaly& anomaly, const history::History& history) {
  Json json = {{"class", anomaly.klass},           {"key", value_json(anomaly.key)},
               {"operations", anomaly.operations}, {"minimal", anomaly.minimal},
               {"culprit", anomaly.culprit},       {"explanation", anomaly.explanation}};
  if (anomaly.staleness_ms) json["staleness_ms"] = *anomaly.staleness_ms;
  if (anomaly.staleness_versions) json["staleness_versions"] = *anomaly.staleness_versions;
  json["longest_prefix"] = anomaly.longest_prefix;
  json["final_states"] = Json::array();
  for (const FinalState& final : anomaly.final_states) {
    json["final_states"].push_back(final_state_json(final));
  }
  json["operation_details"] = Json::array();
  for (const history::OpIndex index : anomaly.operations) {
    if (index < history.operations.size()) {
      json["operation_details"].push_back(operation_json(history.operations[index]));
    }
  }
  return json;
}

Json check_json(const Check& check, const history::History& history) {
  Json anomalies = Json::array();
  for (const Anomaly& anomaly : check.anomalies)
    anomalies.push_back(anomaly_json(anomaly, history));
  const Evidence& e = check.evidence;
  Json json = {{"name", check.name},
               {"verdict", name(check.verdict)},
               {"reason", check.reason},
               {"anomalies", std::move(anomalies)}};
  if (check.progress) json["progress"] = progress_json(*check.progress);
  json["evidence"] = {{"algorithm", e.algorithm},
                      {"operations", e.operations},
                      {"keys", e.keys},
                      {"states", e.states},
                      {"seconds", e.seconds},
                      {"peak_bytes", e.peak_bytes},
                      {"certificate_validated", e.certificate_validated}};
  return json;
}

Json statistics_json(const Statistics& s) {
  Json rows = Json::array();
  for (const Statistics::Row& row : s.rows) {
    rows.push_back({{"f", row.f},
                    {"ok", row.ok},
                    {"fail", row.fail},
                    {"info", row.info},
                    {"latency_p50_ns", row.latency_p50_ns},
                    {"latency_p90_ns", row.latency_p90_ns},
                    {"latency_p99_ns", row.latency_p99_ns},
                    {"latency_p999_ns", row.latency_p999_ns},
                    {"latency_max_ns", row.latency_max_ns}});
  }
  Json buckets = Json::array();
  for (const Statistics::Bucket& b : s.buckets)
    buckets.push_back({b.invoked, b.ok, b.fail, b.info, b.tried});
  return {{"operations", s.operations},
          {"ok", s.ok},
          {"fail", s.fail},
          {"info", s.info},
          {"keys", s.keys},
          {"contested_keys", s.contested_keys},
          {"concurrent_pairs", s.concurrent_pairs},
          {"duration_ns", s.duration_ns},
          {"longest_without_ok_ns", s.longest_without_ok_ns},
          {"longest_without_ok_from_ns", s.longest_without_ok_from_ns},
          {"availability", s.availability},
          {"never_ok", s.never_ok},
          {"rates",
           {{"from_ns", s.buckets_from_ns},
            {"bucket_ns", s.bucket_ns},
            {"columns", {"invoked", "ok", "fail", "info", "tried"}},
            {"buckets", std::move(buckets)}}},
          {"by_f", std::move(rows)}};
}

/// JSON text as JSON; text that is none stays text.
Json embedded(const std::string& text) {
  if (text.empty()) return {};
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

Json fault_json(const history::Fault& fault) {
  Json json = {{"id", fault.id},
               {"name", fault.name},
               {"description", fault.description},
               {"targets", fault.targets},
               {"proved", fault.proved()},
               {"asked_ns", time_json(fault.asked_ns)},
               {"took_effect_ns", time_json(fault.took_effect_ns)},
               {"heal_asked_ns", time_json(fault.heal_asked_ns)},
               {"healed_ns", time_json(fault.healed_ns)},
               {"proof", embedded(fault.proof_json)},
               {"heal_proof", embedded(fault.heal_proof_json)}};
  if (!fault.failure.empty()) json["failure"] = fault.failure;
  return json;
}

/// Untrusted bytes (a node's error text) may be no UTF-8: replaced, never an exception.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const Verdict& verdict, const history::History& history) {
  Json json = {{"version", 1}, {"verdict", name(verdict.verdict)}, {"checks", Json::array()}};
  for (const Check& check : verdict.checks) json["checks"].push_back(check_json(check, history));
  json["statistics"] = statistics_json(verdict.statistics);
  json["faults"] = Json::array();
  for (const history::Fault& fault : history.faults) json["faults"].push_back(fault_json(fault));
  json["reproduce"] = verdict.reproduce;
  json["warnings"] = verdict.warnings;
  return text_of(json);
}

}  // namespace riptide::checker
