#include "checker/checks/sentences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/units.hpp"
#include "checker/explain.hpp"
#include "checker/words.hpp"

namespace riptide::checker {

using history::Operation;
using history::Type;
using history::Value;

std::vector<OfKey> by_key(const history::History& history) {
  std::vector<OfKey> all;
  std::unordered_map<Value, std::size_t> of_key;
  std::size_t last = 0;
  for (const Operation& operation : history.operations) {
    if (all.empty() || !(all[last].key == operation.key)) {
      const auto [found, added] = of_key.try_emplace(operation.key, all.size());
      if (added) all.push_back({.key = operation.key, .operations = {}});
      last = found->second;
    }
    all[last].operations.push_back(&operation);
  }
  return all;
}

std::int64_t quantile(const std::vector<std::int64_t>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()) + 0.999999);
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

std::string shown(const Value& value) {
  constexpr std::size_t kLongest = 60;
  if (value.is_nil()) return "nil";
  std::string text = value.json();
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  const std::size_t bytes = text.size();
  text.resize(end);
  return fmt::format("{}… ({} bytes)", text, format_count(bytes));
}

std::string place(const Value& key, std::string_view alone) {
  return key.is_nil() ? std::string(alone) : "key " + shown(key);
}

std::string who(const Operation& operation) {
  return fmt::format("Process {}", operation.process.value());
}

std::string by_node(const Operation& operation) {
  return operation.node.empty() ? std::string() : " by " + operation.node.name();
}

std::string deed(const Operation& operation, const std::string& done, const std::string& asked) {
  const std::string begin = Words::ms(operation.invoke_ns);
  if (operation.outcome == Type::info) {
    return fmt::format("{} {}, beginning at {}; whether that was done was never known{}.",
                       who(operation), asked, begin,
                       operation.error.empty() ? std::string() : " (" + operation.error + ")");
  }
  if (operation.outcome == Type::fail) {
    return fmt::format("{} {}, beginning at {}; at {} that surely failed{}.", who(operation), asked,
                       begin, Words::ms(operation.complete_ns),
                       operation.error.empty() ? std::string() : " (" + operation.error + ")");
  }
  const std::string end = Words::ms(operation.complete_ns);
  if (operation.node.empty()) {
    return fmt::format("{} {}, beginning at {}; it was acknowledged at {}.", who(operation), done,
                       begin, end);
  }
  return fmt::format("{} {}, beginning at {}; {} acknowledged it at {}.", who(operation), done,
                     begin, operation.node.name(), end);
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", format_count(n), n == 1 ? one : many);
}

std::string tally(std::uint64_t n, std::string_view what) {
  if (n == 0) return {};
  return fmt::format(", {} {} {}", format_count(n), n == 1 ? "is" : "are", what);
}

std::vector<Anomaly> presented(std::vector<Anomaly> anomalies) {
  std::stable_sort(anomalies.begin(), anomalies.end(), [](const Anomaly& a, const Anomaly& b) {
    return a.operations.size() < b.operations.size();
  });
  if (anomalies.size() > kMostListed) anomalies.resize(kMostListed);
  for (Anomaly& anomaly : anomalies) anomaly.explanation = numbered(std::move(anomaly.explanation));
  return anomalies;
}

Check vacuous_check(std::string name, std::string reason) {
  Check check{.name = std::move(name), .verdict = Word::vacuous, .reason = std::move(reason)};
  check.evidence.algorithm = "counting";
  return check;
}

}  // namespace riptide::checker
