#include "checker/models/transaction.hpp"

#include <algorithm>

#include "checker/models/contents.hpp"

namespace riptide::checker {

using history::Value;

TransactionModel::TransactionModel(const Model& model, const KeyHistory& key)
    : lists_(model.kind() == ModelKind::list_append), of_(key.values.size(), kUnseen) {
  const Value& initial = key.values[kInitial];
  if (!lists_) values_.number(initial.list() ? Value() : initial);
  for (const Entry& entry : key.entries) {
    const ValueId id = entry.action.first;
    if (entry.action.kind != Action::Kind::transaction || of_[id] != kUnseen) continue;
    decode(id, *key.values[id].list());
  }
  initial_ = start(initial);
}

void TransactionModel::decode(ValueId id, const Value::List& accesses) {
  Transaction transaction{.begin = static_cast<std::uint32_t>(accesses_.size())};
  for (const Value& item : accesses) {
    const Value::List& parts = *item.list();
    Access access{.key = keys_.number(parts[1]), .reads = *parts[0].text() == "r"};
    if (parts.size() < 3) {
      access.held = kUnseen;
    } else if (lists_ && access.reads) {
      access.held = chain_of(*parts[2].list());
    } else {
      access.held = values_.number(parts[2]);
    }
    transaction.reads_only = transaction.reads_only && access.reads;
    accesses_.push_back(access);
  }
  transaction.end = static_cast<std::uint32_t>(accesses_.size());
  of_[id] = static_cast<std::uint32_t>(transactions_.size());
  transactions_.push_back(transaction);
}

std::uint32_t TransactionModel::chain_of(const Value::List& elements) {
  Chains::Node chain = Chains::kEmptyChain;
  for (const Value& element : elements) chain = chains_.append(chain, values_.number(element));
  return chain;
}

StateId TransactionModel::start(const Value& initial) {
  if (initial.list()) {
    for (const Value& pair : *initial.list()) keys_.number((*pair.list())[0]);
  }
  arrays_ = SharedArrays(keys_.size());
  State state = SharedArrays::kZeros;
  if (!initial.list()) return state;
  for (const Value& pair : *initial.list()) {
    const Value& held = (*pair.list())[1];
    state = arrays_.set(state, keys_.find((*pair.list())[0]),
                        lists_ ? chain_of(*held.list()) : values_.number(held));
  }
  return state;
}

std::optional<StateId> TransactionModel::step(State state, const Action& action) {
  if (action.kind != Action::Kind::transaction) return std::nullopt;
  const std::uint32_t number = of_[action.first];
  const Transaction& transaction = transactions_[number];
  if (transaction.end - transaction.begin < 2) return run(state, transaction);
  const State found = steps_.find(state, number);
  if (found != PairTable::kNone) return found;
  const auto next = run(state, transaction);
  if (next) steps_.insert(state, number, *next);
  return next;
}

std::optional<StateId> TransactionModel::run(State state, const Transaction& transaction) {
  for (std::uint32_t i = transaction.begin; i < transaction.end; ++i) {
    const Access& access = accesses_[i];
    if (access.reads) {
      if (access.held != kUnseen && access.held != arrays_.get(state, access.key)) return {};
    } else if (lists_) {
      const Chains::Node now = arrays_.get(state, access.key);
      state = arrays_.set(state, access.key, chains_.append(now, access.held));
    } else {
      state = arrays_.set(state, access.key, access.held);
    }
  }
  return state;
}

std::string TransactionModel::describe(State state) const {
  std::string text;
  for (std::uint32_t key = 0; key < keys_.size(); ++key) {
    const std::uint32_t held = arrays_.get(state, key);
    if (key > 0) text += ", ";
    text += keys_.values()[key].json() + " = ";
    if (!lists_) {
      text += values_.values()[held].json();
      continue;
    }
    std::vector<Value> elements;
    for (Chains::Node node = held; node != Chains::kEmptyChain; node = chains_.parent(node)) {
      elements.push_back(values_.values()[chains_.last(node)]);
    }
    std::reverse(elements.begin(), elements.end());
    text += told(elements);
  }
  return text.empty() ? "nothing" : text;
}

std::uint64_t TransactionModel::bytes() const {
  return keys_.bytes() + values_.bytes() + chains_.bytes() + arrays_.bytes() + steps_.bytes() +
         of_.capacity() * sizeof(std::uint32_t) + transactions_.capacity() * sizeof(Transaction) +
         accesses_.capacity() * sizeof(Access);
}

}  // namespace riptide::checker
