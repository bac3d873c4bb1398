#include "checker/decide.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>
#include <utility>

#include "base/text.hpp"
#include "checker/frontier/frontier.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/search/search.hpp"

namespace riptide::checker {

namespace {

/// Most parts that no monitor decides are decided by the frontier within so many configurations;
/// threads for them would cost more than they give.
std::uint64_t states_of_short_frontier(const KeyHistory& key) {
  return std::max<std::uint64_t>(100'000, 5 * key.entries.size());
}

/// The limit that says most about why nothing was decided: a racer that was cancelled says nothing.
Limit telling(Limit a, Limit b) {
  if (a == Limit::stop || a == Limit::none) return b == Limit::none ? a : b;
  return a;
}

/// What two racers that both gave up know together.
Decision together(Decision frontier, Decision search) {
  frontier.limit = telling(frontier.limit, search.limit);
  if (search.longest.size() > frontier.longest.size()) {
    frontier.longest = std::move(search.longest);
  }
  return frontier;
}

template <class Work>
Decision guarded(Budget& budget, Work algorithm) {
  Decision decision;
  try {
    decision = algorithm(budget);
  } catch (const std::bad_alloc&) {
    decision = {.found = Found::limit, .limit = Limit::memory};
  }
  budget.grant(0);
  return decision;
}

Decision run_frontier(const Model& model, const KeyHistory& key, Budget& budget) {
  return guarded(budget, [&](Budget& b) { return frontier(model, key, Reductions::reduced, b); });
}
Decision run_search(const Model& model, const KeyHistory& key, Reductions reductions,
                    Budget& budget) {
  return guarded(budget, [&](Budget& b) { return search(model, key, reductions, b); });
}

/// The first that decides ends the other. Each may use half of the memory, so that one that is
/// greedy does not end both.
Decided race(const Model& model, const KeyHistory& key, Budget& budget) {
  std::atomic<bool> decided = false;
  Budget of_frontier = budget.cancelled_by(decided), of_search = budget.cancelled_by(decided);
  of_frontier.cap(budget.memory_bytes() / 2);
  of_search.cap(budget.memory_bytes() / 2);
  Decision by_search;
  std::thread searcher([&] {
    by_search = run_search(model, key, Reductions::reduced, of_search);
    if (by_search.found != Found::limit) decided = true;
  });
  Decision by_frontier = run_frontier(model, key, of_frontier);
  if (by_frontier.found != Found::limit) decided = true;
  searcher.join();
  budget.absorb(of_frontier);
  budget.absorb(of_search);
  if (by_frontier.found != Found::limit) return {std::move(by_frontier), "frontier"};
  if (by_search.found == Found::no_order) by_search.decided_until_ns = by_frontier.decided_until_ns;
  if (by_search.found != Found::limit) return {std::move(by_search), "search"};
  return {together(std::move(by_frontier), std::move(by_search)), "race"};
}

Decided automatic(const Model& model, const KeyHistory& key, Budget& budget) {
  if (auto decision = monitor(model, key)) return {std::move(*decision), "monitor"};
  if (const Limit limit = budget.poll(); limit != Limit::none) return {{.limit = limit}, "monitor"};
  Budget brief = budget.part(states_of_short_frontier(key));
  Decision decision = run_frontier(model, key, brief);
  budget.absorb(brief);
  const bool undecided = decision.found == Found::limit;
  if (!undecided || (decision.limit != Limit::states && decision.limit != Limit::memory)) {
    return {std::move(decision), "frontier"};
  }
  return race(model, key, budget);
}

struct Named {
  Algorithm algorithm;
  std::string_view name;
};
constexpr Named kAlgorithms[] = {
    {Algorithm::automatic, "auto"},    {Algorithm::monitor, "monitor"},
    {Algorithm::frontier, "frontier"}, {Algorithm::search, "search"},
    {Algorithm::race, "race"},         {Algorithm::naive, "naive"},
};

}  // namespace

Decided decide(const Model& model, const KeyHistory& key, Algorithm algorithm, Budget& budget) {
  switch (algorithm) {
    case Algorithm::automatic:
      return automatic(model, key, budget);
    case Algorithm::monitor: {
      auto decision = monitor(model, key);
      return {decision ? std::move(*decision) : Decision{}, "monitor"};
    }
    case Algorithm::frontier:
      return {run_frontier(model, key, budget), "frontier"};
    case Algorithm::search:
      return {run_search(model, key, Reductions::reduced, budget), "search"};
    case Algorithm::race:
      return race(model, key, budget);
    case Algorithm::naive:
      return {run_search(model, key, Reductions::naive, budget), "naive"};
  }
  return {};
}

std::string_view name(Algorithm algorithm) {
  for (const Named& one : kAlgorithms) {
    if (one.algorithm == algorithm) return one.name;
  }
  return "auto";
}

Result<Algorithm> find_algorithm(std::string_view name) {
  std::vector<std::string> names;
  for (const Named& one : kAlgorithms) {
    if (one.name == name) return one.algorithm;
    names.emplace_back(one.name);
  }
  const std::string meant = did_you_mean(name, names);
  std::string fix = "Use one of these: " + join(names, ", ") + ".";
  if (!meant.empty()) fix = "Did you mean \"" + meant + "\"? " + fix;
  return fail("there is no algorithm \"" + std::string(name) + "\"").fix(std::move(fix));
}

}  // namespace riptide::checker
