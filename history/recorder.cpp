#include "history/recorder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.hpp"
#include "history/json_text.hpp"

namespace riptide::history {
namespace {

void append_field(std::string_view field, std::string_view text, std::string& line) {
  line += ",\"";
  line += field;
  line += "\":";
  append_json_string(text, line);
}

/// The members of `{…}`, behind those that are there already.
void append_members(const std::string& object, std::string& line) {
  if (object.empty()) return;
  ASSERT(object.size() >= 2 && object.front() == '{' && object.back() == '}', object);
  ASSERT(object.find('\n') == std::string::npos, object);
  if (object.size() == 2) return;
  line += ',';
  line.append(object, 1, object.size() - 2);
}

void append_value(const Event& event, std::string& line) {
  if (!event.detail.empty()) {
    ASSERT(event.process == kNemesis, "only the nemesis has details", event.detail);
    ASSERT(event.detail.find('\n') == std::string::npos, event.detail);
    line += ",\"value\":";
    line += event.detail;
  } else if (event.process != kNemesis || !event.value.is_nil()) {
    line += ",\"value\":";
    append_json(event.value, line);
  }
}

}  // namespace

void append_json(const Event& event, std::string& line) {
  line += "{\"t\":";
  append_json_integer(event.t_ns, line);
  line += ",\"process\":";
  if (event.process == kNemesis) {
    line += "\"nemesis\"";
  } else {
    append_json_integer(event.process.value(), line);
  }
  line += ",\"type\":\"";
  line += name(event.type);
  line += '"';
  append_field("f", event.f.name(), line);
  if (!event.key.is_nil()) {
    line += ",\"key\":";
    append_json(event.key, line);
  }
  append_value(event, line);
  if (!event.node.empty()) append_field("node", event.node.name(), line);
  if (!event.error.empty()) append_field("error", event.error, line);
  append_members(event.extra, line);
  line += '}';
}

std::string header_json(const Header& header) {
  std::string line = "{\"riptide\":\"history\",\"version\":";
  append_json_integer(header.version, line);
  append_field("workload", header.workload, line);
  append_field("model", header.model, line);
  line += ",\"start_unix_ns\":";
  append_json_integer(header.start_unix_ns, line);
  append_members(header.extra, line);
  line += '}';
  return line;
}

Result<Recorder> Recorder::create(const std::filesystem::path& path, const Header& header) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) {
    const int reason = errno;
    return fail("cannot create the history " + path.string())
        .because_errno(reason)
        .fix(reason == EEXIST ? "Choose another run directory: a history is never overwritten."
                              : "Choose a run directory that you may write to.");
  }
  Recorder recorder(std::move(fd));
  recorder.line_ = header_json(header) + '\n';
  if (auto written = recorder.write_line(); !written) return written.error();
  return recorder;
}

Result<void> Recorder::record(const Event& event) {
  line_.clear();
  append_json(event, line_);
  line_ += '\n';
  if (auto written = write_line(); !written) return written;
  ++events_;
  return {};
}

/// After a failed write nothing more is written: what follows would stand behind half a line.
Result<void> Recorder::write_line() {
  if (failed_) return fail("an event of the history could not be written before this one");
  std::size_t put = 0;
  while (put < line_.size()) {
    const ssize_t took = ::write(fd_.get(), line_.data() + put, line_.size() - put);
    if (took < 0 && errno == EINTR) continue;
    if (took < 0) {
      const int reason = errno;
      failed_ = true;
      // What was written of the line goes, so that the event is not in the file. Should this fail
      // too, a line that is cut off remains, which every reader accepts.
      if (put > 0 && ::ftruncate(fd_.get(), static_cast<off_t>(bytes_)) != 0) put = 0;
      return fail("cannot write an event of the history")
          .because_errno(reason)
          .fix("Free some space for the run directory, or choose another one.");
    }
    put += static_cast<std::size_t>(took);
  }
  bytes_ += line_.size();
  return {};
}

}  // namespace riptide::history
