#include "history/edn_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "history/characters.hpp"
#include "history/edn_text.hpp"
#include "history/json_text.hpp"

namespace riptide::history {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Translates one form. The text is sound and of bounded depth, so nothing here can fail.
class JsonOfEdn {
 public:
  JsonOfEdn(std::string_view edn, std::string& json) : cursor_(edn), json_(json) {}

  bool translate() {
    form();
    return plain_;
  }

 private:
  void form() {
    const int c = cursor_.peek();
    std::string_view tag;
    if (c == '{') return map();
    if (c == '[' || c == '(') return list(c == '[' ? ']' : ')');
    if (c == '#' && cursor_.read_tag(tag)) {
      plain_ = false;
      return form();
    }
    cursor_.set_plain();
    const std::size_t start = cursor_.offset();
    Value scalar;
    if (!cursor_.read_value(scalar)) return;
    plain_ = plain_ && cursor_.plain();
    if (c == '#' && cursor_.has_map()) {  // a set that holds a map: as it is written
      append_json_string(cursor_.text_since(start), json_);
    } else {
      append_json(scalar, json_);
    }
  }

  void list(char closing) {
    cursor_.take(closing == ']' ? '[' : '(', "a list");
    json_ += '[';
    for (bool first = true; cursor_.peek() != closing && !cursor_.damaged(); first = false) {
      if (!first) json_ += ',';
      form();
    }
    cursor_.take(closing, "its end");
    json_ += ']';
  }

  void map() {
    cursor_.begin_map();
    json_ += '{';
    for (bool first = true; cursor_.next_key(); first = false) {
      if (!first) json_ += ',';
      key();
      json_ += ':';
      form();
    }
    json_ += '}';
  }

  void key() {
    const int c = cursor_.peek();
    const std::size_t start = cursor_.offset();
    Value name;
    if (!cursor_.read_value(name)) return;
    if (c == ':' || c == '"') {
      // ":a" and "a" are the same name in JSON; only the one that Riptide would write tells.
      if ((c == ':') != is_keyword_name(*name.text())) plain_ = false;
      append_json_string(*name.text(), json_);
    } else {
      plain_ = false;
      append_json_string(cursor_.text_since(start), json_);
    }
  }

  EdnCursor cursor_;
  std::string& json_;
  bool plain_ = true;
};

class EdnOfJson {
 public:
  EdnOfJson(std::string_view json, std::string& edn) : cursor_(json), edn_(edn) {}

  Result<void> translate() {
    form();
    if (!twice_.empty())
      return fail("an object has the name '" + twice_ + "' twice, which EDN cannot say")
          .fix("Take one of the two out.");
    if (cursor_.damaged()) return fail("not JSON: " + cursor_.problem()).fix("Give a JSON text.");
    return {};
  }

 private:
  void form() {
    if (cursor_.at_object()) return object();
    if (cursor_.at_list()) return list();
    Value scalar;
    if (cursor_.read_value(scalar)) append_edn(scalar, edn_);
  }

  void list() {
    edn_ += '[';
    cursor_.begin_list();
    for (bool first = true; cursor_.next_item(first); first = false) {
      if (!first) edn_ += ' ';
      form();
    }
    edn_ += ']';
  }

  void object() {
    std::vector<std::string> names;
    edn_ += '{';
    cursor_.begin_object();
    for (bool first = true; cursor_.next_member(); first = false) {
      if (!first) edn_ += ", ";
      names.emplace_back(cursor_.member());
      append_edn_name(names.back(), edn_);
      edn_ += ' ';
      form();
    }
    edn_ += '}';
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) twice_ = *twice;
  }

  JsonCursor cursor_;
  std::string& edn_;
  std::string twice_;
};

}  // namespace

bool is_keyword_name(std::string_view name) {
  if (name.empty() || !(letter(name[0]) || name[0] == '_')) return false;
  constexpr std::string_view kOthers = "-_.*+!?$%&=<>";
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || kOthers.find(c) != kOthers.npos;
  });
}

bool append_json_of_edn(std::string_view edn, std::string& json) {
  return JsonOfEdn(edn, json).translate();
}

Result<void> append_edn_of_json(std::string_view json, std::string& edn) {
  return EdnOfJson(json, edn).translate();
}

void append_edn_string(std::string_view text, std::string& edn) {
  constexpr std::string_view kHex = "0123456789abcdef";
  edn += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text.substr(i));
    if (c == '"' || c == '\\') {
      edn.append(1, '\\').append(1, text[i]);
    } else if (c == '\n') {
      edn += "\\n";
    } else if (c == '\r') {
      edn += "\\r";
    } else if (c == '\t') {
      edn += "\\t";
    } else if (c < 0x20) {
      edn.append("\\u00").append(1, kHex[c >> 4]).append(1, kHex[c & 15]);
    } else if (length == 0) {
      edn += "\xEF\xBF\xBD";
    } else {
      edn.append(text, i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  edn += '"';
}

void append_edn_name(std::string_view name, std::string& edn) {
  if (!is_keyword_name(name)) return append_edn_string(name, edn);
  edn.append(":").append(name);
}

void append_edn(const Value& value, std::string& edn) {
  if (value.is_nil()) {
    edn += "nil";
  } else if (const auto* text = value.text()) {
    append_edn_string(*text, edn);
  } else if (const auto* list = value.list()) {
    edn += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) edn += ' ';
      append_edn((*list)[i], edn);
    }
    edn += ']';
  } else if (const auto* real = value.real(); real && !std::isfinite(*real)) {
    edn += std::isnan(*real) ? "##NaN" : *real > 0 ? "##Inf" : "##-Inf";
  } else {
    append_json(value, edn);  // true, 17 and 1.5 are the same in both
  }
}

}  // namespace riptide::history
