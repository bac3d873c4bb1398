#include "node/kv/service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "node/bugs/bugs.hpp"

namespace riptide::node {

namespace {

/// Why a request cannot be served at all; empty when it can.
std::string objection(const wire::Request& request) {
  if (request.sequence == 0) return "sequence is 0, expected 1 or more";
  if (request.key.empty()) return "the key is empty";
  const std::pair<const char*, std::size_t> sizes[] = {{"key", request.key.size()},
                                                       {"value", request.value.size()},
                                                       {"expected", request.expected.size()}};
  for (const auto& [field, size] : sizes) {
    if (size > wire::kMaxValue) {
      return fmt::format("{} is {} bytes long, expected at most {}", field, size, wire::kMaxValue);
    }
  }
  return {};
}

}  // namespace

void Service::request(ConnectionId from, wire::Request request, std::string_view payload) {
  if (std::string why = objection(request); !why.empty()) {
    return answer(from, request.sequence, wire::Answer::bad_request, std::move(why));
  }
  if (request.op == wire::Op::read) return read(from, std::move(request));
  propose(from, request, payload);
}

void Service::propose(ConnectionId from, const wire::Request& request, std::string_view payload) {
  const Proposal proposal = raft_.propose(std::make_shared<const std::string>(payload));
  switch (proposal.fate) {
    case Proposal::Fate::accepted:
      pending_.emplace(proposal.index, Pending{proposal.term, from, request.sequence});
      return;
    case Proposal::Fate::not_leader:
      return answer_not_leader(from, request.sequence);
    case Proposal::Fate::overloaded:
      return answer(from, request.sequence, wire::Answer::overloaded,
                    "too much is waiting to be replicated");
  }
}

void Service::read(ConnectionId from, wire::Request request) {
  if (raft_.role() != Role::leader) return answer_not_leader(from, request.sequence);
  if (unconfirmed_.size() >= kMaxUnconfirmedReads) {
    return answer(from, request.sequence, wire::Answer::overloaded,
                  "too many reads are waiting for a majority");
  }
  const std::uint64_t context = ++last_read_;
  unconfirmed_.emplace(context, PendingRead{from, request.sequence, std::move(request.key)});
  raft_.read(context);
}

void Service::closed(ConnectionId connection) {
  const auto gone = [&](const auto& item) { return item.second.from == connection; };
  std::erase_if(pending_, gone);
  std::erase_if(unconfirmed_, gone);
  std::erase_if(confirmed_, gone);
}

void Service::absorb(Output& output) {
  if (output.role_changed && raft_.role() != Role::leader &&
      bugs::active(Bug::kFailInsteadOfInfo)) {
    fail_pending();
  }
  if (bugs::active(Bug::kAckBeforeApply)) answer_early(output.committed);
  for (Entry& entry : output.committed) to_apply_.push_back(std::move(entry));
  output.committed.clear();
  for (const ReadState& state : output.reads) confirm(state);
  output.reads.clear();
}

void Service::confirm(const ReadState& state) {
  const auto found = unconfirmed_.find(state.context);
  if (found == unconfirmed_.end()) return;  // its connection was closed
  PendingRead read = std::move(found->second);
  unconfirmed_.erase(found);
  if (!state.confirmed) return answer_not_leader(read.from, read.sequence);
  // The wait for the state machine is what makes a ReadIndex a read (thesis §6.4, step 4).
  if (applied_ >= state.index || bugs::active(Bug::kAckBeforeApply)) return serve(read);
  confirmed_.emplace(state.index, std::move(read));
}

void Service::serve(const PendingRead& read) {
  wire::Reply reply;
  reply.sequence = read.sequence;
  reply.answer = wire::Answer::ok;
  reply.value = machine_.read(read.key);
  replies_.push_back({read.from, std::move(reply)});
}

void Service::apply_some(std::size_t limit) {
  for (; limit > 0 && !to_apply_.empty(); --limit) {
    apply(to_apply_.front());
    to_apply_.pop_front();
  }
  while (!confirmed_.empty() && confirmed_.begin()->first <= applied_) {
    serve(confirmed_.begin()->second);
    confirmed_.erase(confirmed_.begin());
  }
}

bool Service::backlog_is_awaited() const {
  if (to_apply_.empty()) return false;
  if (!confirmed_.empty()) return true;
  const auto end = pending_.upper_bound(to_apply_.back().index);
  return std::any_of(pending_.begin(), end, [](const auto& p) { return !p.second.answered; });
}

void Service::apply(const Entry& entry) {
  ASSERT(entry.index == applied_.next(), "applied", applied_, "and now", entry.index);
  applied_ = entry.index;
  wire::Reply reply;
  if (entry.kind == Entry::Kind::command) {
    const auto request = wire::decode_request(*entry.data);
    // It was decoded before it was proposed, and stood under a checksum ever since.
    ASSERT(request.has_value(), "entry", entry.index, "is no request");
    reply = machine_.apply(*request);
  }
  settle(entry, reply);
}

void Service::settle(const Entry& entry, const wire::Reply& reply) {
  const auto [begin, end] = pending_.equal_range(entry.index);
  for (auto at = begin; at != end; ++at) {
    const Pending& pending = at->second;
    if (pending.answered) continue;
    if (pending.term == entry.term) {
      replies_.push_back({pending.from, reply});
    } else {
      answer(pending.from, pending.sequence, wire::Answer::unknown,
             "leadership was lost before this was committed");
    }
  }
  pending_.erase(begin, end);
}

/// The defect ack-before-apply: a write is called done when it is committed, while the state
/// machine, from which reads are served, does not have it yet.
void Service::answer_early(const std::vector<Entry>& committed) {
  for (const Entry& entry : committed) {
    const auto [begin, end] = pending_.equal_range(entry.index);
    for (auto at = begin; at != end; ++at) {
      Pending& pending = at->second;
      if (pending.term != entry.term || entry.kind != Entry::Kind::command) continue;
      const auto request = wire::decode_request(*entry.data);
      if (!request || request->op != wire::Op::write) continue;  // a cas has to be tried to be told
      answer(pending.from, pending.sequence, wire::Answer::ok);
      pending.answered = true;
    }
  }
}

/// The defect fail-instead-of-info: the next leader may well commit what is called failed here.
void Service::fail_pending() {
  for (const auto& [index, pending] : pending_) {
    if (pending.answered) continue;
    answer(pending.from, pending.sequence, wire::Answer::failed, "leadership was lost");
  }
  pending_.clear();
}

void Service::answer(ConnectionId to, std::uint64_t sequence, wire::Answer answer,
                     std::string text) {
  wire::Reply reply;
  reply.sequence = sequence;
  reply.answer = answer;
  reply.text = std::move(text);
  replies_.push_back({to, std::move(reply)});
}

void Service::answer_not_leader(ConnectionId to, std::uint64_t sequence) {
  wire::Reply reply;
  reply.sequence = sequence;
  reply.answer = wire::Answer::not_leader;
  reply.leader = name_of(raft_.leader());
  replies_.push_back({to, std::move(reply)});
}

const std::string& Service::name_of(NodeId id) const {
  static const std::string nobody;
  return id == kNobody ? nobody : names_.at(id.value() - 1);
}

}  // namespace riptide::node
