#include "checker/models/kv.hpp"

#include <utility>

namespace riptide::checker {

using history::Value;

namespace {

/// Polynomial hashes of texts modulo 2^64 with an odd base: that of "ab" follows from those of "a"
/// and "b". Equality is always confirmed letter by letter.
constexpr std::uint64_t kBase = 0x9ddfea08eb382d69ULL;

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0;
  for (const char c : text) hash = hash * kBase + static_cast<unsigned char>(c) + 1;
  return hash;
}

std::uint64_t power(std::uint64_t exponent) {
  std::uint64_t result = 1;
  for (std::uint64_t base = kBase; exponent > 0; exponent >>= 1, base *= base) {
    if ((exponent & 1) != 0) result *= base;
  }
  return result;
}

std::size_t spread(std::uint64_t hash) {
  hash *= 0xff51afd7ed558ccdULL;
  return static_cast<std::size_t>(hash ^ hash >> 31);
}

}  // namespace

std::string KvModel::plain(const Value& value) {
  return value.text() ? *value.text() : value.json();
}

KvModel::Text KvModel::measure(State state) const {
  if (state >= values_->size()) return texts_[state - values_->size()];
  const std::string text = plain((*values_)[state]);
  return {.hash = hash_of(text), .length = text.size()};
}

std::string KvModel::text_of(State state) const {
  std::vector<ValueId> pieces;
  for (; state >= values_->size(); state = texts_[state - values_->size()].before) {
    pieces.push_back(texts_[state - values_->size()].piece);
  }
  std::string text = plain((*values_)[state]);
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    text += plain((*values_)[*piece]);
  }
  return text;
}

StateId KvModel::append(State state, ValueId piece) {
  const State remembered = appended_.find(state, piece);
  if (remembered != PairTable::kNone) return remembered;
  if (!values_learnt_) learn_values();
  const Text before = measure(state);
  const Text added = measure(piece);
  Text text{state, piece, before.hash * power(added.length) + added.hash,
            before.length + added.length};
  State result = kRefused;
  std::optional<std::string> letters;
  if (!known_.empty()) {
    std::size_t at = spread(text.hash) & (known_.size() - 1);
    for (; known_[at].state != kRefused; at = (at + 1) & (known_.size() - 1)) {
      if (known_[at].hash != text.hash) continue;
      if (!letters) letters = text_of(state) + plain((*values_)[piece]);
      if (text_of(known_[at].state) != *letters) continue;
      result = known_[at].state;
      break;
    }
  }
  if (result == kRefused) {
    result = static_cast<State>(values_->size() + texts_.size());
    texts_.push_back(text);
    learn(result, text.hash);
  }
  appended_.insert(state, piece, result);
  return result;
}

/// What is appended is a text; a value that is none, such as an integer, is no result of it.
void KvModel::learn_values() {
  values_learnt_ = true;
  for (State state = 0; state < values_->size(); ++state) {
    if (const std::string* text = (*values_)[state].text()) learn(state, hash_of(*text));
  }
}

void KvModel::learn(State state, std::uint64_t hash) {
  const auto place = [this](const Known& known) {
    std::size_t at = spread(known.hash) & (known_.size() - 1);
    while (known_[at].state != kRefused) at = (at + 1) & (known_.size() - 1);
    known_[at] = known;
  };
  if (2 * (known_count_ + 1) > known_.size()) {
    const std::vector<Known> old =
        std::exchange(known_, std::vector<Known>(known_.empty() ? 32 : 2 * known_.size()));
    for (const Known& known : old) {
      if (known.state != kRefused) place(known);
    }
  }
  place({state, hash});
  ++known_count_;
}

std::string KvModel::describe(State state) const {
  if (state < values_->size()) return (*values_)[state].json();
  return Value(text_of(state)).json();
}

std::uint64_t KvModel::bytes() const {
  return texts_.capacity() * sizeof(Text) + known_.capacity() * sizeof(Known) + appended_.bytes();
}

}  // namespace riptide::checker
