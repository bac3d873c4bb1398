#include "checker/models/guess.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"

namespace riptide::checker {

namespace {

using history::History;
using history::Operation;
using history::Type;
using history::Value;

struct Seen {
  std::set<std::string> functions;
  bool list_read = false;        ///< a read returned a list
  bool number_acquired = false;  ///< an acquire was answered with a number, or asked for several
  bool appended = false;         ///< a transaction appends
};

bool appends(const Value& transaction) {
  const auto* operations = transaction.list();
  return operations != nullptr && std::ranges::any_of(*operations, [](const Value& operation) {
           const auto* parts = operation.list();
           const auto* f = parts == nullptr || parts->empty() ? nullptr : parts->front().text();
           return f != nullptr && (*f == "append" || *f == ":append");
         });
}

Seen look(const History& history) {
  Seen seen;
  for (const Operation& o : history.operations) {
    const std::string& f = o.f.name();
    seen.functions.insert(f);
    if (f == "read" && o.outcome == Type::ok && o.output.list()) seen.list_read = true;
    if (f == "acquire" && (o.input.integer() || o.output.integer())) seen.number_acquired = true;
    if (f == "txn" && appends(o.input)) seen.appended = true;
  }
  return seen;
}

/// The name of the one model that these operations can be of; empty when it is not clear.
std::string only_model(const Seen& seen) {
  const auto only = [&](std::initializer_list<const char*> names) {
    return std::ranges::all_of(seen.functions, [&](const std::string& f) {
      return std::ranges::find(names, f) != names.end();
    });
  };
  if (seen.functions.empty()) return "cas-register";
  if (only({"read"})) return seen.list_read ? "" : "cas-register";
  if (only({"read", "write", "cas"})) return "cas-register";
  if (only({"get", "put", "append"})) return "kv";
  if (only({"txn"})) return seen.appended ? "list-append" : "multi-register";
  if (only({"enqueue", "dequeue", "drain"})) return "fifo-queue";
  if (only({"push", "pop"})) return "stack";
  if (only({"insert", "poll"})) return "priority-queue";
  if (only({"acquire", "release"})) return seen.number_acquired ? "" : "mutex";
  if (only({"increment", "decrement", "inc", "dec", "incr", "read"})) return "counter";
  if (only({"add", "remove", "contains"})) return "set";
  if (only({"add", "remove", "contains", "read"})) return seen.list_read ? "set" : "";
  return "";
}

}  // namespace

Result<Model> model_of(const History& history) {
  if (!history.header.model.empty()) return find_model(history.header.model);
  if (history.format == history::Format::kv) return find_model("kv");
  if (history.format == history::Format::etcd) return find_model("cas-register");
  const Seen seen = look(history);
  if (const std::string name = only_model(seen); !name.empty()) return find_model(name);
  return fail("it is not clear which model a history with the operations " +
              join({seen.functions.begin(), seen.functions.end()}, ", ") + " is of")
      .fix("Say so with --model; `riptide list models` tells which there are.");
}

}  // namespace riptide::checker
