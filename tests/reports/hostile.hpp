// What a hostile system under test could put into names, values and errors.
#pragma once

#include <string>
#include <vector>

#include "tests/reports/sample.hpp"

namespace riptide::sample {

inline const std::vector<std::string>& hostile_strings() {
  static const std::vector<std::string> kStrings{
      "<script>window.xss=1</script>",
      "</script><script>window.xss=1</script>",
      "<img src=x onerror=window.xss=1>",
      "\" onmouseover=\"window.xss=1\" x=\"",
      "' onfocus='window.xss=1' autofocus='",
      "</title><svg onload=window.xss=1>",
      "</style><script>window.xss=1</script>",
      "<!--<script>window.xss=1",
      "]]><x/>",
      "&lt;script&gt;window.xss=1&lt;/script&gt;",
      "javascript:window.xss=1",
      "\xff\xfe bytes that are no UTF-8 \xc0\xaf",
      std::string("a\0b\x1b[31m\x07", 9),
      "right to left \xe2\x80\xae override",
      "line\nbreak\tand \xe2\x80\xa8 separator",
      std::string(5000, 'W'),
      "${window.xss=1}{{window.xss=1}}{0}%s",
  };
  return kStrings;
}

/// A stale read in which each string the system could have chosen is `text`.
inline Sample hostile(const std::string& text) {
  Sample s = stale_read(60);
  for (auto& op : s.history.operations) {
    op.key = text;
    op.node = Symbol(text);
    op.error = text;
    if (op.f == "read") op.output = text;
    if (op.f == "write") op.input = text;
  }
  s.history.operations.front().f = Symbol(text);
  for (auto& fault : s.history.faults) fault.name = fault.description = fault.failure = text;
  for (auto& fault : s.history.faults) fault.proof_json = fault.heal_proof_json = text;
  for (auto& leader : s.history.leaders) leader.node = Symbol(text);
  s.history.warnings = {text};
  s.run.title = s.run.directory = s.run.system = s.run.workload = s.run.faults = text;
  s.run.nodes = {text, text};
  s.run.configuration = {{text, text}};
  s.run.machine = {{text, text}};
  s.verdict.reproduce = text;
  s.verdict.warnings = {text};
  for (auto& row : s.verdict.statistics.rows) row.f = text;
  for (auto& c : s.verdict.checks) {
    c.reason = c.name = c.evidence.algorithm = text;
    for (auto& anomaly : c.anomalies) {
      anomaly.klass = text;
      anomaly.key = text;
      anomaly.explanation = {text, "so read → " + Value(text).json() + " is wrong"};
    }
  }
  return s;
}

}  // namespace riptide::sample
