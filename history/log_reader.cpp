// Logs of Jepsen's: one operation per line behind the logger's name, among other lines.
#include "history/edn_event.hpp"
#include "history/edn_text.hpp"
#include "history/stream.hpp"

namespace riptide::history {
namespace {

/// Whether the line is a log's, of another logger: it says a level, or a time and a level.
bool is_log_line(std::string_view line) {
  for (const std::string_view level : {"INFO", "WARN", "ERROR", "DEBUG", "TRACE", "FATAL"})
    if (const std::size_t at = line.find(level); at < 64) return true;
  return false;
}

bool blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

}  // namespace

Result<void> read_log(Stream& stream) {
  stream.preface.own_times = false;
  EdnEvents events(stream.whole_edn, false);
  Event event;
  std::string_view line, operation;
  bool whole = false;
  std::uint64_t others = 0, first_other = 0, behind_other = 0;
  while (stream.input.next_line(line, whole)) {
    const std::uint64_t number = stream.input.line() - 1;
    const std::string here = stream.name + ":" + std::to_string(number);
    if (number == 1 && line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3);
    if (blank(line)) continue;
    if (!find_logged_operation(line, operation)) {
      if (!whole) {
        stream.warn(here + ": the last line is cut off; its " + std::to_string(line.size()) +
                    " bytes are left out");
        return {};
      }
      if (!is_log_line(line) && events.events() > 0 && behind_other + 1 != number) {
        return fail(here +
                    ": expected a line such as 'INFO  jepsen.util - 3 :invoke :read nil', "
                    "found " +
                    beginning(line))
            .fix("The file is damaged here: restore it, or take this line out.");
      }
      if (others++ == 0) first_other = number;
      behind_other = number;  // a log line may go on in those behind it (a stack trace)
      continue;
    }
    EdnCursor cursor(operation);
    if (!events.read_line(cursor, event)) {
      if (!whole && cursor.cut_off()) {
        stream.warn(here + ": the last line is cut off; its " + std::to_string(line.size()) +
                    " bytes are left out");
        return {};
      }
      const auto column = static_cast<std::size_t>(operation.data() - line.data());
      return fail(here + ":" + std::to_string(column + cursor.offset() + 1) + ": " +
                  cursor.problem())
          .fix("The file is damaged here: restore it, or cut it off before this line.");
    }
    if (!whole) stream.warn(here + ": the last line has no line end; it counts as whole");
    if (auto taken = stream.sink(event, number); !taken) return taken;
  }
  if (others > 0)
    stream.warn(stream.name + ": " + std::to_string(others) +
                " lines are no operations and were passed over, the first in line " +
                std::to_string(first_other));
  return {};
}

}  // namespace riptide::history
