// Where functions begin and end, found by their braces.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source.hpp"

namespace riptide::tidy {

struct FunctionSpan {
  std::size_t first_line = 0;
  std::size_t last_line = 0;
  std::size_t lines() const { return last_line - first_line + 1; }
};

/// Walks over the braces of one file. What opens at the level of a namespace or a type and is
/// itself none of them, no enumeration and no table of data is a function; what opens in a function
/// belongs to it.
class FunctionFinder {
 public:
  explicit FunctionFinder(std::string_view text) : code_(code_of(text)) {}

  std::vector<FunctionSpan> find() {
    for (at_ = 0; at_ < code_.size(); ++at_) {
      const char c = code_[at_];
      if (c == '{') open();
      if (c == '}') close();
      if (c == '(') ++parentheses_;
      if (c == ')') --parentheses_;
      if (c == ';' && parentheses_ == 0) head_ = at_ + 1;
    }
    return found_;
  }

 private:
  enum class Scope { names, data, function };
  struct Level {
    Scope scope;
    std::size_t head;  ///< where what the brace belongs to begins
    int parentheses;
  };

  bool outside_functions() const { return levels_.empty() || levels_.back().scope == Scope::names; }

  Scope scope_of(const std::string& head) const {
    static const std::regex kNames(R"(\b(namespace|class|struct|union|extern)\b)");
    static const std::regex kTemplate(R"(\b(template|requires)\s*<[^{]*?>\s*(?=[\w\[]))");
    static const std::regex kLambda(R"(=\s*\[)");
    const std::string plain = std::regex_replace(head, kTemplate, "");
    const bool call = plain.find(')') != std::string::npos;
    if (!call && std::regex_search(plain, std::regex(R"(\benum\b)"))) return Scope::data;
    if (std::regex_search(plain, kLambda)) return Scope::function;
    if (!call && std::regex_search(plain, kNames)) {
      // `struct Point origin{…}` and `const struct sigaction kAction = {…}` are data.
      return plain.find('=') == std::string::npos ? Scope::names : Scope::data;
    }
    if (std::regex_search(plain, std::regex(R"(\boperator\b)"))) return Scope::function;
    const std::size_t equals = plain.find('=');
    const bool table = equals != std::string::npos && equals < plain.find('(');
    return table || !(call || continued_) ? Scope::data : Scope::function;
  }

  void open() {
    const Scope scope =
        outside_functions() ? scope_of(code_.substr(head_, at_ - head_)) : levels_.back().scope;
    levels_.push_back({scope, head_, parentheses_});
    parentheses_ = 0;
    head_ = at_ + 1;
    continued_ = false;
  }

  void close() {
    if (levels_.empty()) return;
    const Level level = levels_.back();
    levels_.pop_back();
    parentheses_ = level.parentheses;
    head_ = at_ + 1;
    if (!outside_functions() || level.scope != Scope::function) return;
    // `: a_{1}, b_{2} {`: a member's braces, and the function goes on.
    const std::size_t next = code_.find_first_not_of(" \n", at_ + 1);
    continued_ = next != std::string::npos && (code_[next] == '{' || code_[next] == ',');
    if (continued_) {
      head_ = level.head;
      return;
    }
    const std::size_t first = code_.find_first_not_of(" \n", level.head);
    found_.push_back({line_at(code_, first), line_at(code_, at_)});
  }

  std::string code_;
  std::size_t at_ = 0;
  std::size_t head_ = 0;
  int parentheses_ = 0;
  bool continued_ = false;
  std::vector<Level> levels_;
  std::vector<FunctionSpan> found_;
};

inline std::vector<FunctionSpan> functions_of(std::string_view text) {
  return FunctionFinder(text).find();
}

}  // namespace riptide::tidy
