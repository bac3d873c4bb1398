#include "node/core/progress.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace riptide::node {

void Inflight::add(LogIndex last) {
  ASSERT(!full(), "more in flight than", last_.size());
  last_[(begin_ + count_) % last_.size()] = last;
  ++count_;
}

void Inflight::release(LogIndex match) {
  while (count_ > 0 && last_[begin_] <= match) {
    begin_ = (begin_ + 1) % last_.size();
    --count_;
  }
}

void Progress::reset(LogIndex last_index) {
  state = State::probe;
  match = LogIndex{};
  next = last_index.next();
  probe_sent = false;
  acked_round = 0;
  inflight.clear();
}

bool Progress::may_send() const { return state == State::probe ? !probe_sent : !inflight.full(); }

void Progress::sent(LogIndex last) {
  if (state == State::probe) {
    probe_sent = true;
    return;
  }
  next = last.next();
  inflight.add(last);
}

bool Progress::granted(LogIndex matched) {
  if (matched < match) return false;  // late: a newer answer came before it
  const bool advanced = matched > match;
  match = matched;
  if (state == State::probe) {
    state = State::replicate;
    probe_sent = false;
    next = match.next();
  } else {
    next = std::max(next, match.next());
  }
  inflight.release(match);
  return advanced;
}

bool Progress::refused(LogIndex possible_match) {
  // A refusal never lowers `match`, and never raises it: whoever refuses has matched nothing. One
  // that belongs to the newest message points below next - 1; what does not is late.
  const LogIndex candidate = std::max(match, possible_match).next();
  if (candidate >= next) return false;
  state = State::probe;
  probe_sent = false;
  next = candidate;
  inflight.clear();
  return true;
}

}  // namespace riptide::node
