#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.hpp"
#include "reports/reports.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using checker::Check;
using checker::Word;

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escape(name), escape(value));
}

std::string body(const Check& check) {
  std::string text;
  for (const auto& anomaly : check.anomalies) {
    text += anomaly_title(anomaly) + "\n";
    for (std::size_t i = 0; i < anomaly.explanation.size(); ++i) {
      text += fmt::format("  {}. {}\n", i + 1, without_number(anomaly.explanation[i]));
    }
  }
  return text;
}

std::string message(const Check& check) {
  if (!check.reason.empty()) return check.reason;
  if (check.anomalies.empty()) return std::string(checker::name(check.verdict));
  const auto& first = check.anomalies.front();
  return fmt::format("{}: {} operations prove it", anomaly_title(first), first.operations.size());
}

std::string testcase(const RunInfo& run, const Check& check, const std::string& properties) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                                escape(run.title), escape(check.name), check.evidence.seconds);
  out += "    <properties>\n" + properties + "    </properties>\n";
  if (check.verdict != Word::valid) {
    const std::string_view tag = check.verdict == Word::invalid ? "failure" : "error";
    const std::string type = check.anomalies.empty() ? std::string(checker::name(check.verdict))
                                                     : check.anomalies.front().klass;
    out += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", tag, escape(type),
                       escape(message(check)), escape(body(check)));
  }
  return out + "    </testcase>\n";
}

}  // namespace

std::string junit_xml(const RunInfo& run, const checker::Verdict& verdict) {
  const std::string properties = property("seed", std::to_string(run.seed)) +
                                 property("command", verdict.reproduce) +
                                 property("directory", run.directory);
  std::size_t failures = 0, errors = 0;
  double seconds = 0;
  std::string cases;
  for (const auto& check : verdict.checks) {
    failures += check.verdict == Word::invalid;
    errors += check.verdict != Word::invalid && check.verdict != Word::valid;
    seconds += check.evidence.seconds;
    cases += testcase(run, check, properties);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"riptide\" tests=\"{0}\" failures=\"{1}\" errors=\"{2}\" "
      "time=\"{3:.3f}\">\n"
      "  <testsuite name=\"{4}\" tests=\"{0}\" failures=\"{1}\" errors=\"{2}\" skipped=\"0\" "
      "time=\"{3:.3f}\">\n"
      "    <properties>\n{5}    </properties>\n{6}  </testsuite>\n</testsuites>\n",
      verdict.checks.size(), failures, errors, seconds, escape(run.title), properties, cases);
}

}  // namespace riptide::reports
