// The shell around the core: one thread, in turns.
//
//   drain    sockets, the disk's completions and the timer each step the core as they come
//   turn     when all that was ready is drained, once: take the Output;
//            send `messages`              the followers' disks work while …
//            submit entries + hard state  … this one does (thesis §10.2.1)
//            hand commits and reads to the service; one write per connection of everything queued
//   durable  send `messages_after_persist` of what is durable now; tell the core; a turn
//   apply    a slice of the committed entries, in a turn of its own after the sockets had theirs:
//            at once when a client waits for them, else a little later, many together
//
// A message of `messages_after_persist` promises that everything submitted before it is durable, so
// those of an Output with nothing to write wait for the writes before it.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "node/core/raft.hpp"
#include "node/kv/service.hpp"
#include "node/node.hpp"
#include "node/storage/wal_thread.hpp"
#include "node/transport/clients.hpp"
#include "node/transport/peers.hpp"

namespace riptide::node {

class Shell {
 public:
  /// Recovers the log, binds both addresses.
  static Result<std::unique_ptr<Shell>> make(const NodeOptions& options);
  ~Shell();
  /// Serves until a signal or the disk ends it.
  Result<void> run();

 private:
  struct Loop;  ///< knows Asio
  /// An Output whose promises wait for the disk.
  struct Unsent {
    WalThread::Ticket ticket = 0;
    std::vector<Message> messages;
    Term term;
    LogIndex index;  ///< of its last entry; 0: it had none
  };

  explicit Shell(const NodeOptions& options);
  Result<void> open();
  void start();
  void schedule_turn();
  void turn();
  void persist(Output& output);
  void durable(Result<WalThread::Ticket> up_to);
  void schedule_apply();
  void apply_turn();
  void deliver_replies();
  void arm_timer();
  void note_role();
  wire::Status status() const;

  NodeOptions options_;
  NodeId id_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Raft> raft_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<WalThread> wal_;
  std::deque<Unsent> unsent_;
  WalThread::Ticket submitted_ = 0;
  bool turn_scheduled_ = false;
  bool apply_scheduled_ = false;
  bool background_armed_ = false;
  std::string last_role_;
  Result<void> end_;
};

}  // namespace riptide::node
