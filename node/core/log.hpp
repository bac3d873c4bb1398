// The replicated log in memory (Figure 2), and what of it the disk has.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "node/core/types.hpp"

namespace riptide::node {

class Log {
 public:
  /// `entries` are contiguous and begin at index 1.
  explicit Log(std::vector<Entry> entries);

  LogIndex last_index() const { return LogIndex(base_.value() + entries_.size()); }
  Term last_term() const { return term_at(last_index()); }
  /// Term{0} for index 0 and for an index that the log does not have.
  Term term_at(LogIndex index) const;
  const Entry& entry_at(LogIndex index) const;
  /// Holds an entry with this index and term, and by Log Matching (§5.3) the same ones before it.
  bool matches(LogIndex index, Term term) const;

  void append(Entry entry);
  /// Drops `from` and everything behind it.
  void truncate(LogIndex from);

  /// Appends [from, to] to `out`, at most this many entries and bytes of data; one entry always
  /// fits.
  void copy(LogIndex from, LogIndex to, std::size_t max_entries, std::size_t max_bytes,
            std::vector<Entry>& out) const;

  /// The last index up to `upto` whose term is at most `term`; 0 when there is none. Terms never
  /// fall along a log, so no entry between the result and `upto` can match an entry of that term: a
  /// whole term of conflicts is skipped in one step (§5.3).
  LogIndex last_with_term_at_most(LogIndex upto, Term term) const;

 private:
  LogIndex base_;  // the index before the first entry: 0 as long as there are no snapshots
  std::deque<Entry> entries_;
};

/// Which entries were handed out to be written, and which are known to be on the disk.
///
/// Writes are durable in the order in which they were handed out, and an acknowledgement names the
/// last entry of a write. That (term, index) alone does not say that the log is durable up to
/// there: an entry may be overwritten and then come back while both writes are under way (A, B, A),
/// and a crash between the last two would lose it. So the writes that are still under way are kept,
/// and nothing counts as durable at or behind the place where one of them begins.
class Durability {
 public:
  explicit Durability(LogIndex recovered) : handed_(recovered), durable_(recovered) {}

  LogIndex handed() const { return handed_; }  ///< handed out up to here
  LogIndex durable() const {
    return durable_;
  }  ///< on the disk up to here, and never overwritten since

  void truncated(LogIndex from);
  void handed_out(LogIndex first, Term last_term, LogIndex last);
  /// True when durable() advanced.
  bool persisted(Term term, LogIndex index);

 private:
  struct Write {
    LogIndex first, last;
    Term last_term;
  };
  LogIndex handed_, durable_;
  std::deque<Write> under_way_;
};

}  // namespace riptide::node
