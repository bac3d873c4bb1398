// Leader election: §5.2, the election restriction of §5.4.1, and pre-vote (thesis §9.6).
#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "node/bugs/bugs.hpp"
#include "node/core/raft_impl.hpp"

namespace riptide::node {

void Raft::Impl::reset_election_timer(MonoTime now) {
  // Drawn anew each time, so that a split vote is rarely followed by another (§5.2).
  const auto base = static_cast<std::uint64_t>(config.election_timeout.count());
  election_deadline = now + config.election_timeout + Duration(random.below(base));
}

bool Raft::Impl::hears_from_leader(MonoTime now) const {
  if (role == Role::leader) return true;
  return role == Role::follower && leader != kNobody &&
         now - leader_contact < config.election_timeout;
}

bool Raft::Impl::is_up_to_date(Term candidate_last_term, LogIndex candidate_last_index) const {
  if (bugs::active(Bug::kVoteIgnoresLogTerm)) return candidate_last_index >= log.last_index();
  // §5.4.1: the later last term wins; within the same last term, the longer log.
  if (candidate_last_term != log.last_term()) return candidate_last_term > log.last_term();
  return candidate_last_index >= log.last_index();
}

void Raft::Impl::campaign(bool pre_vote, MonoTime now) {
  reset_election_timer(now);
  set_role(pre_vote ? Role::pre_candidate : Role::candidate, kNobody);
  votes.assign(1, config.id);
  if (!pre_vote) {
    ++term;
    voted_for = config.id;
    output.role_changed = true;
  }
  if (majority() == 1) return pre_vote ? campaign(false, now) : become_leader(now);
  for (const Progress& peer : peers) {
    Message message = to_peer(pre_vote ? Message::Kind::pre_vote : Message::Kind::vote, peer.id);
    if (pre_vote) message.term = term.next();
    message.previous_index = log.last_index();
    message.previous_term = log.last_term();
    // A pre-vote promises nothing. A vote is also our own vote, which must survive a crash.
    (pre_vote ? output.messages : output.messages_after_persist).push_back(std::move(message));
  }
}

void Raft::Impl::become_leader(MonoTime now) {
  ASSERT(role == Role::candidate, "leader without an election in term", term);
  set_role(Role::leader, config.id);
  for (Progress& peer : peers) peer.reset(log.last_index());
  uncommitted_bytes = 0;  // what earlier terms left behind is no client's pressure on this leader
  heartbeat_due = now + config.heartbeat;
  heartbeat_wanted = true;  // asserts authority at once, so that no other election begins (§5.2)
  // An entry of the own term commits all that came before it (§5.4.2), and until it is committed a
  // leader does not know which entries are (§8).
  append_own(Entry::Kind::noop, nullptr);
  term_start = log.last_index();
}

void Raft::Impl::handle_pre_vote(const Message& message, MonoTime now) {
  // "Would I vote for you in that term?" Nothing changes here, whatever the answer: neither term
  // nor vote nor timer. While a leader is heard of, the answer is no: a node that was cut off must
  // not depose it when it comes back (thesis §9.6).
  const bool free_vote =
      message.term > term || (message.term == term && leader == kNobody &&
                              (voted_for == kNobody || voted_for == message.from));
  Message reply = to_peer(Message::Kind::pre_vote_reply, message.from);
  reply.granted = free_vote && !hears_from_leader(now) &&
                  is_up_to_date(message.previous_term, message.previous_index);
  if (reply.granted) reply.term = message.term;  // a refusal tells our own term instead
  output.messages.push_back(std::move(reply));
}

void Raft::Impl::handle_vote(const Message& message, MonoTime now) {
  if (message.term > term) become_follower(message.term, kNobody, now);
  // One vote per term (§5.2): for who asks first, and again for the same one if the reply was lost.
  const bool free_vote = voted_for == message.from || (voted_for == kNobody && leader == kNobody);
  Message reply = to_peer(Message::Kind::vote_reply, message.from);
  reply.granted = message.term == term && free_vote &&
                  is_up_to_date(message.previous_term, message.previous_index);
  if (reply.granted) {
    voted_for = message.from;
    reset_election_timer(now);  // only for a vote that was granted (§5.2)
  }
  output.messages_after_persist.push_back(std::move(reply));
}

void Raft::Impl::handle_vote_reply(const Message& message, MonoTime now) {
  const bool pre_vote = message.kind == Message::Kind::pre_vote_reply;
  // A granted pre-vote carries the term of the campaign, which nobody has yet; all else is the
  // sender's term.
  if (!(pre_vote && message.granted) && message.term > term)
    return become_follower(message.term, kNobody, now);
  if (role != (pre_vote ? Role::pre_candidate : Role::candidate)) return;
  if (!message.granted || message.term != (pre_vote ? term.next() : term)) return;
  if (std::find(votes.begin(), votes.end(), message.from) != votes.end()) return;
  votes.push_back(message.from);
  if (votes.size() < majority()) return;
  if (pre_vote)
    campaign(false, now);
  else
    become_leader(now);
}

}  // namespace riptide::node
