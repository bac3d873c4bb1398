// multi-register and list-append: transactions that read and write several registers, or read and
// append to several lists, all at once. A state is an array of what each of them holds, shared with
// the other states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/models/chains.hpp"
#include "checker/models/numbering.hpp"
#include "checker/models/pair_table.hpp"
#include "checker/models/shared_array.hpp"
#include "checker/object.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

class TransactionModel {
 public:
  using State = StateId;  // SharedArrays::Root

  TransactionModel(const Model& model, const KeyHistory& key);

  State initial() const { return initial_; }
  std::optional<State> step(State state, const Action& action);
  bool reads_only(const Action& action) const {
    return action.kind == Action::Kind::transaction && transactions_[of_[action.first]].reads_only;
  }
  std::string describe(State state) const;
  std::uint64_t bytes() const;

 private:
  /// A transaction's accesses, put into numbers once.
  struct Access {
    std::uint32_t key = 0;
    bool reads = false;
    std::uint32_t held = 0;  ///< what is read (kUnseen: nobody saw it), written or appended
  };
  struct Transaction {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool reads_only = true;
  };
  static constexpr std::uint32_t kUnseen = ~std::uint32_t{0};

  void decode(ValueId id, const history::Value::List& accesses);
  State start(const history::Value& initial);
  std::uint32_t chain_of(const history::Value::List& elements);
  std::optional<State> run(State state, const Transaction& transaction);

  bool lists_;
  Numbering keys_;
  Numbering values_;               // registers: 0 is what they hold at first; lists: elements
  Chains chains_;                  // lists: what they hold
  std::vector<std::uint32_t> of_;  // of each ValueId: its place in transactions_
  std::vector<Transaction> transactions_;
  std::vector<Access> accesses_;
  SharedArrays arrays_{0};
  PairTable steps_;  // (state, transaction) → state; only of what is legal
  State initial_ = SharedArrays::kZeros;
};

}  // namespace riptide::checker
