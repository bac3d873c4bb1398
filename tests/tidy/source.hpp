// Source files as the tidy rules see them: lines, and code without comments and literals.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace riptide::tidy {

struct Source {
  std::string path;  ///< from the root, with slashes
  std::string text;
};

/// What breaks a rule, and where.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string what;
  std::string text() const { return path + ":" + std::to_string(line) + ": " + what; }
};
using Findings = std::vector<Finding>;

inline bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

inline bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::size_t line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + at, '\n'));
}

/// "history" of "history/reader.cpp".
inline std::string room_of(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

inline Source read_source(const std::filesystem::path& root, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return {std::filesystem::relative(file, root).generic_string(), text.str()};
}

/// Every file below `root`/`folder` with one of these endings, in the order of their names; not
/// what npm has put there.
inline std::vector<Source> sources_below(const std::filesystem::path& root,
                                         const std::string& folder,
                                         const std::vector<std::string>& endings) {
  namespace fs = std::filesystem;
  std::vector<Source> found;
  if (!fs::is_directory(root / folder)) return found;
  for (auto at = fs::recursive_directory_iterator(root / folder); at != fs::end(at); ++at) {
    if (at->path().filename() == "node_modules") at.disable_recursion_pending();
    if (!at->is_regular_file()) continue;
    const std::string name = at->path().filename().string();
    if (std::any_of(endings.begin(), endings.end(),
                    [&](const std::string& ending) { return ends_with(name, ending); }))
      found.push_back(read_source(root, at->path()));
  }
  std::sort(found.begin(), found.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return found;
}

/// The end of the string or character literal that begins at `at`, just behind it.
inline std::size_t literal_end(std::string_view text, std::size_t at) {
  const bool raw = text[at] == '"' && at > 0 && text[at - 1] == 'R';
  if (raw) {
    const std::size_t open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    const std::string close = ")" + std::string(text.substr(at + 1, open - at - 1)) + "\"";
    const std::size_t end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return at + 1;
}

inline bool begins_literal(std::string_view text, std::size_t at) {
  if (text[at] == '"') return true;
  // 1'000 is a number.
  return text[at] == '\'' && (at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1])));
}

/// The end of a preprocessor line with its continuations, without the last newline.
inline std::size_t directive_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

/// The code alone: comments, literals and preprocessor lines become blanks; newlines stay.
inline std::string code_of(std::string_view text) {
  std::string code(text);
  bool line_start = true;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      const std::size_t close = text.find("*/", i + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
    } else if (text[i] == '#' && line_start) {
      end = directive_end(text, i);
    } else if (begins_literal(text, i)) {
      end = literal_end(text, i);
    }
    if (text[i] == '\n') {
      line_start = true;
    } else if (text[i] != ' ') {
      line_start = false;
    }
    if (end == i) {
      ++i;
      continue;
    }
    for (; i < end; ++i)
      if (code[i] != '\n') code[i] = ' ';
  }
  return code;
}

}  // namespace riptide::tidy
