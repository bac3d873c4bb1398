// Format: in which language a history is written. All of them are described in docs/formats.md.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace riptide::history {

enum class Format : std::uint8_t {
  automatic,  ///< whatever the content shows
  jsonl,      ///< Riptide's own: one JSON object per line
  edn,        ///< Jepsen's and Knossos': maps or tuples in EDN
  etcd,       ///< Porcupine's logs of Jepsen's etcd test: `INFO  jepsen.util - 3 :invoke :read nil`
  kv,         ///< Porcupine's logs of a key-value store: EDN maps with :key, get, put and append
};

std::string_view name(Format format);
/// The inverse of name(); an unknown word is an error that says which is meant.
Result<Format> format_named(std::string_view word);

/// What a file that begins with `text` is written in, told from its content alone. `automatic` when
/// it is nothing that Riptide knows. kv and edn differ only in their first event, so both are
/// `edn` here; the reader of EDN tells them apart.
Format detect_format(std::string_view text);

/// Whether `line` is a log line that carries an operation: `… jepsen.util - 3 :invoke :read nil`.
/// `operation` becomes what stands behind the logger's name.
bool find_logged_operation(std::string_view line, std::string_view& operation);

}  // namespace riptide::history
