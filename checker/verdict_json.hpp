// verdict.json: the public form of a verdict (docs/formats.md).
#pragma once

#include <string>
#include <string_view>

#include "checker/checker.hpp"

namespace riptide::checker {

std::string to_json(const Verdict& verdict, const history::History& history);
/// What to_json() wrote, now or before a field was added: a field that is missing is empty. An
/// error, which calls the text `name`, when it is damaged.
Result<Verdict> verdict_from_json(std::string_view text, std::string_view name);

}  // namespace riptide::checker
