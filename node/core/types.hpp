// The words of the Raft paper (Ongaro & Ousterhout 2014), as types that cannot be mixed up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/strong.hpp"

namespace riptide::node {

using Term = Strong<struct TermTag, std::uint64_t>;          ///< 0: before the first election
using LogIndex = Strong<struct LogIndexTag, std::uint64_t>;  ///< 1 is the first entry; 0: before it
using NodeId = Strong<struct NodeIdTag, std::uint32_t>;      ///< n1 is 1; 0: nobody
inline constexpr NodeId kNobody{0};

struct Entry {
  enum class Kind : std::uint8_t {
    noop = 0,    ///< a new leader's first entry (§8: it commits what came before)
    command = 1  ///< for the state machine
  };
  Term term;
  LogIndex index;
  Kind kind = Kind::command;
  std::shared_ptr<const std::string> data;  ///< shared by log, disk and peers; null for a noop
};

/// What must survive a crash besides the log (Figure 2, "Persistent state").
struct HardState {
  Term term;
  NodeId voted_for = kNobody;
  friend bool operator==(const HardState&, const HardState&) = default;
};

enum class Role : std::uint8_t { follower, pre_candidate, candidate, leader };

struct Message {
  enum class Kind : std::uint8_t {
    pre_vote = 1,  ///< thesis §9.6: would you vote for me in `term`? changes nothing
    pre_vote_reply = 2,
    vote = 3,  ///< RequestVote
    vote_reply = 4,
    append = 5,  ///< AppendEntries; without entries it is a heartbeat
    append_reply = 6,
  };
  Kind kind = Kind::append;
  NodeId from, to;
  Term term;  ///< the sender's; in a pre_vote the term it would campaign in

  LogIndex
      previous_index;  ///< append: of the entry before `entries`; vote: the candidate's last index
  Term previous_term;  ///< append: its term;                      vote: the candidate's last term
  std::vector<Entry> entries;
  LogIndex commit;  ///< append: the leader's commit index

  bool granted = false;  ///< vote replies; append_reply: it matched and was appended
  LogIndex match;  ///< append_reply, granted: the follower holds everything up to here, durably
  LogIndex hint_index;  ///< append_reply, refused: where to look next …
  Term hint_term;       ///< … and the follower's term there (fast backtracking, §5.3)
  std::uint64_t round =
      0;  ///< append and its reply: the ReadIndex round that it belongs to (thesis §6.4)
};

}  // namespace riptide::node
