// Whatever is recorded is read back as it was, and a file that is cut keeps its whole lines.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "history/reader.hpp"
#include "history/recorder.hpp"
#include "tests/history/events_of.hpp"

namespace riptide::history {
namespace {

rc::Gen<std::string> utf8() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "\"", "\\", "\n", "\t", std::string("\0", 1), "\x7F", "µ", "€", "𐍈",
                          "\\u0041", "{", "]", ",")),
                      [](const std::vector<std::string>& parts) {
                        std::string all;
                        for (const std::string& part : parts) all += part;
                        return all;
                      });
}

rc::Gen<Value> value(int depth) {
  auto scalar = rc::gen::oneOf(
      rc::gen::just(Value()), rc::gen::map<bool>([](bool b) { return Value(b); }),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t i) { return Value(i); }),
      rc::gen::map(rc::gen::arbitrary<double>(), [](double d) { return Value(d); }),
      rc::gen::map(utf8(), [](std::string s) { return Value(std::move(s)); }));
  if (depth == 0) return scalar;
  return rc::gen::oneOf(scalar, rc::gen::map(rc::gen::container<Value::List>(value(depth - 1)),
                                             [](Value::List l) { return Value(std::move(l)); }));
}

/// Events that could have happened: each process invokes, completes, and stops after an info.
rc::Gen<std::vector<Event>> events() {
  return rc::gen::exec([] {
    std::vector<Event> all;
    std::map<Process, Event> open;
    const int count = *rc::gen::inRange(0, 16);
    std::int64_t next_process = 5, t_ns = 0;
    for (int i = 0; i < count; ++i) {
      Event event;
      event.t_ns = t_ns += *rc::gen::inRange(0, 1000);
      event.node = Symbol(*rc::gen::element<std::string>("", "n1", "n\"2"));
      event.extra = *rc::gen::element<std::string>("", R"({"index":1})", R"({"a":[{}],"b":"}"})");
      if (*rc::gen::inRange(0, 6) == 0) {
        event.process = kNemesis;
        event.type = Type::info;
        event.f = Symbol("kill");
        event.detail = R"({"phase":"asked","id":)" + std::to_string(i) + "}";
      } else if (open.empty() || *rc::gen::inRange(0, 2) == 0) {
        event.process = Process(next_process++);
        event.f = Symbol(*rc::gen::element<std::string>("read", "write", "µ\n"));
        event.key = *value(1);
        event.value = *value(2);
        open[event.process] = event;
      } else {
        const Event invoked = open.begin()->second;
        open.erase(open.begin());
        event.process = invoked.process;
        event.f = invoked.f;
        event.key = invoked.key;
        event.type = *rc::gen::element(Type::ok, Type::fail, Type::info);
        event.value = event.f == "write" ? invoked.value : *value(2);
        event.error = *utf8();
      }
      all.push_back(std::move(event));
    }
    return all;
  });
}

bool same(const Event& a, const Event& b) {
  return a.t_ns == b.t_ns && a.process == b.process && a.type == b.type && a.f == b.f &&
         a.key == b.key && a.value == b.value && a.node == b.node && a.error == b.error &&
         a.extra == b.extra && a.detail == b.detail;
}

std::vector<std::string> lines_of(const std::vector<Event>& events) {
  std::vector<std::string> lines;
  for (const Event& event : events) {
    lines.emplace_back();
    append_json(event, lines.back());
  }
  return lines;
}

RC_GTEST_PROP(ValueProperty, FromJsonIsTheInverseOfJson, ()) {
  const Value before = *value(2);
  const auto after = Value::from_json(before.json());
  RC_ASSERT(after.has_value());
  RC_ASSERT(*after == before);
  RC_ASSERT(after->json() == before.json());
  RC_ASSERT(after->hash() == before.hash());
}

RC_GTEST_PROP(ValueProperty, TheOrderIsTotalAndAgreesWithEqualityAndJson, ()) {
  const Value a = *value(2), b = *value(2), c = *value(2);
  RC_ASSERT((a < b) + (b < a) + (a == b) == 1);
  RC_ASSERT((a == b) == (a.json() == b.json()));
  if (a < b && b < c) RC_ASSERT(a < c);
}

RC_GTEST_PROP(HistoryProperty, WhatIsRecordedIsReadBack, ()) {
  const auto before = *events();
  std::string text = header_json({}) + "\n";
  for (const std::string& line : lines_of(before)) {
    RC_ASSERT(line.find('\n') == std::string::npos);
    text += line + "\n";
  }
  const auto history = parse_history(text, "h");
  if (!history) RC_FAIL(history.error().text());
  const auto after = events_of(text);
  RC_ASSERT(after.size() == before.size());
  for (std::size_t i = 0; i < before.size(); ++i) RC_ASSERT(same(after[i], before[i]));
  RC_ASSERT(history->warnings.empty());
  const auto invocations = std::count_if(
      before.begin(), before.end(), [](const Event& event) { return event.type == Type::invoke; });
  RC_ASSERT(history->operations.size() == static_cast<std::size_t>(invocations));
}

RC_GTEST_PROP(HistoryProperty, CutAtAnyByteEveryWholeLineRemainsAndTheRestIsSaid, ()) {
  const auto before = *events();
  std::string text = header_json({}) + "\n";
  const std::size_t header = text.size();
  std::vector<std::size_t> ends;  // where the last byte of each line's object is
  for (const std::string& line : lines_of(before)) {
    text += line;
    ends.push_back(text.size());
    text += "\n";
  }
  const std::size_t cut = *rc::gen::inRange(header, text.size() + 1);
  const auto history = parse_history(std::string_view(text).substr(0, cut), "h");
  if (!history) RC_FAIL(history.error().text());
  const auto whole = std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin();
  RC_ASSERT(events_of(std::string_view(text).substr(0, cut)).size() ==
            static_cast<std::size_t>(whole));
  const std::size_t last = whole == 0 ? header : ends[static_cast<std::size_t>(whole) - 1] + 1;
  RC_ASSERT(history->warnings.size() == (cut > last ? 1u : 0u));
}

RC_GTEST_PROP(HistoryProperty, ADamagedByteIsAnErrorOrAHistoryAndNeverACrash, ()) {
  std::string text = header_json({}) + "\n";
  for (const std::string& line : lines_of(*events())) text += line + "\n";
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
  const auto history = parse_history(text, "h");
  if (!history) RC_ASSERT(!history.error().fix().empty());
}

}  // namespace
}  // namespace riptide::history
