// Riptide JSONL: one header, then one event per line (docs/formats.md).
#include <algorithm>
#include <array>

#include "history/json_text.hpp"
#include "history/stream.hpp"
#include "history/symbol_cache.hpp"

namespace riptide::history {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kHeaderExample =
    R"({"riptide":"history","version":1,"workload":"register","model":"cas-register",…})";
constexpr std::string_view kFormatFix =
    "Give a history.jsonl that Riptide wrote; its format is described in docs/formats.md.";

enum Field : unsigned {
  kT = 1,
  kProcess = 2,
  kType = 4,
  kF = 8,
  kKey = 16,
  kValue = 32,
  kNode = 64,
  kError = 128
};

struct FieldName {
  std::string_view name;
  Field field;
};
constexpr std::array kFields{FieldName{"t", kT},       FieldName{"process", kProcess},
                             FieldName{"type", kType}, FieldName{"f", kF},
                             FieldName{"key", kKey},   FieldName{"value", kValue},
                             FieldName{"node", kNode}, FieldName{"error", kError}};

/// Adds `"name":json` to an object that is kept as text.
void add_member(std::string& object, std::string_view raw_name, std::string_view json) {
  if (object.empty()) {
    object = "{";
  } else {
    object.back() = ',';
  }
  object.append(raw_name).append(":").append(json).append("}");
}

/// Reads one line. The first thing that is wrong is kept: `problem`, at byte `at` of the line.
class LineReader {
 public:
  LineReader(std::string_view line, SymbolCache& symbols) : cursor_(line), symbols_(symbols) {}

  bool read(Event& event) {
    unsigned seen = 0;
    std::string_view value;
    if (!cursor_.begin_object()) return false;
    while (cursor_.next_member()) {
      if (!read_member(event, value, seen)) return false;
    }
    if (cursor_.damaged()) return false;
    for (const FieldName& field : kFields)
      if (field.field <= kF && !(seen & field.field))
        return wrong("expected the field '" + std::string(field.name) + "', found none");
    return cursor_.finish() && read_event_value(event, value);
  }

  bool read(Header& header) {
    bool is_history = false, has_version = false;
    std::string text;
    if (!cursor_.begin_object()) return false;
    while (cursor_.next_member()) {
      const std::string_view name = cursor_.member();
      std::int64_t number = 0;
      if (name == "riptide") {
        if (!cursor_.read_string(text)) return false;
        is_history = text == "history";
      } else if (name == "version") {
        if (!cursor_.read_integer(number)) return false;
        has_version = true;
        if (number != kVersion) return other_version(number);
      } else if (name == "workload") {
        if (!cursor_.read_string(header.workload)) return false;
      } else if (name == "model") {
        if (!cursor_.read_string(header.model)) return false;
      } else if (name == "start_unix_ns") {
        if (!cursor_.read_integer(header.start_unix_ns)) return false;
      } else if (!keep(header.extra)) {
        return false;
      }
    }
    if (cursor_.damaged() || !cursor_.finish()) return false;
    if (!is_history) return wrong("it lacks \"riptide\":\"history\"");
    if (!has_version) return wrong("it lacks \"version\":1");
    header.version = kVersion;
    return true;
  }

  const std::string& problem() const { return problem_.empty() ? cursor_.problem() : problem_; }
  const std::string& fix() const { return fix_; }
  bool cut_off() const { return problem_.empty() && cursor_.cut_off(); }
  std::size_t column() const { return cursor_.offset() + 1; }

 private:
  bool wrong(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool other_version(std::int64_t version) {
    fix_ = version > kVersion ? "Use the newer Riptide that wrote it."
                              : "Use the Riptide that wrote it.";
    return wrong("its version is " + std::to_string(version) + ", and this Riptide reads version " +
                 std::to_string(kVersion));
  }

  bool keep(std::string& extra) {
    const std::string raw_name(cursor_.raw_member());
    std::string_view json;
    if (!cursor_.read_raw(json)) return false;
    add_member(extra, raw_name, json);
    return true;
  }

  bool read_member(Event& event, std::string_view& value, unsigned& seen) {
    const std::string_view name = cursor_.member();
    const auto* known = std::find_if(kFields.begin(), kFields.end(),
                                     [&](const FieldName& f) { return f.name == name; });
    if (known == kFields.end()) return keep(event.extra);
    if (seen & known->field) return wrong("the field '" + std::string(name) + "' stands twice");
    seen |= known->field;
    switch (known->field) {
      case kT:
        return read_time(event.t_ns);
      case kProcess:
        return read_process(event.process);
      case kType:
        return read_type(event.type);
      case kF:
        return read_symbol(event.f);
      case kKey:
        return cursor_.read_value(event.key);
      case kValue:
        if ((seen & kProcess) && event.process != kNemesis) return cursor_.read_value(event.value);
        return cursor_.read_raw(value);
      case kNode:
        return read_symbol(event.node);
      case kError:
        return cursor_.read_string(event.error);
    }
    return false;
  }

  bool read_time(std::int64_t& t_ns) {
    if (!cursor_.read_integer(t_ns)) return false;
    if (t_ns >= 0 && t_ns != kNever) return true;
    return wrong("expected 't' in nanoseconds since the start, found " + std::to_string(t_ns));
  }

  bool read_process(Process& process) {
    if (cursor_.at_string()) {
      if (!cursor_.read_string(text_)) return false;
      process = kNemesis;
      return text_ == "nemesis" ||
             wrong("expected a process number or \"nemesis\", found \"" + text_ + "\"");
    }
    std::int64_t number = 0;
    if (!cursor_.read_integer(number)) return false;
    process = Process(number);
    return number >= 0 ||
           wrong("expected a process number from 0 on, found " + std::to_string(number));
  }

  bool read_type(Type& type) {
    if (!cursor_.read_string(text_)) return false;
    for (const Type each : {Type::invoke, Type::ok, Type::fail, Type::info}) {
      if (text_ != name(each)) continue;
      type = each;
      return true;
    }
    return wrong("expected the type invoke, ok, fail or info, found \"" + text_ + "\"");
  }

  bool read_symbol(Symbol& symbol) {
    if (!cursor_.read_string(text_)) return false;
    symbol = symbols_.find(text_);
    return true;
  }

  /// A value that stood before its process: what it may be depends on whose it is.
  bool read_event_value(Event& event, std::string_view raw) {
    if (raw.empty()) return true;
    JsonCursor value(raw);
    if (value.read_value(event.value)) return true;
    event.value = Value();
    if (event.process != kNemesis) return wrong("in 'value': " + value.problem());
    event.detail = raw;
    return true;
  }

  JsonCursor cursor_;
  SymbolCache& symbols_;
  std::string text_;
  std::string problem_;
  std::string fix_;
};

bool blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

class JsonLines {
 public:
  explicit JsonLines(Stream& stream) : stream_(stream) {}

  Result<void> read() {
    std::string_view line;
    bool whole = false;
    stream_.input.next_line(line, whole);
    if (auto read = read_first(line, whole); !read) return read;
    Event event;
    while (stream_.input.next_line(line, whole)) {
      clear(event);
      if (blank(line)) {
        if (blank_line_ == 0) blank_line_ = number();
        continue;
      }
      if (blank_line_ != 0) {
        return fail(stream_.name + ":" + std::to_string(blank_line_) +
                    ": expected an event, found a blank line with events behind it")
            .fix("Find out what is missing there; blank lines may only stand at the end.");
      }
      LineReader reader(line, symbols_);
      if (!reader.read(event)) {
        if (!whole && reader.cut_off()) return cut_off(line);
        return fail(here() + ":" + std::to_string(reader.column()) + ": " + reader.problem())
            .fix("The file is damaged here: restore it, or cut it off before this line.");
      }
      if (auto taken = stream_.sink(event, number()); !taken) return taken;
    }
    return {};
  }

 private:
  std::uint64_t number() const { return stream_.input.line() - 1; }
  std::string here() const { return stream_.name + ":" + std::to_string(number()); }

  Result<void> cut_off(std::string_view line) {
    stream_.warn(here() + ": the last line is cut off; its " + std::to_string(line.size()) +
                 " bytes are left out (was the run killed?)");
    return {};
  }

  Result<void> read_first(std::string_view line, bool whole) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (line.substr(0, 3) == kByteOrderMark) line.remove_prefix(3);
    LineReader reader(line, symbols_);
    if (reader.read(stream_.preface.header)) return {};
    if (!reader.fix().empty())
      return fail(here() + ": cannot read this history: " + reader.problem()).fix(reader.fix());
    if (reader.cut_off() && !whole && !line.empty() && line.front() == '{') {
      return fail(here() + ": the header is cut off after " + std::to_string(line.size()) +
                  " bytes")
          .fix("Its run was killed before the first operation: run it again.");
    }
    return fail(here() + ": not a history of Riptide: " + reader.problem() +
                "; expected the first line " + std::string(kHeaderExample) + ", found " +
                beginning(line))
        .fix(std::string(kFormatFix));
  }

  Stream& stream_;
  SymbolCache symbols_;
  std::uint64_t blank_line_ = 0;
};

}  // namespace

Result<void> read_jsonl(Stream& stream) { return JsonLines(stream).read(); }

Result<Header> read_header(std::string_view line) {
  SymbolCache symbols;
  LineReader reader(line, symbols);
  Header header;
  if (reader.read(header)) return header;
  return fail("not a header of Riptide: " + reader.problem())
      .fix(reader.fix().empty() ? std::string(kFormatFix) : reader.fix());
}

}  // namespace riptide::history
