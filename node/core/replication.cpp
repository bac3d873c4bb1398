// Log replication (§5.3) and commitment (§5.4.2).
#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "node/bugs/bugs.hpp"
#include "node/core/raft_impl.hpp"

namespace riptide::node {

Proposal Raft::Impl::propose(std::shared_ptr<const std::string> data) {
  if (role != Role::leader) return {Proposal::Fate::not_leader, term, {}};
  const std::size_t bytes = data ? data->size() : 0;
  // Without a bound, a leader that is cut off from the majority would take writes until its memory
  // is full. One entry always fits.
  if (uncommitted_bytes > 0 && uncommitted_bytes + bytes > config.max_uncommitted_bytes)
    return {Proposal::Fate::overloaded, term, {}};
  append_own(Entry::Kind::command, std::move(data));
  return {Proposal::Fate::accepted, term, log.last_index()};
}

void Raft::Impl::append_own(Entry::Kind kind, std::shared_ptr<const std::string> data) {
  if (data) uncommitted_bytes += data->size();
  log.append({term, log.last_index().next(), kind, std::move(data)});
}

void Raft::Impl::handle_append(const Message& message, MonoTime now) {
  if (message.term >= term) {
    ASSERT(message.term > term || role != Role::leader, "two leaders in term", term, "the other is",
           message.from);
    if (message.term > term || role != Role::follower || leader != message.from)
      become_follower(message.term, message.from, now);
    leader_contact = now;
    reset_election_timer(now);
  }
  Message reply = to_peer(Message::Kind::append_reply, message.from);
  if (message.term == term) reply.round = message.round;
  if (message.term < term) {
    // Of an earlier leader: the reply's term makes it step down (§5.1). It confirms no read: the
    // same node may lead again after a restart, and count its rounds from the beginning.
  } else if (append_from_leader(message)) {
    // What this message has shown to match. Our log may be longer, but what lies behind may
    // conflict with the leader's.
    const LogIndex matched = message.previous_index.plus(message.entries.size());
    reply.granted = true;
    reply.match = matched;
    commit_to(std::min(message.commit, matched));
  } else {
    const LogIndex before = message.previous_index.previous();
    reply.hint_index = log.last_with_term_at_most(before, message.previous_term);
    reply.hint_term = log.term_at(reply.hint_index);
  }
  output.messages_after_persist.push_back(std::move(reply));
}

bool Raft::Impl::append_from_leader(const Message& message) {
  if (!log.matches(message.previous_index, message.previous_term)) return false;
  for (const Entry& entry : message.entries) {
    // A late message may bring only the beginning of what we have: entries are dropped at a real
    // conflict and nowhere else (§5.3, Figure 2, AppendEntries rule 3).
    if (entry.index <= log.last_index()) {
      if (log.term_at(entry.index) == entry.term) continue;
      if (entry.index <= commit) {
        ASSERT(bugs::active(Bug::kVoteIgnoresLogTerm) || bugs::active(Bug::kCommitPriorTerm),
               "the leader of term", message.term, "overwrites committed entry", entry.index);
        commit = entry.index.previous();  // the damage that these two defects are meant to do
      }
      log.truncate(entry.index);
      durability.truncated(entry.index);
    }
    log.append(entry);
  }
  return true;
}

void Raft::Impl::handle_append_reply(const Message& message, MonoTime now) {
  if (message.term > term) return become_follower(message.term, kNobody, now);
  if (message.term < term || role != Role::leader) return;
  Progress& peer = *progress_of(message.from);
  // Granted or not, the peer was in our term when it answered: no newer leader had its vote.
  ASSERT(message.round <= round, message.from, "answers a round to come:", message.round);
  if (message.round > peer.acked_round) {
    peer.acked_round = message.round;
    confirm_reads();
  }
  if (message.granted) {
    ASSERT(message.match <= log.last_index(), message.from,
           "has more than its leader:", message.match);
    if (peer.granted(message.match)) advance_commit();
  } else {
    peer.refused(log.last_with_term_at_most(message.hint_index, message.hint_term));
  }
}

void Raft::Impl::send_appends() {
  for (Progress& peer : peers) {
    bool sent = false;
    while (peer.may_send() && peer.next <= log.last_index()) {
      send_append(peer, true);
      sent = true;
    }
    if (heartbeat_wanted && !sent) send_append(peer, false);
  }
}

void Raft::Impl::send_append(Progress& peer, bool with_entries) {
  Message message = to_peer(Message::Kind::append, peer.id);
  // A heartbeat, too, asks about the end of what was sent: when a broken connection has swallowed a
  // part, it is refused and the part is sent again.
  message.previous_index = peer.next.previous();
  message.previous_term = log.term_at(message.previous_index);
  message.round = round;
  if (with_entries) {
    log.copy(peer.next, log.last_index(), config.max_append_entries, config.max_append_bytes,
             message.entries);
    message.commit = commit;
    peer.sent(message.entries.back().index);
  } else {
    // No further than what the follower is known to hold.
    message.commit = std::min(commit, peer.match);
  }
  output.messages.push_back(std::move(message));
}

void Raft::Impl::advance_commit() {
  if (role != Role::leader) return;
  const LogIndex reached =
      reached_by_majority(durability.durable(), [](const Progress& peer) { return peer.match; });
  // §5.4.2: only an entry of the own term is committed by counting; those before it come along.
  // Figure 8 shows an older entry on a majority that a later leader still overwrites.
  if (log.term_at(reached) == term || bugs::active(Bug::kCommitPriorTerm)) commit_to(reached);
}

void Raft::Impl::commit_to(LogIndex index) {
  if (index <= commit) return;
  ASSERT(index <= log.last_index(), "commit", index, "behind the end", log.last_index());
  if (role == Role::leader)
    for (LogIndex i = std::max(commit.next(), term_start); i <= index; ++i)
      if (const Entry& entry = log.entry_at(i); entry.term == term && entry.data)
        uncommitted_bytes -= entry.data->size();
  commit = index;
}

}  // namespace riptide::node
