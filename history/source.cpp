#include "history/source.hpp"

#include "history/json_text.hpp"

namespace riptide::history {

std::optional<Format> source_of(const Header& header) {
  if (header.extra.empty()) return std::nullopt;
  JsonCursor cursor(header.extra);
  cursor.begin_object();
  while (cursor.next_member()) {
    const bool is_source = cursor.member() == "source" && cursor.at_string();
    std::string_view raw;
    std::string word;
    if (!(is_source ? cursor.read_string(word) : cursor.read_raw(raw))) break;
    if (!is_source) continue;
    for (const Format format : {Format::edn, Format::etcd, Format::kv})
      if (word == name(format)) return format;
  }
  return std::nullopt;
}

void set_source(Header& header, Format format) {
  const std::string field = "\"source\":\"" + std::string(name(format)) + "\"";
  if (header.extra.size() <= 2) {
    header.extra = "{" + field + "}";
  } else {
    header.extra.insert(1, field + ",");
  }
}

}  // namespace riptide::history
