// EDN as text (github.com/edn-format/edn, and what Clojure's printer writes beyond it).
//
// As for JSON, a cursor reads it in one pass without building a document, tells "cut off" from
// "damaged", and remembers where and why it stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "history/value.hpp"

namespace riptide::history {

/// Nesting beyond this is refused, so that no input can exhaust the stack.
inline constexpr int kEdnDepthMax = 64;

/// Reads EDN from left to right. A method that returns false has stopped the cursor; problem() says
/// why, and cut_off() whether the text only ended too early.
class EdnCursor {
 public:
  static constexpr int kEnd = -1;

  explicit EdnCursor(std::string_view text) : text_(text) {}

  /// Behind blanks, commas, comments and discarded forms: the byte that comes next, or kEnd, also
  /// when a discarded form is damaged or a comment is not ended.
  int peek();

  /// `{`; afterwards next_key() until it gives false, a key, and a value each time.
  bool begin_map();
  /// True before a key; false at the `}`, which is taken, and on damage.
  bool next_key();

  /// Any form as a Value (docs/formats.md): keywords, symbols and characters become text without
  /// their mark, sets and maps lists in order, other numbers text. Whatever the Value alone does
  /// not tell clears plain().
  bool read_value(Value& out);
  /// A keyword, without its colon.
  bool read_keyword(std::string_view& name);
  /// A keyword, a symbol or a string, without its mark; `text` holds it when it had escapes.
  bool read_name(std::string_view& name, std::string& text);
  /// An integer of 64 bits.
  bool read_integer(std::int64_t& out);
  /// Any form, checked but not built; `raw` is its text.
  bool read_raw(std::string_view& raw);
  /// `#name`, where peek() is '#'. False, and nothing is taken, when it is a set or another `#`.
  bool read_tag(std::string_view& tag);
  bool take(char c, const char* expected);
  /// Nothing but blanks may follow.
  bool finish();

  /// Every form since set_plain() was one whose Value tells it (in EDN as Riptide writes it).
  bool plain() const { return plain_; }
  void set_plain() { plain_ = true; }
  bool has_map() const { return has_map_; }  ///< since clear_has_map()
  void clear_has_map() { has_map_ = false; }

  bool damaged() const { return !problem_.empty(); }
  bool cut_off() const { return cut_off_; }
  const std::string& problem() const { return problem_; }
  std::size_t offset() const { return at_; }

  /// What was read since `start`.
  std::string_view text_since(std::size_t start) const { return text_.substr(start, at_ - start); }

  /// What is left, without blanks around it; it is taken, and not looked into.
  std::string_view take_rest();

  /// Stops; at the end of the text, what is wrong may only be cut off.
  bool stop(std::string problem);
  bool stop_expecting(const char* expected);
  /// Stops because of something that is whole, and wrong.
  bool refuse(std::string problem);

 private:
  bool enter();
  bool discard();
  bool read_number(Value& out);
  bool read_other_number(std::string_view token, Value& out);
  bool read_token(std::string_view& token);
  bool read_string(std::string& out);
  bool read_symbol(Value& out);
  bool read_character(Value& out);
  bool read_list(char closer, Value::List& items);
  bool read_set(Value& out);
  bool read_map(Value& out);
  bool read_dispatch(Value& out);
  bool unescape(std::size_t start, std::size_t end, std::string& out);
  bool unescape_one(std::string_view raw, std::size_t& i, std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool cut_off_ = false;
  bool plain_ = true;
  bool has_map_ = false;
  std::string problem_;
};

}  // namespace riptide::history
