// convert: one format into another, event by event, so that nothing is lost (docs/formats.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "history/reader.hpp"

namespace riptide::history {

struct Conversion {
  Format from = Format::jsonl;  ///< what the history was found to be
  std::uint64_t events = 0;
  std::vector<std::string> warnings;
};

/// Takes the next part of the result; an error ends the conversion.
using TextSink = std::function<Result<void>(std::string_view text)>;

/// Converts to `to`, jsonl or edn. Reading has the rules of read_history(), but events need not
/// pair.
Result<Conversion> convert_history(const std::filesystem::path& path, Format from, Format to,
                                   const TextSink& sink, const ReadLimits& limits = {});
/// The same from memory; `name` is for messages.
Result<Conversion> convert_text(std::string_view text, std::string_view name, Format from,
                                Format to, const TextSink& sink);

}  // namespace riptide::history
