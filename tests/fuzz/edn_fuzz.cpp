// Any bytes, read as EDN, are a history, or an error with a fix. Their events are written as EDN
// and as JSON lines, and read again as the same events.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "history/convert.hpp"
#include "history/reader.hpp"

using namespace riptide;
using namespace riptide::history;

namespace {

std::string converted(std::string_view text, Format from, Format to) {
  std::string out;
  const auto done = convert_text(text, "written", from, to, [&](std::string_view part) {
    out += part;
    return Result<void>();
  });
  ASSERT(done.has_value(), done.error().text(), std::string(text));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = parse_history(text, "fuzzed", Format::edn);
  if (!history) ASSERT(!history.error().fix().empty(), history.error().text());
  std::string lines;
  const auto first =
      convert_text(text, "fuzzed", Format::edn, Format::jsonl, [&](std::string_view part) {
        lines += part;
        return Result<void>();
      });
  if (!first) {
    ASSERT(!first.error().fix().empty(), first.error().text());
    return 0;
  }
  const std::string edn = converted(lines, Format::jsonl, Format::edn);
  ASSERT(converted(edn, Format::edn, Format::jsonl) == lines, lines, edn);
  const auto again = parse_history(lines, "lines");
  ASSERT(again.has_value() == history.has_value(), lines);
  if (!history) return 0;
  ASSERT(again->operations.size() == history->operations.size(), lines);
  for (std::size_t i = 0; i < history->operations.size(); ++i) {
    const Operation& a = history->operations[i];
    const Operation& b = again->operations[i];
    ASSERT(a.process == b.process && a.f == b.f && a.outcome == b.outcome, lines);
    ASSERT(a.invoke_ns == b.invoke_ns && a.complete_ns == b.complete_ns, lines);
    ASSERT(a.input.json() == b.input.json() && a.output.json() == b.output.json(), lines);
    ASSERT(a.key.json() == b.key.json() && a.error == b.error && a.node == b.node, lines);
  }
  return 0;
}
