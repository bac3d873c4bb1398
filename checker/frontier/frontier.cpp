#include "checker/frontier/frontier.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <span>
#include <tuple>

#include "checker/frontier/placement.hpp"
#include "checker/frontier/stream.hpp"
#include "checker/prune.hpp"

namespace riptide::checker {

namespace {

constexpr std::size_t kFinals = 16;

/// Feeds the events of one part to a stream, and looks ahead for it.
template <class Rules>
class Drive {
 public:
  /// `own_entries`: whether the entries are a copy, which counts against the budget.
  Drive(Rules rules, std::unique_ptr<EventStream> stream, std::span<const Entry> entries,
        bool own_entries, Budget& budget)
      : rules_(std::move(rules)), stream_(std::move(stream)), entries_(entries), budget_(budget) {
    for (std::uint32_t p = 0; p < entries.size(); ++p) {
      if (entries[p].certain) by_return_.push_back(p);
    }
    std::sort(by_return_.begin(), by_return_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(entries_[a].return_ns, a) < std::tie(entries_[b].return_ns, b);
    });
    slots_.resize(entries.size());
    stream_->count_also(by_return_.capacity() * sizeof(std::uint32_t) +
                        slots_.capacity() * sizeof(std::uint16_t) +
                        (own_entries ? entries.size() * kBytesOfOwnEntry : 0));
  }

  /// What became of it; returned() tells where it stopped.
  Step run() {
    if (limit_ = budget_.poll(); limit_ != Limit::none) return Step::limit;
    if (!budget_.grant(stream_->bytes())) {
      limit_ = Limit::memory;
      return Step::limit;
    }
    for (; returned_ < by_return_.size(); ++returned_) {
      const std::uint32_t position = by_return_[returned_];
      while (called_ < entries_.size() &&
             entries_[called_].call_ns <= entries_[position].return_ns) {
        if (call() == Step::limit) return Step::limit;
      }
      look_ahead();
      Step step = returns(position);
      if (step != Step::alive) return step;
      if (returned_ % kReturnsBetweenPolls == 0) limit_ = budget_.poll();
      if (limit_ != Limit::none) return Step::limit;
    }
    return Step::alive;
  }

  std::uint32_t culprit() const { return by_return_[returned_]; }
  Limit limit() const { return limit_; }
  /// The time of the last return before the one where it stopped, and not at the same time.
  std::int64_t decided_until_ns() const {
    std::size_t last = returned_;
    const auto time = [&](std::size_t rank) { return entries_[by_return_[rank]].return_ns; };
    while (last > 0 && returned_ < by_return_.size() && time(last - 1) == time(returned_)) --last;
    return last > 0 ? time(last - 1) : INT64_MIN;
  }
  std::vector<EventStream::Final> finals(std::size_t most) const { return stream_->finals(most); }
  std::vector<std::uint32_t> order(const EventStream::Final& final) const {
    return Placement<Rules>(rules_, entries_, by_return_, returned_).order(final.steps);
  }

 private:
  static constexpr std::size_t kReturnsBetweenPolls = 256;
  static constexpr std::size_t kBytesOfOwnEntry = sizeof(Entry) + sizeof(std::uint32_t);

  Step call() {
    const Entry& entry = entries_[called_];
    const Call call{entry.action, called_, entry.return_ns, entry.certain};
    EventStream::Slot slot = EventStream::kNoSlot;
    while (stream_->call(call, slot) == Step::too_narrow) {
      if (!widen()) return Step::limit;
    }
    slots_[called_] = static_cast<std::uint16_t>(slot);
    if (called_ < foreseen_) stream_->foresee(entry.action, -1);
    foreseen_ = std::max(foreseen_, ++called_);
    return Step::alive;
  }

  Step returns(std::uint32_t position) {
    const auto rank = static_cast<std::uint32_t>(returned_);
    while (true) {
      const Step step = stream_->returns(slots_[position], rank, budget_);
      if (step == Step::limit) limit_ = stream_->limit();
      if (step != Step::too_narrow) return step;
      if (!widen()) return Step::limit;
    }
  }

  bool widen() {
    auto wider = stream_->wider();
    limit_ = Limit::memory;
    if (wider == nullptr || !budget_.grant(stream_->bytes() + wider->bytes())) return false;
    limit_ = Limit::none;
    stream_ = std::move(wider);
    return true;
  }

  /// EventStream::foresee for what is called until the first return of those called from now on.
  void look_ahead() {
    if constexpr (!Rules::kRegister) return;
    const auto passed = [&](std::uint32_t position) {
      const Action& action = entries_[position].action;
      return position < called_ || action.kind == Action::Kind::cas_refused ||
             (action.kind == Action::Kind::read && action.first == kUnobserved);
    };
    while (first_later_ < by_return_.size() && passed(by_return_[first_later_])) ++first_later_;
    const std::int64_t until = first_later_ < by_return_.size()
                                   ? entries_[by_return_[first_later_]].return_ns
                                   : history::kNever;
    while (foreseen_ < entries_.size() && entries_[foreseen_].call_ns <= until) {
      stream_->foresee(entries_[foreseen_++].action, +1);
    }
  }

  Rules rules_;
  std::unique_ptr<EventStream> stream_;
  std::span<const Entry> entries_;
  Budget& budget_;
  std::vector<std::uint32_t> by_return_;
  std::vector<std::uint16_t> slots_;
  std::uint32_t called_ = 0;
  std::uint32_t foreseen_ = 0;   // calls up to here are known to the stream
  std::size_t first_later_ = 0;  // in by_return_: the first of those that are called from now on
  std::size_t returned_ = 0;
  Limit limit_ = Limit::none;
};

/// The entries without what pruning drops, and where they were.
struct Pruned {
  std::vector<Entry> kept;
  std::vector<std::uint32_t> positions;
};

/// Nothing when there is nothing to gain: pruning is about uncertain operations.
std::optional<Pruned> pruned(const KeyHistory& key, const Budget& budget) {
  bool uncertain = false;
  for (const Entry& entry : key.entries) {
    uncertain = uncertain || !entry.certain;
  }
  if (!uncertain) return std::nullopt;
  Pruned result{prune(key.entries, key.values.size(), &budget), {}};
  std::uint32_t position = 0;
  for (const Entry& entry : result.kept) {
    while (key.entries[position].index != entry.index) ++position;
    result.positions.push_back(position++);
  }
  return result;
}

template <class Rules>
Decision decide(Rules rules, std::unique_ptr<EventStream> stream, std::span<const Entry> entries,
                bool own_entries, Budget& budget) {
  Drive<Rules> drive(std::move(rules), std::move(stream), entries, own_entries, budget);
  Decision decision;
  switch (drive.run()) {
    case Step::alive:
      decision.found = Found::order;
      break;
    case Step::dead:
      decision.found = Found::no_order;
      break;
    default:
      decision.limit = drive.limit();
  }
  decision.decided_until_ns = drive.decided_until_ns();
  const auto finals = drive.finals(1);
  if (finals.empty()) return decision;
  (decision.found == Found::order ? decision.order : decision.longest) =
      drive.order(finals.front());
  return decision;
}

template <class Rules>
std::optional<Death> death(Rules rules, std::unique_ptr<EventStream> stream,
                           std::span<const Entry> entries, Budget& budget) {
  Drive<Rules> drive(std::move(rules), std::move(stream), entries, false, budget);
  if (drive.run() != Step::dead) return std::nullopt;
  Death result{.culprit = drive.culprit()};
  for (const EventStream::Final& final : drive.finals(kFinals)) {
    const bool known = final.state != kRefused;
    result.configurations.push_back(
        {drive.order(final), known ? std::optional(final.state) : std::nullopt});
  }
  return result;
}

Decision out_of_memory() { return {.found = Found::limit, .limit = Limit::memory}; }

}  // namespace

Decision frontier(const Model& model, const KeyHistory& key, Reductions reductions,
                  Budget& budget) {
  try {
    if (!model.is_register()) {
      const std::shared_ptr<Object> object = make_object(model, key);
      return decide(ObjectRules{object}, object_stream(object, reductions, true), key.entries,
                    false, budget);
    }
    auto stream = register_stream(reductions, true);
    const auto fewer =
        reductions == Reductions::reduced ? pruned(key, budget) : std::optional<Pruned>();
    if (!fewer) return decide(RegisterRules(), std::move(stream), key.entries, false, budget);
    Decision decision = decide(RegisterRules(), std::move(stream), fewer->kept, true, budget);
    for (auto* positions : {&decision.order, &decision.longest}) {
      for (std::uint32_t& position : *positions) position = fewer->positions[position];
    }
    return decision;
  } catch (const std::bad_alloc&) {  // the machine has less than the budget thought
    return out_of_memory();
  }
}

std::optional<Death> last_configurations(const Model& model, const KeyHistory& key,
                                         Budget& budget) {
  try {
    if (model.is_register()) {
      return death(RegisterRules(), register_stream(Reductions::reduced, true), key.entries,
                   budget);
    }
    const std::shared_ptr<Object> object = make_object(model, key);
    return death(ObjectRules{object}, object_stream(object, Reductions::reduced, true), key.entries,
                 budget);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

}  // namespace riptide::checker
