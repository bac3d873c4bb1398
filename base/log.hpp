// The program's own log: stderr, one line each. What the user must read goes through cli, not here.
#pragma once

#include <string>
#include <string_view>

namespace riptide::log {

enum class Level { debug, info, warning, error, off };

/// Default: warning. A node sets info.
void set_level(Level level);
/// Printed in front of every line, such as a node's name.
void set_name(std::string name);

void debug(std::string_view text);
void info(std::string_view text);
void warning(std::string_view text);
void error(std::string_view text);

}  // namespace riptide::log
