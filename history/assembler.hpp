// Assembler: events in, one by one; operations, faults and leaders out.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "history/history.hpp"
#include "history/nemesis_events.hpp"

namespace riptide::history {

/// Where a history comes from decides how strictly it is read.
enum class Origin : std::uint8_t {
  riptide,  ///< its rules hold (docs/formats.md)
  foreign,  ///< the nemesis says what it likes; the value `[k v]` may carry a key
};

/// Pairs each process' invocations with their completions. A missing completion is an info.
/// The history must outlive the Assembler.
class Assembler {
 public:
  Assembler(History& history, Origin origin);

  /// An error when a process invokes twice without completing, completes what it did not invoke,
  /// goes back in time, or when a completion contradicts its invocation; `line` is named. Parts of
  /// the event are moved from.
  Result<void> take(Event& event, std::uint64_t line);
  /// Sorts what was taken by time, and numbers it.
  void finish();

 private:
  /// What is known of one process while its events are read.
  struct Client {
    std::uint64_t line = 0;  ///< of its latest event; 0: none yet
    std::int64_t t_ns = 0;   ///< of its latest event
    OpIndex operation = 0;   ///< its latest, while `open`
    bool open = false;
    bool retired = false;  ///< its latest operation ended in info
  };

  Result<void> take_client(Event& event, std::uint64_t line);
  Result<void> invoke(Event& event, std::uint64_t line, Client& client);
  Result<void> complete(Event& event, std::uint64_t line, Client& client);
  Result<void> check_completion(const Event& event, std::uint64_t line, const Client& client) const;
  Client& client_of(Process process);
  void split_invocation(Event& event);
  void split_completion(Event& event, const Client& client);
  void join_pairs();
  void sort_operations();

  History& history_;
  NemesisEvents nemesis_;
  const Origin origin_;
  std::vector<Client> few_;  // of the processes with small numbers
  std::unordered_map<Process, Client> others_;
  std::int64_t latest_invocation_ns_ = 0;
  bool sorted_ = true;
  std::uint64_t reused_ = 0;
  std::uint64_t first_reuse_ = 0;
  Process first_reused_;
  SharedText latest_error_;
  // A history may carry its keys in values [k v] without a mark. As long as every event allows it,
  // they are kept apart; one that does not, or the lack of a [k nil], puts them together again.
  bool pairs_ = false;
  bool pair_without_value_ = false;        // a [k nil]: no value of another kind looks so
  std::vector<OpIndex> unpaired_outputs_;  // of operations whose completion was no pair
};

}  // namespace riptide::history
