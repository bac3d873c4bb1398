#include "history/edn_writer.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "history/edn_event.hpp"
#include "history/edn_json.hpp"
#include "history/edn_text.hpp"
#include "history/json_text.hpp"
#include "history/recorder.hpp"

namespace riptide::history {
namespace {

/// The fields of Event::extra: what is unknown, and the EDN that `_edn` keeps.
struct Extra {
  std::vector<std::pair<std::string, std::string_view>> unknown;  // name, JSON
  std::map<std::string, std::string> kept;                        // name, EDN

  const std::string* edn_of(const std::string& field) const {
    const auto found = kept.find(field);
    return found == kept.end() ? nullptr : &found->second;
  }
};

Error bad_kept(const std::string& why) {
  return fail("the field '_edn' is not as Riptide writes it: " + why)
      .fix("Take it out; then the event's other fields are what counts.");
}

Result<void> read_kept(std::string_view json, Extra& extra) {
  JsonCursor cursor(json);
  if (!cursor.at_object()) return bad_kept("expected an object");
  cursor.begin_object();
  while (cursor.next_member()) {
    const std::string name(cursor.member());
    std::string& edn = extra.kept[name];
    if (!cursor.read_string(edn)) return bad_kept(cursor.problem());
    EdnCursor check(edn);
    std::string_view raw;
    if (!check.read_raw(raw) || !check.finish())
      return bad_kept("in '" + name + "', " + check.problem());
    if (name.empty() && edn.front() != '{') return bad_kept("expected a map");
  }
  return {};
}

Result<Extra> read_extra(const std::string& json) {
  Extra extra;
  if (json.empty()) return extra;
  JsonCursor cursor(json);
  cursor.begin_object();
  while (cursor.next_member()) {
    std::string name(cursor.member());
    std::string_view raw;
    if (!cursor.read_raw(raw)) return fail("the unknown fields are damaged: " + cursor.problem());
    if (name == "_edn") {
      if (auto read = read_kept(raw, extra); !read) return read.error();
    } else {
      extra.unknown.emplace_back(std::move(name), raw);
    }
  }
  return extra;
}

void append_field(std::string_view field, std::string_view edn, std::string& line) {
  line.append(", :").append(field).append(" ").append(edn);
}

/// Whether the EDN is the text `text`, as the readers of names, nodes and errors have it.
bool says_text(const std::string& edn, std::string_view text) {
  EdnCursor cursor(edn);
  const int c = cursor.peek();
  const std::size_t start = cursor.offset();
  Value value;
  if (!cursor.read_value(value)) return false;
  if (value.is_nil()) return text.empty();
  if (c == '"' || c == ':') return *value.text() == text;
  return cursor.text_since(start) == text;
}

/// The value's JSON, which tells more than the Value: NaN is a string there, too.
std::string json_of(const Event& event) {
  return event.detail.empty() ? event.value.json() : event.detail;
}

/// Whether the EDN of a value, perhaps a tuple of a keyed history, says what the event does.
bool says_value(const std::string& edn, const Event& event, bool& tuple) {
  EdnCursor cursor(edn);
  std::string_view tag;
  cursor.peek();
  tuple = cursor.read_tag(tag) &&
          (tag == "jepsen.independent.tuple" || tag == "jepsen.independent/tuple");
  if (!tuple) cursor = EdnCursor(edn);
  Value value;
  if (!cursor.read_value(value)) return false;
  if (tuple) {
    return value.list() && value.list()->size() == 2 &&
           value.list()->front().json() == event.key.json() &&
           value.list()->back().json() == event.value.json();
  }
  if (event.detail.empty()) return value.json() == event.value.json();
  std::string json;
  append_json_of_edn(edn, json);
  return json == json_of(event);
}

class EventWriter {
 public:
  EventWriter(const Event& event, std::string& line) : event_(event), line_(line) {}

  Result<void> write() {
    auto extra = read_extra(event_.extra);
    if (!extra) return extra.error();
    extra_ = std::move(*extra);
    line_ += "{:process ";
    write_process();
    line_.append(", :type :").append(name(event_.type)).append(", :f ");
    write_text("f", event_.f.name());
    if (auto written = write_value(); !written) return written;
    line_ += ", :time ";
    append_json_integer(event_.t_ns, line_);
    if (!event_.node.empty() || extra_.edn_of("node")) {
      line_ += ", :node ";
      write_text("node", event_.node.name());
    }
    if (!event_.error.empty() || extra_.edn_of("error")) {
      line_ += ", :error ";
      write_text("error", event_.error);
    }
    if (auto written = write_unknown(); !written) return written;
    line_ += '}';
    return {};
  }

 private:
  void write_process() {
    const std::string* edn = extra_.edn_of("process");
    if (edn && (event_.process == kNemesis || event_.process.value() >= kNamedProcess)) {
      line_ += *edn;
    } else if (event_.process == kNemesis) {
      line_ += ":nemesis";
    } else {
      append_json_integer(event_.process.value(), line_);
    }
  }

  void write_text(const std::string& field, std::string_view text) {
    const std::string* edn = extra_.edn_of(field);
    if (edn && says_text(*edn, text)) {
      line_ += *edn;
    } else if (field == "f") {
      append_edn_name(text, line_);
    } else {
      append_edn_string(text, line_);
    }
  }

  Result<void> write_value() {
    bool tuple = false;
    const std::string* edn = extra_.edn_of("value");
    const bool kept = edn && says_value(*edn, event_, tuple);
    if (!event_.key.is_nil() && !(kept && tuple)) {
      const std::string* key = extra_.edn_of("key");
      Value value;
      const bool same =
          key && EdnCursor(*key).read_value(value) && value.json() == event_.key.json();
      line_ += ", :key ";
      if (same) {
        line_ += *key;
      } else {
        append_edn(event_.key, line_);
      }
    }
    if (kept) {
      append_field("value", *edn, line_);
    } else if (!event_.detail.empty()) {
      line_ += ", :value ";
      return append_edn_of_json(event_.detail, line_);
    } else if (event_.process != kNemesis || !event_.value.is_nil()) {
      line_ += ", :value ";
      append_edn(event_.value, line_);
    }
    return {};
  }

  Result<void> write_unknown() {
    std::vector<std::string_view> names;
    for (const auto& [field, json] : extra_.unknown) {
      names.push_back(field);
      line_ += ", ";
      // :time is the event's own time here.
      field == "time" ? append_edn_string(field, line_) : append_edn_name(field, line_);
      line_ += ' ';
      const std::string* edn = extra_.edn_of(field);
      std::string again;
      if (edn) append_json_of_edn(*edn, again);
      if (edn && again == json) {
        line_ += *edn;
      } else if (auto written = append_edn_of_json(json, line_); !written) {
        return fail("in the field '" + field + "', " + written.error().what())
            .fix(written.error().fix());
      }
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
      return fail("the field '" + std::string(*twice) + "' stands twice, which EDN cannot say")
          .fix("Take one of the two out.");
    if (const std::string* odd = extra_.edn_of(""))
      line_.append(", ").append(*odd, 1, odd->rfind('}') - 1);
    return {};
  }

  const Event& event_;
  std::string& line_;
  Extra extra_;
};

}  // namespace

Result<void> append_edn(const Event& event, std::string& line) {
  return EventWriter(event, line).write();
}

std::string header_edn(const Header& header) { return "; riptide " + header_json(header); }

}  // namespace riptide::history
