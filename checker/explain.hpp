// An anomaly in words: its class, and numbered steps that prove it to a reader.
#pragma once

#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "checker/pattern.hpp"
#include "checker/witness.hpp"

namespace riptide::checker {

/// The class of an anomaly that has a pattern. Positions of `pattern` are in `key`, all operations
/// of the key: whether a value ever came back is a question to the whole history.
///
/// What it means (docs/anomalies.md): a read below a newer write is a stale-read, or
/// non-monotonic-read when its own process had seen the newer value, or a new-old-inversion when
/// another had. It is a lost-write when the newer value was never seen and the key went on with the
/// old one, a duplicate-apply when a value came back for good while its write was still unanswered,
/// and split-brain when two nodes acknowledged overlapping writes and each answered with its own.
std::string classify(const history::History& history, const KeyHistory& key,
                     const Pattern& pattern);

/// The steps of the proof of a pattern, without numbers.
std::vector<std::string> explain_pattern(const history::History& history, const KeyHistory& key,
                                         const Pattern& pattern, const std::string& klass);

/// For what no pattern tells: the longest order there is of the witness, and why nothing can
/// follow. `states` is how many configurations were tried.
std::vector<std::string> explain_stuck(const history::History& history, const KeyHistory& key,
                                       const Witness& witness,
                                       const std::vector<std::uint32_t>& longest,
                                       std::uint64_t states);

/// Whether it asked to put `value` into the key and was refused; a cas from a value to itself puts
/// nothing in.
bool failed_write_of(const history::Operation& operation, const KeyHistory& key, ValueId value);

/// "1. …", "2. …"
std::vector<std::string> numbered(std::vector<std::string> steps);

}  // namespace riptide::checker
