#include "history/format.hpp"

#include <array>
#include <string>

#include "base/text.hpp"

namespace riptide::history {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
};
constexpr std::array kFormats{
    FormatName{Format::automatic, "auto"}, FormatName{Format::jsonl, "jsonl"},
    FormatName{Format::edn, "edn"},        FormatName{Format::etcd, "etcd"},
    FormatName{Format::kv, "kv"},
};

/// How much of a log may stand before its first operation.
constexpr std::size_t kLinesSearched = 4096;

bool digit(char c) { return c >= '0' && c <= '9'; }
bool blank(char c) { return c == ' ' || c == '\t'; }

/// `3 :invoke …` or `:nemesis :info …`: a process, blanks, a keyword.
bool looks_like_operation(std::string_view text) {
  std::size_t at = 0;
  if (text.empty() || (!digit(text[0]) && text[0] != ':')) return false;
  while (at < text.size() && !blank(text[at])) ++at;
  const std::size_t process = at;
  while (at < text.size() && blank(text[at])) ++at;
  if (process == 0 || at == process) return false;
  const std::string_view rest = text.substr(at);
  for (const std::string_view type : {":invoke", ":ok", ":fail", ":info"})
    if (rest.substr(0, type.size()) == type) return true;
  return false;
}

/// Behind blanks, commas and comments; a `#_` is EDN whatever follows.
std::string_view behind_blanks(std::string_view text) {
  while (true) {
    const std::size_t start = text.find_first_not_of(" \t\r\n\f,");
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start);
    if (text[0] != ';') return text;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end);
  }
}

}  // namespace

std::string_view name(Format format) {
  for (const FormatName& each : kFormats)
    if (each.format == format) return each.name;
  return "auto";
}

Result<Format> format_named(std::string_view word) {
  std::vector<std::string> names;
  for (const FormatName& each : kFormats) {
    if (each.name == word) return each.format;
    names.emplace_back(each.name);
  }
  const std::string meant = did_you_mean(word, names);
  return fail("there is no history format '" + std::string(word) + "'")
      .fix((meant.empty() ? "" : "Did you mean '" + meant + "'? ") + ("Use one of: ") +
           join(names, ", ") + ".");
}

bool find_logged_operation(std::string_view line, std::string_view& operation) {
  constexpr std::string_view kLogger = "jepsen.util";
  const std::size_t logger = line.find(kLogger);
  if (logger == std::string_view::npos) return false;
  std::size_t at = logger + kLogger.size();
  while (at < line.size() && blank(line[at])) ++at;
  if (at >= line.size() || (line[at] != '-' && line[at] != ':')) return false;
  ++at;
  while (at < line.size() && blank(line[at])) ++at;
  operation = line.substr(at);
  return looks_like_operation(operation);
}

Format detect_format(std::string_view text) {
  const std::string_view first = behind_blanks(text);
  if (first.empty()) return text.find(';') == text.npos ? Format::automatic : Format::edn;
  const char c = first[0];
  if (c == '{') {
    const std::size_t next = first.find_first_not_of(" \t\r\n,", 1);
    const char inside = next == std::string_view::npos ? '"' : first[next];
    return inside == '"' || inside == '}' ? Format::jsonl : Format::edn;
  }
  if (c == '[' || c == '(' || c == '#') return Format::edn;
  if (looks_like_operation(first)) return Format::edn;
  std::string_view operation;
  for (std::size_t line = 0; line < kLinesSearched && !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    if (find_logged_operation(text.substr(0, end), operation)) return Format::etcd;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return Format::automatic;
}

}  // namespace riptide::history
