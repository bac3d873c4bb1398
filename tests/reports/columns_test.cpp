#include "reports/columns.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/reports/sample.hpp"

namespace riptide::reports {
namespace {

std::string unbase64(const std::string& text) {
  static const std::string kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = (bits << 6) | static_cast<std::uint32_t>(kAlphabet.find(c));
    if ((have += 6) < 8) continue;
    have -= 8;
    out.push_back(static_cast<char>((bits >> have) & 0xFF));
  }
  return out;
}

std::vector<std::uint64_t> varints(const nlohmann::json& column) {
  std::vector<std::uint64_t> out;
  std::uint64_t value = 0;
  int shift = 0;
  for (const unsigned char byte : unbase64(column.get<std::string>())) {
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    shift += 7;
    if (byte & 0x80) continue;
    out.push_back(value);
    value = 0;
    shift = 0;
  }
  return out;
}

std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

TEST(Columns, Base64IsThatOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Columns, SmallMagnitudesBecomeSmallNumbers) {
  EXPECT_EQ(zigzag(0), 0u);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
  EXPECT_EQ(zigzag(std::numeric_limits<std::int64_t>::min()),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(Columns, EveryOperationReadsBackAsItWas) {
  const auto s = sample::stale_read(500);
  const auto data = nlohmann::json::parse(page_data(s.history, s.verdict));
  const auto time = varints(data["time"]), latency = varints(data["latency"]),
             kind = varints(data["kind"]), first = varints(data["first"]),
             process = varints(data["process"]);
  ASSERT_EQ(data["count"], s.history.operations.size());
  ASSERT_EQ(time.size(), s.history.operations.size());
  std::int64_t at = 0;
  for (std::size_t i = 0; i < time.size(); ++i) {
    const auto& op = s.history.operations[i];
    at += unzigzag(time[i]);
    EXPECT_EQ(at, op.invoke_ns / 1000);
    EXPECT_EQ(unzigzag(process[i]), op.process.value());
    EXPECT_EQ(data["functions"][kind[i] / 3], op.f.name());
    EXPECT_EQ(kind[i] % 3, op.outcome == history::Type::ok     ? 0u
                           : op.outcome == history::Type::fail ? 1u
                                                               : 2u);
    if (op.complete_ns != history::kNever) {
      EXPECT_EQ(static_cast<std::int64_t>(latency[i]) - 1, op.complete_ns / 1000 - at);
    }
    if (op.f == "write") {
      EXPECT_EQ(unzigzag((first[i] - 1) / 2), *op.input.integer());
    }
  }
  EXPECT_EQ(data["anomalies"].size(), 1u);
  EXPECT_EQ(data["faults"].size(), 5u);
}

TEST(Columns, IntegersThatJavaScriptCannotHoldAreKeptAsText) {
  auto s = sample::valid(1);
  s.history.operations[0].f = history::Symbol("write");
  s.history.operations[0].input = std::int64_t{9'007'199'254'740'993};
  const auto data = nlohmann::json::parse(page_data(s.history, s.verdict));
  EXPECT_EQ(data["values"][0], "9007199254740993");
}

TEST(Columns, MoreOperationsThanThePageHoldsAreThinnedButWitnessesStay) {
  const auto s = sample::stale_read(1000);
  const auto data = nlohmann::json::parse(page_data(s.history, s.verdict, 100));
  EXPECT_EQ(data["stride"], 10);
  EXPECT_LE(data["count"].get<std::size_t>(), 104u);
  const auto index = varints(data["index"]);
  std::set<std::int64_t> kept;
  std::int64_t at = -1;
  for (const auto delta : index) kept.insert(at += static_cast<std::int64_t>(delta));
  for (const auto op : s.verdict.checks[0].anomalies[0].operations) EXPECT_TRUE(kept.contains(op));
}

}  // namespace
}  // namespace riptide::reports
