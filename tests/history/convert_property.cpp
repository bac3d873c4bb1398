// convert loses nothing: what a history says in one format it says in the other, and back.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "history/convert.hpp"
#include "history/edn_json.hpp"
#include "history/recorder.hpp"
#include "tests/history/events_of.hpp"

namespace riptide::history {
namespace {

std::string converted(const std::string& text, Format to) {
  std::string out;
  const auto conversion =
      convert_text(text, "text", Format::automatic, to, [&](std::string_view part) -> Result<void> {
        out += part;
        return {};
      });
  EXPECT_TRUE(conversion) << conversion.error().text() << "\n" << text;
  return out;
}

rc::Gen<std::string> piece() {
  return rc::gen::element<std::string>("", "a", "time", "t", "_", "key word", "\"", "\\", "\n",
                                       std::string("\0", 1), "µ", "𐍈", ":a", "#{", "]", ";", ",",
                                       "nil", "12", "\x7F", "read", "nemesis", "f");
}

rc::Gen<std::string> text() {
  return rc::gen::map(rc::gen::pair(piece(), piece()),
                      [](const auto& two) { return two.first + two.second; });
}

rc::Gen<Value> value(int depth) {
  auto scalar = rc::gen::oneOf(
      rc::gen::just(Value()), rc::gen::map<bool>([](bool b) { return Value(b); }),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t i) { return Value(i); }),
      rc::gen::map(rc::gen::arbitrary<double>(), [](double d) { return Value(d); }),
      rc::gen::map(text(), [](std::string s) { return Value(std::move(s)); }));
  if (depth == 0) return scalar;
  return rc::gen::oneOf(scalar, rc::gen::map(rc::gen::container<Value::List>(value(depth - 1)),
                                             [](Value::List l) { return Value(std::move(l)); }));
}

nlohmann::json json(int depth) {
  const int kind = *rc::gen::inRange(0, depth == 0 ? 2 : 4);
  if (kind == 0) return nlohmann::json::parse((*value(0)).json());
  if (kind == 1) return *text();
  const int size = *rc::gen::inRange(0, 4);
  nlohmann::json made = kind == 2 ? nlohmann::json::array() : nlohmann::json::object();
  for (int i = 0; i < size; ++i) {
    if (kind == 2) {
      made.push_back(json(depth - 1));
    } else {
      made[*text()] = json(depth - 1);
    }
  }
  return made;
}

/// Unknown fields, under names that are free.
std::string extra() {
  nlohmann::json made = nlohmann::json::object();
  const int size = *rc::gen::inRange(0, 3);
  for (int i = 0; i < size; ++i) {
    const std::string field = *text();
    if (field != "t" && field != "f") made[field] = json(2);
  }
  return made.empty() ? "" : made.dump();
}

Event event() {
  Event made;
  made.t_ns = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  made.process = *rc::gen::inRange(0, 3) == 0
                     ? kNemesis
                     : Process(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
  made.type = *rc::gen::element(Type::invoke, Type::ok, Type::fail, Type::info);
  made.f = Symbol(*text());
  made.key = *value(1);
  if (made.process == kNemesis && *rc::gen::inRange(0, 2) == 0) {
    nlohmann::json detail = json(2);
    if (!detail.is_object()) detail = {{"phase", detail}};
    made.detail = detail.dump();
  } else {
    made.value = *value(2);
  }
  made.node = Symbol(*text());
  made.error = *text();
  made.extra = extra();
  return made;
}

bool same_json(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a.empty() == b.empty();
  return nlohmann::json::parse(a) == nlohmann::json::parse(b);
}

bool same(const Event& a, const Event& b) {
  return a.t_ns == b.t_ns && a.process == b.process && a.type == b.type && a.f == b.f &&
         a.key.json() == b.key.json() && a.value.json() == b.value.json() && a.node == b.node &&
         a.error == b.error && same_json(a.extra, b.extra) && same_json(a.detail, b.detail);
}

RC_GTEST_PROP(ConvertProperty, FromJsonLinesToEdnAndBackNothingIsLost, ()) {
  Header header;
  header.workload = *text();
  header.model = *text();
  header.start_unix_ns = *rc::gen::arbitrary<std::int64_t>();
  std::string before = header_json(header) + "\n";
  std::vector<Event> events;
  const int count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    events.push_back(event());
    append_json(events.back(), before);
    before += '\n';
  }
  const std::string edn = converted(before, Format::edn);
  const std::string after = converted(edn, Format::jsonl);
  RC_LOG() << before << edn << after;
  RC_ASSERT(after.substr(0, after.find('\n')) == header_json(header));
  const std::vector<Event> again = events_of(after);
  RC_ASSERT(again.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i) RC_ASSERT(same(again[i], events[i]));
  RC_ASSERT(converted(after, Format::edn) == edn);
}

/// Any form of EDN, as a Clojure program may print it. `unique` keeps keys and elements apart.
std::string form(int depth, int& unique) {
  const std::string n = std::to_string(++unique);
  switch (*rc::gen::inRange(0, depth == 0 ? 14 : 20)) {
    case 0:
      return "nil";
    case 1:
      return ":k" + n;
    case 2:
      return "sym/" + n;
    case 3:
      return "\\u00b5";
    case 4:
      return n + "N";
    case 5:
      return n + ".50M";
    case 6:
      return "99999999999999999999" + n;
    case 7:
      return "##Inf";
    case 8:
      return "\"text " + n + "\\n\"";
    case 9:
      return n + ".5";
    case 10:
      return n + "/7";
    case 11:
      return "#inst \"" + n + "\"";
    case 12:
      return "-0.0";
    case 13:
      return n;
    default:
      break;
  }
  const char* const kOpening[] = {"[", "(", "#{", "{", "{", "#tag ["};
  const char* const kClosing[] = {"]", ")", "}", "}", "}", "]"};
  const int kind = *rc::gen::inRange(0, 6);
  std::string all = kOpening[kind];
  const int size = *rc::gen::inRange(0, 3);
  for (int i = 0; i < size; ++i) {
    const std::string key = *rc::gen::element<std::string>(":", "\"", "");
    const std::string number = std::to_string(++unique);
    if (kind == 3 || kind == 4)
      all += key + (key.empty() ? "" : "k") + number + (key == "\"" ? "\"" : "") + " ";
    all += kind == 2 ? "#{" + std::to_string(++unique) + "}" : form(depth - 1, unique);
    all += ' ';
  }
  return all + kClosing[kind];
}

RC_GTEST_PROP(ConvertProperty, FromEdnToJsonLinesAndBackEveryFormIsKept, ()) {
  std::string edn;
  std::vector<std::pair<std::string, std::string>> fields;  // of all events
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    int unique = 0;
    const std::string value = form(2, unique), error = form(1, unique), other = form(2, unique);
    const std::string process = *rc::gen::element<std::string>("4", ":nemesis", ":odd", "sym");
    edn += "{:process " + process + ", :type :info, :f :x, :value " + value + ", :error " + error +
           ", :other " + other + ", 7 " + other + ", \"a\" 1, :t 2, :node :n1}\n";
    for (const std::string& kept : {value, other}) fields.emplace_back(process, kept);
  }
  const std::string lines = converted(edn, Format::jsonl);
  const std::string after = converted(lines, Format::edn);
  RC_LOG() << edn << lines << after;
  for (const auto& [process, kept] : fields) {
    std::string json;
    // What JSON tells may be laid out anew (lists, numbers); the rest stays to the letter.
    if (!append_json_of_edn(kept, json)) RC_ASSERT(after.find(kept) != std::string::npos);
    RC_ASSERT(after.find(":process " + process + ",") != std::string::npos);
  }
  RC_ASSERT(after.find("\"a\" 1") != std::string::npos);
  RC_ASSERT(after.find(":t 2") != std::string::npos);
  RC_ASSERT(converted(after, Format::jsonl) == lines);
}

}  // namespace
}  // namespace riptide::history
