// The validator of certificates against the definitions of all models: every order that is one is
// accepted, every other one is refused.
#include <gtest/gtest.h>

#include "checker/certificate.hpp"
#include "checker/partition.hpp"
#include "tests/checker/brute_force.hpp"
#include "tests/checker/random_history.hpp"
#include "tests/checker/share.hpp"

namespace riptide::checker::testing {
namespace {

const int kHistories = share_of(20'000);

/// What is to be ordered: the operations of one part, from their definition alone.
class Orders {
 public:
  Orders(const History& history, const Model& model, std::vector<OpIndex> operations)
      : history_(history), definition_(model), operations_(std::move(operations)) {}

  /// A linearization, found depth first; nothing when there is none.
  std::optional<std::vector<OpIndex>> find(Random& random) {
    random.shuffle(operations_);
    order_.clear();
    steps_ = 0;
    if (!extend(definition_.initial())) return std::nullopt;
    return order_;
  }
  /// Whether it is one: complete, in real time, and legal.
  bool is_linearization(const std::vector<OpIndex>& order) const {
    Value state = definition_.initial();
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (std::count(operations_.begin(), operations_.end(), order[i]) != 1) return false;
      if (std::count(order.begin(), order.end(), order[i]) != 1) return false;
      const Operation& operation = history_.operations[order[i]];
      for (std::size_t before = 0; before < i; ++before) {
        if (precedes(operation, history_.operations[order[before]])) return false;
      }
      const auto next = definition_.apply(state, operation);
      if (!next) return false;
      state = *next;
    }
    return std::all_of(operations_.begin(), operations_.end(), [&](OpIndex index) {
      return !definition_.must(history_.operations[index]) ||
             std::count(order.begin(), order.end(), index) == 1;
    });
  }

 private:
  bool precedes(const Operation& a, const Operation& b) const {
    return definition_.must(a) && a.complete_ns < b.invoke_ns;
  }
  bool extend(const Value& state) {
    if (++steps_ > 2000) return false;
    bool done = true;
    for (const OpIndex index : operations_) {
      const Operation& operation = history_.operations[index];
      if (std::count(order_.begin(), order_.end(), index) > 0) continue;
      done = done && !definition_.must(operation);
      const bool next = std::none_of(operations_.begin(), operations_.end(), [&](OpIndex other) {
        return std::count(order_.begin(), order_.end(), other) == 0 &&
               precedes(history_.operations[other], operation);
      });
      const auto after = next ? definition_.apply(state, operation) : std::nullopt;
      if (!after) continue;
      order_.push_back(index);
      if (extend(*after)) return true;
      order_.pop_back();
    }
    return done;
  }

  const History& history_;
  Definition definition_;
  std::vector<OpIndex> operations_;
  std::vector<OpIndex> order_;
  int steps_ = 0;
};

class EachCertificate : public ::testing::TestWithParam<std::string> {};

/// Something a wrong algorithm may come up with.
std::vector<OpIndex> mutated(std::vector<OpIndex> order, const History& history, Random& random) {
  const auto anywhere = [&] { return static_cast<std::ptrdiff_t>(random.below(order.size() + 1)); };
  const auto any = [&] { return static_cast<OpIndex>(random.below(history.operations.size())); };
  switch (order.empty() ? 3 : random.below(5)) {
    case 0:
      std::swap(random.pick(order), random.pick(order));
      break;
    case 1:
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(random.below(order.size())));
      break;
    case 2:
      random.pick(order) = any();
      break;
    case 3:
      order.insert(order.begin() + anywhere(), any());
      break;
    default:
      random.shuffle(order);
  }
  return order;
}

TEST_P(EachCertificate, accepts_every_linearization_and_refuses_every_other_order) {
  Random random(41, GetParam());
  int accepted = 0, refused = 0;
  for (int i = 0; i < kHistories; ++i) {
    const Model model = vary(random, *find_model(GetParam()));
    const auto kind = random.chance(0.5) ? Values::repeated : Values::distinct;
    const History history = random_history(random, model, 8, kind);
    const auto keys = partition(history, model);
    ASSERT_TRUE(keys.has_value());
    const CertificateValidator validator(history, model);
    std::size_t needed = 0;
    for (const KeyHistory& key : *keys) {
      const bool needs = std::any_of(key.entries.begin(), key.entries.end(),
                                     [](const Entry& entry) { return entry.certain; });
      needed += needs ? 1 : 0;
      ASSERT_EQ(validator.needs(key.key), needs) << dump(history, model);
      std::vector<OpIndex> operations;
      for (const Entry& entry : key.entries) operations.push_back(entry.index);
      Orders orders(history, model, operations);
      const auto order = orders.find(random);
      if (order) {
        const auto why = validator.validate({key.key, *order});
        ASSERT_FALSE(why.has_value()) << *why << "\n" << dump(history, model);
        ++accepted;
      }
      const auto other = mutated(order.value_or(operations), history, random);
      const auto why = validator.validate({key.key, other});
      ASSERT_EQ(!why.has_value(), orders.is_linearization(other))
          << why.value_or("accepted") << "\n"
          << dump(history, model);
      refused += why ? 1 : 0;
    }
    ASSERT_EQ(validator.keys(), needed) << dump(history, model);
  }
  EXPECT_GT(accepted, kHistories / 5);
  EXPECT_GT(refused, kHistories / 5);
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

INSTANTIATE_TEST_SUITE_P(Models, EachCertificate, ::testing::ValuesIn(names()), test_name);

}  // namespace
}  // namespace riptide::checker::testing
