// A frontier as a stream: fed with calls and returns in order of time, it knows after each return
// every state the object may be in. The offline frontier and the online checker both drive one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "checker/decision.hpp"
#include "checker/frontier/trail.hpp"
#include "checker/model.hpp"
#include "checker/object.hpp"
#include "checker/search/budget.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

/// An operation when it is called.
struct Call {
  Action action;
  std::uint32_t position = 0;  ///< the caller's name for it; comes back in the trail
  /// Certain operations: when it returns. Operations must return by rank, those of equal rank by
  /// position.
  std::int64_t rank = 0;
  bool certain = true;  ///< it returns; otherwise it may or may not take effect, at any later time
};

/// What a return led to.
enum class Step : std::uint8_t {
  alive,
  dead,        ///< no configuration is left; the stream stays as it was before the return
  limit,       ///< see EventStream::limit(); the stream must not be used any more
  too_narrow,  ///< wider() is needed, then the same call or return again
};

class EventStream {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kNoSlot = ~Slot{0};

  virtual ~EventStream() = default;
  /// Step::too_narrow: nothing happened. `slot` names the operation until it returns; kNoSlot for
  /// uncertain ones, which never do.
  virtual Step call(const Call& call, Slot& slot) = 0;
  /// `rank` goes into the trail.
  virtual Step returns(Slot slot, std::uint32_t rank, Budget& budget) = 0;
  /// Registers, reduced: an operation that is called after the present moment, and not after the
  /// first return of the operations called after the present moment (by = +1), or that one no
  /// longer (by = -1). A value that no pending operation and none of these observes is lost.
  virtual void foresee(const Action& action, int by) = 0;
  /// Whether what follows is not known: then nothing counts as lost.
  virtual void set_blind(bool blind) = 0;

  /// What the caller itself occupies, which counts against the same budget.
  virtual void count_also(std::uint64_t bytes) = 0;

  virtual std::unique_ptr<EventStream> clone() const = 0;
  /// The same with more slots; nothing when there is none.
  virtual std::unique_ptr<EventStream> wider() const = 0;

  /// Whether no operation is pending, so that nothing but the states matters.
  virtual bool idle() const = 0;
  /// As if nothing had been called yet, with these states (kRefused: one that nobody sees).
  virtual void restart_from(const std::vector<StateId>& states) = 0;
  /// Registers: sets used[value] for every value (below its size) that a state or a pending
  /// operation holds.
  virtual void mark_values(std::vector<bool>& used) const = 0;

  virtual std::size_t size() const = 0;  ///< configurations
  virtual std::uint64_t bytes() const = 0;
  virtual Limit limit() const = 0;

  struct Final {
    StateId state;
    std::vector<Trail::Step> steps;
  };
  /// At most `most` configurations with different states (kRefused: whatever it is, nobody sees
  /// it), the longest trails first.
  virtual std::vector<Final> finals(std::size_t most) const = 0;
};

/// Registers. `keeps_trail`: false where nobody wants an order.
std::unique_ptr<EventStream> register_stream(Reductions reductions, bool keeps_trail);
/// Any object; shared with the stream's copies, which must not run at the same time.
std::unique_ptr<EventStream> object_stream(std::shared_ptr<Object> object, Reductions reductions,
                                           bool keeps_trail);

}  // namespace riptide::checker
