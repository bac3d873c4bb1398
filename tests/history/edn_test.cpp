// EDN as Jepsen, Knossos and Porcupine write it, in all of its shapes.
#include <gtest/gtest.h>

#include <cmath>

#include "history/edn_text.hpp"
#include "history/reader.hpp"
#include "tests/history/events_of.hpp"

namespace riptide::history {
namespace {

History parsed(std::string_view text, Format format = Format::automatic) {
  auto history = parse_history(text, "h.edn", format);
  EXPECT_TRUE(history) << history.error().text() << "\n" << text.substr(0, 200);
  return history ? std::move(*history) : History();
}

std::string refusal(std::string_view text, Format format = Format::automatic) {
  const auto history = parse_history(text, "h.edn", format);
  EXPECT_FALSE(history) << text.substr(0, 200);
  if (history) return "";
  EXPECT_FALSE(history.error().fix().empty()) << history.error().text();
  return history.error().text();
}

::testing::AssertionResult holds(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << text << "' lacks '" << part << "'";
}

Value value_of(std::string_view edn) {
  EdnCursor cursor(edn);
  Value value("not read");
  EXPECT_TRUE(cursor.read_value(value) && cursor.finish()) << edn << ": " << cursor.problem();
  return value;
}

std::string problem_of(std::string_view edn) {
  EdnCursor cursor(edn);
  Value value;
  EXPECT_FALSE(cursor.read_value(value) && cursor.finish()) << edn;
  return cursor.problem();
}

const char* const kWrite = "{:process 3, :type :invoke, :f :write, :value 4}";
const char* const kWrote = "{:process 3, :type :ok, :f :write, :value 4}";

TEST(Edn, FormsBecomeValues) {
  using List = Value::List;
  const std::vector<std::pair<const char*, Value>> all{
      {"nil", {}},
      {"true", true},
      {"false", false},
      {"17", 17},
      {"-17", -17},
      {"+17", 17},
      {"0", 0},
      {"9223372036854775807", std::int64_t{9223372036854775807}},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"17N", 17},
      {"9223372036854775808", "9223372036854775808"},
      {"-99999999999999999999N", "-99999999999999999999"},
      {"1.0", 1.0},
      {"1.", 1.0},
      {"-1.5e-3", -0.0015},
      {"2e3", 2000.0},
      {"1.50M", "1.50M"},
      {"2/3", "2/3"},
      {"##Inf", INFINITY},
      {"##-Inf", -INFINITY},
      {"##NaN", NAN},
      {R"("a\"\\\n\tµ\u00b5\101")", "a\"\\\n\tµµA"},
      {"\"two\nlines\"", "two\nlines"},
      {":key-word", "key-word"},
      {":a/b", "a/b"},
      {"symbol", "symbol"},
      {"-", "-"},
      {"\\a", "a"},
      {"\\newline", "\n"},
      {"\\space", " "},
      {"\\u00b5", "µ"},
      {"\\(", "("},
      {"[1 2, 3]", List{1, 2, 3}},
      {"(1 [2] ())", List{1, List{2}, List{}}},
      {"#{3 1 2}", List{1, 2, 3}},
      {"{:b 2 :a [1]}", List{List{"a", List{1}}, List{"b", 2}}},
      {"#inst \"2026-01-01\"", "2026-01-01"},
      {"#foo.Bar{:a 1}", List{List{"a", 1}}},
      {"#_ 1 #_#_ 2 3 4", 4},
      {"; comment\n 5 ; more", 5},
      {"[[:append 9 2] [:r 8 nil]]", List{List{"append", 9, 2}, List{"r", 8, {}}}}};
  for (const auto& [edn, value] : all) EXPECT_EQ(value_of(edn), value) << edn;
}

TEST(Edn, OneAndOnePointZeroStayWhatTheyAre) {
  EXPECT_NE(value_of("1"), value_of("1.0"));
  EXPECT_NE(value_of("1"), value_of("\"1\""));
  const History history = parsed(
      "{:process 1 :type :invoke :f :write :value 1.0}\n"
      "{:process 1 :type :ok :f :write :value 1.0}\n");
  EXPECT_NE(history.operations[0].input.real(), nullptr);
}

TEST(Edn, WhatIsNoEdnSaysWhy) {
  const std::vector<std::pair<std::string, const char*>> all{
      {"", "expected a value, found the end"},
      {"[1 2", "expected a value or ']', found the end"},
      {"[1 2)", "expected a value or ']', found ')'"},
      {"{:a}", "a key without a value: \"a\""},
      {"{:a 1 :a 2}", "has the key \"a\" twice"},
      {"#{1 1}", "holds 1 twice"},
      {"007", "a number begins with 0: 007"},
      {"0x1F", "expected a number, found 0x1F"},
      {"1e999", "a number that a double cannot hold"},
      {"12abc", "expected a number, found 12abc"},
      {"[+1x]", "expected a number, found +1x"},
      {"\"abc", "expected the string's closing quote, found the end"},
      {"\"\\q\"", "there is no escape \\q"},
      {"\"\\ud800\"", "there is no escape \\u"},
      {"\"\xFF\"", "a string is not UTF-8: found byte 0xff"},
      {"a\xFFzzzz", "a name is not UTF-8"},
      {"\\nothing", "there is no character \\nothing"},
      {": 1", "a keyword has no name"},
      {"^meta 1", "found '^'"},
      {"@x", "found '@'"},
      {"#\"regex\"", "a set, a tag or ## behind '#'"},
      {"##Nope", "found ##Nope"},
      {std::string("\0", 1), "found byte 0x00"},
      {"1 2", "expected nothing more, found '2'"}};
  for (const auto& [edn, said] : all) EXPECT_TRUE(holds(problem_of(edn), said));
}

TEST(Edn, DeepNestingIsRefusedWhateverItIsMadeOf) {
  for (const char* opening : {"[", "(", "#{", "{1 ", "#a ", "#_ ", "[#_"}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += opening;
    EXPECT_TRUE(holds(problem_of(text), "nested more than 64 deep")) << opening;
    EXPECT_TRUE(holds(refusal("{:process 1 :value " + text), "nested more than 64 deep"));
  }
}

TEST(Edn, EveryShapeOfAHistoryIsTheSameHistory) {
  const std::string write = kWrite, wrote = kWrote;
  const std::vector<std::string> all{
      write + "\n" + wrote + "\n",
      write + wrote,
      "[" + write + " " + wrote + "]",
      "(" + write + "\n\n" + wrote + ")\n; the end",
      "; a comment\n[" + write + ", #_ {:no event} " + wrote + " #_ 7]",
      "\xEF\xBB\xBF" + write + "\r\n" + wrote + "\r\n",
      "{:value 4\n ; in between\n :f :write\n :type :invoke,\n\n :process 3}{:f :write :value 4 "
      ":process 3 :type :ok}",
      "#jepsen.history.Op" + write + "\n#jepsen.history.Op " + wrote,
      "[3 :invoke :write 4]\n[3 :ok :write 4]",
      "[[3 :invoke :write 4]\n[3 :ok :write 4]]",
      "([3 :invoke :write 4 nil] (3 :ok :write 4))",
      "3\t:invoke\t:write\t4\n3\t:ok\t:write\t4\n",
      "3 :invoke :write 4\r\n3 :ok :write 4\r\n",
      "{:process 3, :type \"invoke\", :f \"write\", :value 4} {:process 3 :type ok :f write}",
      "INFO  jepsen.util - 3\t:invoke\t:write\t4\nINFO  jepsen.util - 3\t:ok\t:write\t4\n",
      "2026-01-01 12:00:00,1{GMT}\tINFO\t[jepsen worker 3] jepsen.util: 3   :invoke :write  4\n"
      "2026-01-01 12:00:00,2{GMT}\tINFO\t[jepsen worker 3] jepsen.util: 3   :ok     :write  4\n"};
  for (const std::string& text : all) {
    const History history = parsed(text);
    ASSERT_EQ(history.operations.size(), 1u) << text;
    const Operation& operation = history.operations[0];
    EXPECT_EQ(operation.process, Process(3)) << text;
    EXPECT_EQ(operation.f, Symbol("write")) << text;
    EXPECT_EQ(operation.key, Value()) << text;
    EXPECT_EQ(operation.input, Value(4)) << text;
    EXPECT_EQ(operation.outcome, Type::ok) << text;
    EXPECT_EQ(operation.invoke_ns, 0) << text;
    EXPECT_EQ(operation.complete_ns, 1000) << text;
    EXPECT_TRUE(history.warnings.empty()) << text << ": " << history.warnings[0];
  }
}

TEST(Edn, TheOrderOfEventsIsTheirTimeWhateverTheTimesSay) {
  const History history = parsed(
      "{:process 1 :type :invoke :f :write :value 1 :time 50}"
      "{:process 2 :type :invoke :f :read :time 20}"
      "{:process 1 :type :ok :f :write :time 50}"
      "{:process 2 :type :ok :f :read :value 1 :time 80}"
      "{:process 1 :type :invoke :f :read}"
      "{:process 1 :type :info :f :read :time -1}");
  EXPECT_EQ(history.operations[0].invoke_ns, 50);
  EXPECT_EQ(history.operations[1].invoke_ns, 51);
  EXPECT_EQ(history.operations[0].complete_ns, 52);
  EXPECT_EQ(history.operations[1].complete_ns, 80);
  EXPECT_EQ(history.operations[2].invoke_ns, 1080);
  EXPECT_EQ(history.operations[2].gave_up_ns, 2080);
  ASSERT_EQ(history.warnings.size(), 1u);
  EXPECT_TRUE(holds(history.warnings[0], "1 events have a :time before that of an earlier event"));
}

TEST(Edn, TaggedTuplesCarryTheKey) {
  const History history = parsed(
      "{:process 1 :type :invoke :f :cas :value #jepsen.independent.tuple [7 [1 2]]}"
      "{:process 1 :type :ok :f :cas :value #jepsen.independent.tuple [7 [1 2]]}"
      "{:process 1 :type :invoke :f :read :value #jepsen.independent.tuple [\"k\" nil]}"
      "{:process 1 :type :ok :f :read :value #jepsen.independent.tuple [\"k\" 3]}");
  EXPECT_EQ(history.operations[0].key, Value(7));
  EXPECT_EQ(history.operations[0].input, Value(Value::List{1, 2}));
  EXPECT_EQ(history.operations[1].key, Value("k"));
  EXPECT_EQ(history.operations[1].output, Value(3));
  EXPECT_TRUE(holds(refusal("{:process 1 :type :invoke :f :r :value #jepsen.independent.tuple 3}"),
                    "expected a tuple [key value], found 3"));
}

TEST(Edn, BarePairsCarryTheKeyOnlyWhereNothingElseIsPossible) {
  const History keyed = parsed(
      "{:process 1 :type :invoke :f :cas :value [7 [1 2]]}{:process 1 :type :fail :f :cas :value "
      "[7 [1 2]]}{:process 1 :type :invoke :f :read :value [7 nil]}{:process 1 :type :ok :f :read "
      ":value [7 3]}");
  EXPECT_EQ(keyed.operations[0].key, Value(7));
  EXPECT_EQ(keyed.operations[1].output, Value(3));
  const History plain = parsed(
      "{:process 1 :type :invoke :f :cas :value [1 2]}{:process 1 :type :ok :f :cas :value [1 2]}"
      "{:process 1 :type :invoke :f :read :value nil}{:process 1 :type :ok :f :read :value 2}");
  EXPECT_EQ(plain.operations[0].input, Value(Value::List{1, 2}));
  EXPECT_TRUE(plain.operations[0].key.is_nil());
  const History transactions = parsed(
      "{:process 1 :type :invoke :f :txn :value [[:append 9 2] [:r 8 nil]]}"
      "{:process 1 :type :ok :f :txn :value [[:append 9 2] [:r 8 [1]]]}");
  EXPECT_EQ(transactions.operations[0].output.list()->size(), 2u);
}

TEST(Edn, TheNemesisIsNoClientAndNeverAnError) {
  const History history = parsed(
      "{:process :nemesis, :type :info, :f :start, :value nil}"
      "{:process :nemesis, :type :info, :f :start, :value [:isolated {\"n1\" #{\"n2\"}}]}"
      "{:process :nemesis, :type :info, :value {:phase :asked, :id \"x\"}, :error [:odd]}"
      "{:process :checker, :type :info, :f :note, :value :fine}"
      "{:process :nemesis, :type :invoke, :f :leader, :value {:term nil}}");
  EXPECT_TRUE(history.operations.empty());
  ASSERT_EQ(history.events.size(), 5u);
  EXPECT_EQ(history.events[0].f, Symbol("start"));
  EXPECT_EQ(history.events[1].detail, R"(["isolated",{"n1":["n2"]}])");
  EXPECT_EQ(history.events[2].detail, R"({"phase":"asked","id":"x"})");
  EXPECT_EQ(history.events[2].error, "[:odd]");
  EXPECT_EQ(history.events[3].value, Value("fine"));
}

TEST(Edn, AProcessWithANameThatInvokesIsAClient) {
  const History history = parsed(
      "{:process :a :type :invoke :f :write :value 1}{:process :b :type :invoke :f :read}"
      "{:process :a :type :info :f :write :error :timeout}{:process :b :type :ok :f :read :value "
      "1}");
  ASSERT_EQ(history.operations.size(), 2u);
  EXPECT_NE(history.operations[0].process, history.operations[1].process);
  EXPECT_EQ(history.operations[0].error, "timeout");
  EXPECT_TRUE(history.events.empty());
}

TEST(Edn, ErrorsOfAnyKindAreKept) {
  const auto events = events_of(
      "{:process 1 :type :info :f :x :error [:timeout \"n1\"] :node :n2 :index 4}"
      "{:process 1 :type :info :f :x :error \"broken pipe\" :exception {:via [{:type E}]}}");
  EXPECT_EQ(events[0].error, "[:timeout \"n1\"]");
  EXPECT_EQ(events[0].node, Symbol("n2"));
  EXPECT_EQ(events[0].extra, R"({"index":4})");
  EXPECT_EQ(events[1].error, "broken pipe");
  EXPECT_EQ(events[1].extra, R"({"exception":{"via":[{"type":"E"}]}})");
}

TEST(Edn, PorcupinesKvLogsAreTold) {
  const std::string text =
      "{:process 0, :type :invoke, :f :get, :key \"7\", :value nil}\n"
      "{:process 0, :type :ok, :f :get, :key \"7\", :value \"\"}\n";
  const History history = parsed(text);
  EXPECT_EQ(history.format, Format::kv);
  EXPECT_EQ(history.operations[0].key, Value("7"));
  EXPECT_EQ(history.operations[0].output, Value(""));
  EXPECT_EQ(parsed(text, Format::edn).format, Format::edn) << "what is asked for counts";
  EXPECT_EQ(parsed(std::string(kWrite) + kWrote).format, Format::edn);
}

TEST(Edn, AListThatIsCutOffAtAnyByteLosesOnlyItsLastForm) {
  const std::string write = kWrite, wrote = kWrote;
  const std::string text = "[" + write + "\n " + wrote + "\n]";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    const auto history = parse_history(std::string_view(text).substr(0, cut), "h");
    ASSERT_TRUE(history) << cut << ": " << history.error().text();
    EXPECT_EQ(history->operations.size(), cut > write.size() ? 1u : 0u) << cut;
    const bool complete =
        history->operations.size() == 1 && history->operations[0].outcome == Type::ok;
    EXPECT_EQ(complete, cut > 2 + write.size() + wrote.size()) << cut;
    EXPECT_EQ(history->warnings.size(), 1u) << cut;
  }
}

TEST(Edn, AFormThatSwallowsTheRestIsDamageAndNotACutOffEnd) {
  const std::string write = kWrite, wrote = kWrote;
  EXPECT_TRUE(holds(refusal(write + "\n{:process 4 :type :ok :f :write :value \"open}\n" + wrote),
                    "h.edn:2: the form that begins here never ends"));
  EXPECT_TRUE(holds(refusal(write + "\n{:process 4 :type :ok {\n" + wrote),
                    "h.edn:2: the form that begins here never ends"));
  EXPECT_TRUE(holds(refusal("[3 :invoke :read\n[3 :ok :read 4]\n"), "h.edn:1"));
}

TEST(Edn, DamageIsNamedWithLineColumnWhatWasFoundAndWhatWasExpected) {
  const std::vector<std::pair<std::string, const char*>> all{
      {"{:type :ok, :f :read}", "h.edn:2:22: expected the field :process, found none"},
      {"{:process 1 :f :read}", "expected the field :type, found none"},
      {"{:process 1 :type :ok}", "expected the field :f, found none"},
      {"{:process 1 :process 2}", "the field :process stands twice"},
      {"{:process 1 :type :ok :f :x :a 1 :a 2}", "the field :a stands twice"},
      {"{:process -1}", "found -1"},
      {"{:process nil}", "found nil"},
      {"{:process - :type :ok}", "expected a number, found -"},
      {"[-", "expected a number, found -"},
      {"{:process 1.5}", "expected an integer of 64 bits, found 1.5"},
      {"{:process 99999999999999999999}", "found 99999999999999999999"},
      {"{:type :okay}", "found okay"},
      {"{:type 3}", "expected a keyword, found '3'"},
      {"{:process 1 :time \"x\"}", "expected an integer, found '\"'"},
      {"{:process 1 :time -5}", "expected :time in nanoseconds since the start, found -5"},
      {"{:process 1 :time}", "expected an integer, found '}'"},
      {"{:process 1 :value}", "found '}'"},
      {"}", "expected an event"},
      {"]", "expected an event"},
      {"hello world", "expected an event"},
      {"3", "expected a keyword, found the end"},
      {"3 :invoke", "expected a keyword, found the end"},
      {"3 :invoke :read [4", "expected a value or ']', found the end"},
      {"[3 :invoke]", "expected a keyword, found ']'"},
      {"#{1}", "expected an event, found '#'"}};
  for (const auto& [form, said] : all) {
    const std::string text = refusal(std::string(kWrite) + "\n" + form + "\n" + kWrote + "\n");
    EXPECT_TRUE(holds(text, said)) << form;
    EXPECT_TRUE(holds(text, "h.edn:2:")) << form;
  }
  EXPECT_TRUE(
      holds(refusal("[" + std::string(kWrite) + "]" + kWrote), "behind the list of events"));
  EXPECT_TRUE(holds(refusal("[" + std::string(kWrite) + ")"), "expected an event"));
}

TEST(Edn, AnEmptyListIsAnEmptyHistory) {
  for (const char* text : {"[]", "()", "; nothing\n", "[ #_ 1 ]\n"})
    EXPECT_TRUE(parsed(text).operations.empty()) << text;
}

TEST(Edn, AMegabyteIsOneValue) {
  const std::string large(1 << 20, 'x');
  const History history = parsed("{:process 1 :type :invoke :f :write :value \"" + large + "\"}");
  EXPECT_EQ(*history.operations[0].input.text(), large);
}

TEST(EtcdLog, WhatDidNotSucceedHasAnErrorInPlaceOfAValue) {
  const History history = parsed(
      "INFO  jepsen.util - 1\t:invoke\t:cas\t[3 0]\nINFO  jepsen.util - 2\t:invoke\t:read\tnil\n"
      "INFO  jepsen.util - 3\t:invoke\t:cas\t[3 0]\nINFO  jepsen.util - "
      "1\t:info\t:cas\t:timed-out\n"
      "INFO  jepsen.util - 2\t:fail\t:read\t:timed-out\nINFO  jepsen.util - 3\t:fail\t:cas\t[3 0]\n"
      "INFO  jepsen.util - 4\t:invoke\t:write\t5\n"
      "INFO  jepsen.util - 4\t:info\t:write\t5\tSocket: read timed out\n");
  EXPECT_EQ(history.format, Format::etcd);
  EXPECT_EQ(history.operations[0].outcome, Type::info);
  EXPECT_EQ(history.operations[0].error, "timed-out");
  EXPECT_EQ(history.operations[1].outcome, Type::fail);
  EXPECT_EQ(history.operations[2].output, Value(Value::List{3, 0}));
  EXPECT_EQ(history.operations[3].error, "Socket: read timed out");
}

TEST(EtcdLog, OtherLinesArePassedOverAndCounted) {
  const std::string one = "INFO  jepsen.util - 1\t:invoke\t:read\tnil\n";
  const History history = parsed(
      "Running test\nINFO  jepsen.core - Worker 1 starting\n" + one +
      "WARN  jepsen.client - odd\njava.lang.Exception: trace\n\tat line 5\nINFO  jepsen.util - "
      ":nemesis\t:info\t:start\tCut off {n1 #{n2}} (\n");
  EXPECT_EQ(history.operations.size(), 1u);
  EXPECT_EQ(history.events.size(), 1u);
  ASSERT_EQ(history.warnings.size(), 1u);
  EXPECT_TRUE(holds(history.warnings[0], "5 lines are no operations"));
  EXPECT_TRUE(holds(refusal(one + "damage\n" + one), "h.edn:2: expected a line such as"));
  EXPECT_TRUE(holds(refusal(one + "INFO  jepsen.util - 1\t:ok\t:read\t[3\n" + one), "h.edn:2:"));
}

TEST(EtcdLog, ALastLineThatIsCutOffIsSaid) {
  const std::string one = "INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]\n";
  for (const char* cut : {"INFO  jep", "INFO  jepsen.util - 1\t:in", "INFO  jepsen.util - 1\t:ok",
                          "INFO  jepsen.util - 1\t:ok\t:cas\t[1"}) {
    const History history = parsed(one + cut);
    EXPECT_EQ(history.operations[0].outcome, Type::info) << cut;
    EXPECT_EQ(history.warnings.size(), 1u) << cut;
  }
}

TEST(Formats, NamesAndThoseThatAreNearlyOne) {
  for (const char* word : {"auto", "jsonl", "edn", "etcd", "kv"})
    EXPECT_EQ(name(*format_named(word)), word);
  const auto unknown = format_named("ednn");
  ASSERT_FALSE(unknown);
  EXPECT_TRUE(holds(unknown.error().fix(), "Did you mean 'edn'?"));
}

TEST(Formats, TheContentDecides) {
  EXPECT_EQ(detect_format("{\"riptide\":1"), Format::jsonl);
  EXPECT_EQ(detect_format("\n {:process"), Format::edn);
  EXPECT_EQ(detect_format("; x\n\n[{"), Format::edn);
  EXPECT_EQ(detect_format("3 :invoke :read nil"), Format::edn);
  EXPECT_EQ(detect_format(":nemesis :info :start nil"), Format::edn);
  EXPECT_EQ(detect_format("Starting\nINFO  jepsen.util - 3 :invoke :read nil"), Format::etcd);
  EXPECT_EQ(detect_format("Starting\n"), Format::automatic);
  EXPECT_EQ(detect_format(""), Format::automatic);
}

}  // namespace
}  // namespace riptide::history
