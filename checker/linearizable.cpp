// check_linearizable: every key on its own, every "valid" with a certificate that other code
// validated.
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <tuple>

#include "base/assert.hpp"
#include "base/units.hpp"
#include "checker/anomaly.hpp"
#include "checker/certificate.hpp"
#include "checker/checker.hpp"
#include "checker/partition.hpp"
#include "checker/prune.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

namespace {

/// Explaining what is already decided is bounded work of its own: a verdict of "invalid" must come
/// with its reason even when the time for deciding has run out.
constexpr std::uint64_t kStatesToExplainOne = 2'000'000;
constexpr std::uint64_t kStatesToExplainAll = 8'000'000;
/// Nobody reads more, and each explanation looks through the whole history.
constexpr std::size_t kMostExplained = 100;

std::string counted(std::size_t n, const std::string& one, const std::string& many) {
  return format_count(n) + " " + (n == 1 ? one : many);
}

/// The check of one history while it goes on.
class Linearizability {
 public:
  Linearizability(const history::History& history, const LinearizableOptions& options,
                  std::vector<KeyHistory> keys)
      : history_(history),
        options_(options),
        keys_(std::move(keys)),
        validator_(history, options.model),
        budget_(options.limits) {
    check_.name = "linearizable";
  }

  Check run() {
    const MonoTime start = mono_now();
    for (const KeyHistory* key : smallest_first()) decide(*key);
    explain();
    conclude();
    Evidence& evidence = check_.evidence;
    evidence.algorithm = "depth-first search per key (Wing & Gong 1993, cache of Lowe 2017)";
    evidence.operations = history_.operations.size();
    evidence.keys = keys_.size();
    evidence.states = budget_.states();
    evidence.peak_bytes = budget_.peak_bytes();
    evidence.seconds = static_cast<double>((mono_now() - start).count()) / 1e9;
    return std::move(check_);
  }

 private:
  /// So that when a limit is hit as many keys as possible are decided.
  std::vector<const KeyHistory*> smallest_first() const {
    std::vector<const KeyHistory*> order;
    for (const KeyHistory& key : keys_) order.push_back(&key);
    std::stable_sort(order.begin(), order.end(), [](const KeyHistory* a, const KeyHistory* b) {
      return a->entries.size() < b->entries.size();
    });
    return order;
  }

  void decide(const KeyHistory& key) {
    const std::vector<Entry> entries = prune(key.entries, key.values.size(), &budget_);
    const Decision result = search(entries, key.values.size(), Reductions::reduced, budget_);
    switch (result.found) {
      case Found::no_order:
        impossible_.push_back(&key);
        return;
      case Found::limit:
        ++undecided_;
        limit_ = result.limit;
        return;
      case Found::order:
        break;
    }
    Certificate certificate{.key = key.key};
    for (const std::uint32_t position : result.order) {
      certificate.order.push_back(entries[position].index);
    }
    if (auto refused = validator_.validate(certificate)) {
      defect_ = fmt::format(
          "the certificate of key {} was refused: {}; this is a defect of the "
          "checker",
          key.key.json(), *refused);
      return;
    }
    if (validator_.needs(key.key)) ++validated_;
    if (options_.keep_certificates) check_.certificates.push_back(std::move(certificate));
  }

  void explain() {
    Limits limits;
    limits.memory_bytes = budget_.memory_bytes();
    limits.stop = options_.limits.stop;
    std::uint64_t states = 0;
    for (const KeyHistory* key : impossible_) {
      const std::uint64_t left = states < kStatesToExplainAll ? kStatesToExplainAll - states : 1;
      Budget budget = Budget(limits).part(std::min(left, kStatesToExplainOne));
      if (check_.anomalies.size() >= kMostExplained || budget.poll() != Limit::none) {
        check_.anomalies.push_back(unexplained(
            *key, "An explanation was left out: " +
                      (budget.poll() != Limit::none
                           ? std::string("the check was stopped.")
                           : format_count(kMostExplained) + " other keys are explained.")));
        continue;
      }
      Finding finding = explained(*key, budget);
      states += budget.states();
      if (finding.contradiction) {
        defect_ = std::move(finding.contradiction);
      } else {
        check_.anomalies.push_back(std::move(finding.anomaly));
      }
    }
    // The most convincing first: the fewest operations, then the stalest.
    std::stable_sort(check_.anomalies.begin(), check_.anomalies.end(),
                     [](const Anomaly& a, const Anomaly& b) {
                       const auto rank = [](const Anomaly& x) {
                         return std::tuple(x.operations.size(), -x.staleness_ms.value_or(0));
                       };
                       return rank(a) < rank(b);
                     });
  }

  Finding explained(const KeyHistory& key, Budget& budget) const {
    try {
      return find_anomaly(history_, options_.model, key, nullptr, budget);
    } catch (const std::bad_alloc&) {
      return {.anomaly = unexplained(key, "There was not enough memory for an explanation.")};
    }
  }

  void conclude() {
    if (!check_.anomalies.empty()) {
      check_.verdict = Word::invalid;
      check_.reason =
          fmt::format("{} of {} {} impossible: no order of the operations agrees with real time",
                      format_count(check_.anomalies.size()), counted(keys_.size(), "key", "keys"),
                      check_.anomalies.size() == 1 ? "is" : "are");
      if (defect_) check_.reason += "; besides, " + *defect_;
    } else if (defect_) {
      check_.verdict = Word::error;
      check_.reason = *defect_;
    } else if (undecided_ > 0) {
      check_.verdict = Word::unknown;
      check_.reason =
          fmt::format("{}: {} of {} decided", limit_text(), format_count(keys_.size() - undecided_),
                      counted(keys_.size(), "key was", "keys were"));
    } else if (validated_ != validator_.keys()) {
      check_.verdict = Word::error;
      check_.reason = fmt::format(
          "only {} of {} keys have a certificate; this is a defect of the "
          "checker",
          validated_, validator_.keys());
    } else {
      check_.verdict = Word::valid;
      check_.reason = fmt::format("{} linearizable, each with an order that was validated",
                                  counted(keys_.size(), "key is", "keys are"));
      check_.evidence.certificate_validated = true;
    }
  }

  std::string limit_text() const {
    switch (limit_) {
      case Limit::memory:
        return "the memory limit of " + format_size(budget_.memory_bytes()) + " was reached";
      case Limit::time:
        return "the time limit of " + format_duration(options_.limits.time) + " was reached";
      case Limit::stop:
        return "the check was stopped";
      case Limit::none:
      case Limit::states:
        break;
    }
    ASSERT(false, "a search ended without a limit of the user's", static_cast<int>(limit_));
    return {};
  }

  const history::History& history_;
  const LinearizableOptions& options_;
  std::vector<KeyHistory> keys_;
  CertificateValidator validator_;
  Budget budget_;
  Check check_;
  std::vector<const KeyHistory*> impossible_;
  std::size_t undecided_ = 0;
  std::size_t validated_ = 0;
  Limit limit_ = Limit::none;
  std::optional<std::string> defect_;
};

}  // namespace

Result<Check> check_linearizable(const history::History& history,
                                 const LinearizableOptions& options) {
  try {
    auto keys = partition(history, options.model);
    if (!keys) return keys.error();
    if (!options.model.is_register()) {  // the search knows registers only
      Check check{.name = "linearizable", .verdict = Word::unknown};
      check.reason = "the model " + options.model.info.name + " is not decided yet";
      return check;
    }
    return Linearizability(history, options, std::move(*keys)).run();
  } catch (const std::bad_alloc&) {
    Check check{.name = "linearizable", .verdict = Word::unknown};
    check.reason = "the memory of the machine was used up before the keys were decided";
    return check;
  }
}

}  // namespace riptide::checker
