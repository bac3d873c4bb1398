#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include "history/assembler.hpp"

namespace riptide::history {
namespace {

constexpr std::int64_t kFewProcesses = 4096;

std::string line_of(std::uint64_t line) { return "line " + std::to_string(line); }
std::string who(Process process) { return "process " + std::to_string(process.value()); }

std::string what(const Symbol& f, const Value& key) {
  std::string text = "'" + f.name() + "'";
  if (!key.is_nil()) text += " of key " + key.json();
  return text;
}

/// Functions whose value is the client's, so that an `ok` can only repeat it.
bool value_is_given(const Symbol& f) {
  static const std::array kGiven{Symbol("write"),  Symbol("cas"),     Symbol("put"),
                                 Symbol("append"), Symbol("enqueue"), Symbol("push")};
  return std::find(kGiven.begin(), kGiven.end(), f) != kGiven.end();
}

/// `[k v]` as it may stand for a value `v` of the key `k`. Never so for what is itself a pair.
bool is_pair(const Symbol& f, const Value& value) {
  const Value::List* list = value.list();
  if (!list || list->size() != 2) return false;
  const Value& key = list->front();
  if (key.is_nil() || key.list()) return false;
  if (f == "txn") return false;
  if (f == "cas") return list->back().list() && list->back().list()->size() == 2;
  return true;
}

}  // namespace

std::string_view name(Type type) {
  switch (type) {
    case Type::invoke:
      return "invoke";
    case Type::ok:
      return "ok";
    case Type::fail:
      return "fail";
    case Type::info:
      return "info";
  }
  return "info";
}

Assembler::Assembler(History& history, Origin origin)
    : history_(history), nemesis_(history), origin_(origin), pairs_(origin == Origin::foreign) {}

Result<void> Assembler::take(Event& event, std::uint64_t line) {
  history_.last_ns = std::max(history_.last_ns, event.t_ns);
  if (event.process != kNemesis) return take_client(event, line);
  auto taken = nemesis_.take(event);
  if (!taken && origin_ == Origin::riptide)
    return fail(line_of(line) + ": " + taken.error().what()).fix(taken.error().fix());
  history_.events.push_back(std::move(event));
  return {};
}

Assembler::Client& Assembler::client_of(Process process) {
  const std::int64_t number = process.value();
  if (number < 0 || number >= kFewProcesses) return others_[process];
  const auto at = static_cast<std::size_t>(number);
  if (at >= few_.size()) few_.resize(at + 1);
  return few_[at];
}

Result<void> Assembler::take_client(Event& event, std::uint64_t line) {
  Client& client = client_of(event.process);
  if (client.line != 0 && event.t_ns < client.t_ns) {
    return fail(line_of(line) + ": " + who(event.process) + " goes back in time, from " +
                std::to_string(client.t_ns) + " ns (" + line_of(client.line) + ") to " +
                std::to_string(event.t_ns) + " ns")
        .fix("Write the events of a process in the order in which they happened.");
  }
  return event.type == Type::invoke ? invoke(event, line, client) : complete(event, line, client);
}

Result<void> Assembler::invoke(Event& event, std::uint64_t line, Client& client) {
  if (pairs_) split_invocation(event);
  auto& operations = history_.operations;
  if (client.open) {
    const Operation& open = operations[client.operation];
    return fail(line_of(line) + ": " + who(event.process) + " invokes " + what(event.f, event.key) +
                " while its " + what(open.f, open.key) + " of " + line_of(client.line) +
                " is not completed")
        .fix("Complete it first (info when nobody knows), or give the new one another process.");
  }
  if (operations.size() == std::numeric_limits<OpIndex>::max()) {
    return fail(line_of(line) + ": more operations than Riptide can number (" +
                std::to_string(operations.size()) + ")")
        .fix("Check the history in parts, key by key.");
  }
  if (client.retired && reused_++ == 0) {
    first_reuse_ = line;
    first_reused_ = event.process;
  }
  client = {line, event.t_ns, static_cast<OpIndex>(operations.size()), true, false};
  sorted_ = sorted_ && event.t_ns >= latest_invocation_ns_;
  latest_invocation_ns_ = std::max(latest_invocation_ns_, event.t_ns);
  Operation& operation = operations.emplace_back();
  operation.index = client.operation;
  operation.process = event.process;
  operation.f = event.f;
  operation.key = std::move(event.key);
  operation.input = std::move(event.value);
  operation.invoke_ns = event.t_ns;
  operation.node = event.node;
  return {};
}

Result<void> Assembler::check_completion(const Event& event, std::uint64_t line,
                                         const Client& client) const {
  const auto completes = [&] {
    return line_of(line) + ": " + who(event.process) + " completes " + what(event.f, event.key) +
           " (" + std::string(name(event.type)) + ")";
  };
  if (!client.open) {
    return fail(completes() + ", but it has nothing open")
        .fix("Write an invoke before every ok, fail or info.");
  }
  const Operation& invoked = history_.operations[client.operation];
  // A completion may leave the key out; another key or function is another operation.
  if (event.f != invoked.f || !(event.key.is_nil() || event.key == invoked.key)) {
    return fail(completes() + ", but it invoked " + what(invoked.f, invoked.key) + " in " +
                line_of(client.line))
        .fix("Let a completion name the function and the key of its invocation.");
  }
  if (event.type == Type::ok && value_is_given(event.f) && !event.value.is_nil() &&
      !invoked.input.is_nil() && event.value != invoked.input) {
    return fail(completes() + " with the value " + event.value.json() +
                ", but it invoked it with " + invoked.input.json() + " in " + line_of(client.line))
        .fix("Let a completion repeat the value of its invocation, or leave it out.");
  }
  return {};
}

Result<void> Assembler::complete(Event& event, std::uint64_t line, Client& client) {
  if (pairs_ && client.open) split_completion(event, client);
  if (auto sound = check_completion(event, line, client); !sound) return sound;
  Operation& operation = history_.operations[client.operation];
  operation.outcome = event.type;
  // A value that is told only once the operation is over (Knossos reads it so too).
  if (event.type == Type::ok && operation.input.is_nil() && value_is_given(event.f))
    operation.input = event.value;
  operation.output = std::move(event.value);
  if (!event.error.empty()) {
    if (latest_error_ != event.error) latest_error_ = SharedText(std::move(event.error));
    operation.error = latest_error_;
  }
  if (!event.node.empty()) operation.node = event.node;
  (event.type == Type::info ? operation.gave_up_ns : operation.complete_ns) = event.t_ns;
  client = {line, event.t_ns, client.operation, false, event.type == Type::info};
  return {};
}

void Assembler::split_invocation(Event& event) {
  if (!event.key.is_nil() || !is_pair(event.f, event.value)) return join_pairs();
  const Value pair = std::move(event.value);
  event.key = pair.list()->front();
  event.value = pair.list()->back();
  if (event.value.is_nil()) pair_without_value_ = true;
}

void Assembler::split_completion(Event& event, const Client& client) {
  const Operation& invoked = history_.operations[client.operation];
  const Value::List* list = event.value.list();
  if (event.key.is_nil() && list && list->size() == 2 && list->front() == invoked.key) {
    const Value pair = std::move(event.value);
    event.key = pair.list()->front();
    event.value = pair.list()->back();
  } else if (event.key.is_nil() && (event.value.is_nil() || event.type != Type::ok)) {
    unpaired_outputs_.push_back(client.operation);  // such as :timed-out
  } else {
    join_pairs();
  }
}

/// The values were values after all.
void Assembler::join_pairs() {
  pairs_ = false;
  std::sort(unpaired_outputs_.begin(), unpaired_outputs_.end());
  auto unpaired = unpaired_outputs_.begin();
  for (Operation& operation : history_.operations) {
    const bool completed = operation.outcome != Type::info || operation.gave_up_ns != kNever;
    const bool paired = unpaired == unpaired_outputs_.end() || *unpaired != operation.index;
    if (!paired) ++unpaired;
    if (completed && paired) operation.output = Value::List{operation.key, operation.output};
    operation.input = Value::List{operation.key, operation.input};
    operation.key = Value();
  }
}

void Assembler::sort_operations() {
  auto& operations = history_.operations;
  // The order alone is sorted, then each operation moves once: no second copy of them all.
  std::vector<OpIndex> order(operations.size());
  std::iota(order.begin(), order.end(), OpIndex{0});
  std::sort(order.begin(), order.end(), [&](OpIndex a, OpIndex b) {
    return std::pair(operations[a].invoke_ns, a) < std::pair(operations[b].invoke_ns, b);
  });
  for (OpIndex start = 0; start < order.size(); ++start) {
    if (order[start] == start) continue;
    Operation first = std::move(operations[start]);
    OpIndex at = start;
    while (order[at] != start) {
      operations[at] = std::move(operations[order[at]]);
      at = std::exchange(order[at], at);
    }
    operations[at] = std::move(first);
    order[at] = at;
  }
  for (OpIndex i = 0; i < operations.size(); ++i) operations[i].index = i;
}

void Assembler::finish() {
  if (pairs_ && !pair_without_value_) join_pairs();
  if (reused_ > 0) {
    history_.warnings.push_back(line_of(first_reuse_) + ": " + who(first_reused_) +
                                " goes on after an info; Jepsen's rule gives it a new id (" +
                                std::to_string(reused_) + " such invocations)");
  }
  if (!sorted_) sort_operations();
  nemesis_.finish();
}

}  // namespace riptide::history
