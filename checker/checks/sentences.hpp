// What the checks have in common: operations by key, quantiles, and the parts of their sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide::checker {

/// Nobody reads more; the counts in a check's reason are of all.
inline constexpr std::size_t kMostListed = 100;
/// The longest witness that is shown operation by operation.
inline constexpr std::size_t kLongestWitness = 32;

/// The operations on one key, by invocation.
struct OfKey {
  history::Value key;
  std::vector<const history::Operation*> operations;
};
/// In the order in which keys first appear.
std::vector<OfKey> by_key(const history::History& history);

/// The smallest value that at least `share` of them do not exceed (nearest rank); 0 of none.
/// `values` are sorted.
std::int64_t quantile(const std::vector<std::int64_t>& values, double share);

/// A value in a sentence: nil as such, long ones cut.
std::string shown(const history::Value& value);
/// "key 5", or `alone` ("the set") when there are no keys.
std::string place(const history::Value& key, std::string_view alone);
/// "Process 3"
std::string who(const history::Operation& operation);
/// " by n2", or nothing.
std::string by_node(const history::Operation& operation);
/// "Process 3 added 17 to the set, beginning at 1.000 ms; n2 acknowledged it at 2.000 ms." For what
/// nobody knows `asked` ("asked to add 17 to the set") stands in the place of `done`.
std::string deed(const history::Operation& operation, const std::string& done,
                 const std::string& asked);
/// "3 elements", "1 element"
std::string counted(std::uint64_t n, std::string_view one, std::string_view many);
/// "1 is lost", "2 are lost"; nothing of none, so that a reason can be joined of them.
std::string tally(std::uint64_t n, std::string_view what);

/// Puts in order of conviction (fewest operations first), cuts, and numbers the sentences.
std::vector<Anomaly> presented(std::vector<Anomaly> anomalies);

/// Ends in Word::vacuous.
Check vacuous_check(std::string name, std::string reason);

}  // namespace riptide::checker
