#include "reports/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_set>
#include <vector>

#include "reports/escape.hpp"
#include "reports/timeline.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using history::kNever;
using history::Operation;
using history::Type;
using history::Value;

/// Numbers texts in the order in which they first appear.
class Table {
 public:
  std::size_t number(const std::string& text) {
    const auto [found, added] = numbers_.try_emplace(text, texts_.size());
    if (added) texts_.push_back(text);
    return found->second;
  }
  std::string json() const {
    std::string out = "[";
    for (const auto& text : texts_) out += (out.size() > 1 ? "," : "") + json_string(text);
    return out + "]";
  }

 private:
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::vector<std::string> texts_;
};

struct Columns {
  std::string index, time, latency, process, kind, key, node, first, second;
  Table functions, keys, nodes, values;

  /// 0 is nil, odd numbers are integers, even ones stand in the table.
  void append_value(std::string& column, const Value& value) {
    constexpr std::int64_t kExact = std::int64_t{1} << 51;  // doubled, a JavaScript number holds it
    if (value.is_nil()) return append_varint(column, 0);
    if (const auto* integer = value.integer(); integer && *integer > -kExact && *integer < kExact) {
      return append_varint(column, 2 * zigzag(*integer) + 1);
    }
    append_varint(column, 2 * values.number(shorten(value.json(), 200)) + 2);
  }

  void append_values(const Operation& op) {
    const auto* pair = op.input.list();
    const bool cas = op.f == "cas" && pair && pair->size() == 2;
    append_value(first, cas ? (*pair)[0] : op.f == "read" ? op.output : op.input);
    append_value(second, cas ? (*pair)[1] : Value());
  }
};

constexpr std::int64_t kMicrosecond = 1000;

Columns make_columns(const history::History& history, const checker::Verdict& verdict,
                     std::size_t stride, std::size_t& embedded) {
  std::unordered_set<history::OpIndex> wanted;
  for (const auto& check : verdict.checks) {
    for (const auto& anomaly : check.anomalies) {
      wanted.insert(anomaly.operations.begin(), anomaly.operations.end());
    }
  }
  Columns columns;
  std::int64_t last_time = 0, last_index = -1;
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    if (i % stride != 0 && !wanted.contains(static_cast<history::OpIndex>(i))) continue;
    const Operation& op = history.operations[i];
    ++embedded;
    if (stride > 1)
      append_varint(columns.index,
                    static_cast<std::uint64_t>(static_cast<std::int64_t>(i) - last_index));
    last_index = static_cast<std::int64_t>(i);
    const std::int64_t time = op.invoke_ns / kMicrosecond;
    append_varint(columns.time, zigzag(time - last_time));
    last_time = time;
    const std::int64_t seen = last_seen_ns(op);
    append_varint(columns.latency, seen == kNever
                                       ? 0
                                       : static_cast<std::uint64_t>(std::max<std::int64_t>(
                                             0, seen / kMicrosecond - time)) +
                                             1);
    append_varint(columns.process, zigzag(op.process.value()));
    const std::uint64_t outcome = op.outcome == Type::ok ? 0 : op.outcome == Type::fail ? 1 : 2;
    append_varint(columns.kind, columns.functions.number(shorten(op.f.name(), 40)) * 3 + outcome);
    append_varint(columns.key, columns.keys.number(shorten(value_label(op.key), 80)));
    append_varint(columns.node, columns.nodes.number(shorten(op.node.name(), 40)));
    columns.append_values(op);
  }
  return columns;
}

std::string time_json(std::int64_t t_ns) {
  return t_ns == kNever ? "null" : fmt::format("{}", t_ns / kMicrosecond);
}

std::string faults_json(const history::History& history) {
  const auto rows =
      fault_rows(history.faults, std::max<std::int64_t>(1, timeline(history, 1).end_ns));
  std::string out = "[";
  for (std::size_t i = 0; i < history.faults.size(); ++i) {
    const auto& fault = history.faults[i];
    out += fmt::format("{}[{},{},{},{},{},{},{}]", i ? "," : "", json_string(fault.name),
                       json_string(shorten(fault.description, 200)), time_json(fault.asked_ns),
                       time_json(fault.took_effect_ns), time_json(fault.heal_asked_ns),
                       time_json(fault.healed_ns), rows.row[i]);
  }
  return out + "]";
}

std::string leaders_json(const history::History& history) {
  std::string out = "[";
  for (const auto& leader : history.leaders) {
    out += fmt::format("{}[{},{},{}]", out.size() > 1 ? "," : "", leader.t_ns / kMicrosecond,
                       json_string(leader.node.name()), leader.term);
  }
  return out + "]";
}

std::string anomalies_json(const history::History& history, const checker::Verdict& verdict) {
  std::string out = "[";
  for (const auto& check : verdict.checks) {
    for (const auto& anomaly : check.anomalies) {
      std::int64_t begin = kNever, end = 0;
      for (const auto index : anomaly.operations) {
        if (index >= history.operations.size()) continue;
        const Operation& op = history.operations[index];
        begin = std::min(begin, op.invoke_ns);
        end = std::max(end, op.complete_ns == kNever ? op.invoke_ns : op.complete_ns);
      }
      if (begin == kNever) continue;
      out += fmt::format("{}[{},{},{},{}]", out.size() > 1 ? "," : "", begin / kMicrosecond,
                         end / kMicrosecond, anomaly.culprit, json_string(anomaly.klass));
    }
  }
  return out + "]";
}

}  // namespace

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(i + j <= bytes.size() ? kAlphabet[(group >> (18 - 6 * j)) & 63] : '=');
    }
  }
  return out;
}

std::size_t embedding_stride(std::size_t operations, std::size_t embedded_max) {
  return operations <= embedded_max ? 1 : (operations + embedded_max - 1) / embedded_max;
}

std::string page_data(const history::History& history, const checker::Verdict& verdict,
                      std::size_t embedded_max) {
  const std::size_t stride = embedding_stride(history.operations.size(), embedded_max);
  std::size_t embedded = 0;
  const Columns columns = make_columns(history, verdict, stride, embedded);
  const auto column = [](std::string_view name, const std::string& bytes) {
    return fmt::format("\"{}\":\"{}\"", name, base64(bytes));
  };
  std::string out = fmt::format("{{\"version\":1,\"end_us\":{},\"count\":{},\"stride\":{},",
                                timeline(history, 1).end_ns / kMicrosecond, embedded, stride);
  out += column("index", columns.index) + "," + column("time", columns.time) + "," +
         column("latency", columns.latency) + "," + column("process", columns.process) + "," +
         column("kind", columns.kind) + "," + column("key", columns.key) + "," +
         column("node", columns.node) + "," + column("first", columns.first) + "," +
         column("second", columns.second) + ",";
  out += fmt::format("\"functions\":{},\"keys\":{},\"nodes\":{},\"values\":{},",
                     columns.functions.json(), columns.keys.json(), columns.nodes.json(),
                     columns.values.json());
  out += fmt::format("\"faults\":{},\"leaders\":{},\"anomalies\":{}}}", faults_json(history),
                     leaders_json(history), anomalies_json(history, verdict));
  return out;
}

}  // namespace riptide::reports
