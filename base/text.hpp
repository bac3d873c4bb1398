// Text: splitting, joining, did-you-mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace riptide {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The candidate that is nearest in spelling, or empty when none is near enough to be meant.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace riptide
