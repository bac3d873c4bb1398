// Words: how a status, an operation, a client and a moment are called, the same on the page, in the
// picture, and in the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checker/checker.hpp"
#include "reports/reports.hpp"

namespace riptide::reports {

/// A status is told apart by glyph, word, border and colour; `css` names the last two.
struct Status {
  std::string_view glyph, word, css;
};
Status status(checker::Word word);

/// "Not linearizable", "Linearizable", "Not decided", …
std::string headline(const checker::Verdict& verdict);
/// One sentence below it: "3 of 41,207 operations are enough to prove it (key 5)."
std::string subline(const checker::Verdict& verdict);

/// The first anomaly of the first check that has one.
const checker::Anomaly* first_anomaly(const checker::Verdict& verdict);
/// The first check with the verdict's own word; null when there is none.
const checker::Check* deciding_check(const checker::Verdict& verdict);
/// A check's name as people say it: "faults-proved" → "Faults proved".
std::string check_title(std::string_view name);

/// "stale-read on key 5", or only the class when there are no keys.
std::string anomaly_title(const checker::Anomaly& anomaly);
/// "write 17", "read → 12", "cas 3 → 4", "dequeue → 5"; "read …" while nobody knows the answer.
std::string operation_label(const history::Operation& operation);
/// Other spellings of the same in explanations, longest first: "read of 12", "read 12", "op 7", …
std::vector<std::string> operation_names(const history::Operation& operation);
std::string client_label(history::Process process);
/// A value as it is read: JSON, and "nil" for nothing.
std::string value_label(const history::Value& value);
/// "12,034.512 ms" since the start of the run.
std::string moment(std::int64_t t_ns);
/// When an operation stopped being under way for its client: completion, or when it gave up.
std::int64_t last_seen_ns(const history::Operation& operation);

/// What a person should do about a verdict that is neither valid nor invalid; of one that a limit
/// ended, how far it got comes first.
std::vector<std::string> advice(const checker::Verdict& verdict, const history::History& history);

/// How old a stale value was: "310 ms".
std::string age_text(double staleness_ms);
/// A step of a proof without its "3. ": where the place shows the number already.
std::string_view without_number(std::string_view step);

}  // namespace riptide::reports
