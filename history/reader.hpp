// Readers: a file in, a History out, in any of the formats of format.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "history/history.hpp"
#include "history/limits.hpp"

namespace riptide::history {

/// How far reading came.
struct ReadReport {
  ReadEnd end = ReadEnd::whole;
  std::uint64_t events = 0;  ///< that were read
};

/// Reads a history. A last line (or form) that is cut off is a warning (a run was killed); anything
/// else damaged is an error with line, reason and what was expected. Nothing is skipped in silence.
/// When a limit is reached the result is an error too, and `report` says which, after how many
/// events.
Result<History> read_history(const std::filesystem::path& path, Format format = Format::automatic,
                             const ReadLimits& limits = {}, ReadReport* report = nullptr);
/// The same from memory; `name` is for messages.
Result<History> parse_history(std::string_view text, std::string_view name,
                              Format format = Format::automatic, const ReadLimits& limits = {},
                              ReadReport* report = nullptr);

/// What stands in a history besides its events.
struct Preface {
  Header header;
  Format format = Format::jsonl;
  bool own_times = true;  ///< false: times were made from the order of the events
  std::vector<std::string> warnings;
};

/// The events one by one, without keeping them. `line` is where the event begins. The sink may move
/// parts of the event away; its error ends the reading. The preface holds the header from the first
/// event on, and is complete when reading has ended.
struct EventReader {
  using Sink =
      std::function<Result<void>(Event& event, std::uint64_t line, const Preface& preface)>;
  Format format = Format::automatic;
  bool whole_edn = false;  ///< keep in Event::extra what an event of EDN says beyond its JSON
  ReadLimits limits;
  ReadReport* report = nullptr;

  Result<Preface> read(const std::filesystem::path& path, const Sink& sink) const;
  Result<Preface> parse(std::string_view text, std::string_view name, const Sink& sink) const;
};

}  // namespace riptide::history
