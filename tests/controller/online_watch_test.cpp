// The verdict while the load goes on: what is given is decided on another thread.
#include "controller/online_watch.hpp"

#include <gtest/gtest.h>

namespace riptide::controller {
namespace {

using history::Event;
using history::Process;
using history::Symbol;
using history::Type;
using history::Value;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::uint64_t kMemoryBytes = 64 << 20;

void give(OnlineWatch& watch, std::int64_t t_ms, Type type, const char* f, Value value) {
  Event event{.t_ns = t_ms * kMs, .process = Process(1), .type = type, .f = Symbol(f)};
  event.key = 5;
  event.value = std::move(value);
  watch.give(event);
}

/// A write of 1, then a read of what is given.
void write_and_read(OnlineWatch& watch, std::int64_t from_ms, const Value& read) {
  give(watch, from_ms, Type::invoke, "write", 1);
  give(watch, from_ms + 1, Type::ok, "write", 1);
  give(watch, from_ms + 2, Type::invoke, "read", Value());
  give(watch, from_ms + 3, Type::ok, "read", read);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(OnlineWatch, AtTheEndEverythingThatWasGivenIsDecided) {
  OnlineWatch watch(checker::default_model(), kMemoryBytes, mono_now());
  for (int i = 0; i < 1000; ++i) write_and_read(watch, 4 * i, 1);
  watch.finish();
  EXPECT_FALSE(watch.violated());
  EXPECT_EQ(in_words(watch.news()), "so far: nothing wrong, 2,000 operations decided");
}

TEST(OnlineWatch, AViolationIsToldWithItsKeyAndTime) {
  OnlineWatch watch(checker::default_model(), kMemoryBytes, mono_now());
  write_and_read(watch, 12'000, 2);
  watch.finish();
  EXPECT_TRUE(watch.violated());
  EXPECT_TRUE(contains(in_words(watch.news()), "violation on key 5 at 12.0 s, known at "))
      << in_words(watch.news());
}

TEST(OnlineWatch, AViolationIsSeenWithoutWaitingForTheEnd) {
  OnlineWatch watch(checker::default_model(), kMemoryBytes, mono_now());
  write_and_read(watch, 0, 2);
  // Time goes on with the events, however slow this machine is.
  const MonoTime deadline = mono_now() + std::chrono::minutes(1);
  std::int64_t t_ms = 1000;
  while (!watch.violated() && mono_now() < deadline) {
    write_and_read(watch, t_ms += 4, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(watch.violated());
}

TEST(OnlineWatch, AModelThatIsNotFollowedIsUnknownAndSaysWhy) {
  auto model = checker::find_model("fifo-queue");
  ASSERT_TRUE(model);
  OnlineWatch watch(*model, kMemoryBytes, mono_now());
  write_and_read(watch, 0, 2);
  watch.finish();
  EXPECT_FALSE(watch.violated());
  EXPECT_TRUE(contains(in_words(watch.news()), "so far: unknown, the model fifo-queue"))
      << in_words(watch.news());
}

TEST(OnlineWatch, AKeyThatIsGivenUpIsToldWithTheReason) {
  OnlineWatch watch(checker::default_model(), kMemoryBytes, mono_now());
  give(watch, 0, Type::ok, "read", 1);
  watch.finish();
  EXPECT_TRUE(contains(in_words(watch.news()), "1 of 1 keys undecided until the full check: "))
      << in_words(watch.news());
}

TEST(OnlineWatch, OneThatIsDestroyedDoesNotWaitForTheEndOfItsQueue) {
  OnlineWatch watch(checker::default_model(), kMemoryBytes, mono_now());
  for (int i = 0; i < 10'000; ++i) write_and_read(watch, 4 * i, 1);
}

}  // namespace
}  // namespace riptide::controller
