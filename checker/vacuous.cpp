// Was it a test at all? Checks that keep a harness from praising a system that was never tried.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/text.hpp"
#include "base/units.hpp"
#include "checker/checker.hpp"
#include "checker/checks/functions.hpp"

namespace riptide::checker {

namespace {

using history::Fault;
using history::Operation;
using history::Type;

bool overlaps(const Operation& operation, const Fault& fault) {
  const std::int64_t end =
      operation.outcome == Type::info ? operation.gave_up_ns : operation.complete_ns;
  return operation.invoke_ns <= fault.healed_ns && end >= fault.took_effect_ns;
}

bool any_overlap(const history::History& history) {
  return std::any_of(history.faults.begin(), history.faults.end(), [&](const Fault& fault) {
    return fault.took_effect_ns != history::kNever &&
           std::any_of(history.operations.begin(), history.operations.end(),
                       [&](const Operation& operation) { return overlaps(operation, fault); });
  });
}

/// What the operations of a history can show.
struct Shown {
  bool observed = false;           ///< an answer told what an object held
  bool observed_a_change = false;  ///< and something may have been changed under that key
};

/// Whether its answer tells what the object held.
bool observes(const Operation& operation, Deed deed) {
  if (operation.outcome != Type::ok) return false;
  switch (deed) {
    case Deed::write:
    case Deed::insert:
      return false;
    case Deed::add:
    case Deed::subtract:
    case Deed::remove:  // such as "it was there", or the sum
      return !operation.output.is_nil() && !(operation.output == operation.input);
    default:
      return true;
  }
}

bool may_change(const Operation& operation, Deed deed) {
  return operation.outcome != Type::fail && deed != Deed::read && deed != Deed::contains;
}

/// Where nothing was changed every answer but the initial value would be wrong, and that is what a
/// system that does nothing says, too.
Shown shown_by(const history::History& history) {
  Shown shown;
  Deeds deeds;
  std::unordered_set<history::Value> changed;
  const history::Value* last = nullptr;
  for (const Operation& operation : history.operations) {
    if (!may_change(operation, deeds.of(operation))) continue;
    if (last == nullptr || !(*last == operation.key)) changed.insert(operation.key);
    last = &operation.key;
  }
  for (const Operation& operation : history.operations) {
    if (!observes(operation, deeds.of(operation))) continue;
    shown.observed = true;
    shown.observed_a_change = changed.contains(operation.key);
    if (shown.observed_a_change) break;
  }
  return shown;
}

std::string vacuous_reason(const history::History& history, const Statistics& statistics,
                           double minimum_ok_share) {
  if (statistics.operations == 0) return "the history has no operations: nothing was tested";
  if (statistics.ok == 0) {
    return fmt::format("none of {} operations succeeded: nothing was tested",
                       format_count(statistics.operations));
  }
  const Shown shown = shown_by(history);
  if (!shown.observed)
    return "no completed operation observed a value: changes alone cannot go wrong";
  if (!shown.observed_a_change) {
    return "no completed operation observed a key that was written: nothing could go wrong";
  }
  const double share =
      static_cast<double>(statistics.ok) / static_cast<double>(statistics.operations);
  if (share < minimum_ok_share) {
    return fmt::format("only {:.1f} % of {} operations succeeded, less than {:.1f} %", share * 100,
                       format_count(statistics.operations), minimum_ok_share * 100);
  }
  if (!history.faults.empty() && !any_overlap(history)) {
    return "no operation was open while any fault was in effect: the faults tested nothing";
  }
  return {};
}

}  // namespace

Check check_not_vacuous(const history::History& history, const Statistics& statistics,
                        double minimum_ok_share) {
  Check check{.name = "not-vacuous"};
  check.evidence.algorithm = "counting";
  check.evidence.operations = statistics.operations;
  check.evidence.keys = statistics.keys;
  check.reason = vacuous_reason(history, statistics, minimum_ok_share);
  check.verdict = check.reason.empty() ? Word::valid : Word::vacuous;
  if (check.reason.empty()) {
    check.reason =
        fmt::format("{} of {} operations succeeded; {} of {} keys were contested",
                    format_count(statistics.ok), format_count(statistics.operations),
                    format_count(statistics.contested_keys), format_count(statistics.keys));
    // Jepsen's rule for statistics: what never succeeds was not tested.
    if (!statistics.never_ok.empty())
      check.reason += "; none succeeded of: " + join(statistics.never_ok, ", ");
  }
  return check;
}

namespace {

/// Whether the history ends while the fault is still being put into effect, as it does when a run
/// is killed: it was asked for, and no later event of a fault shows that the run went on.
bool cut_off(const history::History& history, const Fault& fault) {
  if (!fault.failure.empty() || fault.took_effect_ns != history::kNever) return false;
  if (fault.heal_asked_ns != history::kNever || fault.healed_ns != history::kNever) return false;
  const auto later = [&](std::int64_t ns) { return ns != history::kNever && ns > fault.asked_ns; };
  return std::none_of(history.faults.begin(), history.faults.end(), [&](const Fault& f) {
    return later(f.asked_ns) || later(f.took_effect_ns) || later(f.heal_asked_ns) ||
           later(f.healed_ns);
  });
}

std::string proved_reason(std::size_t faults, std::size_t cut) {
  std::string reason;
  if (faults == 0) {
    reason = "no faults were asked for";
  } else if (faults > cut) {
    reason =
        fmt::format("all {} faults were proved to have taken effect", format_count(faults - cut));
  }
  if (cut == 0) return reason;
  return fmt::format("{}{}the history ends before {} {} could be proved", reason,
                     reason.empty() ? "" : "; ", cut, cut == 1 ? "fault" : "faults");
}

}  // namespace

Check check_faults_proved(const history::History& history) {
  Check check{.name = "faults-proved"};
  check.evidence.algorithm = "each fault's own proof";
  std::vector<const Fault*> unproved;
  std::size_t cut = 0;
  for (const Fault& fault : history.faults) {
    if (fault.proved()) continue;
    if (cut_off(history, fault)) {
      ++cut;
    } else {
      unproved.push_back(&fault);
    }
  }
  if (unproved.empty()) {
    check.verdict = Word::valid;
    check.reason = proved_reason(history.faults.size(), cut);
    return check;
  }
  const Fault& first = *unproved.front();
  check.verdict = Word::error;
  check.reason =
      fmt::format("{} of {} faults could not be proved; the first is {} ({}): {}", unproved.size(),
                  history.faults.size(), first.name, first.description,
                  first.failure.empty() ? "nothing shows that it took effect" : first.failure);
  if (cut > 0) check.reason += "; " + proved_reason(cut, cut);
  return check;
}

}  // namespace riptide::checker
