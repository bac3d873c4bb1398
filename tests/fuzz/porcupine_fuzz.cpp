// Any bytes, read as each of Porcupine's formats and as whatever their content shows, are a
// history, or an error with a fix.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "history/reader.hpp"

using namespace riptide::history;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Format format : {Format::etcd, Format::kv, Format::automatic}) {
    const auto history = parse_history(text, "fuzzed", format);
    if (!history) {
      ASSERT(!history.error().fix().empty(), history.error().text());
      continue;
    }
    ASSERT(history->format != Format::automatic);
    for (std::size_t i = 0; i < history->operations.size(); ++i) {
      const Operation& operation = history->operations[i];
      ASSERT(operation.index == i && operation.invoke_ns <= operation.complete_ns, i);
      ASSERT(operation.outcome != Type::info || operation.complete_ns == kNever, i);
    }
  }
  return 0;
}
