#include "controller/online_watch.hpp"

#include <fmt/format.h>

#include <new>
#include <system_error>
#include <utility>

#include "base/units.hpp"

namespace riptide::controller {
namespace {

using checker::OnlineState;
using checker::Word;

/// What was given is looked at this often: a part of the 100 ms in which a violation is known.
constexpr Duration kLookEvery = std::chrono::milliseconds(5);
/// Some seconds of a fast load. More would only use memory.
constexpr std::size_t kMostWaiting = 200'000;
/// A long queue is worked off in steps, so that a violation in its first part is told early.
constexpr std::size_t kEventsPerStep = 512;

std::string undecided_in_words(const OnlineState& state) {
  return fmt::format("{} of {} keys undecided until the full check: {}",
                     format_count(state.undecided_keys), format_count(state.keys),
                     state.undecided_because);
}

}  // namespace

std::string in_words(const OnlineNews& news) {
  const OnlineState& state = news.state;
  if (state.violation) {
    std::string text = fmt::format(
        "violation on key {} at {}, known at {}", state.violation->key.json(),
        format_duration(Duration(state.violation->t_ns)), format_duration(Duration(news.known_ns)));
    if (state.undecided_keys > 0) text += "; " + undecided_in_words(state);
    return text;
  }
  // No single key: the model is not followed, or everything was given up.
  if (state.so_far == Word::unknown && state.undecided_keys == 0)
    return "so far: unknown, " + state.undecided_because;
  // An operation is decided with its two events.
  std::string text =
      fmt::format("so far: nothing wrong, {} operations decided", format_count(state.decided / 2));
  if (state.undecided_keys > 0) text += "; " + undecided_in_words(state);
  return text;
}

OnlineWatch::OnlineWatch(checker::Model model, std::uint64_t memory_bytes, MonoTime run_began)
    : run_began_(run_began), online_(std::move(model), memory_bytes) {
  news_.state = online_.state();
  gave_up_ = news_.state.so_far == Word::unknown;
  if (gave_up_) return;
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error& error) {
    give_up(std::string("no thread could be started: ") + error.what());
  }
}

OnlineWatch::~OnlineWatch() { end(Ending::drop); }

void OnlineWatch::give(const history::Event& event) {
  const std::lock_guard lock(mutex_);
  if (gave_up_ || ending_ != Ending::no) return;
  if (waiting_.size() >= kMostWaiting) {
    give_up(format_count(kMostWaiting) + " events waited to be looked at");
    return;
  }
  waiting_.push_back(event);
}

void OnlineWatch::finish() { end(Ending::decide); }

void OnlineWatch::end(Ending how) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ == Ending::no) ending_ = how;
  }
  ended_.notify_all();
  if (thread_.joinable()) thread_.join();
}

OnlineNews OnlineWatch::news() const {
  const std::lock_guard lock(mutex_);
  return news_;
}

void OnlineWatch::work() {
  std::vector<history::Event> events;
  Ending ending = Ending::no;
  try {
    while (ending == Ending::no) {
      events.clear();
      {
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, kLookEvery, [this] { return ending_ != Ending::no; });
        if (gave_up_) return;
        events.swap(waiting_);
        ending = ending_;
      }
      if (ending != Ending::drop && !look_at(events)) return;
    }
    if (ending == Ending::drop) return;
    online_.finish();
    publish();
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(mutex_);
    give_up("the memory of the machine was used up");
  }
}

/// False when there is no use in going on.
bool OnlineWatch::look_at(const std::vector<history::Event>& events) {
  std::size_t taken = 0;
  for (const history::Event& event : events) {
    online_.take(event);
    if (++taken % kEventsPerStep != 0) continue;
    publish();
    const std::lock_guard lock(mutex_);
    if (gave_up_ || ending_ == Ending::drop) return false;
  }
  publish();
  return true;
}

void OnlineWatch::publish() {
  OnlineState state = online_.state();
  const std::lock_guard lock(mutex_);
  if (gave_up_) return;
  if (state.violation && !news_.state.violation) news_.known_ns = (mono_now() - run_began_).count();
  news_.state = std::move(state);
  violated_ = news_.state.violation.has_value();
}

/// With the mutex held, or before there is a thread. A violation that was seen stays one.
void OnlineWatch::give_up(const std::string& reason) {
  gave_up_ = true;
  waiting_ = {};
  if (news_.state.violation) return;
  news_.state.so_far = Word::unknown;
  news_.state.undecided_keys = 0;
  news_.state.undecided_because = "the online checker gave up: " + reason;
}

}  // namespace riptide::controller
