// Histories for the tests of the checks: operations of any function, one call each.
#pragma once

#include <utility>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide::checker::testing {

using history::History;
using history::Operation;
using history::Type;
using history::Value;

class Operations {
 public:
  Operations& ok(const char* f, std::int64_t call_ms, std::int64_t end_ms, Value input,
                 Value output) {
    Operation& operation = add(f, call_ms, std::move(input));
    operation.complete_ns = end_ms * 1'000'000;
    operation.outcome = Type::ok;
    operation.output = std::move(output);
    return *this;
  }
  /// Acknowledged with what was asked for.
  Operations& ok(const char* f, std::int64_t call_ms, std::int64_t end_ms, const Value& input) {
    return ok(f, call_ms, end_ms, input, input);
  }
  Operations& read(std::int64_t call_ms, std::int64_t end_ms, Value output) {
    return ok("read", call_ms, end_ms, Value(), std::move(output));
  }
  Operations& take(std::int64_t call_ms, std::int64_t end_ms, Value output) {
    return ok("dequeue", call_ms, end_ms, Value(), std::move(output));
  }
  Operations& info(const char* f, std::int64_t call_ms, Value input = {}) {
    add(f, call_ms, std::move(input)).error = "timeout";
    return *this;
  }
  Operations& failed(const char* f, std::int64_t call_ms, std::int64_t end_ms, Value input) {
    Operation& operation = add(f, call_ms, std::move(input));
    operation.complete_ns = end_ms * 1'000'000;
    operation.outcome = Type::fail;
    return *this;
  }
  /// Of the operation that was added last.
  Operations& by(std::int64_t process, const char* node = "") {
    history_.operations.back().process = history::Process(process);
    history_.operations.back().node = history::Symbol(node);
    return *this;
  }
  Operations& key(Value key) {
    key_ = std::move(key);
    return *this;
  }
  operator const History&() const { return history_; }

 private:
  Operation& add(const char* f, std::int64_t call_ms, Value input) {
    Operation& operation = history_.operations.emplace_back();
    operation.index = static_cast<history::OpIndex>(history_.operations.size() - 1);
    operation.process = history::Process(operation.index);
    operation.f = history::Symbol(f);
    operation.key = key_;
    operation.input = std::move(input);
    operation.invoke_ns = call_ms * 1'000'000;
    return operation;
  }
  Value key_;
  History history_;
};

inline Value list(std::initializer_list<Value> items) { return Value(Value::List(items)); }

/// "a / b / c"
inline std::string sentences(const Anomaly& anomaly) {
  std::string text;
  for (const std::string& line : anomaly.explanation) text += (text.empty() ? "" : " / ") + line;
  return text;
}

}  // namespace riptide::checker::testing
