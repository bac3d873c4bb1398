#include "checker/tales.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

using history::Value;
using Kind = Action::Kind;

Tale tell(const Stuck& stuck, std::uint32_t fatal) {
  switch (stuck.model.kind()) {
    case ModelKind::fifo_queue:
    case ModelKind::stack:
    case ModelKind::priority_queue:
      return tell_collection(stuck, fatal);
    case ModelKind::set:
      return tell_set(stuck, fatal);
    case ModelKind::counter:
      return tell_counter(stuck, fatal);
    case ModelKind::mutex:
    case ModelKind::semaphore:
    case ModelKind::fenced_lock:
      return tell_lock(stuck, fatal);
    case ModelKind::kv:
      return tell_text(stuck, fatal);
    case ModelKind::multi_register:
    case ModelKind::list_append:
      return tell_transactions(stuck, fatal);
    default:
      return {.klass = "non-linearizable"};
  }
}

Tale tell_counter(const Stuck& stuck, std::uint32_t fatal) {
  // Of the whole key: a part need not have every increment.
  const KeyHistory& key = stuck.key;
  const Words words(stuck.history, stuck.model, key);
  const std::uint32_t position = stuck.part.positions[fatal];
  const Entry& read = key.entries[position];
  Tale tale{.klass = "impossible-count"};
  if (read.action.kind != Kind::read || read.action.first == kUnobserved) return tale;
  const auto integer = [&](ValueId id) {
    const std::int64_t* value = key.values[id].integer();
    return value ? *value : 0;
  };
  std::int64_t sum = integer(kInitial), low = 0, high = 0;
  std::size_t done = 0, doubtful = 0;
  for (const Entry& entry : key.entries) {
    if (entry.action.kind != Kind::increment) continue;
    const std::int64_t by = integer(entry.action.first);
    if (entry.certain && entry.return_ns < read.call_ns) {
      sum += by;
      ++done;
    } else if (entry.call_ns <= read.return_ns) {
      (by < 0 ? low : high) += by;
      ++doubtful;
    }
  }
  const std::int64_t seen = integer(read.action.first);
  if (seen >= sum + low && seen <= sum + high) return tale;
  tale.culprit = fatal;
  tale.steps = {
      words.start() + ".",
      fmt::format("{} increment{} had completed before {} began to read it at {}: with them it "
                  "holds {}.",
                  format_count(done), done == 1 ? "" : "s", words.who(position),
                  Words::ms(read.call_ns), sum),
  };
  if (doubtful > 0) {
    tale.steps.push_back(
        fmt::format("{} more had begun before that read was answered; whichever of them count, it "
                    "holds from {} to {}.",
                    format_count(doubtful), sum + low, sum + high));
  }
  tale.steps.push_back(fmt::format("{} {}.", words.who(position), words.answered(position)));
  tale.steps.push_back(fmt::format("So no order of the operations can explain {}.", seen));
  return tale;
}

Tale tell_lock(const Stuck& stuck, std::uint32_t fatal) {
  const KeyHistory& key = stuck.part.key;
  const Words words(stuck.history, stuck.model, key);
  if (key.entries[fatal].action.kind == Kind::release) return {.klass = "unheld-release"};
  Tale tale{.klass = "double-grant"};
  if (stuck.model.kind() == ModelKind::semaphore) return tale;
  const auto process = [&](std::uint32_t p) { return words.operation(p).process; };
  const auto acquires = [&](std::uint32_t p) {
    return key.entries[p].action.kind == Kind::acquire && key.entries[p].certain;
  };
  // Who had it, and until when at least: the call of the process' next operation.
  const auto held_until = [&](std::uint32_t p) {
    for (std::uint32_t next = p + 1; next < key.entries.size(); ++next) {
      if (process(next) == process(p)) return key.entries[next].call_ns;
    }
    return history::kNever;
  };
  for (std::uint32_t a = 0; a < key.entries.size(); ++a) {
    for (std::uint32_t b = a + 1; acquires(a) && b < key.entries.size(); ++b) {
      if (!acquires(b) || process(a) == process(b)) continue;
      const std::int64_t from = std::max(key.entries[a].return_ns, key.entries[b].return_ns);
      const std::int64_t until = std::min(held_until(a), held_until(b));
      if (from >= until || key.entries.size() > 4) continue;
      tale.culprit = b;
      for (const std::uint32_t p : {a, b}) {
        const std::int64_t end = held_until(p);
        tale.steps.push_back(words.told(p));
        tale.steps.push_back(
            end == history::kNever
                ? "It never asked to release it."
                : fmt::format("It held it until {} at least, when it began to release it.",
                              Words::ms(end)));
      }
      tale.steps.push_back(fmt::format(
          "So from {} {} both held {} at once, which only one may hold.", Words::ms(from),
          until == history::kNever ? "on" : "to " + Words::ms(until), words.key()));
      return tale;
    }
  }
  const Entry& last = key.entries[fatal];
  if (stuck.model.kind() != ModelKind::fenced_lock || last.action.first == kUnobserved) return tale;
  for (std::uint32_t p = 0; p < key.entries.size(); ++p) {
    const Entry& entry = key.entries[p];
    const bool token = entry.action.kind == Kind::acquire && entry.action.first != kUnobserved;
    if (p == fatal || !token || entry.return_ns >= last.call_ns) continue;
    if (key.values[entry.action.first] < key.values[last.action.first]) continue;
    tale = {.klass = "wrong-token",
            .steps = {words.told(p), words.told(fatal),
                      fmt::format("So token {} was given after token {}: a fencing token must be "
                                  "larger than every one before it.",
                                  words.value(last.action.first), words.value(entry.action.first))},
            .culprit = fatal};
    return tale;
  }
  if (!(key.values[kInitial] < key.values[last.action.first])) tale.klass = "wrong-token";
  return tale;
}

Tale tell_text(const Stuck& stuck, std::uint32_t fatal) {
  const KeyHistory& key = stuck.part.key;
  const Entry& read = key.entries[fatal];
  if (read.action.kind != Kind::read || read.action.first == kUnobserved) {
    return {.klass = "non-linearizable"};
  }
  const auto plain = [&](ValueId id) {
    const Value& value = key.values[id];
    return value.text() ? *value.text() : value.json();
  };
  const std::string seen = plain(read.action.first);
  // Of the whole key, because the part leaves out what the read did not see.
  std::int64_t last_write_ns = INT64_MIN;  // until when a write may have replaced the text
  for (const Entry& entry : stuck.key.entries) {
    if (entry.action.kind == Kind::write && entry.call_ns <= read.return_ns) {
      last_write_ns = std::max(last_write_ns, entry.return_ns);
    }
  }
  const auto of_key = [&](ValueId id) {
    const Value& value = stuck.key.values[id];
    return value.text() ? *value.text() : value.json();
  };
  for (const Entry& entry : stuck.key.entries) {
    const bool certain_append = entry.action.kind == Kind::append && entry.certain &&
                                entry.return_ns < read.call_ns && entry.call_ns > last_write_ns;
    if (!certain_append || seen.find(of_key(entry.action.first)) != std::string::npos) continue;
    return {.klass = "lost-write"};
  }
  return {.klass = "non-linearizable"};
}

}  // namespace riptide::checker
