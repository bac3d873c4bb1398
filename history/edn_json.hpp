// Between EDN and JSON, for what Riptide keeps without understanding it: unknown fields, errors,
// and what the nemesis says (docs/formats.md has the table).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "history/value.hpp"

namespace riptide::history {

/// Whether `:name` is a keyword that reads back as `name`.
bool is_keyword_name(std::string_view name);

/// The JSON of one form of EDN that a cursor has found sound. False when the JSON does not tell
/// the form (a keyword, a set, a tag …): the EDN must then be kept beside it.
bool append_json_of_edn(std::string_view edn, std::string& json);

/// The EDN of a sound JSON text, such that append_json_of_edn() gives the same JSON again. An error
/// when an object has a name twice, which EDN forbids.
Result<void> append_edn_of_json(std::string_view json, std::string& edn);

void append_edn_string(std::string_view text, std::string& edn);
/// `:name`, or `"a name"` when it is no keyword.
void append_edn_name(std::string_view name, std::string& edn);
void append_edn(const Value& value, std::string& edn);

}  // namespace riptide::history
