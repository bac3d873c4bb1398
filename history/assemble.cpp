// assemble(): events in, operations, faults and leaders out.
#include <algorithm>
#include <unordered_map>

#include "history/history.hpp"
#include "history/nemesis_events.hpp"

namespace riptide::history {
namespace {

/// Event i stands in line i+2 of history.jsonl: line 1 is the header.
std::string line_of(std::size_t event) { return "line " + std::to_string(event + 2); }

std::string who(const Event& event) { return "process " + std::to_string(event.process.value()); }

std::string what(const Event& event) {
  std::string text = "'" + event.f.name() + "'";
  if (!event.key.is_nil()) text += " of key " + event.key.json();
  return text;
}

/// What is known of one process while its events are read.
struct Client {
  OpIndex operation = 0;  ///< its latest, while `open`
  std::size_t event = 0;  ///< its latest
  bool open = false;
  bool retired = false;  ///< its latest operation ended in info
};

class Pairing {
 public:
  explicit Pairing(History& history) : history_(history) {
    history.operations.reserve(history.events.size() / 2 + 1);
  }

  Result<void> take(std::size_t i) {
    const Event& event = history_.events[i];
    const auto [found, fresh] = clients_.try_emplace(event.process);
    Client& client = found->second;
    if (!fresh && event.t_ns < history_.events[client.event].t_ns) return back_in_time(i, client);
    if (event.type == Type::invoke) return invoke(i, client);
    return complete(i, client);
  }

  void finish() {
    if (reused_ > 0) {
      history_.warnings.push_back(line_of(first_reuse_) + ": " +
                                  who(history_.events[first_reuse_]) +
                                  " goes on after an info; Jepsen's rule gives it a new id (" +
                                  std::to_string(reused_) + " such invocations)");
    }
    std::stable_sort(
        history_.operations.begin(), history_.operations.end(),
        [](const Operation& a, const Operation& b) { return a.invoke_ns < b.invoke_ns; });
    for (std::size_t i = 0; i < history_.operations.size(); ++i)
      history_.operations[i].index = static_cast<OpIndex>(i);
  }

 private:
  Result<void> back_in_time(std::size_t i, const Client& client) const {
    const Event& event = history_.events[i];
    return fail(line_of(i) + ": " + who(event) + " goes back in time, from " +
                std::to_string(history_.events[client.event].t_ns) + " ns (" +
                line_of(client.event) + ") to " + std::to_string(event.t_ns) + " ns")
        .fix("Write the events of a process in the order in which they happened.");
  }

  Result<void> invoke(std::size_t i, Client& client) {
    const Event& event = history_.events[i];
    if (client.open) {
      return fail(line_of(i) + ": " + who(event) + " invokes " + what(event) + " while its " +
                  what(history_.events[client.event]) + " of " + line_of(client.event) +
                  " is not completed")
          .fix("Complete it first (info when nobody knows), or give the new one another process.");
    }
    if (client.retired && reused_++ == 0) first_reuse_ = i;
    client = {static_cast<OpIndex>(history_.operations.size()), i, true, false};
    Operation& operation = history_.operations.emplace_back();
    operation.process = event.process;
    operation.f = event.f;
    operation.key = event.key;
    operation.input = event.value;
    operation.invoke_ns = event.t_ns;
    operation.node = event.node;
    return {};
  }

  Result<void> complete(std::size_t i, Client& client) {
    const Event& event = history_.events[i];
    const std::string completes = line_of(i) + ": " + who(event) + " completes " + what(event) +
                                  " (" + std::string(name(event.type)) + ")";
    if (!client.open) {
      return fail(completes + ", but it has nothing open")
          .fix("Write an invoke before every ok, fail or info.");
    }
    const Event& invoked = history_.events[client.event];
    // A completion may leave the key out; another key or function is another operation.
    if (event.f != invoked.f || !(event.key.is_nil() || event.key == invoked.key)) {
      return fail(completes + ", but it invoked " + what(invoked) + " in " + line_of(client.event))
          .fix("Let a completion name the function and the key of its invocation.");
    }
    Operation& operation = history_.operations[client.operation];
    operation.outcome = event.type;
    operation.output = event.value;
    operation.error = event.error;
    if (!event.node.empty()) operation.node = event.node;
    (event.type == Type::info ? operation.gave_up_ns : operation.complete_ns) = event.t_ns;
    client = {client.operation, i, false, event.type == Type::info};
    return {};
  }

  History& history_;
  std::unordered_map<Process, Client> clients_;
  std::size_t reused_ = 0;
  std::size_t first_reuse_ = 0;
};

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

Result<void> assemble(History& history) {
  history.operations.clear();
  history.faults.clear();
  history.leaders.clear();
  Pairing pairing(history);
  NemesisEvents nemesis(history);
  for (std::size_t i = 0; i < history.events.size(); ++i) {
    if (history.events[i].process != kNemesis) {
      if (auto taken = pairing.take(i); !taken) return taken;
    } else if (auto taken = nemesis.take(history.events[i]); !taken) {
      return fail(line_of(i) + ": " + taken.error().what()).fix(taken.error().fix());
    }
  }
  pairing.finish();
  nemesis.finish();
  return {};
}

}  // namespace riptide::history
