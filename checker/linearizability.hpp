// The library in one header: record what threads did, and ask whether it was linearizable.
// Installed as <riptide/linearizability.hpp>; docs/library.md is its guide.
//
//   riptide::OperationLog log;
//   // in each thread, with a process number of its own:
//   const auto id = log.invoke(thread, "write", "x", 17);
//   if (store.put("x", 17)) log.ok(id); else log.info(id);
//   // at the end:
//   const auto verdict = riptide::check(log, "register");
//   EXPECT_TRUE(verdict.valid()) << verdict.explanation();
#pragma once

#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide {

/// nil, a boolean, an integer, a number, a text, or a list of values.
using Value = history::Value;
/// One operation with how it ended: f, key, input, output, outcome, process.
using Operation = history::Operation;
using Outcome = history::Type;
using checker::Limits;
using checker::Word;

/// What the clients of the object under test did. Safe to use from any number of threads. A mistake
/// in its use (an id that there is not, a second end of one operation, a process that does two
/// things at once) is remembered, and check() then answers `error` with the first of them.
class OperationLog {
 public:
  using Id = std::uint32_t;

  OperationLog() = default;
  OperationLog(const OperationLog&) = delete;
  OperationLog& operator=(const OperationLog&) = delete;

  /// Call it right before the operation is sent. A process does one thing after another; most tests
  /// give each thread a number. `f` is a word of the model: "write", "read", "cas" (with the value
  /// [from, to]), "enqueue", …; docs/library.md has them all. Objects of different keys are
  /// different objects.
  Id invoke(std::int64_t process, std::string_view f, Value key, Value value = {});
  /// It happened. Call it as soon as the answer is there; `answer` is what was read, taken, ….
  void ok(Id id, Value answer);
  /// It happened, and the answer is nothing but that.
  void ok(Id id);
  /// It surely did not happen, and never will.
  void fail(Id id);
  /// Nobody knows (a time-out, a broken connection): it may have happened, or may happen later. The
  /// same holds for operations that are never ended.
  void info(Id id);

  /// The same with times of your own, in nanoseconds of one monotonic clock. Times count: an
  /// operation comes before another only when it ended before the other was invoked.
  Id invoke_at(std::int64_t t_ns, std::int64_t process, std::string_view f, Value key,
               Value value = {});
  void ok_at(std::int64_t t_ns, Id id, Value answer);
  void ok_at(std::int64_t t_ns, Id id);
  void fail_at(std::int64_t t_ns, Id id);
  void info_at(std::int64_t t_ns, Id id);

  std::size_t size() const;
  /// The first mistake in the use of this log; empty when there was none.
  std::string mistake() const;
  /// A copy of what was recorded until now, by time of invocation; what has not ended is info.
  history::History history() const;

 private:
  struct Recorded {
    Operation operation;
    bool ended = false;
  };
  Id begin(std::int64_t t_ns, std::int64_t process, std::string_view f, Value key, Value value);
  void end(std::int64_t t_ns, Id id, Outcome outcome, const Value* answer);

  mutable std::mutex mutex_;
  std::vector<Recorded> operations_;
  std::unordered_map<std::int64_t, Id> open_;  ///< by process
  std::string mistake_;
};

/// The answer. Only `Word::valid` means that the history is linearizable and that something was
/// really tested; a limit that was reached is `unknown`, a history that shows nothing `vacuous`.
class LinearizabilityVerdict {
 public:
  LinearizabilityVerdict(checker::Verdict verdict, history::History history);

  Word word = Word::unknown;
  bool valid() const { return word == Word::valid; }
  /// For people: the word, the reason, and of each anomaly the numbered steps of its proof.
  const std::string& explanation() const { return explanation_; }
  /// Everything, as data: each check with its anomalies and its evidence, and the statistics.
  const checker::Verdict& details() const { return verdict_; }
  /// What was judged; the anomalies' operations are positions in it.
  const history::History& history() const { return history_; }
  /// verdict.json (docs/formats.md).
  std::string json() const;

 private:
  checker::Verdict verdict_;
  history::History history_;
  std::string explanation_;
};
std::ostream& operator<<(std::ostream& out, const LinearizabilityVerdict& verdict);

/// Judges it by the model of that name ("cas-register", "fifo-queue", …). An unknown model, or an
/// operation that the model does not understand, is Word::error with the reason.
LinearizabilityVerdict check(const OperationLog& log, std::string_view model,
                             const Limits& limits = {});
/// The same with everything that can be chosen about the model, such as its initial value.
LinearizabilityVerdict check(const OperationLog& log, const checker::Model& model,
                             const Limits& limits = {});

}  // namespace riptide
