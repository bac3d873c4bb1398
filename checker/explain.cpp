#include "checker/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

namespace {

using Kind = Pattern::Kind;
using Order = Pattern::Order;
using Steps = std::vector<std::string>;

/// Of a value that was written again and again the first writes are told, the others counted.
constexpr std::size_t kMostSourcesTold = 20;

/// Tells one pattern.
class Telling {
 public:
  Telling(const history::History& history, const Model& model, const KeyHistory& key,
          const Pattern& pattern, const std::string& klass)
      : history_(history),
        key_(key),
        pattern_(pattern),
        klass_(klass),
        words_(history, model, key) {}

  Steps steps() {
    switch (pattern_.kind) {
      case Kind::never_written:
        never_written();
        break;
      case Kind::future:
        klass_ == "phantom-value" ? never_written() : future();
        break;
      case Kind::double_cas:
        double_cas();
        break;
      case Kind::superseded:
        superseded();
        break;
      case Kind::overwritten:
        overwritten();
        break;
    }
    return std::move(steps_);
  }

 private:
  const Entry& at(std::uint32_t position) const { return key_.entries[position]; }
  const Entry& observer() const { return at(pattern_.observer); }
  std::string old_value() const { return words_.value(observer().observed()); }
  std::string new_value() const { return words_.value(at(pattern_.newer.front()).written()); }
  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) {
    steps_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  /// The observation, after an earlier moment if there is one.
  void say_observation(const std::string& after) {
    const std::string begins = observer().is_cas()
                                   ? "began a cas from " + old_value() + " to " +
                                         words_.value(observer().written()) + " on " + words_.key()
                                   : "began to read " + words_.key();
    say("{} {} at {}{}.", words_.who(pattern_.observer), begins, Words::ms(observer().call_ns),
        after);
    say("It {}.", words_.answered(pattern_.observer));
  }

  void never_written() {
    bool failed = false;
    // A later write is no explanation; its sentence comes after the answer.
    const bool later = pattern_.kind == Kind::future;
    std::string which = later ? "that began before that answer" : "of the history";
    for (const history::Operation& operation : history_.operations) {
      if (!failed_write_of(operation, key_, observer().observed(), history::kNever)) continue;
      if (operation.invoke_ns > observer().return_ns) {
        which = "that began before that answer";
        continue;
      }
      failed = true;
      say("Process {} asked to put {} into {} at {}. That was answered \"fail\"{} at {}: it surely "
          "was not done, and never would be.",
          operation.process.value(), old_value(), words_.key(), Words::ms(operation.invoke_ns),
          operation.error.empty() ? "" : " (" + operation.error + ")",
          Words::ms(operation.complete_ns));
    }
    say_observation("");
    if (failed) {
      say("No other operation {} puts {} into {}: a write that was reported as failed took effect.",
          which, old_value(), words_.key());
    } else {
      say("No operation {}, completed or not, puts {} into {}, and it starts as {}.", which,
          old_value(), words_.key(), words_.value(kInitial));
    }
    say("So no order of the operations can explain {}: a linearizable register returns only what "
        "was written to it.",
        old_value());
  }

  void future() {
    const std::uint32_t source = pattern_.sources.front();
    say_observation("");
    say("{} {}, but began only at {}, {} after that answer.", words_.who(source),
        words_.did(source), Words::ms(at(source).call_ns),
        Words::ms(at(source).call_ns - observer().return_ns));
    say("No earlier operation puts {} into {}.", old_value(), words_.key());
    say("So no order of these operations agrees with real time: a value cannot be returned before "
        "somebody asks to write it.");
  }

  void double_cas() {
    say_sources();
    const std::uint32_t other = pattern_.newer.front();
    say("{}", words_.deed(other));
    say("{}", words_.deed(pattern_.observer));
    say("Each of the two cas succeeds only while {} holds {}, and each puts another value in its "
        "place; nobody wrote {} again before either answer.",
        words_.key(), old_value(), old_value());
    say("So whichever came first, the other had to fail: no order of these operations is "
        "possible.");
  }

  void say_sources() {
    if (pattern_.earlier_sources > 0) {
      say("{} was written {} more times; each of these writes had completed before the newer write "
          "below began.",
          capital(old_value()), format_count(pattern_.earlier_sources));
    }
    if (pattern_.sources.empty()) {
      say("{} starts as {}, and nobody wrote {} to it before the answer below.",
          capital(words_.key()), old_value(), old_value());
    }
    const std::size_t shown = std::min(pattern_.sources.size(), kMostSourcesTold);
    for (std::size_t i = 0; i < shown; ++i) say("{}", words_.deed(pattern_.sources[i]));
    if (const std::size_t more = pattern_.sources.size() - shown; more > 0) {
      say("So did, or asked to do, {} more operations, the last of them beginning at {}; they are "
          "among the operations of this anomaly.",
          more, Words::ms(at(pattern_.sources.back()).call_ns));
    }
    if (pattern_.source_seen_by) {
      say("{} {}: by then that write had taken effect.", words_.who(*pattern_.source_seen_by),
          words_.answered(*pattern_.source_seen_by));
    }
  }

  static std::string capital(std::string text) { return Words::capital(std::move(text)); }

  void say_newer() {
    const std::uint32_t newer = pattern_.newer.front();
    std::string tail;
    if (pattern_.order == Order::invoked_after) {
      tail = " " + old_value() + " was in place before this began.";
    } else if (pattern_.order == Order::consumed) {
      tail = " This took the one " + old_value() + " away.";
    }
    say("{}{}", words_.deed(newer), tail);
    if (pattern_.order == Order::seen_after) {
      const std::uint32_t seen = *pattern_.order_seen_by;
      say("{} began to look at {} at {}, when {} was in place already, and {}. {} was written only "
          "once until then, so it replaced {}, not the other way round.",
          words_.who(seen), words_.key(), Words::ms(at(seen).call_ns), old_value(),
          words_.answered(seen), capital(new_value()), old_value());
    }
    if (pattern_.newer_seen_by && pattern_.newer_seen_by != pattern_.order_seen_by) {
      const std::uint32_t seen = *pattern_.newer_seen_by;
      say("{} {}: by then {} was in place.", words_.who(seen), words_.answered(seen), new_value());
    }
  }

  void superseded() {
    say_sources();
    say_newer();
    const std::string late = Words::ms(observer().call_ns - pattern_.newer_known_ns);
    say_observation(", " + late + " after that " +
                    (pattern_.newer_seen_by ? "answer" : "acknowledgement of " + new_value()));
    say("By then {} had been replaced, by {} at the latest, for at least {}, and nobody wrote {} "
        "again before that answer.",
        old_value(), new_value(), late, old_value());
    say_class();
    if (observer().is_cas()) {
      say("So no order of these operations agrees with real time: a linearizable register must "
          "refuse a cas from a value that it no longer holds.");
    } else {
      say("So no order of these operations agrees with real time: a linearizable register must "
          "return {} or a newer value.",
          new_value());
    }
  }

  /// What makes it more than a stale answer.
  void say_class() {
    const std::string newer = new_value();
    if (klass_ == "lost-write") {
      say("{} was acknowledged, yet no operation ever saw it, and {} went on with {}: the write "
          "was "
          "lost.",
          capital(newer), words_.key(), old_value());
    } else if (klass_ == "duplicate-apply") {
      say("{} had been seen before {} was, and then came back to stay, while its writer was still "
          "waiting for an answer: its write seems to have been applied twice.",
          capital(old_value()), newer);
    } else if (klass_ == "split-brain") {
      const auto node = [&](std::uint32_t p) { return words_.operation(p).node.name(); };
      say("{} answered {} and {} answered {}, each as it had acknowledged it: two nodes acted as "
          "leader at once.",
          node(pattern_.observer), old_value(), node(*pattern_.order_seen_by), newer);
    } else if (klass_ == "non-monotonic-read") {
      say("Process {} itself had seen {} before: it went back in time.",
          words_.operation(pattern_.observer).process.value(), newer);
    }
  }

  void overwritten() {
    for (std::size_t i = 0; i < pattern_.sources.size(); ++i) {
      say("{}", words_.deed(pattern_.sources[i]));
      say("After that acknowledgement, {} This replaced it.", words_.deed(pattern_.newer[i]));
    }
    say_observation(", when all of these writes had been acknowledged");
    say("Each write of {} had been replaced, {} at least {} before, and nobody wrote it again "
        "before that answer.",
        old_value(), pattern_.sources.size() > 1 ? "the last" : "it was",
        Words::ms(observer().call_ns - pattern_.newer_known_ns));
    say("So no order of these operations agrees with real time: {} could no longer be there.",
        old_value());
  }

  const history::History& history_;
  const KeyHistory& key_;
  const Pattern& pattern_;
  const std::string& klass_;
  Words words_;
  Steps steps_;
};

}  // namespace

std::vector<std::string> explain_pattern(const history::History& history, const Model& model,
                                         const KeyHistory& key, const Pattern& pattern,
                                         const std::string& klass) {
  return Telling(history, model, key, pattern, klass).steps();
}

bool failed_write_of(const history::Operation& operation, const KeyHistory& key, ValueId value,
                     std::int64_t before_ns) {
  if (operation.outcome != history::Type::fail || !(operation.key == key.key)) return false;
  if (operation.invoke_ns > before_ns) return false;
  const history::Value& wanted = key.values[value];
  const std::string& f = operation.f.name();
  if (f == "write" || f == "put") return operation.input == wanted;
  const history::Value::List* pair = operation.input.list();
  if (f != "cas" || !pair || pair->size() != 2) return false;
  return (*pair)[1] == wanted && !((*pair)[0] == wanted);
}

std::vector<std::string> numbered(std::vector<std::string> steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = fmt::format("{}. {}", i + 1, steps[i]);
  return steps;
}

}  // namespace riptide::checker
