// ASSERT(condition, context…): a defect of ours. On in every build; prints where, what, the context
// values and the run's seed and directory, then aborts.
#pragma once

#include <sstream>
#include <string>

namespace riptide {

/// Printed with every failed ASSERT: "seed 7, run runs/…". Set once, when a run begins.
void set_assert_context(std::string context);

[[noreturn]] void assert_failed(const char* condition, const char* file, int line,
                                const std::string& context);

template <class... Parts>
std::string assert_text(const Parts&... parts) {
  std::ostringstream out;
  ((out << parts << ' '), ...);
  return out.str();
}

}  // namespace riptide

#define ASSERT(condition, ...)                                       \
  do {                                                               \
    if (!(condition)) [[unlikely]]                                   \
      ::riptide::assert_failed(#condition, __FILE__, __LINE__,       \
                               ::riptide::assert_text(__VA_ARGS__)); \
  } while (false)
