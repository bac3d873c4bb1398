// Is it well-formed XML? Small, strict, and apart from what it tests.
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace riptide::sample {

inline bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == ':' ||
         c == '.';
}

/// Nothing but references that XML knows, and no '<'.
inline std::string text_error(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '<') return "a bare '<'";
    if (byte < 0x20 && text[i] != '\n' && text[i] != '\t') return "a control character";
    if (text[i] != '&') continue;
    const std::size_t end = text.find(';', i);
    if (end == std::string_view::npos) return "a bare '&'";
    const auto name = text.substr(i + 1, end - i - 1);
    const bool number = name.size() > 1 && name[0] == '#' &&
                        name.find_first_not_of("0123456789", 1) == std::string_view::npos;
    static const std::set<std::string_view> kKnown{"amp", "lt", "gt", "quot", "apos"};
    if (!number && !kKnown.contains(name)) return "unknown reference &" + std::string(name) + ";";
  }
  return {};
}

/// `inside` is a tag without its angle brackets, slash and name; returns what is wrong with it.
inline std::string attributes_error(std::string_view inside) {
  std::set<std::string_view> seen;
  std::size_t at = 0;
  while (true) {
    const std::size_t spaces = at;
    while (at < inside.size() && std::isspace(static_cast<unsigned char>(inside[at]))) ++at;
    if (at == inside.size()) return {};
    if (at == spaces) return "no blank before an attribute";
    const std::size_t begin = at;
    while (at < inside.size() && is_name(inside[at])) ++at;
    const auto name = inside.substr(begin, at - begin);
    if (name.empty() || inside.substr(at, 2) != "=\"")
      return "a bad attribute: " + std::string(inside);
    if (!seen.insert(name).second) return "attribute " + std::string(name) + " twice";
    const std::size_t end = inside.find('"', at + 2);
    if (end == std::string_view::npos) return "an attribute without an end";
    if (auto error = text_error(inside.substr(at + 2, end - at - 2)); !error.empty()) return error;
    at = end + 1;
  }
}

/// Where a tag ends: the first '>' outside quotes.
inline std::size_t tag_end(std::string_view xml, std::size_t at) {
  bool quoted = false;
  for (; at < xml.size(); ++at) {
    if (xml[at] == '"') quoted = !quoted;
    if (xml[at] == '>' && !quoted) return at;
  }
  return std::string_view::npos;
}

/// Empty when `xml` is one well-formed element (an XML declaration may come before it).
inline std::string xml_error(std::string_view xml) {
  if (xml.starts_with("<?xml ")) xml.remove_prefix(xml.find("?>") + 2);
  std::vector<std::string_view> open;
  std::size_t roots = 0;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] != '<') {
      const std::size_t next = std::min(xml.find('<', at), xml.size());
      const auto text = xml.substr(at, next - at);
      if (auto error = text_error(text); !error.empty()) return error;
      if (open.empty() && text.find_first_not_of(" \n") != text.npos) return "text outside";
      at = next;
      continue;
    }
    const std::size_t end = tag_end(xml, at);
    if (end == std::string_view::npos) return "a tag without an end";
    auto inside = xml.substr(at + 1, end - at - 1);
    at = end + 1;
    if (inside.starts_with("/")) {
      if (open.empty() || open.back() != inside.substr(1))
        return "unexpected <" + std::string(inside) + ">";
      open.pop_back();
      continue;
    }
    const bool empty = inside.ends_with("/");
    if (empty) inside.remove_suffix(1);
    std::size_t length = 0;
    while (length < inside.size() && is_name(inside[length])) ++length;
    if (length == 0) return "a tag without a name: <" + std::string(inside) + ">";
    if (auto error = attributes_error(inside.substr(length)); !error.empty()) return error;
    if (open.empty() && ++roots > 1) return "two roots";
    if (!empty) open.push_back(inside.substr(0, length));
  }
  if (!open.empty()) return "<" + std::string(open.back()) + "> is not closed";
  return roots == 1 ? "" : "no element";
}

}  // namespace riptide::sample
