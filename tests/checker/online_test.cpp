// What the online checker promises, case by case (online_property.cpp compares it with offline).
#include "checker/online.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace riptide::checker {
namespace {

using history::Event;
using history::Process;
using history::Symbol;
using history::Type;
using history::Value;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::uint64_t kMemoryBytes = 64 << 20;

Event event(std::int64_t t_ms, int process, Type type, const char* f, Value value, Value key = 1) {
  Event e{.t_ns = t_ms * kMs, .process = Process(process), .type = type, .f = Symbol(f)};
  e.key = std::move(key);
  e.value = std::move(value);
  return e;
}

/// A write of 1, then of 2, then a read of 1.
void stale_read(Online& online, std::int64_t from_ms, const Value& key) {
  const auto pair = [&](std::int64_t t_ms, const char* f, const Value& in, const Value& out) {
    online.take(event(from_ms + t_ms, 7, Type::invoke, f, in, key));
    online.take(event(from_ms + t_ms + 1, 7, Type::ok, f, out, key));
  };
  pair(0, "write", 1, 1);
  pair(2, "write", 2, 2);
  pair(4, "read", Value(), 1);
}

TEST(Online, AStaleReadIsKnownWithin100MsOfItsReturnWhenEventsComeOnAnyKey) {
  Online online(default_model(), kMemoryBytes);
  stale_read(online, 0, "a");
  EXPECT_EQ(online.state().so_far, Word::valid);  // nothing is said before events have settled
  online.take(event(5 + 99, 3, Type::invoke, "read", Value(), "b"));
  const OnlineState state = online.state();
  ASSERT_EQ(state.so_far, Word::invalid);
  EXPECT_EQ(state.violation->key, Value("a"));
  EXPECT_EQ(state.violation->t_ns, 5 * kMs);
  EXPECT_EQ(state.violation->process, Process(7));
  EXPECT_NE(state.violation->sentence.find("read 1 of process 7"), std::string::npos)
      << state.violation->sentence;
}

TEST(Online, AnOperationThatHangsDoesNotHideAViolationThatItCannotExplain) {
  Online online(default_model(), kMemoryBytes);
  online.take(event(0, 1, Type::invoke, "write", 9, "a"));
  stale_read(online, 1, "a");
  online.take(event(120, 3, Type::invoke, "read", Value(), "b"));
  EXPECT_EQ(online.state().so_far, Word::invalid);
}

TEST(Online, AnOperationThatHangsMayExplainWhatLooksStale) {
  Online online(default_model(), kMemoryBytes);
  online.take(event(0, 1, Type::invoke, "write", 1, "a"));
  stale_read(online, 1, "a");
  online.take(event(120, 3, Type::invoke, "read", Value(), "b"));
  EXPECT_EQ(online.state().so_far, Word::valid);
  online.take(event(121, 1, Type::fail, "write", 1, "a"));  // so it does not
  online.take(event(220, 3, Type::ok, "read", Value(), "b"));
  EXPECT_EQ(online.state().so_far, Word::invalid);
}

TEST(Online, AModelThatIsNoRegisterIsUnknownUntilTheRunHasEnded) {
  Online online(*find_model("fifo-queue"), kMemoryBytes);
  online.take(event(0, 1, Type::invoke, "enqueue", 1));
  EXPECT_EQ(online.state().so_far, Word::unknown);
  EXPECT_NE(online.state().undecided_because.find("fifo-queue"), std::string::npos);
}

TEST(Online, AnEventThatComesTooLateMakesItsKeyUndecidedAndNoOther) {
  Online online(default_model(), kMemoryBytes);
  for (int i = 0; i < 20; ++i) {
    online.take(event(10 * i, 1, Type::invoke, "write", i, "a"));
    online.take(event(10 * i + 1, 1, Type::ok, "write", i, "a"));
  }
  online.take(event(20, 2, Type::invoke, "read", Value(), "a"));
  EXPECT_EQ(online.state().undecided_keys, 1U);
  EXPECT_EQ(online.state().so_far, Word::unknown);
  stale_read(online, 200, "b");
  online.finish();
  EXPECT_EQ(online.state().so_far, Word::invalid);  // a violation always wins
  EXPECT_EQ(online.state().violation->key, Value("b"));
}

TEST(Online, DamagedEventsMakeTheirKeyUndecided) {
  Online online(default_model(), kMemoryBytes);
  online.take(event(0, 1, Type::ok, "read", 1, "never invoked"));
  online.take(event(1, 2, Type::invoke, "read", Value(), "twice"));
  online.take(event(2, 2, Type::invoke, "read", Value(), "twice"));
  online.take(event(3, 3, Type::invoke, "cas", 5, "cas of one value"));
  online.take(event(4, 3, Type::ok, "cas", 5, "cas of one value"));
  online.take(event(5, 4, Type::invoke, "dance", Value(), "no such function"));
  online.take(event(6, 4, Type::ok, "dance", Value(), "no such function"));
  online.finish();
  EXPECT_EQ(online.state().undecided_keys, 4U);
  EXPECT_EQ(online.state().so_far, Word::unknown);
  EXPECT_FALSE(online.state().violation.has_value());
}

TEST(Online, EventsOfTheNemesisAreNotCounted) {
  Online online(default_model(), kMemoryBytes);
  Event fault = event(0, 0, Type::info, "partition", Value());
  fault.process = history::kNemesis;
  online.take(fault);
  EXPECT_EQ(online.state().events, 0U);
  EXPECT_EQ(online.state().so_far, Word::valid);
}

/// Distinct values, ten clients, a key that changes now and then.
TEST(Online, MemoryDoesNotGrowWithTheRunWhenValuesAreDistinctAndKeysComeAndGo) {
  Online online(default_model(), kMemoryBytes);
  Random random(61);
  constexpr int kClients = 10, kOperations = 200'000, kPerKey = 20'000;
  struct Client {
    bool open = false;
    const char* f = "";
    Value value;
    int key = 0;
  };
  std::vector<Client> clients(kClients);
  std::int64_t t_ns = 0;
  std::uint64_t most = 0;
  std::map<int, Value> states;
  for (int i = 0; i < 2 * kOperations; ++i) {
    t_ns += 50'000;
    const int c = static_cast<int>(random.below(kClients));
    Client& client = clients[static_cast<std::size_t>(c)];
    Event e{.t_ns = t_ns, .process = Process(c)};
    if (!client.open) {
      client.key = i / (2 * kPerKey);
      client.f = random.chance(0.5) ? "read" : "write";
      client.value = *client.f == 'r' ? Value() : Value(i);
    } else {
      e.type = Type::ok;
      // It takes effect right before its return.
      if (*client.f == 'r') client.value = states[client.key];
      if (*client.f == 'w') states[client.key] = client.value;
    }
    e.f = Symbol(client.f);
    e.key = client.key;
    e.value = client.value;
    client.open = !client.open;
    online.take(e);
    most = std::max(most, online.state().bytes);
  }
  const OnlineState state = online.state();
  EXPECT_EQ(state.so_far, Word::valid);
  EXPECT_EQ(state.undecided_keys, 0U);
  EXPECT_GT(state.decided, 2 * kOperations - 20'000U);
  EXPECT_LT(most, 2U << 20);
}

}  // namespace
}  // namespace riptide::checker
