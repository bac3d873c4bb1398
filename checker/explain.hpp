// An anomaly in words: its class, and numbered steps that prove it to a reader.
#pragma once

#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "checker/endings.hpp"
#include "checker/part.hpp"
#include "checker/pattern.hpp"

namespace riptide::checker {

/// The class of an anomaly of a register that has a pattern. Positions of `pattern` are in `key`,
/// all operations of the key: whether a value ever came back is a question to the whole history.
///
/// What it means (docs/anomalies.md): a read below a newer write is a stale-read, or
/// non-monotonic-read when its own process had seen the newer value, or a new-old-inversion when
/// another had. It is a lost-write when the newer value was never seen and the key went on with the
/// old one, a duplicate-apply when a value came back for good while its write was still unanswered,
/// and split-brain when two nodes acknowledged overlapping writes and each answered with its own.
/// A value whose only earlier write failed is a phantom-value, even when it is written later.
std::string classify(const history::History& history, const KeyHistory& key,
                     const Pattern& pattern);

/// The steps of the proof of a pattern, without numbers.
std::vector<std::string> explain_pattern(const history::History& history, const Model& model,
                                         const KeyHistory& key, const Pattern& pattern,
                                         const std::string& klass);

/// What a proof by all orders is told from.
struct Stuck {
  const history::History& history;
  const Model& model;
  const KeyHistory& key;             ///< the whole
  const Part& part;                  ///< of `key`; impossible
  const Endings* endings = nullptr;  ///< of `part`; null when they are not known
  Object* object = nullptr;          ///< of part.key; with `endings`
  bool writes_left_out = false;      ///< see Culprit
  bool minimal = true;
  std::uint64_t states = 0;  ///< how many configurations were tried
};
/// For what no pattern tells: the longest order there is of the part, and why nothing can follow.
std::vector<std::string> explain_stuck(const Stuck& stuck);
/// The endings in words, at most kMostFinalStates. Indices are of the history's operations.
std::vector<FinalState> final_states(const Stuck& stuck);
inline constexpr std::size_t kMostFinalStates = 8;

/// Whether it asked to put `value` into the key, was refused, and began before `before_ns`; a cas
/// from a value to itself puts nothing in.
bool failed_write_of(const history::Operation& operation, const KeyHistory& key, ValueId value,
                     std::int64_t before_ns);

/// "1. …", "2. …"
std::vector<std::string> numbered(std::vector<std::string> steps);

}  // namespace riptide::checker
