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
  const KeyHistory& key = stuck.part.key;
  const Words words(stuck.history, stuck.model, key);
  const Entry& read = key.entries[fatal];
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
                  format_count(done), done == 1 ? "" : "s", words.who(fatal),
                  Words::ms(read.call_ns), sum),
      fmt::format("{} more had begun before that read was answered; whichever of them count, it "
                  "holds from {} to {}.",
                  format_count(doubtful), sum + low, sum + high),
      fmt::format("{} {}.", words.who(fatal), words.answered(fatal)),
      fmt::format("So no order of the operations can explain {}.", seen)};
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

Tale tell_transactions(const Stuck& stuck, std::uint32_t fatal) {
  const KeyHistory& key = stuck.part.key;
  const auto accesses = [](const KeyHistory& of, const Entry& entry) -> const Value::List& {
    return *of.values[entry.action.first].list();
  };
  const auto reads = [](const Value::List& access) { return *access[0].text() == "r"; };
  const bool lists = stuck.model.kind() == ModelKind::list_append;
  for (const Value& access : accesses(key, key.entries[fatal])) {
    const Value::List& read = *access.list();
    if (!reads(read) || read.size() < 3) continue;
    Value::List seen = lists ? *read[2].list() : Value::List{read[2]};
    for (const Value& value : seen) {
      const auto writes = [&](const Entry& entry) {
        return std::any_of(accesses(stuck.key, entry).begin(), accesses(stuck.key, entry).end(),
                           [&](const Value& other) {
                             const Value::List& parts = *other.list();
                             return !reads(parts) && parts[1] == read[1] && parts[2] == value;
                           });
      };
      const auto first = std::find_if(stuck.key.entries.begin(), stuck.key.entries.end(), writes);
      const bool initial = !lists && value.is_nil();
      if (first == stuck.key.entries.end() && !initial && stuck.key.values[kInitial].is_nil()) {
        return {.klass = "phantom-value"};
      }
      if (first != stuck.key.entries.end() && first->call_ns > key.entries[fatal].return_ns) {
        return {.klass = "future-read"};
      }
      if (lists && std::count(seen.begin(), seen.end(), value) > 1) {
        return {.klass = "duplicate-element"};
      }
    }
  }
  return {.klass = "non-linearizable"};
}

}  // namespace riptide::checker
