#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace riptide {
namespace {
std::string& run_context() {
  static std::string context;
  return context;
}
}  // namespace

void set_assert_context(std::string context) { run_context() = std::move(context); }

void assert_failed(const char* condition, const char* file, int line, const std::string& context) {
  std::fprintf(stderr, "\nASSERT failed: %s\n  at %s:%d\n  %s\n  %s\n", condition, file, line,
               context.c_str(), run_context().c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace riptide
