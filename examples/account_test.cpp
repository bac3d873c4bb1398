// A model of one's own: an account that may be emptied, but not overdrawn. With the argument
// "overdraw" two withdrawals succeed where there was money for one.
#include <riptide/own_model.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

struct Account {
  using State = std::int64_t;
  static State initial() { return 0; }
  static std::optional<State> step(const State& balance, const riptide::Operation& op) {
    if (op.f == "balance") return op.output == balance ? std::optional(balance) : std::nullopt;
    const std::int64_t amount = *op.input.integer();
    if (op.f == "deposit") return balance + amount;
    if (op.f == "withdraw" && amount <= balance) return balance - amount;
    return std::nullopt;
  }
  static bool reads_only(const riptide::Operation& op) { return op.f == "balance"; }
  static std::string describe(const State& balance) {
    return "a balance of " + std::to_string(balance);
  }
};

int main(int argc, char** argv) {
  const bool overdraw = argc > 1 && argv[1] == std::string_view("overdraw");
  riptide::OperationLog log;

  const auto deposit = log.invoke(1, "deposit", "alice", 100);
  log.ok(deposit);
  const auto first = log.invoke(1, "withdraw", "alice", 80);
  const auto second = log.invoke(2, "withdraw", "alice", 80);  // at the same time
  log.ok(first);
  if (overdraw) {
    log.ok(second);
  } else {
    log.fail(second);
  }
  const auto balance = log.invoke(3, "balance", "alice");
  log.ok(balance, 20);

  const auto verdict = riptide::check<Account>(log);
  std::cout << verdict;
  return verdict.valid() ? 0 : 1;
}
