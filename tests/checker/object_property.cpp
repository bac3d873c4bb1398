// Objects of all models against brute force: what partition() and make_object() make of a history,
// under a depth-first enumeration of its orders that is written here.
#include <gtest/gtest.h>

#include <set>

#include "checker/object.hpp"
#include "checker/partition.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

const int kHistories = share_of(20'000);

/// Every order of one part's entries, until one is legal.
class Enumeration {
 public:
  Enumeration(const KeyHistory& key, Object& object) : entries_(key.entries), object_(object) {}
  bool linearizable() { return extend(0, object_.initial()); }

 private:
  bool extend(std::uint32_t used, StateId state) {
    if (!visited_.insert({used, state}).second) return false;
    bool done = true;
    std::int64_t earliest_return_ns = history::kNever;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if ((used >> i & 1) != 0 || !entries_[i].certain) continue;
      done = false;
      earliest_return_ns = std::min(earliest_return_ns, entries_[i].return_ns);
    }
    if (done) return true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if ((used >> i & 1) != 0 || entries_[i].call_ns > earliest_return_ns) continue;
      const StateId next = object_.step(state, entries_[i].action);
      if (next == kRefused) continue;
      if (object_.reads_only(entries_[i].action)) {
        EXPECT_EQ(next, state);
      }
      if (extend(used | 1u << i, next)) return true;
    }
    return false;
  }
  const std::vector<Entry>& entries_;
  Object& object_;
  std::set<std::pair<std::uint32_t, StateId>> visited_;
};

class EachModel : public ::testing::TestWithParam<std::string> {};

TEST_P(EachModel, agrees_with_brute_force_on_random_histories) {
  Random random(31, GetParam());
  int valid = 0;
  for (int i = 0; i < kHistories; ++i) {
    const Model model = vary(random, *find_model(GetParam()));
    const Values values = i % 2 == 0 ? Values::repeated : Values::distinct;
    const History history = random_history(random, model, 7, values);
    const bool expected = BruteForce(history, model).linearizable();
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value()) << keys.error().text() << "\n" << dump(history, model);
    bool found = true;
    for (const KeyHistory& key : *keys) {
      const auto object = make_object(model, key);
      found = found && Enumeration(key, *object).linearizable();
      ASSERT_FALSE(object->describe(object->initial()).empty());
    }
    ASSERT_EQ(found, expected) << dump(history, model);
    valid += expected ? 1 : 0;
  }
  // Both answers must be frequent, or the test says little.
  EXPECT_GT(valid, kHistories / 5);
  EXPECT_LT(valid, kHistories * 17 / 20);
}

/// A history of so many operations that arrays have levels and queues are long; times say nothing.
History long_history(Random& random, const Model& model, int pieces) {
  History history;
  for (int i = 0; i < pieces; ++i) {
    for (Operation o : random_history(random, model, 8).operations) {
      // Other values, so that there are many elements.
      const auto shifted = [&](const Value& v) {
        return v.integer() && i % 3 != 0 && model.kind() != ModelKind::semaphore
                   ? Value(*v.integer() + i)
                   : v;
      };
      if (o.f != "cas" && o.f != "txn" && o.f != "read" && o.f != "contains") {
        o.input = shifted(o.input);
        o.output = shifted(o.output);
      }
      o.index = static_cast<OpIndex>(history.operations.size());
      history.operations.push_back(std::move(o));
    }
  }
  return history;
}

TEST_P(EachModel, takes_the_steps_of_its_definition_and_gives_equal_states_one_number) {
  Random random(37, GetParam());
  int legal_steps = 0;
  for (int i = 0; i < 60; ++i) {
    const Model model = vary(random, *find_model(GetParam()));
    const History history = long_history(random, model, 40);
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value()) << keys.error().text();
    const Definition definition(model);
    for (const KeyHistory& key : *keys) {
      const auto object = make_object(model, key);
      std::map<Value, StateId> number_of;
      std::map<StateId, Value> state_of;
      Value state = definition.initial();
      StateId number = object->initial();
      for (int walk = 0; walk < 1500; ++walk) {
        ASSERT_EQ(number_of.try_emplace(state, number).first->second, number);
        ASSERT_EQ(state_of.try_emplace(number, state).first->second, state);
        if (random.chance(0.02)) {  // begin again somewhere
          auto at = number_of.begin();
          std::advance(at, static_cast<std::ptrdiff_t>(random.below(number_of.size())));
          std::tie(state, number) = *at;
        }
        const Entry& entry = random.pick(key.entries);
        const auto next = definition.apply(state, history.operations[entry.index]);
        const StateId step = object->step(number, entry.action);
        ASSERT_EQ(next.has_value(), step != kRefused)
            << object->describe(number) << " " << entry.index << "\n"
            << dump(history, model);
        if (!next) continue;
        if (object->reads_only(entry.action)) {
          ASSERT_EQ(step, number);
        }
        ++legal_steps;
        state = *next;
        number = step;
      }
    }
  }
  EXPECT_GT(legal_steps, 5'000);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const ModelInfo& info : models()) all.push_back(info.name);
  return all;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, EachModel, ::testing::ValuesIn(names()), test_name);

}  // namespace
}  // namespace riptide::checker::testing
