// The explanation of last resort: true of every impossible set of operations.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "checker/explain.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

namespace {

/// More operations, or longer orders, are in verdict.json.
constexpr std::size_t kMostTold = 30;
constexpr std::size_t kTail = 8;

class Telling {
 public:
  explicit Telling(const Stuck& stuck)
      : stuck_(stuck),
        of_key_(stuck.history, stuck.model, stuck.key),
        of_part_(stuck.history, stuck.model, stuck.part.key) {}

  std::vector<std::string> steps() {
    say_operations();
    if (stuck_.writes_left_out) {
      steps_.push_back(
          "Older writes are left out: each of them had returned before one of these writes began, "
          "which in turn had returned before the value was looked at. So none of them is what was "
          "seen.");
    }
    say_end();
    return std::move(steps_);
  }

  FinalState final_state(const Ending& ending) const {
    FinalState final{.state = Words::capital(holds(ending.state))};
    const std::size_t skip = ending.order.size() > kTail ? ending.order.size() - kTail : 0;
    for (std::size_t i = skip; i < ending.order.size(); ++i) {
      final.order_tail.push_back(index(ending.order[i]));
    }
    for (std::size_t i = 0; i < std::min(ending.left.size(), kTail); ++i) {
      final.why_not.emplace_back(index(ending.left[i]), why_not(ending.left[i], ending.state));
    }
    return final;
  }

 private:
  history::OpIndex index(std::uint32_t position) const {
    return stuck_.part.key.entries[position].index;
  }

  void say_operations() {
    const std::size_t count = stuck_.part.positions.size();
    const std::string object = of_key_.key();
    const bool several = stuck_.model.kind() == ModelKind::multi_register ||
                         stuck_.model.kind() == ModelKind::list_append;
    const std::string start = stuck_.writes_left_out ? "Whatever " + object + " held before: these"
                                                     : of_part_.start() + ". These";
    steps_.push_back(fmt::format(
        "{} {} operation{} on {} cannot be put in any order that agrees with real time:", start,
        format_count(count), count == 1 ? "" : "s", several ? "them" : "it"));
    for (std::size_t i = 0; i < std::min(count, kMostTold); ++i) {
      steps_.push_back(of_key_.told(stuck_.part.positions[i]) + taken(stuck_.part.taken[i]));
    }
    if (count > kMostTold) {
      steps_.push_back(fmt::format("{} more operations are among those of this anomaly.",
                                   format_count(count - kMostTold)));
    }
    if (!stuck_.minimal) {
      steps_.push_back(
          "The limit of the work on an explanation was reached before it was known whether fewer "
          "operations do.");
    }
  }

  static std::string taken(Taken taken) {
    if (taken == Taken::as_write) return " Here it is enough to take it as a plain write.";
    if (taken == Taken::in_part) return " Here only what it says about these values counts.";
    return "";
  }

  void say_end() {
    if (stuck_.endings == nullptr || stuck_.endings->endings.empty()) {
      steps_.push_back(
          fmt::format("The search tried all orders (it visited {} configurations), and found none.",
                      format_count(stuck_.states)));
      return;
    }
    const Ending& best = stuck_.endings->endings.front();
    steps_.push_back(
        best.order.empty()
            ? fmt::format("None of them can even be the first, while {}.", holds(best.state))
            : fmt::format("The longest order that can be made is: {}. After it {}.",
                          order_of(best.order), holds(best.state)));
    for (std::size_t i = 0; i < std::min(best.left.size(), kTail); ++i) {
      steps_.push_back(why_not(best.left[i], best.state));
    }
    say_others();
  }

  void say_others() {
    const auto& endings = stuck_.endings->endings;
    std::string others;
    for (std::size_t i = 1; i < std::min(endings.size(), kMostFinalStates); ++i) {
      others += (i == 1 ? "" : ", or ") + holds(endings[i].state);
    }
    const std::string also =
        others.empty() ? std::string() : " Other orders end where " + others + ".";
    steps_.push_back(
        fmt::format("Every other order was tried, too ({} configurations), and none gets "
                    "further.{} So no order of these operations is possible.",
                    format_count(std::max(stuck_.states, stuck_.endings->configurations)), also));
  }

  std::string order_of(const std::vector<std::uint32_t>& order) const {
    std::string text;
    const std::size_t skip = order.size() > kMostTold ? order.size() - kTail : 0;
    if (skip > 0) text = fmt::format("{} operations", format_count(skip));
    for (std::size_t i = skip; i < order.size(); ++i) {
      text += (text.empty() ? "" : ", then ") + of_part_.who(order[i]) + "'s " +
              of_part_.thing(order[i]);
    }
    return text;
  }

  std::string why_not(std::uint32_t position, StateId state) const {
    return fmt::format("{}'s {} cannot come next: {}.", of_part_.who(position),
                       of_part_.thing(position), of_part_.refusal(position, described(state)));
  }
  std::string described(StateId state) const {
    const bool unknown = stuck_.writes_left_out && state == stuck_.object->initial();
    if (unknown) return "what it held before";
    const std::string text = stuck_.object->describe(state);
    return text == "null" ? "nil" : text;
  }
  std::string holds(StateId state) const { return of_part_.holds(described(state)); }

  const Stuck& stuck_;
  Words of_key_, of_part_;
  std::vector<std::string> steps_;
};

}  // namespace

std::vector<std::string> explain_stuck(const Stuck& stuck) { return Telling(stuck).steps(); }

std::vector<FinalState> final_states(const Stuck& stuck) {
  std::vector<FinalState> finals;
  if (stuck.endings == nullptr) return finals;
  const Telling telling(stuck);
  for (const Ending& ending : stuck.endings->endings) {
    if (finals.size() == kMostFinalStates) break;
    finals.push_back(telling.final_state(ending));
  }
  return finals;
}

}  // namespace riptide::checker
