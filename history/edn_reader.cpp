// EDN: bare events, or one list or vector of them; maps, tuples and lines (docs/formats.md).
#include <algorithm>

#include "history/edn_event.hpp"
#include "history/edn_text.hpp"
#include "history/stream.hpp"

namespace riptide::history {
namespace {

constexpr std::string_view kDamaged =
    "The file is damaged here: restore it, or cut it off before this line.";
constexpr std::string_view kHeaderComment = "; riptide {";

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
  return found;
}

/// Whether what was cut off is one event, and not a string or a map that swallowed those behind it.
bool one_event(std::string_view cut) {
  if (!cut.empty() && cut[0] != '{' && cut[0] != '#') return cut.find('\n') == cut.npos;
  return count(cut, ":type") < 2 && count(cut, ":process") < 2;
}

class EdnFile {
 public:
  explicit EdnFile(Stream& stream) : stream_(stream), input_(stream.input) {}

  Result<void> read() {
    if (auto read = read_header_comment(); !read) return read;
    EdnEvents events(stream_.whole_edn, stream_.preface.own_times);
    events_ = &events;
    bool more = true;
    while (more) {
      auto step = read_step();
      if (!step) return step.error();
      more = *step;
    }
    if (events.backward() > 0)
      stream_.warn(stream_.name + ": " + std::to_string(events.backward()) +
                   " events have a :time before that of an earlier event; what "
                   "counts is the order of the events");
    return {};
  }

 private:
  std::string here() const { return stream_.name + ":" + std::to_string(input_.line()); }

  Error damage(const EdnCursor& cursor, const std::string& problem) const {
    const std::string_view before = input_.rest().substr(0, cursor.offset());
    const auto lines = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t newline = before.rfind('\n');
    const std::uint64_t column =
        lines == 0 ? input_.column() + before.size() : before.size() - newline;
    return fail(stream_.name + ":" + std::to_string(input_.line() + lines) + ":" +
                std::to_string(column) + ": " + problem)
        .fix(std::string(kDamaged));
  }

  /// Riptide's EDN begins with its header, in a comment that others pass over.
  Result<void> read_header_comment() {
    while (input_.rest().size() < 3 && input_.more()) continue;
    if (input_.rest().substr(0, 3) == "\xEF\xBB\xBF") input_.take(3);
    while (input_.rest().size() < kHeaderComment.size() && input_.more()) continue;
    if (input_.rest().substr(0, kHeaderComment.size()) != kHeaderComment) {
      stream_.preface.own_times = false;
      return {};
    }
    std::string_view line;
    bool whole = false;
    input_.next_line(line, whole);
    auto header = read_header(line.substr(kHeaderComment.size() - 1));
    if (!header) {
      return fail(stream_.name + ":1: the header in the first comment is damaged")
          .because(header.error());
    }
    stream_.preface.header = std::move(*header);
    return {};
  }

  /// One step through the file; false at its end.
  Result<bool> read_step() {
    EdnCursor cursor(input_.rest());
    const int c = cursor.peek();
    if (c == EdnCursor::kEnd) return at_end(cursor);
    input_.take(cursor.offset());
    if (closed_) {
      return damage(EdnCursor(""), "expected nothing behind the list of events, found " +
                                       beginning(input_.rest().substr(0, 1)));
    }
    if (container_ != 0 && c == container_) {
      input_.take(1);
      closed_ = true;
      return true;
    }
    if ((c == '[' || c == '(') && container_ == 0 && !any_event_) {
      const auto list = is_list();
      if (!list) return true;  // more has been read
      if (*list) {
        container_ = c == '[' ? ']' : ')';
        input_.take(1);
        return true;
      }
    }
    return read_event(c);
  }

  Result<bool> at_end(const EdnCursor& cursor) {
    if (cursor.damaged() && !cursor.cut_off()) return damage(cursor, cursor.problem());
    if (!input_.ended()) {
      if (!cursor.damaged() && cursor.offset() < input_.rest().size()) return true;
      input_.more();
      return true;
    }
    const bool cut = cursor.damaged();
    if (cut) warn_cut_off("the last form");
    if (!cut && container_ != 0 && !closed_)
      stream_.warn(here() + ": the list of events lacks its closing '" +
                   static_cast<char>(container_) + "' (was the file cut off?)");
    return false;
  }

  void warn_cut_off(const std::string& what) {
    stream_.warn(here() + ": " + what + " is cut off; its " + std::to_string(input_.rest().size()) +
                 " bytes are left out");
  }

  /// At `[` or `(`: a list of events, or an event that is a tuple? Nothing when more was read.
  std::optional<bool> is_list() {
    EdnCursor inside(input_.rest().substr(1));
    const int c = inside.peek();
    if (c == EdnCursor::kEnd && input_.more()) return std::nullopt;
    return c == EdnCursor::kEnd || c == '{' || c == '#' || c == '[' || c == '(' || c == ']' ||
           c == ')';
  }

  Result<bool> read_event(int c) {
    if (c != '{' && c != '#' && c != '[' && c != '(') return read_line_event();
    EdnCursor cursor(input_.rest());
    const bool read = c == '{' || c == '#' ? events_->read_map(cursor, event_)
                                           : events_->read_tuple(cursor, event_);
    if (read) return deliver(cursor.offset());
    if (!cursor.cut_off()) return damage(cursor, cursor.problem());
    if (input_.more()) return true;
    if (!one_event(input_.rest()))
      return fail(here() + ": the form that begins here never ends: " + cursor.problem())
          .fix("Look for a bracket or a quote that is missing in this line.");
    warn_cut_off("the last form");
    return false;
  }

  /// `3 :invoke :read nil`, to the end of its line.
  Result<bool> read_line_event() {
    std::string_view rest = input_.rest();
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos && input_.more()) return true;
    rest = input_.rest();
    EdnCursor cursor(rest.substr(0, end));
    const char c = rest[0];
    if (container_ != 0 || !((c >= '0' && c <= '9') || c == ':')) {
      return damage(EdnCursor(""),
                    "expected an event, such as {:process 3, :type :invoke, :f :read, :value nil}, "
                    "found " +
                        beginning(rest.substr(0, end)));
    }
    const bool whole = end != std::string_view::npos;
    if (events_->read_line(cursor, event_)) {
      if (!whole) stream_.warn(here() + ": the last line has no line end; it counts as whole");
      return deliver(whole ? end : rest.size());
    }
    if (whole || !cursor.cut_off()) return damage(cursor, cursor.problem());
    warn_cut_off("the last line");
    return false;
  }

  Result<bool> deliver(std::size_t bytes) {
    if (!any_event_ && stream_.preface.own_times == false) recognise_kv();
    any_event_ = true;
    if (auto taken = stream_.sink(event_, input_.line()); !taken) return taken.error();
    input_.take(bytes);
    return true;
  }

  /// Porcupine's histories of a key-value store differ in what their events say, not in how.
  void recognise_kv() {
    const bool kv = !events_->tagged_tuple() && !event_.key.is_nil() &&
                    (event_.f == "get" || event_.f == "put" || event_.f == "append");
    if (kv && stream_.guess_kv) stream_.preface.format = Format::kv;
  }

  Stream& stream_;
  Input& input_;
  EdnEvents* events_ = nullptr;
  Event event_;
  int container_ = 0;  // the bracket that closes the list, or 0
  bool closed_ = false;
  bool any_event_ = false;
};

}  // namespace

Result<void> read_edn(Stream& stream) { return EdnFile(stream).read(); }

}  // namespace riptide::history
