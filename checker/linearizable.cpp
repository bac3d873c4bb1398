// check_linearizable: every key on its own, every "valid" with a certificate that other code
// validated.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <thread>
#include <tuple>

#include "base/assert.hpp"
#include "base/units.hpp"
#include "checker/anomaly.hpp"
#include "checker/certificate.hpp"
#include "checker/checker.hpp"
#include "checker/decide.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

namespace {

/// Explaining what is already decided is bounded work of its own: a verdict of "invalid" must come
/// with its reason even when the time for deciding has run out.
constexpr std::uint64_t kStatesToExplainOne = 2'000'000;
constexpr std::uint64_t kStatesToExplainAll = 8'000'000;
/// Nobody reads more, and each explanation looks through the whole history.
constexpr std::size_t kMostExplained = 100;
/// Threads cost some ten microseconds each.
constexpr std::size_t kOperationsWorthAThread = 5000;
/// An Entry, its value's number and its place in an order.
constexpr std::uint64_t kBytesOfPartPerOperation = sizeof(Entry) + 24;

std::string counted(std::size_t n, const std::string& one, const std::string& many) {
  return format_count(n) + " " + (n == 1 ? one : many);
}

/// What became of one key. Written by the thread that decides it.
struct Outcome {
  Decided decided;
  Certificate certificate;
  std::optional<std::string> refused;  ///< why the validator does not believe the certificate
};

/// The check of one history while it goes on.
class Linearizability {
 public:
  Linearizability(const history::History& history, const LinearizableOptions& options,
                  std::vector<KeyHistory> keys, Budget& budget)
      : history_(history),
        options_(options),
        keys_(std::move(keys)),
        validator_(history, options.model),
        budget_(budget),
        outcomes_(keys_.size()) {
    check_.name = "linearizable";
  }

  Check run() {
    decide_all();
    for (std::size_t i = 0; i < keys_.size(); ++i) take(keys_[i], outcomes_[i]);
    explain();
    conclude();
    Evidence& evidence = check_.evidence;
    evidence.algorithm = algorithms();
    evidence.operations = history_.operations.size();
    evidence.keys = keys_.size();
    evidence.states = states_;
    evidence.peak_bytes = budget_.peak_bytes();
    evidence.seconds = static_cast<double>((mono_now() - start_).count()) / 1e9;
    return std::move(check_);
  }

 private:
  /// The keys by size: when a limit is hit, as many as possible are decided.
  std::vector<std::size_t> smallest_first() const {
    std::vector<std::size_t> order(keys_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return keys_[a].entries.size() < keys_[b].entries.size();
    });
    return order;
  }

  /// Every key on its own, on as many threads as there are processors.
  void decide_all() {
    const std::vector<std::size_t> order = smallest_first();
    std::atomic<std::size_t> next = 0;
    const auto work = [&](Budget& budget) {
      for (std::size_t i = next++; i < order.size(); i = next++) {
        decide(keys_[order[i]], outcomes_[order[i]], budget);
      }
    };
    const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
    const bool small = history_.operations.size() < kOperationsWorthAThread;
    const std::size_t jobs =
        small ? 1 : std::min<std::size_t>(options_.jobs ? options_.jobs : processors, order.size());
    std::vector<std::unique_ptr<Budget>> budgets;
    for (std::size_t i = 1; i < jobs; ++i) {
      budgets.push_back(std::make_unique<Budget>(budget_.part(0)));
    }
    {
      std::vector<std::jthread> others;
      for (const auto& budget : budgets) others.emplace_back([&] { work(*budget); });
      work(budget_);
    }
    states_ = budget_.states();
    for (const auto& budget : budgets) states_ += budget->states();
  }

  void decide(const KeyHistory& key, Outcome& outcome, Budget& budget) const {
    outcome.decided.decision.limit = budget.poll();
    if (outcome.decided.decision.limit != Limit::none) return;
    try {
      outcome.decided = checker::decide(options_.model, key, options_.algorithm, budget);
      Decision& decision = outcome.decided.decision;
      if (decision.found == Found::no_order && options_.violation) *options_.violation = true;
      if (decision.found != Found::order) return;
      outcome.certificate.key = key.key;
      outcome.certificate.order.reserve(decision.order.size());
      for (const std::uint32_t position : decision.order) {
        outcome.certificate.order.push_back(key.entries[position].index);
      }
      decision.order = {};
      outcome.refused = validator_.validate(outcome.certificate);
      if (!options_.keep_certificates) outcome.certificate.order = {};
    } catch (const std::bad_alloc&) {
      outcome.decided.decision = {.found = Found::limit, .limit = Limit::memory};
    }
  }

  void take(const KeyHistory& key, Outcome& outcome) {
    const Decision& decision = outcome.decided.decision;
    if (*outcome.decided.by != '\0') ++decided_by_[outcome.decided.by];
    if (decision.found == Found::no_order) {
      impossible_.push_back({&key, &decision});
    } else if (decision.found == Found::limit) {
      ++undecided_;
      limit_ = decision.limit;
      note_progress(key, decision);
    } else if (outcome.refused) {
      defect_ =
          fmt::format("the certificate of key {} was refused: {}; this is a defect of the checker",
                      key.key.json(), *outcome.refused);
    } else {
      if (validator_.needs(key.key)) ++validated_;
      if (options_.keep_certificates) {
        check_.certificates.push_back(std::move(outcome.certificate));
      }
    }
  }

  /// Of the key that got least far.
  void note_progress(const KeyHistory& key, const Decision& decision) {
    if (check_.progress && check_.progress->decided_until_ns <= decision.decided_until_ns) return;
    Progress& progress = check_.progress.emplace();
    progress.key = key.key;
    progress.decided_until_ns = decision.decided_until_ns;
    for (const Entry& entry : key.entries) {
      if (entry.certain && entry.return_ns <= decision.decided_until_ns) {
        ++progress.operations_decided;
      }
    }
    for (const std::uint32_t position : decision.longest) {
      progress.longest_prefix.push_back(key.entries[position].index);
    }
  }

  /// "monitor (98 keys), frontier (2 keys)"
  std::string algorithms() const {
    std::string text;
    for (const auto& [by, count] : decided_by_) {
      text += (text.empty() ? "" : ", ") + by + " (" + counted(count, "key", "keys") + ")";
    }
    return text;
  }

  void explain() {
    Limits limits;
    limits.memory_bytes = budget_.memory_bytes();
    limits.stop = options_.limits.stop;
    if (const Duration time = options_.limits.time; time > Duration{0}) {
      limits.time = std::max(time / 50, time - (mono_now() - start_));
    }
    std::uint64_t states = 0;
    for (const auto& [key, decision] : impossible_) {
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
      Finding finding = explained(*key, *decision, budget);
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

  Finding explained(const KeyHistory& key, const Decision& decision, Budget& budget) const {
    try {
      return find_anomaly(history_, options_.model, key, &decision, budget);
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
        return "no monitor can decide this history (a value comes twice, or an operation is of "
               "another kind); --algorithm auto can";
      case Limit::states:
        return "a limit of this program was reached (more than 2,048 operations open at once)";
    }
    return {};
  }

  MonoTime start_ = mono_now();
  const history::History& history_;
  const LinearizableOptions& options_;
  std::vector<KeyHistory> keys_;
  CertificateValidator validator_;
  Budget& budget_;
  std::vector<Outcome> outcomes_;
  Check check_;
  std::vector<std::pair<const KeyHistory*, const Decision*>> impossible_;
  std::map<std::string, std::size_t> decided_by_;
  std::uint64_t states_ = 0;
  std::size_t undecided_ = 0;
  std::size_t validated_ = 0;
  Limit limit_ = Limit::none;
  std::optional<std::string> defect_;
};

}  // namespace

Result<Check> check_linearizable(const history::History& history,
                                 const LinearizableOptions& options) {
  try {
    Budget budget(options.limits);
    Budget parts = budget;  // for as long as the parts are in memory
    if (!parts.grant(history.operations.size() * kBytesOfPartPerOperation)) {
      Check check{.name = "linearizable", .verdict = Word::unknown};
      check.reason = "the memory limit of " + format_size(budget.memory_bytes()) +
                     " was reached before the first key was looked at";
      return check;
    }
    auto keys = partition(history, options.model);
    if (!keys) return keys.error();
    return Linearizability(history, options, std::move(*keys), budget).run();
  } catch (const std::bad_alloc&) {
    Check check{.name = "linearizable", .verdict = Word::unknown};
    check.reason = "the memory of the machine was used up before the keys were decided";
    return check;
  }
}

}  // namespace riptide::checker
