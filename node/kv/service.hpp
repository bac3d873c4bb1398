// The key-value service: what stands between clients, the consensus core and the state machine.
// Pure: requests and Outputs go in, replies come out, through a queue.
//
//   write, cas   proposed; the reply is due when that very entry – (term, index) – is applied
//   read         a ReadIndex is asked for; the reply is due when the state machine has applied it
//
// What a node does not know it does not say. When leadership is lost, a proposal stays pending: the
// entry may still be committed by the next leader. It is answered ok when it is applied, and
// unknown when another term's entry is applied at its index; until then the client waits, or gives
// up.
//
// Committed entries are applied by apply_some(), a bounded slice at a time, in turns of their own:
// to replay a long log must not keep heartbeats and votes waiting. Where a client waits for an
// entry the shell applies at once; elsewhere – a follower's clients ask the leader – it can wait
// and do many together. So the wait of a reply is also what makes the state machine keep up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/core/raft.hpp"
#include "node/kv/state_machine.hpp"
#include "wire/wire.hpp"

namespace riptide::node {

using ConnectionId = std::uint64_t;

struct Answered {
  ConnectionId to = 0;
  wire::Reply reply;
};

class Service {
 public:
  /// Reads that wait for their round; above it a read is answered overloaded.
  static constexpr std::size_t kMaxUnconfirmedReads = 65'536;

  /// `names` by node id: names[0] is node 1's.
  Service(Raft& raft, std::vector<std::string> names) : raft_(raft), names_(std::move(names)) {}

  /// `payload` is the request as it came: a command's log entry is exactly that.
  void request(ConnectionId from, wire::Request request, std::string_view payload);
  /// Nobody waits for these answers any more.
  void closed(ConnectionId connection);

  /// Takes what an Output has for the service: committed entries, reads, the change of role.
  void absorb(Output& output);
  /// Applies the next entries, at most `limit`.
  void apply_some(std::size_t limit);
  /// Committed entries that are not applied yet.
  std::size_t backlog() const { return to_apply_.size(); }
  /// A client waits for something in the backlog.
  bool backlog_is_awaited() const;

  std::vector<Answered> take_replies() { return std::exchange(replies_, {}); }

  LogIndex applied_index() const { return applied_; }
  /// Name of a node; empty for nobody.
  const std::string& name_of(NodeId id) const;

 private:
  struct Pending {
    Term term;
    ConnectionId from = 0;
    std::uint64_t sequence = 0;
    bool answered = false;  ///< by the injected defect: nothing more to say
  };
  struct PendingRead {
    ConnectionId from = 0;
    std::uint64_t sequence = 0;
    std::string key;
  };

  void propose(ConnectionId from, const wire::Request& request, std::string_view payload);
  void read(ConnectionId from, wire::Request request);
  void confirm(const ReadState& state);
  void serve(const PendingRead& read);
  void apply(const Entry& entry);
  void settle(const Entry& entry, const wire::Reply& reply);
  void answer(ConnectionId to, std::uint64_t sequence, wire::Answer answer, std::string text = {});
  void answer_not_leader(ConnectionId to, std::uint64_t sequence);
  void answer_early(const std::vector<Entry>& committed);
  void fail_pending();

  Raft& raft_;
  std::vector<std::string> names_;
  StateMachine machine_;
  LogIndex applied_;
  std::deque<Entry> to_apply_;
  /// By index. Two terms' proposals can stand at one index: this node led, lost, and led again.
  std::multimap<LogIndex, Pending> pending_;
  std::uint64_t last_read_ = 0;
  std::unordered_map<std::uint64_t, PendingRead> unconfirmed_;  ///< by the read's context
  std::multimap<LogIndex, PendingRead> confirmed_;  ///< by the index that must be applied first
  std::vector<Answered> replies_;
};

}  // namespace riptide::node
