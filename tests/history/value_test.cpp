#include "history/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace riptide::history {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Value parsed(std::string_view json) {
  auto value = Value::from_json(json);
  EXPECT_TRUE(value) << json << ": " << value.error().text();
  return value ? *value : Value();
}

std::string refusal(std::string_view json) {
  const auto value = Value::from_json(json);
  EXPECT_FALSE(value) << json;
  return value ? "" : value.error().text();
}

TEST(Value, PrintsCompactJson) {
  EXPECT_EQ(Value().json(), "null");
  EXPECT_EQ(Value(true).json(), "true");
  EXPECT_EQ(Value(-17).json(), "-17");
  EXPECT_EQ(Value(std::numeric_limits<std::int64_t>::min()).json(), "-9223372036854775808");
  EXPECT_EQ(Value("a\"b\\\n\x01").json(), R"("a\"b\\\n\u0001")");
  EXPECT_EQ(Value(Value::List{1, Value(), "x", Value::List{}}).json(), R"([1,null,"x",[]])");
}

TEST(Value, ARealNeverPrintsAsAnInteger) {
  EXPECT_EQ(Value(1.0).json(), "1.0");
  EXPECT_EQ(Value(0.1).json(), "0.1");
  EXPECT_EQ(Value(1e300).json(), "1e+300");
  EXPECT_NE(Value(1.0), Value(1));
  EXPECT_EQ(parsed("1.0"), Value(1.0));
  EXPECT_EQ(parsed("1"), Value(1));
}

TEST(Value, EqualRealsHaveEqualJsonAndHash) {
  EXPECT_EQ(Value(-0.0), Value(0.0));
  EXPECT_EQ(Value(-0.0).json(), Value(0.0).json());
  EXPECT_EQ(Value(-0.0).hash(), Value(0.0).hash());
  EXPECT_EQ(Value(std::nan("1")), Value(std::nan("2")));
  EXPECT_EQ(Value(std::nan("1")).hash(), Value(std::nan("2")).hash());
  EXPECT_FALSE(Value(std::nan("")) < Value(std::nan("")));
}

TEST(Value, NanAndInfinityBecomeStringsBecauseJsonHasNone) {
  EXPECT_EQ(Value(std::nan("")).json(), "\"NaN\"");
  EXPECT_EQ(Value(kInfinity).json(), "\"Infinity\"");
  EXPECT_EQ(Value(-kInfinity).json(), "\"-Infinity\"");
}

TEST(Value, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Value("a\xFFz").json(), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(Value("\xC0\x80").json(), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"") << "an overlong form";
  EXPECT_EQ(Value("\xED\xA0\x80").json().size(), 2u + 9u) << "a surrogate";
  EXPECT_EQ(Value("µ€𐍈").json(), "\"µ€𐍈\"");
}

TEST(Value, OrderIsByKindThenByContentWithNanLast) {
  const std::vector<Value> ordered{
      Value(),           false,         true, -1,  2,   -kInfinity,    0.5,
      kInfinity,         std::nan(""),  "",   "a", "b", Value::List{}, Value::List{1},
      Value::List{1, 1}, Value::List{2}};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(ordered[i] < ordered[j], i < j) << ordered[i].json() << " " << ordered[j].json();
      EXPECT_EQ(ordered[i] == ordered[j], i == j) << ordered[i].json() << " " << ordered[j].json();
    }
}

TEST(Value, ParsesWhatJsonAllows) {
  EXPECT_EQ(parsed(" [ 1 , \"\\u00b5\\ud800\\udf48\\/\" , [ ] ] "),
            Value(Value::List{1, "µ𐍈/", Value::List{}}));
  EXPECT_EQ(parsed("-0.5e-3"), Value(-0.0005));
  EXPECT_EQ(parsed("1E2"), Value(100.0));
  EXPECT_EQ(parsed("-0"), Value(0));
}

TEST(Value, RefusesWhatItCannotHoldExactly) {
  EXPECT_NE(refusal("9223372036854775808").find("64 bits"), std::string::npos);
  EXPECT_NE(refusal("1e999").find("double"), std::string::npos);
  EXPECT_NE(refusal("{\"a\":1}").find("object"), std::string::npos);
  EXPECT_NE(refusal("[{}]").find("object"), std::string::npos);
}

TEST(Value, RefusesWhatIsNotJson) {
  for (const char* text :
       {"",         " ",          "nul",         "nulll",       "01",
        "1.",       ".5",         "+1",          "-",           "1e",
        "[1",       "[1,]",       "[,1]",        "[1 2]",       "\"a",
        "\"\\x\"",  "\"\\u12\"",  "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
        "\"\xFF\"", "\"\n\"",     "1 2",         "'a'",         "NaN",
        "Infinity", "\"a\"\"b\"", "]",           "\"\\",        "\"\\\"",
        "tru",      "true1"})
    EXPECT_FALSE(refusal(text).empty()) << text;
}

TEST(Value, NestingIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(parsed(nested(64)).json(), nested(64));
  EXPECT_NE(refusal(nested(65)).find("64 deep"), std::string::npos);
  EXPECT_NE(refusal(std::string(1 << 20, '[')).find("64 deep"), std::string::npos);
}

TEST(Value, AMegabyteGoesThroughUnchanged) {
  const Value large(std::string(1 << 20, 'x'));
  EXPECT_EQ(parsed(large.json()), large);
}

TEST(Value, HashesOfSmallValuesDiffer) {
  std::map<std::size_t, std::string> seen;
  const auto add = [&](const Value& value) {
    const auto [at, fresh] = seen.try_emplace(value.hash(), value.json());
    EXPECT_TRUE(fresh) << value.json() << " and " << at->second;
  };
  for (int i = 0; i < 1000; ++i) {
    add(i);
    add(std::to_string(i));
    add(static_cast<double>(i) + 0.5);
    add(Value::List{i});
    add(Value::List{i, i + 1});
  }
  add(Value());
  add(true);
  add(false);
}

}  // namespace
}  // namespace riptide::history
