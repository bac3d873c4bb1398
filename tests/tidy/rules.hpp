// The rules of docs/architecture.md as functions: text in, findings out.
#pragma once

#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/functions.hpp"
#include "tests/tidy/source.hpp"

namespace riptide::tidy {

constexpr std::size_t kLinesMax = 500;
constexpr std::size_t kTestLinesMax = 800;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kFrontHeaderLinesMax = 150;

/// Room -> what it may include: rooms, or single headers ("checker/model.hpp").
using Arrows = std::map<std::string, std::set<std::string>>;

/// The table under "## Rooms". "all" stands for every room of the table.
inline Arrows read_arrows(std::string_view architecture) {
  static const std::regex kRow(R"(^\| `(\w+)` \|.*\| ([^|]+) \|$)");
  Arrows arrows;
  bool in_rooms = false;
  for (const std::string& line : lines_of(architecture)) {
    if (starts_with(line, "## ")) in_rooms = line == "## Rooms";
    std::smatch row;
    if (!in_rooms || !std::regex_match(line, row, kRow)) continue;
    std::set<std::string>& allowed = arrows[row[1]];
    std::istringstream cell(row[2]);
    for (std::string word; std::getline(cell, word, ',');) {
      word.erase(0, word.find_first_not_of(' '));
      word.erase(word.find_last_not_of(' ') + 1);
      if (word != "–") allowed.insert(word);
    }
  }
  for (auto& [room, allowed] : arrows)
    if (allowed.erase("all") > 0)
      for (const auto& [other, unused] : arrows) allowed.insert(other);
  return arrows;
}

struct Include {
  std::size_t line = 0;
  std::string path;
  bool quoted = false;
};

inline std::vector<Include> includes_of(const Source& source) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  std::vector<Include> found;
  std::size_t number = 0;
  for (const std::string& line : lines_of(source.text)) {
    ++number;
    std::smatch parts;
    if (std::regex_match(line, parts, kInclude))
      found.push_back({number, parts[2], parts[1] == "\""});
  }
  return found;
}

inline Findings check_arrows(const Source& source, const Arrows& arrows) {
  Findings findings;
  const std::string room = room_of(source.path);
  const auto own = arrows.find(room);
  if (own == arrows.end()) return {{source.path, 1, "'" + room + "' is no room of the table"}};
  for (const Include& include : includes_of(source)) {
    if (!include.quoted) continue;
    const std::string other = room_of(include.path);
    if (arrows.find(other) == arrows.end()) {
      findings.push_back({source.path, include.line,
                          "\"" + include.path + "\" is no path from the root into a room"});
    } else if (other != room && !own->second.contains(other) &&
               !own->second.contains(include.path)) {
      findings.push_back(
          {source.path, include.line,
           "docs/architecture.md has no arrow from " + room + " to " + include.path});
    }
  }
  return findings;
}

inline Findings check_header_includes(const Source& header) {
  Findings findings;
  for (const Include& include : includes_of(header))
    for (const char* heavy : {"boost/asio", "asio.hpp", "asio/", "nlohmann/"})
      if (starts_with(include.path, heavy))
        findings.push_back({header.path, include.line, "a header includes " + include.path});
  return findings;
}

inline std::size_t code_points(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

inline Findings check_lengths(const Source& source) {
  Findings findings;
  const auto lines = lines_of(source.text);
  const std::size_t most = room_of(source.path) == "tests" ? kTestLinesMax : kLinesMax;
  if (lines.size() > most)
    findings.push_back({source.path, lines.size(),
                        std::to_string(lines.size()) + " lines, at most " + std::to_string(most)});
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (code_points(lines[i]) > kColumnsMax)
      findings.push_back({source.path, i + 1,
                          std::to_string(code_points(lines[i])) + " columns, at most " +
                              std::to_string(kColumnsMax)});
  return findings;
}

inline Findings check_functions(const Source& source) {
  Findings findings;
  for (const FunctionSpan& span : functions_of(source.text))
    if (span.lines() > kFunctionLinesMax)
      findings.push_back({source.path, span.first_line,
                          "a function of " + std::to_string(span.lines()) + " lines, at most " +
                              std::to_string(kFunctionLinesMax)});
  return findings;
}

/// Words that say that something was left for later.
inline Findings check_leftovers(const Source& source) {
  static const std::regex kLeftover(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  Findings findings;
  std::size_t number = 0;
  for (const std::string& line : lines_of(source.text)) {
    ++number;
    std::smatch word;
    if (std::regex_search(line, word, kLeftover))
      findings.push_back({source.path, number, "'" + word.str() + "' is left"});
  }
  return findings;
}

/// snake_case, and no name that says nothing.
inline Findings check_name(const std::string& path) {
  static const std::regex kSnake(R"([a-z0-9_]+\.(cpp|hpp))");
  static const std::set<std::string> kEmptyWords{"util",    "utils",    "helper", "helpers",
                                                 "manager", "managers", "misc",   "common"};
  Findings findings;
  const std::string file = std::filesystem::path(path).filename().string();
  if ((ends_with(path, ".cpp") || ends_with(path, ".hpp")) && !std::regex_match(file, kSnake))
    findings.push_back({path, 1, "the name is not snake_case"});
  std::string word;
  for (const char c : path + "/") {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      continue;
    }
    if (kEmptyWords.contains(word))
      findings.push_back({path, 1, "'" + word + "' says nothing about what is in it"});
    word.clear();
  }
  return findings;
}

/// Headers that no source includes. A room's front header is read by people, so it may be alone.
inline Findings check_dead_headers(const std::vector<Source>& all) {
  std::set<std::string> included;
  for (const Source& source : all)
    for (const Include& include : includes_of(source)) included.insert(include.path);
  Findings findings;
  for (const Source& source : all) {
    const std::string room = room_of(source.path);
    if (!ends_with(source.path, ".hpp") || source.path == room + "/" + room + ".hpp") continue;
    if (!included.contains(source.path)) findings.push_back({source.path, 1, "nobody includes it"});
  }
  return findings;
}

/// The anchor that GitHub makes of a heading.
inline std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading.substr(std::min(heading.find_first_not_of("# "), heading.size()))) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || byte >= 0x80) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

inline bool has_anchor(const std::filesystem::path& file, const std::string& anchor) {
  for (const std::string& line : lines_of(read_source(file.parent_path(), file).text))
    if (starts_with(line, "#") && anchor_of(line) == anchor) return true;
  return false;
}

/// Links of a Markdown page to files (and their headings) that are not there.
inline Findings check_links(const std::filesystem::path& root, const Source& page) {
  static const std::regex kLink(R"re(\]\(([^)\s]+)[^)]*\)|(?:src|href)="([^"]+)")re");
  Findings findings;
  std::size_t number = 0;
  for (const std::string& line : lines_of(page.text)) {
    ++number;
    for (std::sregex_iterator at(line.begin(), line.end(), kLink), end; at != end; ++at) {
      const std::string target = (*at)[1].matched ? (*at)[1] : (*at)[2];
      if (target.find("://") != std::string::npos || starts_with(target, "mailto:")) continue;
      const std::size_t hash = std::min(target.find('#'), target.size());
      const auto here = root / page.path;
      const auto file = hash == 0 ? here : here.parent_path() / target.substr(0, hash);
      if (!std::filesystem::exists(file)) {
        findings.push_back({page.path, number, "the link " + target + " leads nowhere"});
      } else if (hash < target.size() && ends_with(file.string(), ".md") &&
                 !has_anchor(file, target.substr(hash + 1))) {
        findings.push_back({page.path, number, "the link " + target + " names no heading there"});
      }
    }
  }
  return findings;
}

}  // namespace riptide::tidy
