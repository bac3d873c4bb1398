#include "workloads/register.hpp"

#include "base/assert.hpp"
#include "base/random.hpp"

namespace riptide::workloads {
namespace {

using history::Completion;
using history::Invocation;
using history::Symbol;
using history::Type;
using history::Value;

/// How often a cas expects what was last seen; the rest expects a value of the past, and should
/// fail.
constexpr double kHopefulCas = 0.9;

struct Register {
  std::uint64_t invocations = 0;
  std::size_t open = 0;        ///< invoked, not completed
  std::size_t unresolved = 0;  ///< writes and cas that ended in info: open for ever
  std::int64_t last_value = 0;
  std::int64_t seen = 0;  ///< by the latest ok completion; 0 when nothing was there
};

class RegisterGenerator final : public Generator {
 public:
  explicit RegisterGenerator(const GeneratorOptions& options)
      : options_(options), random_(options.seed, "workload register"), slots_(options.keys) {
    ASSERT(options.keys > 0 && options.open_per_key > 0 && options.operations_per_key > 0,
           options.keys, options.open_per_key, options.operations_per_key);
    ASSERT(options.reads >= 0 && options.writes >= 0 && options.cas >= 0, options.reads,
           options.writes, options.cas);
    ASSERT(options.reads + options.writes + options.cas > 0, "no share is above 0");
  }

  std::optional<Invocation> next(history::Process) override {
    std::vector<std::size_t> free;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot)
      if (may_take(slot)) free.push_back(slot);
    if (free.empty()) return std::nullopt;
    const std::size_t key = key_in(random_.pick(free));
    Register& reg = registers_[key];
    ++reg.invocations;
    ++reg.open;
    return invocation(static_cast<std::int64_t>(key), reg);
  }

  void completed(const Invocation& invocation, const Completion& completion) override {
    const auto* key = invocation.key.integer();
    ASSERT(key && *key >= 0 && static_cast<std::size_t>(*key) < registers_.size(),
           invocation.key.json());
    Register& reg = registers_[static_cast<std::size_t>(*key)];
    // The final reads are not counted as open: next() did not give them.
    if (reg.open > 0) --reg.open;
    if (completion.type == Type::info && invocation.f != kRead) ++reg.unresolved;
    if (completion.type == Type::ok) note_seen(reg, invocation, completion);
  }

  std::vector<Invocation> final_reads() const override {
    std::vector<Invocation> reads;
    for (std::size_t key = 0; key < registers_.size(); ++key)
      if (registers_[key].last_value > 0)
        reads.push_back({kRead, Value(static_cast<std::int64_t>(key)), Value()});
    return reads;
  }

 private:
  /// An operation that ended in info may take effect at any later time, so the checker must keep
  /// it in mind to the end. A key that has collected half of its bound is given up before too few
  /// operations could run on it at once. (An info read changes nothing, and costs nothing.)
  bool retired(const Register& reg) const {
    return reg.invocations >= options_.operations_per_key ||
           reg.unresolved >= (options_.open_per_key + 1) / 2;
  }

  bool may_take(std::size_t slot) const {
    if (!slots_[slot]) return true;
    const Register& reg = registers_[*slots_[slot]];
    return retired(reg) || reg.open + reg.unresolved < options_.open_per_key;
  }

  std::size_t key_in(std::size_t slot) {
    if (!slots_[slot] || retired(registers_[*slots_[slot]])) {
      slots_[slot] = registers_.size();
      registers_.emplace_back();
    }
    return *slots_[slot];
  }

  Invocation invocation(std::int64_t key, Register& reg) {
    double at = random_.unit() * (options_.reads + options_.writes + options_.cas);
    if (at < options_.reads) return {kRead, Value(key), Value()};
    at -= options_.reads;
    // Without anything seen there is nothing to expect: a write makes a beginning.
    const bool cas = at >= options_.writes && options_.cas > 0;
    if (!cas || reg.seen == 0) {
      if (options_.writes == 0 && reg.last_value > 0) return {kRead, Value(key), Value()};
      return {kWrite, Value(key), Value(++reg.last_value)};
    }
    const std::int64_t from =
        random_.chance(kHopefulCas) ? reg.seen : random_.between(1, reg.last_value);
    return {kCas, Value(key), Value(Value::List{from, ++reg.last_value})};
  }

  void note_seen(Register& reg, const Invocation& invocation, const Completion& completion) {
    Value value = invocation.f == kRead ? completion.value : invocation.value;
    if (invocation.f == kCas) value = Value((*invocation.value.list())[1]);
    // What a faulty system answers may be anything; the next cas expects only a value of this key.
    const auto* integer = value.integer();
    reg.seen = integer && *integer >= 1 && *integer <= reg.last_value ? *integer : 0;
  }

  const Symbol kRead{"read"}, kWrite{"write"}, kCas{"cas"};
  const GeneratorOptions options_;
  Random random_;
  std::vector<Register> registers_;                ///< by key, in use or retired
  std::vector<std::optional<std::size_t>> slots_;  ///< the keys in use
};

}  // namespace

std::unique_ptr<Generator> make_register_generator(const GeneratorOptions& options) {
  return std::make_unique<RegisterGenerator>(options);
}

}  // namespace riptide::workloads
