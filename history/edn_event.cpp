#include "history/edn_event.hpp"

#include <algorithm>
#include <array>

#include "history/characters.hpp"
#include "history/edn_json.hpp"
#include "history/json_text.hpp"
#include "history/stream.hpp"

namespace riptide::history {
namespace {

enum Field : unsigned {
  kProcess = 1,
  kType = 2,
  kF = 4,
  kValue = 8,
  kTime = 16,
  kKey = 32,
  kNode = 64,
  kError = 128
};
struct FieldName {
  std::string_view name;
  Field field;
};
constexpr std::array kFields{
    FieldName{"process", kProcess}, FieldName{"type", kType},  FieldName{"f", kF},
    FieldName{"value", kValue},     FieldName{"time", kTime},  FieldName{"key", kKey},
    FieldName{"node", kNode},       FieldName{"error", kError}};

/// The time between two events that do not say theirs.
constexpr std::int64_t kStepNs = 1000;

bool is_tuple_tag(std::string_view tag) {
  return tag == "jepsen.independent.tuple" || tag == "jepsen.independent/tuple";
}

}  // namespace

void EdnEvents::begin(Event& event) {
  clear(event);
  seen_ = 0;
  time_ns_.reset();
  tagged_tuple_ = value_has_map_ = false;
  value_plain_ = true;
  process_name_.clear();
  value_ = {};
  unknown_.clear();
  kept_.clear();
  odd_.clear();
}

bool EdnEvents::read_map(EdnCursor& cursor, Event& event) {
  begin(event);
  std::string_view tag;
  while (cursor.peek() == '#')
    if (!cursor.read_tag(tag)) return cursor.stop_expecting("an event");
  if (!cursor.begin_map()) return false;
  while (cursor.next_key()) {
    if (cursor.peek() != ':') {
      if (!read_odd(cursor, cursor.offset())) return false;
      continue;
    }
    std::string_view key;
    if (!cursor.read_keyword(key) || !read_field(cursor, key, event)) return false;
  }
  if (cursor.damaged()) return false;
  for (const FieldName& field : kFields) {
    const bool needed = field.field == kProcess || field.field == kType ||
                        (field.field == kF && event.process != kNemesis);
    if (needed && !(seen_ & field.field))
      return cursor.refuse("expected the field :" + std::string(field.name) + ", found none");
  }
  return finish(cursor, event);
}

bool EdnEvents::read_field(EdnCursor& cursor, std::string_view key, Event& event) {
  const auto* known = std::find_if(kFields.begin(), kFields.end(),
                                   [&](const FieldName& f) { return f.name == key; });
  if (known == kFields.end()) return read_unknown(cursor, std::string(key));
  if (seen_ & known->field) return cursor.stop("the field :" + std::string(key) + " stands twice");
  seen_ |= known->field;
  switch (known->field) {
    case kProcess:
      return read_process(cursor, event);
    case kType:
      return read_type(cursor, event.type);
    case kF:
      return read_f(cursor, event.f);
    case kValue:
      return read_payload(cursor, event);
    case kTime:
      return read_time(cursor);
    case kKey: {
      cursor.peek();
      const std::size_t start = cursor.offset();
      cursor.set_plain();
      if (!cursor.read_value(event.key)) return false;
      if (!cursor.plain()) keep("key", cursor.text_since(start));
      return true;
    }
    case kNode:
      if (!read_text(cursor, "node", text_)) return false;
      event.node = symbols_.find(text_);
      return true;
    case kError:
      return read_text(cursor, "error", event.error);
  }
  return false;
}

bool EdnEvents::read_process(EdnCursor& cursor, Event& event) {
  const int c = cursor.peek();
  if ((c >= '0' && c <= '9') || c == '-' || c == '+') {
    std::int64_t number = 0;
    if (!cursor.read_integer(number)) return false;
    event.process = Process(number);
    return (number >= 0 && (number < kNamedProcess || own_times_)) ||
           cursor.stop("expected a process number from 0 on, found " + std::to_string(number));
  }
  const std::size_t start = cursor.offset();
  std::string_view name;
  if (!cursor.read_name(name, text_)) return false;
  event.process = kNemesis;
  if (c != ':' || name != "nemesis") {
    if (c != '"' && name == "nil") return cursor.stop("expected a process, found nil");
    process_name_ = name;
    keep("process", cursor.text_since(start));
  }
  return true;
}

bool EdnEvents::read_type(EdnCursor& cursor, Type& type) {
  std::string_view word;
  if (!cursor.read_name(word, text_)) return false;
  for (const Type each : {Type::invoke, Type::ok, Type::fail, Type::info}) {
    if (word != name(each)) continue;
    type = each;
    return true;
  }
  return cursor.stop("expected the type :invoke, :ok, :fail or :info, found " + std::string(word));
}

bool EdnEvents::read_f(EdnCursor& cursor, Symbol& f) {
  const bool keyword = cursor.peek() == ':';
  const std::size_t start = cursor.offset();
  std::string_view word;
  if (!cursor.read_name(word, text_)) return false;
  const std::string_view raw = cursor.text_since(start);
  f = raw == "nil" ? Symbol() : symbols_.find(word);
  if (!keyword && (raw[0] != '"' || is_keyword_name(word))) keep("f", raw);
  return true;
}

bool EdnEvents::read_payload(EdnCursor& cursor, Event& event) {
  const int c = cursor.peek();
  const std::size_t start = cursor.offset();
  cursor.set_plain();
  cursor.clear_has_map();
  if (c == '#') {
    if (!read_tuple_value(cursor, event)) return false;
  } else if (!cursor.read_value(event.value)) {
    return false;
  }
  value_ = cursor.text_since(start);
  value_has_map_ = cursor.has_map();
  value_plain_ = cursor.plain();
  return true;
}

/// A value that begins with `#`: of a keyed history, or any other.
bool EdnEvents::read_tuple_value(EdnCursor& cursor, Event& event) {
  EdnCursor probe = cursor;
  std::string_view tag;
  if (!probe.read_tag(tag) || !is_tuple_tag(tag)) return cursor.read_value(event.value);
  cursor.read_tag(tag);
  Value pair;
  if (!cursor.read_value(pair)) return false;
  if (!pair.list() || pair.list()->size() != 2)
    return cursor.stop("expected a tuple [key value], found " + pair.json());
  if (seen_ & kKey) return cursor.stop("the event has a :key, and a tuple with another");
  seen_ |= kKey;
  tagged_tuple_ = true;
  event.key = (*pair.list())[0];
  event.value = (*pair.list())[1];
  return true;
}

bool EdnEvents::read_time(EdnCursor& cursor) {
  std::int64_t time = 0;
  if (cursor.peek() == 'n') {  // nil, as if it were not there
    std::string_view raw;
    if (!cursor.read_raw(raw)) return false;
    return raw == "nil" || cursor.stop("expected :time in nanoseconds, found " + std::string(raw));
  }
  if (!cursor.read_integer(time)) return false;
  // Jepsen gives -1 to what it has not timed.
  if (time == -1 && !own_times_) return true;
  if (time < 0 || time == kNever)
    return cursor.stop("expected :time in nanoseconds since the start, found " +
                       std::to_string(time));
  time_ns_ = time;
  return true;
}

/// An error or a node: a string, a keyword's name, or any other form as it is written.
bool EdnEvents::read_text(EdnCursor& cursor, std::string_view field, std::string& text) {
  const int c = cursor.peek();
  const std::size_t start = cursor.offset();
  Value value;
  if (!cursor.read_value(value)) return false;
  const std::string_view raw = cursor.text_since(start);
  text.clear();
  if (c == '"' || c == ':') {
    text = *value.text();
  } else if (!value.is_nil()) {
    text = raw;
  }
  if (c != '"') keep(field, raw);
  return true;
}

bool EdnEvents::read_unknown(EdnCursor& cursor, std::string name) {
  if (name == "t" || !is_keyword_name(name)) {
    std::string_view raw;
    if (!cursor.read_raw(raw)) return false;
    odd_.append(odd_.empty() ? "" : " ").append(":").append(name).append(" ").append(raw);
    return true;
  }
  if (name == "_edn" && whole_) return cursor.stop("the field :_edn is Riptide's own");
  std::string_view raw;
  if (!cursor.read_raw(raw)) return false;
  std::string json;
  if (!append_json_of_edn(raw, json)) keep(name, raw);
  unknown_.emplace_back(std::move(name), std::move(json));
  return true;
}

/// A field whose key is no keyword.
bool EdnEvents::read_odd(EdnCursor& cursor, std::size_t start) {
  const bool string = cursor.peek() == '"';
  Value key;
  if (!cursor.read_value(key)) return false;
  std::string_view raw;
  if (const int c = cursor.peek(); c == '}')
    return cursor.stop("the map has a key without a value: " + key.json());
  if (!cursor.read_raw(raw)) return false;
  if (string && (*key.text() == "time" || !is_keyword_name(*key.text()))) {
    std::string json;
    const bool plain = append_json_of_edn(raw, json);
    if (plain) {
      unknown_.emplace_back(*key.text(), std::move(json));
      return true;
    }
  }
  odd_.append(odd_.empty() ? "" : " ").append(cursor.text_since(start));
  return true;
}

bool EdnEvents::read_columns(EdnCursor& cursor, Event& event) {
  if (!read_process(cursor, event) || !read_type(cursor, event.type) || !read_f(cursor, event.f))
    return false;
  seen_ = kProcess | kType | kF;
  return true;
}

/// What a log has instead of the value of an operation that did not succeed: `:timed-out`.
void EdnEvents::take_error_for_value(Event& event) {
  const bool keyword = !value_.empty() && value_[0] == ':';
  if (!keyword || event.type == Type::invoke || event.type == Type::ok) return;
  event.error = *event.value.text();
  event.value = Value();
  value_plain_ = true;
}

/// A column behind the value.
void EdnEvents::add_error(Event& event, std::string_view more) {
  if (!event.error.empty() && !more.empty()) event.error += ": ";
  event.error += more;
}

bool EdnEvents::read_tuple(EdnCursor& cursor, Event& event) {
  begin(event);
  const char closing = cursor.peek() == '(' ? ')' : ']';
  if (!cursor.take(closing == ')' ? '(' : '[', "'['") || !read_columns(cursor, event)) return false;
  if (cursor.peek() != closing) {
    if (!read_payload(cursor, event)) return false;
    take_error_for_value(event);
  }
  if (cursor.peek() != closing) {
    if (!read_text(cursor, "error", text_)) return false;
    if (event.error.empty() || text_.empty()) {
      event.error += text_;
    } else {
      std::erase_if(kept_, [](const auto& field) { return field.first == "error"; });
      add_error(event, text_);
    }
  }
  return cursor.take(closing, closing == ')' ? "')'" : "']'") && finish(cursor, event);
}

bool EdnEvents::read_line(EdnCursor& cursor, Event& event) {
  begin(event);
  if (!read_columns(cursor, event)) return false;
  if (cursor.peek() != EdnCursor::kEnd) {
    const EdnCursor before = cursor;
    if (read_payload(cursor, event)) {
      take_error_for_value(event);
    } else if (event.process == kNemesis) {
      cursor = before;  // what the nemesis logs is for people, and need not be EDN
      event.value = Value();
    } else {
      return false;
    }
  }
  if (cursor.peek() != EdnCursor::kEnd) {
    const std::string_view rest = cursor.take_rest();
    for (std::size_t i = 0; i < rest.size();) {
      const std::size_t length = utf8_length(rest.substr(i));
      if (length == 0) return cursor.stop("an error's text is not UTF-8: found " + shown(rest[i]));
      i += length;
    }
    add_error(event, rest);
  }
  return !cursor.damaged() && finish(cursor, event);
}

void EdnEvents::keep(std::string_view field, std::string_view edn) {
  if (whole_) kept_.emplace_back(field, edn);
}

bool EdnEvents::finish(EdnCursor& cursor, Event& event) {
  if (!process_name_.empty()) name_process(event);
  if (event.process == kNemesis && value_has_map_) {
    event.value = Value();
    value_plain_ = append_json_of_edn(value_, event.detail);
  }
  if (!value_plain_) keep("value", value_);
  return set_time(cursor, event) && finish_unknown(cursor, event);
}

/// A named process is a client from its first invocation on; what else it says is as the nemesis'.
void EdnEvents::name_process(Event& event) {
  auto found = named_.find(process_name_);
  if (found == named_.end()) {
    const auto number = kNamedProcess + static_cast<std::int64_t>(named_.size());
    found = named_.emplace(process_name_, std::pair(Process(number), false)).first;
  }
  bool& open = found->second.second;
  if (event.type == Type::info && !open) return;
  event.process = found->second.first;
  open = event.type == Type::invoke;
}

bool EdnEvents::set_time(EdnCursor& cursor, Event& event) {
  ++events_;
  if (own_times_) {
    if (!time_ns_) return cursor.refuse("expected the field :time, found none");
    event.t_ns = *time_ns_;
    return true;
  }
  if (time_ns_) {
    if (*time_ns_ < latest_time_) ++backward_;
    latest_time_ = std::max(latest_time_, *time_ns_);
  }
  if (last_ns_ >= kNever - 1 - kStepNs)
    return cursor.refuse("the times leave no room for this event before the end of time");
  event.t_ns = std::max(time_ns_.value_or(last_ns_ < 0 ? 0 : last_ns_ + kStepNs), last_ns_ + 1);
  last_ns_ = event.t_ns;
  if (whole_ && time_ns_ && event.t_ns != *time_ns_)
    unknown_.emplace_back("recorded_time", std::to_string(*time_ns_));
  return true;
}

void EdnEvents::append_kept(std::string& extra) {
  std::sort(kept_.begin(), kept_.end());
  extra += extra.empty() ? "{" : ",";
  extra += "\"_edn\":";
  char before = '{';
  for (const auto& [field, edn] : kept_) {
    extra += std::exchange(before, ',');
    append_json_string(field, extra);
    extra += ':';
    append_json_string(edn, extra);
  }
  extra += '}';
}

bool EdnEvents::finish_unknown(EdnCursor& cursor, Event& event) {
  if (unknown_.size() > 1) {
    std::vector<std::string_view> names;
    for (const auto& [field, json] : unknown_) names.push_back(field);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
      return cursor.refuse("the field :" + std::string(*twice) + " stands twice");
  }
  if (!odd_.empty()) {
    const std::string map = "{" + odd_ + "}";
    EdnCursor check(map);
    std::string_view raw;
    if (!check.read_raw(raw)) return cursor.refuse("among the fields, " + check.problem());
    keep("", map);
  }
  for (const auto& [field, json] : unknown_) {
    event.extra += event.extra.empty() ? '{' : ',';
    append_json_string(field, event.extra);
    event.extra.append(":").append(json);
  }
  if (!kept_.empty()) append_kept(event.extra);
  if (!event.extra.empty()) event.extra += '}';
  return true;
}

}  // namespace riptide::history
