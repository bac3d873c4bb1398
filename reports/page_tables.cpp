#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "reports/escape.hpp"
#include "reports/page_sections.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using history::Fault;
using history::kNever;

std::string cell(std::string_view text) { return fmt::format("<td>{}</td>", escape(text)); }
std::string number_cell(std::string_view text) {
  return fmt::format("<td class=\"n\">{}</td>", escape(text));
}
std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "–";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}
std::string latency(std::int64_t ns) { return ns > 0 ? format_duration(Duration(ns)) : "–"; }

std::string seconds(std::int64_t t_ns) {
  return t_ns == kNever ? "never" : fmt::format("{:.3f} s", static_cast<double>(t_ns) / 1e9);
}

/// `{"probe":"timed out","dropped":12}` → "probe: timed out, dropped: 12"; anything else as it is.
std::string proof_words(std::string_view json) {
  const auto proof = nlohmann::ordered_json::parse(json, nullptr, false);
  if (!proof.is_object()) return std::string(json);
  using nlohmann::ordered_json;
  std::string words;
  for (const auto& [name, value] : proof.items()) {
    words +=
        (words.empty() ? "" : ", ") + name + ": " +
        (value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }
  return words;
}

/// Operations that were under way while a fault was in effect.
std::uint64_t operations_under_faults(const history::History& history) {
  std::uint64_t count = 0;
  for (const auto& op : history.operations) {
    const std::int64_t end = last_seen_ns(op);
    count += std::any_of(history.faults.begin(), history.faults.end(), [&](const Fault& fault) {
      return fault.took_effect_ns != kNever && op.invoke_ns <= fault.healed_ns &&
             end >= fault.took_effect_ns;
    });
  }
  return count;
}

std::string tile(std::string_view value, std::string_view name, std::string_view hint) {
  return fmt::format("<li><b>{}</b><span>{}</span><small>{}</small></li>", escape(value),
                     escape(name), escape(hint));
}

std::string fault_row(const Fault& fault) {
  const auto proof = [](std::string_view json) {
    return fmt::format("<td class=\"proof\">{}</td>",
                       json.empty() ? "–" : escape(shorten(proof_words(json), 400)));
  };
  const std::string state = fault.proved() ? "<span class=\"tag s-pass\">✓ proved</span>"
                                           : "<span class=\"tag s-harness\">! not proved</span>";
  return fmt::format(
             "<tr><td>{}</td><td>{}{}</td>{}{}{}{}", state,
             escape(fault.description.empty() ? fault.name : fault.description),
             fault.failure.empty() ? "" : fmt::format("<br><em>{}</em>", escape(fault.failure)),
             number_cell(seconds(fault.asked_ns)), number_cell(seconds(fault.took_effect_ns)),
             number_cell(seconds(fault.heal_asked_ns)), number_cell(seconds(fault.healed_ns))) +
         proof(fault.proof_json) + proof(fault.heal_proof_json) + "</tr>";
}

}  // namespace

std::string pairs_table(std::string_view caption, const Pairs& pairs) {
  if (pairs.empty()) return {};
  std::string rows;
  for (const auto& [name, value] : pairs) {
    rows +=
        fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(name), escape(value));
  }
  return fmt::format(
      "<div class=\"scroll\"><table "
      "class=\"pairs\"><caption>{}</caption><tbody>{}</tbody></table></div>",
      escape(caption), rows);
}

std::string was_it_a_test_section(const PageInput& page) {
  const auto& s = page.verdict.statistics;
  const auto& faults = page.history.faults;
  const auto proved =
      std::count_if(faults.begin(), faults.end(), [](const Fault& f) { return f.proved(); });
  std::string tiles = "<ul class=\"tiles\">";
  tiles += tile(share(s.ok, s.operations), "operations succeeded",
                fmt::format("{} of {}", format_count(s.ok), format_count(s.operations)));
  tiles += tile(fmt::format("{} of {}", proved, faults.size()), "faults proved",
                faults.empty() ? "none was asked for" : "each with its evidence below");
  tiles += tile(format_count(operations_under_faults(page.history)), "operations met a fault",
                "under way while one was in effect");
  tiles += tile(fmt::format("{} of {}", format_count(s.contested_keys), format_count(s.keys)),
                "keys contested", "two operations on it overlapped");
  tiles += tile(format_count(s.concurrent_pairs), "concurrent pairs", "overlapped on one key");
  const auto changes = std::count_if(page.history.leaders.begin(), page.history.leaders.end(),
                                     [](const auto& leader) { return !leader.node.empty(); });
  tiles += tile(std::to_string(changes), "leaders seen",
                "longest time without an ok: " + latency(s.longest_without_ok_ns));
  return section(
      "test", "Was it a test?",
      "<p>A run in which nothing overlapped, nothing failed or nothing succeeded proves nothing, "
      "whatever its verdict.</p>" +
          tiles + "</ul>");
}

std::string numbers_section(const PageInput& page) {
  std::string rows;
  for (const auto& row : page.verdict.statistics.rows) {
    rows += "<tr>" + cell(row.f) + number_cell(format_count(row.ok)) +
            number_cell(format_count(row.fail)) + number_cell(format_count(row.info)) +
            number_cell(latency(row.latency_p50_ns)) + number_cell(latency(row.latency_p99_ns)) +
            number_cell(latency(row.latency_max_ns)) + "</tr>";
  }
  const auto& s = page.verdict.statistics;
  rows += "<tr class=\"sum\"><td>all</td>" + number_cell(format_count(s.ok)) +
          number_cell(format_count(s.fail)) + number_cell(format_count(s.info)) +
          "<td></td><td></td><td></td></tr>";
  return section(
      "numbers", "Operations",
      "<div class=\"scroll\"><table><thead><tr><th>Function</th><th class=\"n\">ok</th>"
      "<th class=\"n\">fail</th><th class=\"n\">info</th><th class=\"n\">p50</th><th "
      "class=\"n\">p99</th>"
      "<th class=\"n\">slowest</th></tr></thead><tbody>" +
          rows +
          "</tbody></table></div>"
          "<p class=\"note\">ok: it happened. fail: it surely did not, and never will. info: "
          "nobody knows; "
          "it may have happened, or may happen later. Latencies are those of ok operations.</p>");
}

std::string faults_section(const PageInput& page) {
  if (page.history.faults.empty()) return {};
  std::string rows;
  for (const auto& fault : page.history.faults) rows += fault_row(fault);
  return section(
      "faults", "Faults, with their proofs",
      "<div class=\"scroll\" tabindex=\"0\" aria-label=\"Faults\"><table "
      "class=\"faults\"><thead><tr>"
      "<th></th><th>Fault</th><th class=\"n\">Asked</th><th class=\"n\">Took effect</th>"
      "<th class=\"n\">Heal asked</th><th class=\"n\">Healed</th><th>Proof of effect</th>"
      "<th>Proof of healing</th></tr></thead><tbody>" +
          rows + "</tbody></table></div>");
}

std::string evidence_section(const PageInput& page) {
  std::string rows;
  for (const auto& check : page.verdict.checks) {
    const auto& e = check.evidence;
    if (e.algorithm.empty() && e.operations == 0) continue;
    rows += "<tr>" + cell(check_title(check.name)) + cell(e.algorithm) +
            number_cell(format_count(e.operations)) + number_cell(format_count(e.keys)) +
            number_cell(format_count(e.states)) + number_cell(fmt::format("{:.3f} s", e.seconds)) +
            number_cell(format_size(e.peak_bytes)) +
            cell(e.certificate_validated                 ? "✓ by independent code"
                 : check.verdict == checker::Word::valid ? "no"
                                                         : "none: not valid") +
            "</tr>";
  }
  if (rows.empty()) return {};
  return section("evidence", "Evidence",
                 "<div class=\"scroll\"><table><thead><tr><th>Check</th><th>Algorithm</th><th "
                 "class=\"n\">Operations</th>"
                 "<th class=\"n\">Keys</th><th class=\"n\">States</th><th class=\"n\">Time</th>"
                 "<th class=\"n\">Memory</th><th>Certificate validated</th></tr></thead><tbody>" +
                     rows + "</tbody></table></div>");
}

std::string configuration_section(const PageInput& page) {
  Pairs configuration = page.run.configuration;
  if (!page.run.directory.empty())
    configuration.insert(configuration.begin(), {"directory", page.run.directory});
  if (!page.run.nodes.empty()) {
    std::string nodes;
    for (const auto& node : page.run.nodes) nodes += (nodes.empty() ? "" : ", ") + node;
    configuration.insert(configuration.begin(), {"nodes", nodes});
  }
  const std::string tables =
      pairs_table("Configuration", configuration) + pairs_table("Machine", page.run.machine);
  return tables.empty() ? std::string()
                        : section("configuration", "Configuration and machine",
                                  "<div class=\"two\">" + tables + "</div>");
}

}  // namespace riptide::reports
