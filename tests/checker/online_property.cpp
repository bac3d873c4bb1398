// The online checker against the offline frontier: the same word at the end, never "invalid" too
// early, and in time when operations complete promptly.
#include <gtest/gtest.h>

#include <algorithm>

#include "checker/frontier/frontier.hpp"
#include "checker/online.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

using history::Event;

/// The events of a history, in order of time, calls first; some info operations say that they gave
/// up, the others never end.
std::vector<Event> events_of(Random& random, const History& history) {
  std::vector<std::pair<bool, Event>> events;
  for (const Operation& o : history.operations) {
    Event call{.t_ns = o.invoke_ns, .process = o.process, .f = o.f, .key = o.key};
    call.value = o.input;
    events.emplace_back(false, call);
    Event end = call;
    end.type = o.outcome;
    end.value = o.output;
    end.error = o.error;
    end.t_ns = o.complete_ns;
    if (o.outcome == Type::info) {
      if (random.chance(0.5)) continue;
      end.t_ns = o.invoke_ns + random.between(0, 20);
    }
    events.emplace_back(true, end);
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.t_ns, a.first) < std::pair(b.second.t_ns, b.first);
  });
  std::vector<Event> result;
  for (auto& [ends, event] : events) result.push_back(std::move(event));
  return result;
}

/// The first `count` events as a history in which what is open stays open.
bool possible(const std::vector<Event>& events, std::size_t count, const Model& model) {
  History history;
  std::map<history::Process, std::size_t> open;
  for (std::size_t i = 0; i < count; ++i) {
    const Event& e = events[i];
    if (e.type == Type::invoke) {
      open[e.process] = history.operations.size();
      Operation o;
      o.index = static_cast<OpIndex>(history.operations.size());
      o.process = e.process;
      o.f = e.f;
      o.key = e.key;
      o.input = e.value;
      o.invoke_ns = e.t_ns;
      history.operations.push_back(std::move(o));
    } else {
      Operation& o = history.operations[open.at(e.process)];
      o.outcome = e.type;
      o.output = e.value;
      o.error = e.error;
      if (e.type != Type::info) o.complete_ns = e.t_ns;
    }
  }
  const auto keys = partition(history, model);
  EXPECT_TRUE(keys.has_value());
  return std::all_of(keys->begin(), keys->end(), [&](const KeyHistory& key) {
    Budget budget{Limits{.memory_bytes = 1 << 26}};
    return frontier(model, key, Reductions::plain, budget).found == Found::order;
  });
}

/// Histories one after the other: few values, several keys, long enough for frontiers to grow.
History longer_history(Random& random, const Model& model, int pieces) {
  History all;
  std::int64_t from = 0;
  for (int i = 0; i < pieces; ++i) {
    const History piece = random_history(random, model, 7);
    std::int64_t end = from;
    for (Operation o : piece.operations) {
      o.index = static_cast<OpIndex>(all.operations.size());
      o.process = history::Process(o.process.value() + 1000 * i);
      o.key = random.chance(0.3) ? Value("other") : o.key;
      o.invoke_ns += from + 20;
      if (o.outcome != Type::info) {
        o.complete_ns += from + 20;
        end = std::max(end, o.complete_ns);
      }
      end = std::max(end, o.invoke_ns);
      all.operations.push_back(std::move(o));
    }
    from = std::max<std::int64_t>(from, end - random.between(0, 12));
  }
  return all;
}

OnlineTimes random_times(Random& random) {
  return {.settle_ns = random.between(0, 2), .patience_ns = random.between(0, 12)};
}

std::string text(const std::vector<Event>& events, const OnlineTimes& times) {
  std::string all = "settle " + std::to_string(times.settle_ns) + " patience " +
                    std::to_string(times.patience_ns) + "\n";
  for (const Event& e : events) {
    all += std::to_string(e.t_ns) + " p" + std::to_string(e.process.value()) + " " +
           std::string(name(e.type)) + " " + e.f.name() + " " + e.key.json() + " " +
           e.value.json() + "\n";
  }
  return all;
}

TEST(online, says_invalid_at_the_end_exactly_when_the_offline_check_does) {
  Random random(53, "online");
  int invalid = 0;
  constexpr int kRuns = 60'000;
  for (int i = 0; i < kRuns; ++i) {
    const Model model = vary(random, i % 4 == 0 ? *find_model("register") : default_model());
    const History history = longer_history(random, model, 1 + static_cast<int>(random.below(4)));
    const auto events = events_of(random, history);
    const OnlineTimes times = random_times(random);
    Online online(model, 1 << 26, times);
    bool checked = false;
    for (std::size_t e = 0; e < events.size(); ++e) {
      online.take(events[e]);
      if (checked || online.state().so_far != Word::invalid) continue;
      checked = true;
      ASSERT_FALSE(possible(events, e + 1, model)) << "too early\n" << text(events, times);
    }
    online.finish();
    const OnlineState state = online.state();
    const bool expected = possible(events, events.size(), model);
    ASSERT_EQ(state.undecided_keys, 0U) << state.undecided_because;
    ASSERT_EQ(state.so_far, expected ? Word::valid : Word::invalid) << text(events, times);
    ASSERT_EQ(state.violation.has_value(), !expected);
    ASSERT_EQ(state.events, events.size());
    if (expected) {
      ASSERT_EQ(
          state.decided, events.size() + [&] {
            std::size_t never_ended = 0;
            for (const Operation& o : history.operations) {
              const auto ends = std::count_if(events.begin(), events.end(), [&](const Event& e) {
                return e.process == o.process && e.type != Type::invoke;
              });
              never_ended += ends == 0 ? 1 : 0;
            }
            return never_ended;
          }());
    }
    invalid += expected ? 0 : 1;
  }
  EXPECT_GT(invalid, kRuns / 10);
  EXPECT_LT(invalid, kRuns * 9 / 10);
}

TEST(online, knows_a_violation_in_time_when_operations_complete_promptly) {
  Random random(59, "promptly");
  int in_time = 0;
  for (int i = 0; i < share_of(20'000); ++i) {
    const Model model = vary(random, default_model());
    const History history = longer_history(random, model, 1 + static_cast<int>(random.below(5)));
    auto events = events_of(random, history);
    const OnlineTimes times{.settle_ns = random.between(0, 2), .patience_ns = 30};
    std::map<history::Process, std::int64_t> open_since;
    bool prompt = true;
    std::size_t certain = 0;  // events until it was impossible
    for (std::size_t e = 0; e < events.size() && prompt; ++e) {
      if (certain == 0 && !possible(events, e + 1, model)) certain = e + 1;
    }
    if (certain == 0) continue;
    for (std::size_t e = 0; e < certain; ++e) {
      if (events[e].type == Type::invoke) {
        open_since[events[e].process] = events[e].t_ns;
      } else {
        prompt = prompt && events[e].t_ns - open_since[events[e].process] <= times.patience_ns;
        open_since.erase(events[e].process);
      }
    }
    if (!prompt) continue;
    Online online(model, 1 << 26, times);
    for (std::size_t e = 0; e < certain; ++e) online.take(events[e]);
    // Some other key's event, much later; open operations do not complete.
    Event other{.t_ns = events[certain - 1].t_ns + times.settle_ns + 2 * times.patience_ns + 1};
    other.process = history::Process(1'000'000);
    other.f = history::Symbol("read");
    other.key = "elsewhere";
    online.take(other);
    ASSERT_EQ(online.state().so_far, Word::invalid) << certain << "\n" << text(events, times);
    ++in_time;
  }
  EXPECT_GT(in_time, least_of(2'000));
}

}  // namespace
}  // namespace riptide::checker::testing
