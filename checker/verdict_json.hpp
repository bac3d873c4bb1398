// verdict.json: the public form of a verdict (docs/formats.md).
#pragma once

#include <string>
#include <string_view>

#include "checker/checker.hpp"

namespace riptide::checker {

std::string to_json(const Verdict& verdict, const history::History& history);
Result<Verdict> verdict_from_json(std::string_view text, std::string_view name);

/// certificate.json: one linearization order per key.
std::string certificates_json(const std::vector<Certificate>& certificates);

}  // namespace riptide::checker
