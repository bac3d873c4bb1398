#include "node/core/raft.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "node/core/raft_impl.hpp"

namespace riptide::node {

Raft::Impl::Impl(const CoreConfig& core_config, const HardState& hard_state,
                 std::vector<Entry> recovered, MonoTime now)
    : config(core_config),
      log(std::move(recovered)),
      durability(log.last_index()),
      random(config.seed, "election timeouts of n" + std::to_string(config.id.value())),
      term(hard_state.term),
      voted_for(hard_state.voted_for),
      written(hard_state) {
  ASSERT(std::count(config.voters.begin(), config.voters.end(), config.id) == 1, "voters of",
         config.id);
  ASSERT(log.last_term() <= term, "the log has term", log.last_term(), "the hard state", term);
  for (const NodeId voter : config.voters)
    if (voter != config.id) peers.emplace_back(voter, config.max_inflight);
  reset_election_timer(now);
}

void Raft::Impl::step(const Message& message, MonoTime now) {
  if (message.to != config.id || !progress_of(message.from)) return;
  switch (message.kind) {
    case Message::Kind::pre_vote:
      return handle_pre_vote(message, now);
    case Message::Kind::vote:
      return handle_vote(message, now);
    case Message::Kind::pre_vote_reply:
    case Message::Kind::vote_reply:
      return handle_vote_reply(message, now);
    case Message::Kind::append:
      return handle_append(message, now);
    case Message::Kind::append_reply:
      return handle_append_reply(message, now);
  }
}

void Raft::Impl::tick(MonoTime now) {
  if (role == Role::leader) {
    if (now < heartbeat_due) return;
    heartbeat_due = now + config.heartbeat;
    heartbeat_wanted = true;
  } else if (now >= election_deadline) {
    campaign(config.pre_vote, now);
  }
}

Output Raft::Impl::take_output() {
  if (role == Role::leader) {
    start_read_round();
    send_appends();
    heartbeat_wanted = false;
  }
  if (const HardState current{term, voted_for}; current != written)
    output.hard_state = written = current;
  if (const LogIndex last = log.last_index(); durability.handed() < last) {
    const LogIndex first = durability.handed().next();
    log.copy(first, last, SIZE_MAX, SIZE_MAX, output.entries);
    durability.handed_out(first, log.last_term(), last);
  }
  if (delivered < commit) {
    log.copy(delivered.next(), commit, SIZE_MAX, SIZE_MAX, output.committed);
    delivered = commit;
  }
  return std::exchange(output, {});
}

void Raft::Impl::become_follower(Term new_term, NodeId new_leader, MonoTime now) {
  ASSERT(new_term >= term, "term falls from", term, "to", new_term);
  const bool led = role == Role::leader;
  if (new_term > term) {
    term = new_term;
    voted_for = kNobody;
    output.role_changed = true;
  }
  set_role(Role::follower, new_leader);
  if (led) {
    fail_reads();
    reset_election_timer(now);  // a leader has none; others keep theirs (§5.2)
  }
}

void Raft::Impl::set_role(Role new_role, NodeId new_leader) {
  if (role != new_role || leader != new_leader) output.role_changed = true;
  role = new_role;
  leader = new_leader;
}

Progress* Raft::Impl::progress_of(NodeId node) {
  for (Progress& peer : peers)
    if (peer.id == node) return &peer;
  return nullptr;
}

Message Raft::Impl::to_peer(Message::Kind kind, NodeId peer) const {
  Message message;
  message.kind = kind;
  message.from = config.id;
  message.to = peer;
  message.term = term;
  return message;
}

bool Output::empty() const {
  return messages.empty() && !hard_state && entries.empty() && messages_after_persist.empty() &&
         committed.empty() && reads.empty() && !role_changed;
}

Raft::Raft(const CoreConfig& config, const HardState& hard_state, std::vector<Entry> log,
           MonoTime now)
    : impl_(std::make_unique<Impl>(config, hard_state, std::move(log), now)) {}
Raft::~Raft() = default;
Raft::Raft(Raft&&) noexcept = default;
Raft& Raft::operator=(Raft&&) noexcept = default;

void Raft::step(const Message& message, MonoTime now) { impl_->step(message, now); }
void Raft::tick(MonoTime now) { impl_->tick(now); }
MonoTime Raft::next_tick() const {
  return impl_->role == Role::leader ? impl_->heartbeat_due : impl_->election_deadline;
}
Proposal Raft::propose(std::shared_ptr<const std::string> data) {
  return impl_->propose(std::move(data));
}
void Raft::read(std::uint64_t context) { impl_->read(context); }
void Raft::persisted(Term term, LogIndex index) {
  // The leader is one of the majority only once its own disk has the entry (thesis §10.2.1).
  if (impl_->durability.persisted(term, index)) impl_->advance_commit();
}
Output Raft::take_output() { return impl_->take_output(); }

Role Raft::role() const { return impl_->role; }
Term Raft::term() const { return impl_->term; }
NodeId Raft::voted_for() const { return impl_->voted_for; }
NodeId Raft::leader() const { return impl_->leader; }
LogIndex Raft::last_index() const { return impl_->log.last_index(); }
Term Raft::last_term() const { return impl_->log.last_term(); }
LogIndex Raft::commit_index() const { return impl_->commit; }
LogIndex Raft::durable_index() const { return impl_->durability.durable(); }
Term Raft::term_at(LogIndex index) const { return impl_->log.term_at(index); }
const Entry& Raft::entry_at(LogIndex index) const { return impl_->log.entry_at(index); }

}  // namespace riptide::node
