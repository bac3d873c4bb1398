// JSON as text, for the history's own files: escaping on the way out, a cursor on the way in.
//
// A history has millions of lines of a few short fields, and a damaged one must be told apart from
// one that is merely cut off. The cursor reads a line in one pass without building a document, and
// remembers where and why it stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "history/value.hpp"

namespace riptide::history {

/// Nesting beyond this is refused, so that no input can exhaust the stack.
inline constexpr int kJsonDepthMax = 64;

/// `text` in quotes, escaped. Bytes that are not UTF-8 become U+FFFD: the output is always JSON.
void append_json_string(std::string_view text, std::string& out);
void append_json_integer(std::int64_t integer, std::string& out);
void append_json(const Value& value, std::string& out);

/// Reads JSON from left to right. A method that returns false has stopped the cursor; problem()
/// says why, and cut_off() whether the text only ended too early.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  /// `{`; afterwards next_member() until it gives false.
  bool begin_object();
  /// The next member's name, up to and with its colon. False at the `}` and on damage. The name is
  /// good until its value is read.
  bool next_member();
  std::string_view member() const { return member_; }          ///< unescaped
  std::string_view raw_member() const { return raw_member_; }  ///< as written, with its quotes

  /// A scalar or a list of values; objects are refused.
  bool read_value(Value& out);
  bool read_string(std::string& out);
  bool read_integer(std::int64_t& out);
  /// Any JSON, checked but not built; `raw` is its text.
  bool read_raw(std::string_view& raw);
  /// Nothing but blanks may follow.
  bool finish();

  /// `[`; afterwards next_item() until it gives false.
  bool begin_list();
  /// True before an item. False at the `]` and on damage.
  bool next_item(bool first);

  bool at_string() { return peek() == '"'; }
  bool at_object() { return peek() == '{'; }
  bool at_list() { return peek() == '['; }
  bool damaged() const { return !problem_.empty(); }
  bool cut_off() const { return cut_off_; }
  const std::string& problem() const { return problem_; }
  std::size_t offset() const { return at_; }

 private:
  int peek();
  bool expect(char c, const char* expected);
  bool stop(std::string problem);
  bool stop_expecting(const char* expected);
  bool read_list(Value& out);
  bool read_number(Value& out);
  bool skip_any();
  bool skip_object();
  bool skip_list();
  bool literal(std::string_view word);
  bool scan_string(std::string_view& raw, bool& escaped);
  bool unescape(std::string_view raw, std::size_t start, std::string& out);
  bool enter();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool first_member_ = true;
  bool cut_off_ = false;
  std::string_view member_;
  std::string_view raw_member_;
  std::string unescaped_member_;
  std::string problem_;
};

}  // namespace riptide::history
