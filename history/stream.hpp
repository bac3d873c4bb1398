// A history as a stream of events: what the readers of all formats have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "history/history.hpp"
#include "history/input.hpp"
#include "history/reader.hpp"

namespace riptide::history {

/// One history being read.
struct Stream {
  using Sink = std::function<Result<void>(Event& event, std::uint64_t line)>;

  Input& input;
  std::string name;        ///< of the file, for messages
  Preface preface;         ///< its format is never automatic
  bool guess_kv = false;   ///< the reader of EDN may find that it is kv
  bool whole_edn = false;  ///< EventReader::whole_edn
  Sink sink;

  void warn(std::string text) { preface.warnings.push_back(std::move(text)); }
};

/// Each reads to the end of the input, or until a limit is reached (LimitWatch tells).
Result<void> read_jsonl(Stream& stream);
Result<void> read_edn(Stream& stream);
Result<void> read_log(Stream& stream);

/// The first line of history.jsonl, which also stands in the first comment of Riptide's EDN.
Result<Header> read_header(std::string_view line);

/// What a file begins with, for a message: printable, and not much of it.
std::string beginning(std::string_view text);

void clear(Event& event);

}  // namespace riptide::history
