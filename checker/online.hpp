// The verdict while the run goes on: fed with the clients' events as they happen, it says at any
// moment whether what was seen so far is still possible.
//
// Every key of a register or cas-register has a frontier (checker/frontier/) that follows its
// events at a distance. What an operation did is only known when it completes, so a key waits at
// the first call whose operation is open. Two things happen then:
//  - Operations complete promptly: the wait is short, and the key goes on exactly.
//  - An operation stays open for longer than `patience`: a copy of the frontier runs ahead, for
//    which such an operation may or may not take effect, at any later time. That allows more than
//    any completion can, so that when the copy dies the history is impossible. When the operation
//    completes the frontier itself catches up.
//
// What is guaranteed, as long as a key is not undecided:
//  - so_far is `invalid` only if no order of all that the clients saw exists, whatever the open
//    operations do. It is the offline verdict's word for the events so far.
//  - After finish() it is `invalid` exactly when the offline verdict is.
//  - When no operation stays open for longer than `patience`, a violation is known at the first
//    event, of any key, that comes more than settle + 2 * patience after the event that made it
//    certain: within 100 ms with the times below, while events come.
//  - When some do, a violation that is certain whatever they do is known as early; one that depends
//    on what they did is known as soon when they have completed.
// Undecided keys (state().undecided_keys): the frontier outgrew its share of memory or of steps,
// events were more than `settle` out of order, a process broke the rules of history.hpp, an
// operation could not be understood; and every key of a model that is no register. They turn "valid
// so far" into "unknown", never into anything wrong. The offline check decides them.
//
// Memory is that of open operations, of the values they and the possible states hold, and some
// hundred bytes for each key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "checker/checker.hpp"
#include "checker/model.hpp"
#include "history/history.hpp"

namespace riptide::checker {

struct OnlineTimes {
  /// Events may come this much out of order.
  std::int64_t settle_ns = 5'000'000;
  /// For how long to wait for what makes deciding cheaper.
  std::int64_t patience_ns = 40'000'000;
};

/// The first moment at which no order was left.
struct OnlineViolation {
  history::Value key;
  std::int64_t t_ns = 0;     ///< when the operation returned that no order can place
  history::Process process;  ///< whose it was
  std::string sentence;
};

struct OnlineState {
  Word so_far = Word::valid;         ///< valid (so far), unknown or invalid
  std::uint64_t events = 0;          ///< of clients, that were taken
  std::uint64_t decided = 0;         ///< of these, that no open operation holds back any more
  std::uint64_t keys = 0;            ///< that were seen
  std::uint64_t undecided_keys = 0;  ///< whose violations would not be noticed
  std::string undecided_because;     ///< the first reason; empty when there are none
  std::uint64_t bytes = 0;           ///< in use, about
  std::optional<OnlineViolation> violation;
};

/// One thread feeds; any other may ask for the state.
class Online {
 public:
  /// `memory_bytes`: for all keys together.
  Online(Model model, std::uint64_t memory_bytes, OnlineTimes times = {});
  ~Online();
  Online(const Online&) = delete;
  Online& operator=(const Online&) = delete;

  /// Events of the nemesis are ignored.
  void take(const history::Event& event);
  /// No more events come: whatever is open stays open, and everything is decided.
  void finish();
  OnlineState state() const;

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace riptide::checker
