// Any bytes are a history, or an error with a fix. A history that was read is written and read
// again as the same events.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "history/reader.hpp"
#include "history/recorder.hpp"

using namespace riptide::history;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = parse_history(text, "fuzzed");
  if (!history) {
    ASSERT(!history.error().fix().empty(), history.error().text());
    return 0;
  }
  std::string again = header_json(history->header) + "\n";
  for (const Event& event : history->events) {
    append_json(event, again);
    again += '\n';
  }
  const auto second = parse_history(again, "written");
  ASSERT(second.has_value(), second.error().text());
  ASSERT(second->events.size() == history->events.size());
  ASSERT(second->operations.size() == history->operations.size());
  ASSERT(second->faults.size() == history->faults.size());
  for (std::size_t i = 0; i < history->events.size(); ++i) {
    const Event& a = history->events[i];
    const Event& b = second->events[i];
    ASSERT(a.t_ns == b.t_ns && a.process == b.process && a.type == b.type && a.f == b.f, i);
    ASSERT(a.key == b.key && a.value == b.value && a.node == b.node && a.error == b.error, i);
    ASSERT(a.extra == b.extra && a.detail == b.detail, i);
  }
  return 0;
}
