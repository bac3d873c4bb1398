#include "workloads/register.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "base/random.hpp"

namespace riptide::workloads {
namespace {

using history::Completion;
using history::Invocation;
using history::Process;
using history::Symbol;
using history::Type;
using history::Value;

constexpr Process kClient{0};

Completion completion(Type type, Value value = {}) {
  Completion made;
  made.type = type;
  made.value = std::move(value);
  return made;
}

std::string shown(const Invocation& invocation) {
  return invocation.f.name() + " " + invocation.key.json() + " " + invocation.value.json();
}

/// The values an invocation would write: none, or one.
std::optional<std::int64_t> written(const Invocation& invocation) {
  if (invocation.f == "write") return *invocation.value.integer();
  if (invocation.f == "cas") return *(*invocation.value.list())[1].integer();
  return std::nullopt;
}

/// What a correct system answers.
struct Registers {
  std::map<Value, Value> values;
  Completion apply(const Invocation& invocation) {
    Value& value = values[invocation.key];
    if (invocation.f == "read") return completion(Type::ok, value);
    if (invocation.f == "write") {
      value = invocation.value;
      return completion(Type::ok, value);
    }
    const Value::List& from_to = *invocation.value.list();
    if (value != from_to[0]) return completion(Type::fail, invocation.value);
    value = from_to[1];
    return completion(Type::ok, invocation.value);
  }
};

TEST(RegisterWorkload, TheSameSeedGivesTheSameOperationsAndAnotherGivesOthers) {
  const auto run = [](std::uint64_t seed) {
    GeneratorOptions options;
    options.seed = seed;
    const auto generator = make_register_generator(options);
    Registers registers;
    std::string all;
    for (int i = 0; i < 200; ++i) {
      const auto invocation = generator->next(kClient);
      all += shown(*invocation) + "\n";
      generator->completed(*invocation, registers.apply(*invocation));
    }
    return all;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(RegisterWorkload, SharesAreKept) {
  GeneratorOptions options;
  options.reads = 0.5, options.writes = 0.3, options.cas = 0.2;
  const auto generator = make_register_generator(options);
  Registers registers;
  std::map<std::string, int> count;
  constexpr int kTotal = 10000;
  for (int i = 0; i < kTotal; ++i) {
    const auto invocation = generator->next(kClient);
    ++count[invocation->f.name()];
    generator->completed(*invocation, registers.apply(*invocation));
  }
  EXPECT_NEAR(count["read"], 0.5 * kTotal, 0.03 * kTotal);
  EXPECT_NEAR(count["write"], 0.3 * kTotal, 0.03 * kTotal);
  EXPECT_NEAR(count["cas"], 0.2 * kTotal, 0.03 * kTotal);
}

TEST(RegisterWorkload, WithoutCasNoneIsAskedFor) {
  GeneratorOptions options;
  options.cas = 0;
  const auto generator = make_register_generator(options);
  Registers registers;
  for (int i = 0; i < 2000; ++i) {
    const auto invocation = generator->next(kClient);
    EXPECT_FALSE(invocation->f == "cas");
    generator->completed(*invocation, registers.apply(*invocation));
  }
}

TEST(RegisterWorkload, AGoodShareOfCasSucceedsAndAGoodShareFailsUnderConcurrency) {
  const auto generator = make_register_generator({});
  Registers registers;
  Random random(3);
  std::deque<Invocation> open;
  int ok = 0, failed = 0;
  for (int i = 0; i < 20000; ++i) {
    if (open.size() < 10) {
      open.push_back(*generator->next(kClient));
    } else {
      std::swap(open.front(), random.pick(open));
      const Completion answer = registers.apply(open.front());
      if (open.front().f == "cas") ++(answer.type == Type::ok ? ok : failed);
      generator->completed(open.front(), answer);
      open.pop_front();
    }
  }
  EXPECT_GT(ok, (ok + failed) * 3 / 10) << ok << " of " << ok + failed;
  EXPECT_GT(failed, (ok + failed) / 20) << ok << " of " << ok + failed;
}

TEST(RegisterWorkload, AKeyIsRetiredAfterItsOperationsAndANewOneTakesItsPlace) {
  GeneratorOptions options;
  options.keys = 2;
  options.operations_per_key = 10;
  const auto generator = make_register_generator(options);
  Registers registers;
  std::map<Value, int> used;
  for (int i = 0; i < 200; ++i) {
    const auto invocation = generator->next(kClient);
    ++used[invocation->key];
    generator->completed(*invocation, registers.apply(*invocation));
  }
  EXPECT_GE(used.size(), 20u);
  EXPECT_LE(used.size(), 21u);
  for (const auto& [key, count] : used) EXPECT_LE(count, 10) << key.json();
}

TEST(RegisterWorkload, OpenOperationsOfAKeyAreBoundedAndThenThereIsNothingToDo) {
  GeneratorOptions options;
  options.keys = 3;
  options.open_per_key = 4;
  const auto generator = make_register_generator(options);
  std::map<Value, int> open;
  std::vector<Invocation> all;
  while (const auto invocation = generator->next(kClient)) {
    ++open[invocation->key];
    all.push_back(*invocation);
    ASSERT_LE(all.size(), 12u);
  }
  EXPECT_EQ(open.size(), 3u);
  for (const auto& [key, count] : open) EXPECT_EQ(count, 4) << key.json();
  generator->completed(all[5], completion(Type::fail));
  const auto next = generator->next(kClient);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->key, all[5].key) << "the only key with room";
}

TEST(RegisterWorkload, AKeyWithTooManyUnresolvedWritesIsRetired) {
  GeneratorOptions options;
  options.keys = 1;
  options.open_per_key = 6;
  options.reads = 0, options.cas = 0;
  const auto generator = make_register_generator(options);
  std::map<Value, int> used;
  for (int i = 0; i < 30; ++i) {
    const auto invocation = generator->next(kClient);
    ASSERT_TRUE(invocation);
    ++used[invocation->key];
    generator->completed(*invocation, completion(Type::info));
  }
  EXPECT_EQ(used.size(), 10u);
  for (const auto& [key, count] : used) EXPECT_EQ(count, 3) << key.json();
}

TEST(RegisterWorkload, AReadThatEndsInInfoDoesNotRetireAKey) {
  GeneratorOptions options;
  options.keys = 1;
  options.writes = 0, options.cas = 0;
  const auto generator = make_register_generator(options);
  for (int i = 0; i < 100; ++i) {
    const auto invocation = generator->next(kClient);
    ASSERT_TRUE(invocation);
    EXPECT_EQ(invocation->key, Value(0));
    generator->completed(*invocation, completion(Type::info));
  }
}

TEST(RegisterWorkload, WhatAFaultySystemAnswersDoesNotConfuseIt) {
  GeneratorOptions options;
  options.keys = 1;
  const auto generator = make_register_generator(options);
  const std::vector<Value> answers{Value("text"), Value(-5), Value(1000000), Value(),
                                   Value(Value::List{1, 2})};
  Random random(1);
  for (int i = 0; i < 300; ++i) {
    const auto invocation = generator->next(kClient);
    ASSERT_TRUE(invocation);
    if (invocation->f == "cas") {
      const Value::List& from_to = *invocation->value.list();
      EXPECT_GE(*from_to[0].integer(), 1);
      EXPECT_LT(*from_to[0].integer(), *from_to[1].integer());
    }
    generator->completed(*invocation, completion(Type::ok, random.pick(answers)));
  }
}

TEST(RegisterWorkload, FinalReadsAreOneReadOfEveryWrittenKeyInOrderOfFirstUse) {
  GeneratorOptions options;
  options.operations_per_key = 5;
  const auto generator = make_register_generator(options);
  EXPECT_TRUE(generator->final_reads().empty());
  Registers registers;
  std::vector<Value> first_use;
  std::set<Value> written_keys;
  for (int i = 0; i < 400; ++i) {
    const auto invocation = generator->next(kClient);
    if (std::find(first_use.begin(), first_use.end(), invocation->key) == first_use.end())
      first_use.push_back(invocation->key);
    if (written(*invocation)) written_keys.insert(invocation->key);
    // A write that is said to have failed is looked for, too: the system may be wrong.
    generator->completed(*invocation, completion(i % 3 ? Type::fail : Type::info));
  }
  std::erase_if(first_use, [&](const Value& key) { return !written_keys.contains(key); });
  const auto reads = generator->final_reads();
  ASSERT_EQ(reads.size(), first_use.size());
  for (std::size_t i = 0; i < reads.size(); ++i) {
    EXPECT_EQ(reads[i].f, Symbol("read"));
    EXPECT_EQ(reads[i].key, first_use[i]);
    EXPECT_TRUE(reads[i].value.is_nil());
  }
  for (const Invocation& read : reads) generator->completed(read, completion(Type::ok, 1));
}

TEST(Workloads, ANameIsFoundAndAMisspeltOneGetsAHint) {
  const auto found = find_workload("register");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->model, "cas-register");
  EXPECT_NE(found->make_generator({}), nullptr);
  const auto misspelt = find_workload("regsiter");
  ASSERT_FALSE(misspelt);
  EXPECT_NE(misspelt.error().fix().find("Did you mean 'register'"), std::string::npos);
  const auto unknown = find_workload("bank");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().fix().find("Choose one of: register"), std::string::npos);
}

}  // namespace
}  // namespace riptide::workloads
