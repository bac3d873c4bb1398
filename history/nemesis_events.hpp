// Faults and leaders, put together from the events of the nemesis (docs/faults.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "history/history.hpp"

namespace riptide::history {

/// A fault is up to four events with one id, told apart by their `phase`: asked, took-effect,
/// heal-asked, healed; `failed` says why one of them could not be proved. An event `leader` says
/// who leads. Other events of the nemesis remain events.
class NemesisEvents {
 public:
  explicit NemesisEvents(History& history) : history_(history) {}
  Result<void> take(const Event& event);
  /// Sorts what was taken by time.
  void finish();

 private:
  struct Told;  // the event's `value`, read
  Result<void> take_leader(const Event& event, const Told& told);
  Result<void> take_phase(const Event& event, const Told& told);
  Result<Fault*> find_fault(const Event& event, const Told& told);

  History& history_;
  std::map<std::uint64_t, std::size_t> fault_by_id_;  // index in History::faults
};

}  // namespace riptide::history
