// Where a converted history came from: the field `source` of its header. The checker's defaults
// (the initial value, what a read of nil means) are those of the format that it was recorded in.
#pragma once

#include <optional>

#include "history/history.hpp"

namespace riptide::history {

/// The format that `header` names as its source; nothing when it names none.
std::optional<Format> source_of(const Header& header);
void set_source(Header& header, Format format);

}  // namespace riptide::history
