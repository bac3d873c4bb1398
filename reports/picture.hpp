// The picture of a witness: clients as lanes, operations as bars from invocation to completion.
//
// Layout is apart from drawing, so that tests can hold it to its promises: a bar begins where its
// operation began, and no two texts overlap.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide::reports {

enum class Scale : std::uint8_t {
  time,   ///< a millisecond is as wide everywhere
  order,  ///< each event gets the same room: for operations that are far apart or very short
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

struct Bar {
  history::OpIndex operation = 0;
  Box box;                  ///< at least kBarWidthMin wide, from its true start
  bool open_ended = false;  ///< nobody knows when, or whether, it took effect
  bool culprit = false;
  std::string label;
  Box label_box;                     ///< with its badge
  std::optional<std::size_t> place;  ///< in the longest order found, from 1
  double point_x = 0;                ///< a moment at which it can have taken effect; with `place`
};

struct Lane {
  std::string label;
  Box box;
  std::vector<Bar> bars;
};

struct Band {
  Box box;  ///< from effect to healing
  std::string label, title;
  Box label_box;
};

struct Tick {
  double x = 0;
  std::string label;  ///< empty where there is no room
};

struct Reign {
  Box box;
  std::string label;  ///< empty where there is no room
  std::string title;
};

/// A stale read's age: from the moment at which its value was surely out of date.
struct Gap {
  Box box;
  std::string label;
  Box label_box;
};

struct Picture {
  double width = 0, height = 0;
  double plot_left = 0, plot_right = 0, plot_top = 0, plot_bottom = 0;
  std::vector<Lane> lanes;
  std::vector<Band> bands;
  std::vector<Reign> reigns;
  std::vector<Tick> ticks;
  std::optional<Gap> gap;
  double axis_y = 0;
  std::string axis;                           ///< what the ticks count
  double culprit_begin = 0, culprit_end = 0;  ///< x
};

inline constexpr double kBarWidthMin = 5;
inline constexpr double kFontPx = 12;

/// The anomaly must name at least one operation of the history.
Picture lay_out(const history::History& history, const checker::Anomaly& anomaly, Scale scale);

/// <svg> without its style, for a page that has picture.css. `id` keeps two pictures' ids apart.
std::string draw(const Picture& picture, const history::History& history,
                 const checker::Anomaly& anomaly, std::string_view id);

}  // namespace riptide::reports
