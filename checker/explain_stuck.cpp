// The explanation of last resort: true of every impossible set of operations.
#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

namespace {

/// An operation that is left and that had completed before `position` was invoked.
std::optional<std::uint32_t> elder(const KeyHistory& key, const Members& left,
                                   std::uint32_t position) {
  for (const Member& member : left) {
    if (key.entries[member.position].return_ns < key.entries[position].call_ns) {
      return member.position;
    }
  }
  return std::nullopt;
}

std::string listed(const Words& words, const KeyHistory& key, const Member& member) {
  const Entry& entry = key.entries[member.position];
  if (entry.action.kind == Action::Kind::read) {
    return fmt::format("{} began to read {} at {} and {}.", words.who(member.position), words.key(),
                       Words::ms(entry.call_ns), words.answered(member.position));
  }
  const bool taken_as_write = member.write_only && entry.is_cas();
  return words.deed(member.position) +
         (taken_as_write ? " Here it is enough to take it as a plain write." : "");
}

std::string why_not_next(const Words& words, const KeyHistory& key, const Members& left,
                         const Member& member, ValueId state) {
  const std::string subject = words.who(member.position) + "'s " + words.thing(member.position);
  if (const auto first = elder(key, left, member.position)) {
    return fmt::format("{} cannot come next: {}'s {} had completed, at {}, before it began, at {}.",
                       subject, words.who(*first), words.thing(*first),
                       Words::ms(key.entries[*first].return_ns),
                       Words::ms(key.entries[member.position].call_ns));
  }
  return fmt::format("{} cannot come next: {} would have to hold {}, but holds {}.", subject,
                     words.key(), words.value(key.entries[member.position].observed()),
                     words.value(state));
}

}  // namespace

std::vector<std::string> explain_stuck(const history::History& history, const KeyHistory& key,
                                       const Witness& witness,
                                       const std::vector<std::uint32_t>& longest,
                                       std::uint64_t states) {
  const Words words(history, key);
  std::vector<std::string> steps;
  steps.push_back(
      fmt::format("{} starts as nil. These {} operations on it cannot be put in any "
                  "order that agrees with real time:",
                  words.key() == "the register" ? "The register" : "K" + words.key().substr(1),
                  witness.members.size()));
  for (const Member& member : witness.members) steps.push_back(listed(words, key, member));
  Members left = witness.members;
  ValueId state = kInitial;
  std::string order;
  for (const std::uint32_t position : longest) {
    const Entry& entry = key.entries[position];
    const bool taken_as_write =
        std::any_of(witness.members.begin(), witness.members.end(),
                    [&](const Member& m) { return m.position == position && m.write_only; });
    if (entry.writes() || taken_as_write) state = entry.written();
    order += (order.empty() ? "" : ", then ") + words.who(position) + "'s " + words.thing(position);
    std::erase_if(left, [&](const Member& member) { return member.position == position; });
  }
  steps.push_back(
      longest.empty()
          ? fmt::format("None of them can even be the first, with {} holding nil.", words.key())
          : fmt::format("The longest order that can be made is: {}. After it {} holds {}.", order,
                        words.key(), words.value(state)));
  for (const Member& member : left) {
    steps.push_back(why_not_next(words, key, left, member, state));
  }
  steps.push_back(fmt::format(
      "The search tried every other order, too (it visited {} "
      "configurations), and none gets further: no order of these operations is possible.",
      states));
  return steps;
}

}  // namespace riptide::checker
