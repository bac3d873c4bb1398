// Any bytes are a history, or an error with a fix. Its events are written, as JSON lines and by way
// of EDN, and read again as the same events.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "history/convert.hpp"
#include "history/reader.hpp"
#include "history/recorder.hpp"

using namespace riptide;
using namespace riptide::history;

namespace {

std::string converted(std::string_view text, Format from, Format to, bool may_fail) {
  std::string out;
  const auto done = convert_text(text, "written", from, to, [&](std::string_view part) {
    out += part;
    return Result<void>();
  });
  ASSERT(done.has_value() || may_fail, done.error().text(), std::string(text));
  return done ? out : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = parse_history(text, "fuzzed", Format::jsonl);
  if (!history) {
    ASSERT(!history.error().fix().empty(), history.error().text());
    return 0;
  }
  const std::string lines = converted(text, Format::jsonl, Format::jsonl, false);
  const auto second = parse_history(lines, "written");
  ASSERT(second.has_value(), second.error().text());
  ASSERT(second->operations.size() == history->operations.size());
  ASSERT(second->events.size() == history->events.size());
  ASSERT(second->faults.size() == history->faults.size());
  ASSERT(converted(lines, Format::jsonl, Format::jsonl, false) == lines, lines);
  // EDN cannot say a name twice; whatever it can say comes back.
  const std::string edn = converted(lines, Format::jsonl, Format::edn, true);
  if (edn.empty()) return 0;
  const std::string back = converted(edn, Format::edn, Format::jsonl, false);
  ASSERT(converted(back, Format::jsonl, Format::edn, false) == edn, lines, edn, back);
  const auto third = parse_history(back, "converted");
  ASSERT(third.has_value(), third.error().text());
  for (std::size_t i = 0; i < history->operations.size(); ++i) {
    const Operation& a = history->operations[i];
    const Operation& b = third->operations[i];
    ASSERT(a.process == b.process && a.f == b.f && a.outcome == b.outcome, lines, back);
    ASSERT(a.invoke_ns == b.invoke_ns && a.complete_ns == b.complete_ns, lines, back);
    ASSERT(a.input == b.input && a.output == b.output && a.key == b.key, lines, back);
    ASSERT(a.error == b.error && a.node == b.node, lines, back);
  }
  return 0;
}
