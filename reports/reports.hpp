// reports: verdict + history → what people read. Pure text out; the caller writes files.
//
//   page.cpp       report.html: one file, offline; words, picture and numbers are static HTML, SVG
//   picture.hpp    the minimal witness as SVG, to scale, or event by event
//   timeline.hpp   the whole run on one time axis
//   junit.cpp      one test case per check
//   terminal.cpp   the closing lines of a run
//   web/           the page's interactive part, in TypeScript, bundled into the program
//
// Untrusted text (values, errors, names from the system under test) never becomes markup.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide::reports {

/// What the pages say about the run itself; from run.json.
struct RunInfo {
  std::string title;      ///< "raft × register × partition+kill, seed 7"
  std::string directory;  ///< of the run
  std::string system, workload, faults;
  std::uint64_t seed = 0;
  std::vector<std::string> nodes;
  std::vector<std::pair<std::string, std::string>> configuration;  ///< shown as a table
  std::vector<std::pair<std::string, std::string>> machine;        ///< shown as a table
};

/// The whole report.html.
std::string html_page(const RunInfo& run, const history::History& history,
                      const checker::Verdict& verdict);

/// One <testcase> per check: invalid is a failure, error and unknown and vacuous are errors; seed
/// and command are properties.
std::string junit_xml(const RunInfo& run, const checker::Verdict& verdict);

struct TerminalStyle {
  bool color = false;
  std::size_t width = 100;
};
/// Verdict, at most three lines of why, where the report is, the next command to type.
std::string terminal_summary(const RunInfo& run, const history::History& history,
                             const checker::Verdict& verdict, const TerminalStyle& style);

/// The minimal witness, clients as lanes, to scale, as a standalone <svg>.
std::string witness_svg(const history::History& history, const checker::Anomaly& anomaly);

}  // namespace riptide::reports
