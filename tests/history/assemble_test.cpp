#include <gtest/gtest.h>

#include "history/assembler.hpp"

namespace riptide::history {
namespace {

Event event(std::int64_t t_ns, int process, Type type, const char* f, Value key, Value value) {
  Event made;
  made.t_ns = t_ns;
  made.process = Process(process);
  made.type = type;
  made.f = Symbol(f);
  made.key = std::move(key);
  made.value = std::move(value);
  return made;
}

Event nemesis(std::int64_t t_ns, const char* f, std::string detail) {
  Event made = event(t_ns, -1, Type::info, f, {}, {});
  made.detail = std::move(detail);
  return made;
}

/// The lines begin with 2, as in a history.jsonl.
Result<History> assemble(std::vector<Event> events, Origin origin) {
  History history;
  Assembler assembler(history, origin);
  std::uint64_t line = 1;
  for (Event& each : events)
    if (auto taken = assembler.take(each, ++line); !taken) return taken.error();
  assembler.finish();
  return history;
}

History assembled(std::vector<Event> events, Origin origin = Origin::riptide) {
  auto result = assemble(std::move(events), origin);
  EXPECT_TRUE(result) << result.error().text();
  return result ? std::move(*result) : History();
}

std::string refusal(std::vector<Event> events) {
  const auto result = assemble(std::move(events), Origin::riptide);
  EXPECT_FALSE(result);
  return result ? "" : result.error().text();
}

::testing::AssertionResult holds(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << text << "' lacks '" << part << "'";
}

TEST(Assemble, AnInvocationAndItsCompletionAreOneOperation) {
  Event invoked = event(10, 3, Type::invoke, "read", 5, {});
  invoked.node = Symbol("n1");
  Event answered = event(20, 3, Type::ok, "read", 5, 17);
  answered.node = Symbol("n2");
  const History history = assembled({invoked, answered});
  ASSERT_EQ(history.operations.size(), 1u);
  const Operation& operation = history.operations[0];
  EXPECT_EQ(operation.process, Process(3));
  EXPECT_EQ(operation.f, Symbol("read"));
  EXPECT_EQ(operation.key, Value(5));
  EXPECT_EQ(operation.input, Value());
  EXPECT_EQ(operation.output, Value(17));
  EXPECT_EQ(operation.invoke_ns, 10);
  EXPECT_EQ(operation.complete_ns, 20);
  EXPECT_EQ(operation.outcome, Type::ok);
  EXPECT_EQ(operation.node, Symbol("n2")) << "who answered counts, not who was asked";
  EXPECT_EQ(operation.gave_up_ns, kNever);
}

TEST(Assemble, AnInfoNeverCompletesAndRemembersWhenItWasGivenUp) {
  Event gave_up = event(20, 3, Type::info, "write", 5, 17);
  gave_up.error = "timeout";
  const History history = assembled({event(10, 3, Type::invoke, "write", 5, 17), gave_up});
  EXPECT_EQ(history.operations[0].outcome, Type::info);
  EXPECT_EQ(history.operations[0].complete_ns, kNever);
  EXPECT_EQ(history.operations[0].gave_up_ns, 20);
  EXPECT_EQ(history.operations[0].error, "timeout");
}

TEST(Assemble, AMissingCompletionIsAnInfo) {
  const History history = assembled({event(10, 3, Type::invoke, "write", 5, 17)});
  EXPECT_EQ(history.operations[0].outcome, Type::info);
  EXPECT_EQ(history.operations[0].complete_ns, kNever);
  EXPECT_EQ(history.operations[0].gave_up_ns, kNever);
}

TEST(Assemble, AFailHasATimeAndIsKept) {
  const History history = assembled({event(10, 3, Type::invoke, "cas", 5, Value::List{1, 2}),
                                     event(15, 3, Type::fail, "cas", {}, {}),
                                     event(16, 3, Type::invoke, "read", 5, {})});
  EXPECT_EQ(history.operations[0].outcome, Type::fail);
  EXPECT_EQ(history.operations[0].complete_ns, 15);
  EXPECT_EQ(history.operations[0].key, Value(5)) << "a completion may leave the key out";
}

TEST(Assemble, OperationsStandByTimeOfInvocationAndAreNumberedSo) {
  const History history = assembled(
      {event(30, 1, Type::invoke, "read", 1, {}), event(10, 2, Type::invoke, "read", 2, {}),
       event(20, 2, Type::ok, "read", 2, {}), event(30, 2, Type::invoke, "read", 3, {})});
  ASSERT_EQ(history.operations.size(), 3u);
  EXPECT_EQ(history.operations[0].key, Value(2));
  EXPECT_EQ(history.operations[1].key, Value(1)) << "at equal times the file's order holds";
  EXPECT_EQ(history.operations[2].key, Value(3));
  for (OpIndex i = 0; i < 3; ++i) EXPECT_EQ(history.operations[i].index, i);
}

TEST(Assemble, InvokingTwiceNamesBothLines) {
  const std::string text =
      refusal({event(1, 3, Type::invoke, "read", 5, {}), event(2, 4, Type::invoke, "read", 5, {}),
               event(3, 3, Type::invoke, "write", 6, 1)});
  EXPECT_TRUE(holds(text, "line 4: process 3 invokes 'write' of key 6"));
  EXPECT_TRUE(holds(text, "'read' of key 5 of line 2"));
}

TEST(Assemble, CompletingWhatWasNotInvokedNamesTheLine) {
  EXPECT_TRUE(holds(refusal({event(1, 3, Type::ok, "read", 5, {})}),
                    "line 2: process 3 completes 'read' of key 5 (ok), but it has nothing open"));
  EXPECT_TRUE(
      holds(refusal({event(1, 3, Type::invoke, "read", 5, {}), event(2, 3, Type::ok, "read", 5, 1),
                     event(3, 3, Type::ok, "read", 5, 1)}),
            "line 4"));
  EXPECT_TRUE(holds(
      refusal({event(1, 3, Type::invoke, "read", 5, {}), event(2, 3, Type::ok, "write", 5, 1)}),
      "but it invoked 'read' of key 5 in line 2"));
  EXPECT_TRUE(holds(
      refusal({event(1, 3, Type::invoke, "read", 5, {}), event(2, 3, Type::ok, "read", 6, 1)}),
      "but it invoked 'read' of key 5 in line 2"));
}

TEST(Assemble, AProcessDoesNotGoBackInTime) {
  EXPECT_TRUE(holds(
      refusal({event(10, 3, Type::invoke, "read", 5, {}), event(9, 3, Type::ok, "read", 5, 1)}),
      "line 3: process 3 goes back in time, from 10 ns (line 2) to 9 ns"));
}

TEST(Assemble, AProcessThatGoesOnAfterAnInfoIsAWarning) {
  const History history =
      assembled({event(1, 3, Type::invoke, "write", 5, 1), event(2, 3, Type::info, "write", 5, 1),
                 event(3, 3, Type::invoke, "write", 5, 2), event(4, 3, Type::info, "write", 5, 2),
                 event(5, 3, Type::invoke, "read", 5, {})});
  EXPECT_EQ(history.operations.size(), 3u);
  ASSERT_EQ(history.warnings.size(), 1u);
  EXPECT_TRUE(holds(history.warnings[0], "line 4: process 3 goes on after an info"));
  EXPECT_TRUE(holds(history.warnings[0], "2 such invocations"));
}

TEST(Assemble, AFaultIsMadeOfItsFourEvents) {
  const History history = assembled(
      {nemesis(1, "partition", R"({"phase":"asked","id":3,"description":"cut","targets":["n1"]})"),
       nemesis(2, "partition",
               R"({"phase":"took-effect","id":3,"description":"cut n1 | n2 n3",)"
               R"("targets":["n1"],"proof":{"dropped":12}})"),
       nemesis(3, "partition", R"({"phase":"heal-asked","id":3})"),
       nemesis(4, "partition", R"({"phase":"healed","id":3,"proof":{"answered":true}})")});
  ASSERT_EQ(history.faults.size(), 1u);
  const Fault& fault = history.faults[0];
  EXPECT_EQ(fault.id, 3u);
  EXPECT_EQ(fault.name, "partition");
  EXPECT_EQ(fault.description, "cut n1 | n2 n3");
  EXPECT_EQ(fault.targets, std::vector<std::string>{"n1"});
  EXPECT_EQ(fault.asked_ns, 1);
  EXPECT_EQ(fault.took_effect_ns, 2);
  EXPECT_EQ(fault.heal_asked_ns, 3);
  EXPECT_EQ(fault.healed_ns, 4);
  EXPECT_EQ(fault.proof_json, R"({"dropped":12})");
  EXPECT_EQ(fault.heal_proof_json, R"({"answered":true})");
  EXPECT_TRUE(fault.proved());
}

TEST(Assemble, AFaultThatFailedOrNeverTookEffectIsNotProved) {
  const History history =
      assembled({nemesis(1, "kill", R"({"phase":"asked","id":0})"),
                 nemesis(2, "kill", R"({"phase":"took-effect","id":0})"),
                 nemesis(3, "kill", R"({"phase":"failed","id":0,"failure":"it still runs"})"),
                 nemesis(4, "pause", R"({"phase":"asked","id":1})"),
                 nemesis(5, "pause", R"({"phase":"asked","id":2})"),
                 nemesis(6, "pause", R"({"phase":"failed","id":2})")});
  ASSERT_EQ(history.faults.size(), 3u);
  EXPECT_EQ(history.faults[0].failure, "it still runs");
  EXPECT_EQ(history.faults[2].failure, "no reason was recorded");
  for (const Fault& fault : history.faults) EXPECT_FALSE(fault.proved());
}

TEST(Assemble, FaultsThatMakeNoSenseNameTheirLine) {
  EXPECT_TRUE(holds(refusal({nemesis(1, "kill", R"({"phase":"healed","id":7})")}),
                    "line 2: fault 7 is 'healed', but nobody asked for it"));
  EXPECT_TRUE(holds(refusal({nemesis(1, "kill", R"({"phase":"asked","id":7})"),
                             nemesis(2, "kill", R"({"phase":"asked","id":7})")}),
                    "line 3: fault 7 is asked for twice"));
  EXPECT_TRUE(holds(refusal({nemesis(1, "kill", R"({"phase":"asked","id":7})"),
                             nemesis(2, "pause", R"({"phase":"healed","id":7})")}),
                    "line 3: fault 7 is a 'kill', but this event says 'pause'"));
  EXPECT_TRUE(holds(refusal({nemesis(1, "kill", R"({"phase":"begun","id":7})")}),
                    "took-effect, heal-asked"));
  EXPECT_TRUE(holds(refusal({nemesis(1, "kill", R"({"phase":"asked","id":"x"})")}),
                    "must be a whole number"));
  EXPECT_TRUE(holds(refusal({nemesis(1, "leader", R"({"node":"n2"})")}), "line 2"));
  EXPECT_TRUE(holds(refusal({nemesis(1, "kill", "{")}), "line 2"));
}

TEST(Assemble, LeadersAreTheChangesOnly) {
  const History history = assembled({nemesis(1, "leader", R"({"node":"n2","term":4})"),
                                     nemesis(2, "leader", R"({"node":"n2","term":4})"),
                                     nemesis(3, "leader", R"({"node":null,"term":4})"),
                                     nemesis(4, "leader", R"({"node":"n2","term":5})")});
  ASSERT_EQ(history.leaders.size(), 3u);
  EXPECT_EQ(history.leaders[0].node, Symbol("n2"));
  EXPECT_TRUE(history.leaders[1].node.empty());
  EXPECT_EQ(history.leaders[2].term, 5u);
  EXPECT_EQ(history.leaders[2].t_ns, 4);
}

TEST(Assemble, OtherEventsOfTheNemesisStayEvents) {
  const History history = assembled({nemesis(1, "heal-all", R"({"waited_ms":3})"),
                                     nemesis(2, "note", ""), nemesis(3, "note", "[1]")});
  EXPECT_EQ(history.events.size(), 3u);
  EXPECT_TRUE(history.faults.empty());
  EXPECT_TRUE(history.operations.empty());
}

TEST(Assemble, WhatAForeignNemesisSaysIsNeverAnError) {
  const History history =
      assembled({nemesis(1, "leader", R"({"node":"n2"})"), nemesis(2, "kill", "{"),
                 nemesis(3, "kill", R"({"phase":"healed","id":7})")},
                Origin::foreign);
  EXPECT_EQ(history.events.size(), 3u);
  EXPECT_TRUE(history.faults.empty());
}

TEST(Assemble, AnOkThatContradictsItsInvocationIsAnError) {
  EXPECT_TRUE(holds(
      refusal({event(1, 3, Type::invoke, "write", 5, 5), event(2, 3, Type::ok, "write", 5, 6)}),
      "line 3: process 3 completes 'write' of key 5 (ok) with the value 6, but it "
      "invoked it with 5 in line 2"));
  const History history =
      assembled({event(1, 3, Type::invoke, "write", 5, 5), event(2, 3, Type::ok, "write", 5, {}),
                 event(3, 3, Type::invoke, "write", 5, 5), event(4, 3, Type::fail, "write", 5, 6),
                 event(5, 3, Type::invoke, "read", 5, 9), event(6, 3, Type::ok, "read", 5, 6)});
  EXPECT_EQ(history.operations.size(), 3u) << "silence, a failure and a read contradict nothing";
}

TEST(Assemble, AWriteWhoseValueIsToldAtItsEndHasThatValue) {
  const History history =
      assembled({event(1, 3, Type::invoke, "write", 5, {}), event(2, 3, Type::ok, "write", 5, 6)});
  EXPECT_EQ(history.operations[0].input, Value(6));
}

std::vector<Event> pairs(Value invoked, Value read, Value other) {
  return {event(1, 3, Type::invoke, "read", {}, std::move(invoked)),
          event(2, 3, Type::ok, "read", {}, std::move(read)),
          event(3, 3, Type::invoke, "write", {}, std::move(other)),
          event(4, 3, Type::info, "write", {}, "timed-out")};
}

TEST(Assemble, PairsAreKeysWhereEveryValueIsOneAndAnInvocationLeavesItsValueOut) {
  const History history =
      assembled(pairs(Value::List{7, {}}, Value::List{7, 1}, Value::List{8, 2}), Origin::foreign);
  EXPECT_EQ(history.operations[0].key, Value(7));
  EXPECT_EQ(history.operations[0].input, Value());
  EXPECT_EQ(history.operations[0].output, Value(1));
  EXPECT_EQ(history.operations[1].key, Value(8));
  EXPECT_EQ(history.operations[1].input, Value(2));
  EXPECT_EQ(history.operations[1].output, Value("timed-out"));
}

TEST(Assemble, PairsStayValuesWhereAnyEventSpeaksAgainstKeys) {
  const Value::List pair{8, 2};
  for (const std::vector<Event>& events :
       {pairs(Value::List{7, {}}, Value::List{7, 1}, 2), pairs({}, Value::List{7, 1}, pair),
        pairs(Value::List{7, {}}, Value::List{6, 1}, pair), pairs(Value::List{7, 1}, {}, pair)}) {
    const History history = assembled(events, Origin::foreign);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(history.operations[i].key, Value());
      EXPECT_EQ(history.operations[i].input, events[2 * i].value);
      EXPECT_EQ(history.operations[i].output, events[2 * i + 1].value);
    }
  }
}

TEST(Assemble, TheValueOfACasIsNeverAKeyByItself) {
  const History history = assembled({event(1, 3, Type::invoke, "cas", {}, Value::List{1, {}}),
                                     event(2, 3, Type::ok, "cas", {}, Value::List{1, {}})},
                                    Origin::foreign);
  EXPECT_EQ(history.operations[0].input, Value(Value::List{1, {}}));
}

}  // namespace
}  // namespace riptide::history
