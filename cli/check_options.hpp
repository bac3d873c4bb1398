// The flags of `riptide check`, and what they mean to the checker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "checker/checker.hpp"
#include "history/format.hpp"
#include "history/history.hpp"

namespace CLI {
class App;
}

namespace riptide::cli {

struct CheckFlags {
  std::string file, format, model, initial, failed_cas, nil_read, algorithm, memory, time;
  std::string certificate, verify_certificate, checks;
  std::int64_t permits = 1;
  unsigned jobs = 0;
  bool json = false;
};

/// What can be understood before the history is read.
struct CheckLimits {
  history::Format format = history::Format::automatic;
  Duration time{0};                ///< 0: none
  std::uint64_t memory_bytes = 0;  ///< of the whole process
};

void declare(CLI::App& command, CheckFlags& flags);
Result<CheckLimits> limits_of(const CheckFlags& flags);
/// `guessed` becomes the name of a model that nobody named.
Result<checker::LinearizableOptions> options_of(const CheckFlags& flags,
                                                const history::History& history,
                                                std::string* guessed = nullptr);

}  // namespace riptide::cli
