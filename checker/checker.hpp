// checker: history in, verdict out. Decides whether a history is linearizable (Herlihy & Wing
// 1990), proves it either way, and says it in words.
//
//   model.hpp         what a correct object does            decide.hpp    one key, by any algorithm
//   monitor/ frontier/ search/   the algorithms             checks/       what counting alone tells
//   certificate.hpp   the order that proves "valid", and the independent code that validates it
//   explain.hpp       an anomaly in words                   online.hpp    the verdict while it runs
//   verdict_json.hpp  verdict.json, written and read        linearizability.hpp   for C++ tests
//
// A verdict is never a bool, and "valid" is only said after every operation was looked at: a limit
// that was hit is Unknown, a history with nothing in it is Vacuous. When several checks disagree
// the strongest word wins: invalid > error > unknown > vacuous > valid.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "checker/model.hpp"
#include "checker/statistics.hpp"
#include "history/history.hpp"

namespace riptide::checker {

enum class Word : std::uint8_t { valid, vacuous, unknown, error, invalid };  // weakest to strongest
std::string_view name(Word word);
Word strongest(Word a, Word b);

/// A sequential order of operations that explains one key's history: the proof of "valid".
struct Certificate {
  history::Value key;
  std::vector<history::OpIndex> order;  ///< operations that took effect, in the order they did
};

/// What the object can have held when the order of the witness ends for good, and why nothing can
/// follow: what each client could have believed (Knossos' final paths, one for each state).
struct FinalState {
  std::string state;                         ///< in words: "7", "the queue [1, 2]"
  std::vector<history::OpIndex> order_tail;  ///< the end of one order that leads there
  /// Of each operation that is left: why it cannot come next.
  std::vector<std::pair<history::OpIndex, std::string>> why_not;
};

/// One thing that cannot have happened.
struct Anomaly {
  std::string klass;  ///< "stale-read", "lost-write", … (docs/anomalies.md)
  history::Value key;
  std::vector<history::OpIndex> operations;  ///< the witness: already impossible on its own
  bool minimal = true;                       ///< no operation of the witness can be left out
  history::OpIndex culprit = 0;              ///< the operation that no order can place
  std::vector<std::string> explanation;      ///< numbered steps of the proof, in plain words
  std::optional<double> staleness_ms;        ///< for stale reads: how old the value was
  /// For stale reads: how many newer writes were certainly in place when the read began.
  std::optional<std::uint64_t> staleness_versions;
  std::vector<history::OpIndex> longest_prefix;  ///< the longest order found, for the picture
  std::vector<FinalState> final_states;          ///< some of them; may be empty
};

/// How far a check got before a limit ended it: of the part that got least far.
struct Progress {
  history::Value key;
  /// All its operations that returned by then fit one order. INT64_MIN: nothing is known.
  std::int64_t decided_until_ns = INT64_MIN;
  std::uint64_t operations_decided = 0;          ///< of that key: those that had returned by then
  std::vector<history::OpIndex> longest_prefix;  ///< the longest order that was reached
};

struct Evidence {
  std::string algorithm;
  std::uint64_t operations = 0;  ///< looked at
  std::uint64_t keys = 0;
  std::uint64_t states = 0;  ///< configurations visited
  double seconds = 0;
  std::uint64_t peak_bytes = 0;
  bool certificate_validated = false;  ///< by validate(), which shares nothing with the search
};

/// The answer of one check.
struct Check {
  std::string name;  ///< "linearizable", "faults-proved", "not-vacuous", …
  Word verdict = Word::unknown;
  std::string reason;  ///< one sentence: which limit, what was vacuous, what went wrong
  std::vector<Anomaly> anomalies;
  Evidence evidence;
  std::vector<Certificate> certificates;  ///< of valid keys, when asked for
  std::optional<Progress> progress;       ///< of a check that a limit ended
};

struct Limits {
  std::uint64_t memory_bytes = 0;           ///< 0: half of what is free
  Duration time{0};                         ///< 0: none
  const std::atomic<bool>* stop = nullptr;  ///< set by Ctrl-C: ends in Unknown
};

/// What --algorithm can name. All give the same verdicts, where they have the time.
enum class Algorithm : std::uint8_t {
  automatic,  ///< the monitor when there is one; else a short frontier, then the race
  monitor,    ///< only the monitor; unknown where it does not apply
  frontier,   ///< only the just-in-time frontier (Lowe 2017, §4)
  search,     ///< only the depth-first search (Wing & Gong 1993, with the cache of Lowe 2017)
  race,       ///< frontier and search at once, each on a thread; the first answer counts
  naive,      ///< Wing & Gong's search without cache, pruning or reductions
};
std::string_view name(Algorithm algorithm);
/// The error names all of them.
Result<Algorithm> find_algorithm(std::string_view name);

struct LinearizableOptions {
  Model model = default_model();
  Limits limits;
  Algorithm algorithm = Algorithm::automatic;
  unsigned jobs = 0;  ///< threads; 0: one per processor
  bool keep_certificates = false;
  std::atomic<bool>* violation = nullptr;  ///< set as soon as one is certain; may be null
  std::vector<std::string>
      checks;  ///< which (checks/checks.hpp, and "linearizable"); empty: all that apply
  /// Where a smaller share of operations succeeds the history is vacuous. Low, because under faults
  /// failing is what a correct system does.
  double minimum_ok_share = 0.02;
};

/// Checks every key on its own (linearizability is local: Herlihy & Wing, Theorem 1). An error only
/// for a history that the model cannot read, such as an unknown `f`; limits end in Unknown.
Result<Check> check_linearizable(const history::History& history,
                                 const LinearizableOptions& options);

/// Was anything tested? Vacuous when there are no ok operations, none of them observed a key that
/// may have been written, fewer than `minimum_ok_share` of the operations succeeded, or (with
/// faults) no operation overlapped a fault.
Check check_not_vacuous(const history::History& history, const Statistics& statistics,
                        double minimum_ok_share);
/// Error when a fault could not be proved; one that the end of the history cut off is only counted.
Check check_faults_proved(const history::History& history);

struct Verdict {
  Word verdict = Word::unknown;
  std::vector<Check> checks;
  Statistics statistics;
  std::string reproduce;  ///< the command that runs it again; may be empty
  std::vector<std::string> warnings;
};

/// All checks of a history; the strongest word wins.
Result<Verdict> check_history(const history::History& history, const LinearizableOptions& options);

}  // namespace riptide::checker
