// Readers: a file in, a History out.
#pragma once

#include <filesystem>
#include <string_view>

#include "history/history.hpp"

namespace riptide::history {

/// Reads Riptide JSONL. A last line that is cut off is a warning (a run was killed); anything else
/// damaged is an error with line, reason and what was expected. Nothing is skipped in silence.
Result<History> read_history(const std::filesystem::path& path);
/// The same from memory; `name` is for messages.
Result<History> parse_history(std::string_view text, std::string_view name);

}  // namespace riptide::history
