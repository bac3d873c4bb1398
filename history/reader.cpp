// Riptide JSONL: one header, then one event per line (docs/formats.md).
#include "history/reader.hpp"

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "history/json_text.hpp"

namespace riptide::history {
namespace {

constexpr int kVersion = 1;
constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{4} << 30;
constexpr std::string_view kHeaderExample =
    R"({"riptide":"history","version":1,"workload":"register","model":"cas-register",…})";
constexpr std::string_view kFormatFix =
    "Give a history.jsonl that Riptide wrote; its format is described in docs/formats.md.";

/// The names of a history are few and come again in every line; this spares the table's lock.
class SymbolCache {
 public:
  Symbol find(const std::string& name) {
    for (const Symbol symbol : recent_)
      if (symbol == name) return symbol;
    return recent_[next_++ % recent_.size()] = Symbol(name);
  }

 private:
  std::array<Symbol, 16> recent_;
  std::size_t next_ = 0;
};

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

/// What a file begins with, for a message: printable, and not much of it.
std::string beginning(std::string_view line) {
  std::string shown;
  for (const char c : line.substr(0, 40)) shown += c >= 0x20 && c < 0x7F ? c : '?';
  return shown + (line.size() > 40 ? "…" : "");
}

class FileReader {
 public:
  FileReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<History> read() {
    if (text_.empty()) {
      return fail(name_ + " is empty")
          .fix("Its run ended before it began: run it again, and look for the reason in its logs.");
    }
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.substr(0, 3) == kByteOrderMark) text_.remove_prefix(3);
    if (auto read = read_header(); !read) return read.error();
    history_.events.reserve(text_.size() / 96);
    while (at_ < text_.size())
      if (auto read = read_event(); !read) return read.error();
    if (auto assembled = assemble(history_); !assembled) {
      return fail(name_ + ": " + assembled.error().what()).fix(assembled.error().fix());
    }
    return std::move(history_);
  }

 private:
  std::string_view next_line() {
    const std::size_t end = text_.find('\n', at_);
    const std::string_view line = text_.substr(at_, end - at_);
    ends_ = end != std::string_view::npos;
    at_ = ends_ ? end + 1 : text_.size();
    ++line_;
    return line;
  }

  std::string here() const { return name_ + ":" + std::to_string(line_); }

  Result<void> read_header() {
    const std::string_view line = next_line();
    LineReader reader(line, symbols_);
    if (reader.read(history_.header)) return {};
    if (!reader.fix().empty())
      return fail(here() + ": cannot read this history: " + reader.problem()).fix(reader.fix());
    if (reader.cut_off() && !ends_ && !line.empty() && line.front() == '{') {
      return fail(here() + ": the header is cut off after " + std::to_string(line.size()) +
                  " bytes")
          .fix("Its run was killed before the first operation: run it again.");
    }
    return fail(here() + ": not a history of Riptide: " + reader.problem() +
                "; expected the first line " + std::string(kHeaderExample) + ", found " +
                beginning(line))
        .fix(std::string(kFormatFix));
  }

  Result<void> read_event() {
    const std::string_view line = next_line();
    if (blank(line)) {
      if (blank_line_ == 0) blank_line_ = line_;
      return {};
    }
    if (blank_line_ != 0) {
      return fail(name_ + ":" + std::to_string(blank_line_) +
                  ": expected an event, found a blank line with events behind it")
          .fix("Find out what is missing there; blank lines may only stand at the end.");
    }
    LineReader reader(line, symbols_);
    history_.events.emplace_back();
    if (reader.read(history_.events.back())) return {};
    history_.events.pop_back();
    if (!ends_ && reader.cut_off()) {
      history_.warnings.push_back(here() + ": the last line is cut off; its " +
                                  std::to_string(line.size()) +
                                  " bytes are left out (was the run killed?)");
      return {};
    }
    return fail(here() + ":" + std::to_string(reader.column()) + ": " + reader.problem())
        .fix("The file is damaged here: restore it, or cut it off before this line.");
  }

  std::string_view text_;
  std::string name_;
  History history_;
  SymbolCache symbols_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::size_t blank_line_ = 0;
  bool ends_ = true;
};

}  // namespace

Result<History> parse_history(std::string_view text, std::string_view name) {
  return FileReader(text, name).read();
}

Result<History> read_history(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be asked about, read_file() reports
  const auto kind = std::filesystem::status(path, ignored).type();
  using std::filesystem::file_type;
  if (kind == file_type::directory) {
    return fail("cannot read the history " + path.string())
        .because("it is a directory")
        .fix("Give the file, such as " + (path / "history.jsonl").string() + ".");
  }
  if (kind == file_type::character || kind == file_type::block) {
    return fail("cannot read the history " + path.string())
        .because("it is a device")
        .fix("Give a file or a pipe.");
  }
  if (kind == file_type::regular && std::filesystem::file_size(path, ignored) > kFileBytesMax) {
    return fail("cannot read the history " + path.string())
        .because("it is larger than 4 GiB")
        .fix("Check runs of a shorter time.");
  }
  auto text = read_file(path);
  if (!text) {
    return fail("cannot read the history")
        .because(text.error())
        .fix("Check the path and that you may read it.");
  }
  return parse_history(*text, path.string());
}

}  // namespace riptide::history
