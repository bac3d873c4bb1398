// The safety properties of Figure 3, checked after every step of every node of a simulated cluster,
// and a few more that an implementation can break: what is on the disk, and reads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "node/core/raft.hpp"

namespace riptide::node {

/// A node and its disk. The disk outlives a crash; `raft` is empty while the node is down.
struct Member {
  CoreConfig config;
  std::optional<Raft> raft;
  HardState disk_state;
  std::vector<Entry> disk_log;
};

class Invariants {
 public:
  /// The first violation, or nothing. What comes after the first is only its consequence.
  const std::string& violation() const { return violation_; }

  LogIndex committed_up_to() const {
    return committed_.empty() ? LogIndex{} : committed_.rbegin()->first;
  }

  /// A read began; it must see all that was committed before.
  void read_began(std::uint64_t context) { reads_[context] = committed_up_to(); }

  void stepped(const std::vector<Member>& members, const Member& member, const Output& output) {
    check_leader(member);
    check_log(member, output);
    for (const Entry& entry : output.committed) check_commit(members, member, entry);
    for (const ReadState& read : output.reads)
      if (read.confirmed && read.index < reads_.at(read.context))
        violated("linearizable reads", member, "read at index", read.index, "but",
                 reads_.at(read.context), "was committed before it began");
    Seen& seen = seen_[member.config.id];
    if (member.raft->commit_index() < seen.commit)
      violated("commit index never falls", member, "from", seen.commit);
    seen.commit = member.raft->commit_index();
  }

  void crashed(const Member& member) { seen_.erase(member.config.id); }

  /// Persistent state is about to be written.
  void writes(const Member& member, const HardState& next) {
    const HardState& now = member.disk_state;
    if (next.term < now.term) violated("term never falls", member, now.term, "to", next.term);
    if (next.term == now.term && now.voted_for != kNobody && next.voted_for != now.voted_for)
      violated("one vote per term", member, "for", now.voted_for, "and", next.voted_for);
  }

 private:
  struct Seen {  // of one node, since it started
    Term term, last_term;
    LogIndex last_index, commit;
    bool led = false;
  };
  struct Committed {
    Term term, commit_term;
    std::shared_ptr<const std::string> data;
  };
  struct Origin {
    Term previous_term;
    std::shared_ptr<const std::string> data;
  };

  void check_leader(const Member& member) {
    const Raft& raft = *member.raft;
    Seen& seen = seen_[member.config.id];
    const bool leads = raft.role() == Role::leader;
    if (leads && seen.led && seen.term == raft.term() &&
        (raft.last_index() < seen.last_index || raft.term_at(seen.last_index) != seen.last_term))
      violated("leader append-only", member, "lost its entry", seen.last_index);
    if (leads && !(seen.led && seen.term == raft.term())) {
      const auto [known, first] = leaders_.emplace(raft.term(), member.config.id);
      if (!first && known->second != member.config.id)
        violated("election safety", member, "and", known->second, "lead in term", raft.term());
      for (const auto& [index, entry] : committed_) check_complete(member, index, entry);
    }
    seen.led = leads;
    seen.term = raft.term();
    seen.last_index = raft.last_index();
    seen.last_term = raft.last_term();
  }

  void check_complete(const Member& leader, LogIndex index, const Committed& entry) {
    if (entry.commit_term < leader.raft->term() && leader.raft->term_at(index) != entry.term)
      violated("leader completeness", leader, "leads in term", leader.raft->term(), "without entry",
               index, "of term", entry.term, "committed in", entry.commit_term);
  }

  // (index, term) names one entry and one predecessor, everywhere and for ever: Log Matching by
  // induction over the index.
  void check_log(const Member& member, const Output& output) {
    for (const Entry& entry : output.entries) {
      const Term before = member.raft->term_at(entry.index.previous());
      const auto [known, first] =
          origins_.emplace(std::pair(entry.index, entry.term), Origin{before, entry.data});
      if (!first && (known->second.previous_term != before || known->second.data != entry.data))
        violated("log matching", member, "entry", entry.index, "of term", entry.term);
    }
  }

  void check_commit(const std::vector<Member>& members, const Member& member, const Entry& entry) {
    const Term at = member.raft->term();
    const auto [known, first] =
        committed_.emplace(entry.index, Committed{entry.term, at, entry.data});
    Committed& committed = known->second;
    if (committed.term != entry.term || committed.data != entry.data)
      violated("state machine safety", member, "applies entry", entry.index, "of term", entry.term,
               "where another applied one of term", committed.term);
    if (first) check_durable(members, member, entry);
    if (!first && committed.commit_term <= at) return;
    committed.commit_term = at;
    for (const Member& other : members)
      if (other.raft && other.raft->role() == Role::leader)
        check_complete(other, entry.index, committed);
  }

  void check_durable(const std::vector<Member>& members, const Member& member, const Entry& entry) {
    std::size_t holders = 0;
    for (const Member& other : members) {
      const auto& log = other.disk_log;
      if (log.size() >= entry.index.value() && log[entry.index.value() - 1].term == entry.term)
        ++holders;
    }
    if (holders <= members.size() / 2)
      violated("durable on a majority before it is committed", member, "entry", entry.index);
  }

  template <class... Parts>
  void violated(const char* property, const Member& member, const Parts&... parts) {
    if (!violation_.empty()) return;
    std::ostringstream text;
    text << property << ": n" << member.config.id;
    ((text << ' ' << parts), ...);
    violation_ = text.str();
  }

  std::string violation_;
  std::map<NodeId, Seen> seen_;
  std::map<Term, NodeId> leaders_;
  std::map<LogIndex, Committed> committed_;
  std::map<std::pair<LogIndex, Term>, Origin> origins_;
  std::map<std::uint64_t, LogIndex> reads_;
};

}  // namespace riptide::node
