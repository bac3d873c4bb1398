// Whatever the system answers, in whatever order, the register workload keeps its promises.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.hpp"
#include "workloads/register.hpp"

namespace riptide::workloads {
namespace {

using history::Completion;
using history::Invocation;
using history::Process;
using history::Type;
using history::Value;

struct KeyUse {
  std::set<std::int64_t> written;
  std::size_t open = 0;
  std::size_t unresolved = 0;
  std::uint64_t invocations = 0;
};

struct Checked {
  GeneratorOptions options;
  std::map<std::int64_t, KeyUse> keys;
  std::vector<Invocation> open;

  void invoked(const Invocation& invocation) {
    RC_ASSERT(invocation.key.integer());
    KeyUse& use = keys[*invocation.key.integer()];
    ++use.open;
    ++use.invocations;
    RC_ASSERT(use.invocations <= options.operations_per_key);
    RC_ASSERT(use.open + use.unresolved <= options.open_per_key);
    if (invocation.f == "read") {
      RC_ASSERT(invocation.value.is_nil());
    } else if (invocation.f == "write") {
      RC_ASSERT(use.written.insert(*invocation.value.integer()).second);
    } else {
      RC_ASSERT(invocation.f == "cas" && options.cas > 0);
      const Value::List& from_to = *invocation.value.list();
      RC_ASSERT(from_to.size() == 2u);
      RC_ASSERT(use.written.contains(*from_to[0].integer()));
      RC_ASSERT(use.written.insert(*from_to[1].integer()).second);
    }
    open.push_back(invocation);
  }

  Invocation complete(std::size_t which, Type type) {
    const Invocation invocation = open[which];
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
    KeyUse& use = keys[*invocation.key.integer()];
    --use.open;
    if (type == Type::info && !(invocation.f == "read")) ++use.unresolved;
    return invocation;
  }
};

RC_GTEST_PROP(RegisterWorkload, KeepsItsPromisesWhateverTheSystemAnswers, ()) {
  Checked checked;
  GeneratorOptions& options = checked.options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.keys = *rc::gen::inRange<std::size_t>(1, 5);
  options.operations_per_key = *rc::gen::inRange<std::uint64_t>(1, 40);
  options.open_per_key = *rc::gen::inRange<std::size_t>(1, 7);
  options.cas = *rc::gen::element(0.0, 0.15, 0.8);
  const auto generator = make_register_generator(options);
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  for (int i = 0; i < 500; ++i) {
    const auto invocation = random.chance(0.6) ? generator->next(Process(i)) : std::nullopt;
    if (invocation) checked.invoked(*invocation);
    if (checked.open.empty() || random.chance(0.5)) continue;
    Completion completion;
    std::vector<Type> types{Type::ok, Type::ok, Type::fail, Type::info};
    completion.type = random.pick(types);
    const Invocation done = checked.complete(random.below(checked.open.size()), completion.type);
    completion.value = done.f == "read" ? Value(random.between(0, 20)) : done.value;
    generator->completed(done, completion);
  }
  // Keys are numbered by their first use, so that reports read in the order of time.
  std::int64_t next_key = 0;
  for (const auto& [key, use] : checked.keys) RC_ASSERT(key == next_key++);
  // Values count up without a gap.
  for (const auto& [key, use] : checked.keys)
    if (!use.written.empty())
      RC_ASSERT(*use.written.rbegin() == static_cast<std::int64_t>(use.written.size()));
  std::vector<Value> expected;
  for (const auto& [key, use] : checked.keys)
    if (!use.written.empty()) expected.push_back(Value(key));
  std::vector<Value> read;
  for (const Invocation& invocation : generator->final_reads()) read.push_back(invocation.key);
  RC_ASSERT(read == expected);
}

RC_GTEST_PROP(RegisterWorkload, ThereIsAlwaysSomethingToDoOnceEverythingIsCompleted, ()) {
  GeneratorOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.keys = *rc::gen::inRange<std::size_t>(1, 4);
  options.open_per_key = *rc::gen::inRange<std::size_t>(1, 7);
  const auto generator = make_register_generator(options);
  Random random(options.seed);
  for (int i = 0; i < 300; ++i) {
    const auto invocation = generator->next(Process(i));
    RC_ASSERT(invocation.has_value());
    Completion completion;
    completion.type = random.chance(0.5) ? Type::info : Type::ok;
    generator->completed(*invocation, completion);
  }
}

}  // namespace
}  // namespace riptide::workloads
