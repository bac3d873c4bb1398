#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace riptide::log {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("riptide",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%f %L %n: %v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::warn;
}

}  // namespace

void set_level(Level level) { logger().set_level(native(level)); }

void set_name(std::string name) {
  logger().set_pattern("%Y-%m-%dT%H:%M:%S.%f %L " + name + ": %v");
}

void debug(std::string_view text) { logger().debug(text); }
void info(std::string_view text) { logger().info(text); }
void warning(std::string_view text) { logger().warn(text); }
void error(std::string_view text) { logger().error(text); }

}  // namespace riptide::log
