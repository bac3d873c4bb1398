#include "checker/models/queue.hpp"

#include <algorithm>

#include "checker/models/contents.hpp"

namespace riptide::checker {

using history::Value;

namespace {

/// Contents are hashed as polynomials modulo 2^64, so that an element can be added at the end and
/// taken off the front in one step each.
constexpr std::uint64_t kBase = 0x9ddfea08eb382d69ULL;

std::uint64_t letter(ValueId element) {
  std::uint64_t x = (element + std::uint64_t{1}) * 0x9e3779b97f4a7c15ULL;
  x ^= x >> 29;
  return x * 0xbf58476d1ce4e5b9ULL | 1;
}

std::size_t spread(std::uint64_t hash) {
  hash *= 0xff51afd7ed558ccdULL;
  return static_cast<std::size_t>(hash ^ hash >> 31);
}

}  // namespace

QueueModel::QueueModel(const KeyHistory& key) : values_(&key.values), powers_{1} {
  initial_ = number({});
  ValueNumbers numbers(key.values);
  for (const Value& element : *key.values[kInitial].list()) {
    initial_ = insert(initial_, numbers.of(element));
  }
}

std::optional<StateId> QueueModel::step(State state, const Action& action) {
  if (action.kind == Action::Kind::insert) return insert(state, action.first);
  if (action.kind != Action::Kind::take) return std::nullopt;
  if (contents_[state].length == 0) {
    const bool legal = action.first == kEmpty || action.first == kUnobserved;
    return legal ? std::optional(state) : std::nullopt;
  }
  if (action.first == kEmpty) return std::nullopt;
  const State rest = take(state);
  const bool legal = action.first == kUnobserved || action.first == contents_[state].head;
  return legal ? std::optional(rest) : std::nullopt;
}

StateId QueueModel::insert(State state, ValueId element) {
  const State found = inserted_.find(state, element);
  if (found != PairTable::kNone) return found;
  const Content& before = contents_[state];
  // Letters are below 2^64 and odd; the empty queue has the hash 0.
  const State next = number({.tail = chains_.append(before.tail, element),
                             .length = before.length + 1,
                             .hash = before.hash * kBase + letter(element)});
  inserted_.insert(state, element, next);
  return next;
}

StateId QueueModel::take(State state) {
  if (contents_[state].rest != kRefused) return contents_[state].rest;
  const Content full = contents_[state];
  const std::uint32_t taken_before = chains_.length(full.tail) - full.length;
  const ValueId head = chains_.last(chains_.prefix(full.tail, taken_before + 1));
  Content rest{.tail = full.tail,
               .length = full.length - 1,
               .hash = full.hash - letter(head) * power(full.length - 1)};
  if (rest.length == 0) rest = {};
  const State number_of_rest = number(rest);
  contents_[state].head = head;
  contents_[state].rest = number_of_rest;
  return number_of_rest;
}

StateId QueueModel::number(const Content& content) {
  if (2 * (contents_.size() + 1) > slots_.size()) grow();
  std::size_t at = spread(content.hash) & (slots_.size() - 1);
  for (; slots_[at] != kRefused; at = (at + 1) & (slots_.size() - 1)) {
    if (same(contents_[slots_[at]], content)) return slots_[at];
  }
  slots_[at] = static_cast<State>(contents_.size());
  contents_.push_back(content);
  return slots_[at];
}

/// Letter by letter, from the end, until the chains come together.
bool QueueModel::same(const Content& a, const Content& b) const {
  if (a.hash != b.hash || a.length != b.length) return false;
  Chains::Node x = a.tail, y = b.tail;
  for (std::uint32_t left = a.length; left > 0 && x != y; --left) {
    if (chains_.last(x) != chains_.last(y)) return false;
    x = chains_.parent(x);
    y = chains_.parent(y);
  }
  return true;
}

void QueueModel::grow() {
  slots_.assign(slots_.empty() ? 32 : 2 * slots_.size(), kRefused);
  for (std::size_t i = 0; i < contents_.size(); ++i) {
    std::size_t at = spread(contents_[i].hash) & (slots_.size() - 1);
    while (slots_[at] != kRefused) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<State>(i);
  }
}

std::uint64_t QueueModel::power(std::uint32_t exponent) {
  while (powers_.size() <= exponent) powers_.push_back(powers_.back() * kBase);
  return powers_[exponent];
}

std::string QueueModel::describe(State state) const {
  std::vector<Value> elements;
  Chains::Node node = contents_[state].tail;
  for (std::uint32_t left = contents_[state].length; left > 0; --left) {
    elements.push_back((*values_)[chains_.last(node)]);
    node = chains_.parent(node);
  }
  if (elements.empty()) return "the empty queue";
  std::reverse(elements.begin(), elements.end());
  return "the queue " + told(elements);
}

std::uint64_t QueueModel::bytes() const {
  return chains_.bytes() + contents_.capacity() * sizeof(Content) +
         slots_.capacity() * sizeof(State) + powers_.capacity() * sizeof(std::uint64_t) +
         inserted_.bytes();
}

}  // namespace riptide::checker
