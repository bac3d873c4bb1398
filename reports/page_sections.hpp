// The sections of report.html, each a function of what the run left. Only page.cpp puts them
// together.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/reports.hpp"
#include "reports/timeline.hpp"

namespace riptide::reports {

struct PageInput {
  const RunInfo& run;
  const history::History& history;
  const checker::Verdict& verdict;
};

// page_verdict.cpp
std::string verdict_bar(const PageInput& page);
std::string reproduce_section(const PageInput& page);
std::string warnings_section(const PageInput& page);
/// valid: why to believe it; unknown, vacuous, error: what was not done, and what to do.
std::string belief_section(const PageInput& page);

// page_why.cpp
std::string anomaly_sections(const PageInput& page);

// page_timeline.cpp
std::string timeline_section(const PageInput& page);

// page_tables.cpp
std::string was_it_a_test_section(const PageInput& page);
std::string numbers_section(const PageInput& page);
std::string faults_section(const PageInput& page);
std::string evidence_section(const PageInput& page);
std::string configuration_section(const PageInput& page);

/// <section> with a heading that can be linked to; `body` is markup.
std::string section(std::string_view id, std::string_view heading, std::string_view body);
using Pairs = std::vector<std::pair<std::string, std::string>>;
/// A two-column table of text.
std::string pairs_table(std::string_view caption, const Pairs& pairs);
/// Glyph and word of a check, coloured.
std::string status_tag(checker::Word word);

}  // namespace riptide::reports
