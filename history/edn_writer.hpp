// Writes events as EDN, in the shape that Jepsen, Knossos and Elle read: one map per line.
#pragma once

#include <string>

#include "base/result.hpp"
#include "history/history.hpp"

namespace riptide::history {

/// `{:process 3, :type :invoke, :f :read, :value nil, :time 12, …}`, without the newline. What the
/// event's field `_edn` keeps of its first EDN is written as it was, as long as it still says the
/// same. An error when the event has a field that EDN cannot say.
Result<void> append_edn(const Event& event, std::string& line);

/// The header as a comment, which other readers pass over.
std::string header_edn(const Header& header);

}  // namespace riptide::history
