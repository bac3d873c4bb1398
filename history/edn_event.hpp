// One event in EDN, in each of the shapes that Jepsen, Knossos and Porcupine wrote over the years.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/edn_text.hpp"
#include "history/history.hpp"
#include "history/symbol_cache.hpp"

namespace riptide::history {

/// Processes that have names get numbers from here on, far above those that Jepsen gives.
inline constexpr std::int64_t kNamedProcess = std::int64_t{1} << 48;

/// Reads events, one after the other. A method that returns false has stopped the cursor.
class EdnEvents {
 public:
  /// `whole`: keep in Event::extra what the event says beyond its JSON (docs/formats.md, `_edn`).
  /// `own_times`: `:time` is the time. Otherwise the order of the events is what counts, as Knossos
  /// has it, and times follow it: later than the event before, and `:time` where it is that.
  EdnEvents(bool whole, bool own_times) : whole_(whole), own_times_(own_times) {}

  /// `{:process 3, :type :invoke, :f :read, …}`, perhaps tagged.
  bool read_map(EdnCursor& cursor, Event& event);
  /// `[3 :invoke :read nil]`, perhaps with an error behind the value.
  bool read_tuple(EdnCursor& cursor, Event& event);
  /// `3 :invoke :read nil`, perhaps with an error behind the value: all of the cursor's text.
  bool read_line(EdnCursor& cursor, Event& event);

  /// Of the latest event: it had `#jepsen.independent.tuple [key value]`.
  bool tagged_tuple() const { return tagged_tuple_; }
  /// How many events had a `:time` before that of an earlier event; the first of them.
  std::uint64_t backward() const { return backward_; }
  std::uint64_t events() const { return events_; }

 private:
  bool read_field(EdnCursor& cursor, std::string_view key, Event& event);
  bool read_process(EdnCursor& cursor, Event& event);
  bool read_type(EdnCursor& cursor, Type& type);
  bool read_f(EdnCursor& cursor, Symbol& f);
  bool read_payload(EdnCursor& cursor, Event& event);
  bool read_tuple_value(EdnCursor& cursor, Event& event);
  bool read_time(EdnCursor& cursor);
  bool read_text(EdnCursor& cursor, std::string_view field, std::string& text);
  bool read_unknown(EdnCursor& cursor, std::string name);
  bool read_odd(EdnCursor& cursor, std::size_t start);
  bool read_columns(EdnCursor& cursor, Event& event);
  void take_error_for_value(Event& event);
  static void add_error(Event& event, std::string_view more);
  void begin(Event& event);
  bool finish(EdnCursor& cursor, Event& event);
  bool finish_unknown(EdnCursor& cursor, Event& event);
  bool set_time(EdnCursor& cursor, Event& event);
  void name_process(Event& event);
  void append_kept(std::string& extra);
  void keep(std::string_view field, std::string_view edn);

  const bool whole_;
  const bool own_times_;
  SymbolCache symbols_;
  std::map<std::string, std::pair<Process, bool>, std::less<>> named_;  // its number; is it open?
  std::uint64_t events_ = 0;
  std::uint64_t backward_ = 0;
  std::int64_t last_ns_ = -1;      // of the event before, as it counts
  std::int64_t latest_time_ = -1;  // the latest `:time` so far

  // Of the event that is being read.
  unsigned seen_ = 0;
  std::optional<std::int64_t> time_ns_;
  bool tagged_tuple_ = false;
  bool value_has_map_ = false;
  bool value_plain_ = true;
  std::string process_name_;                                  // when it is no number
  std::string_view value_;                                    // as written
  std::vector<std::pair<std::string, std::string>> unknown_;  // members of JSON
  std::vector<std::pair<std::string, std::string>> kept_;     // members of `_edn`: EDN
  std::string odd_;  // fields whose keys have no place in JSON
  std::string text_;
};

}  // namespace riptide::history
