// history: the waist of Riptide. What the clients saw, and when: a file of events that is written
// as they happen, and the operations that they make up. Everything before it makes a history;
// everything after it reads one.
//
//   value.hpp     what clients write and read          symbol.hpp  interned names
//   recorder.hpp  writes history.jsonl, one write(2) per event, before the client goes on
//   reader.hpp    reads it, and the histories of Jepsen, Knossos and Porcupine (format.hpp)
//   assembler.hpp makes operations, faults and leaders of events
//   json_text.hpp, edn_text.hpp  cursors that tell "cut off" from "damaged"
//   nemesis_events.hpp  faults and leaders, put together from the nemesis' events
//
// The file format is documented in docs/formats.md. The words are Jepsen's.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/strong.hpp"
#include "history/format.hpp"
#include "history/shared.hpp"
#include "history/symbol.hpp"
#include "history/value.hpp"

namespace riptide::history {

/// One logical, single-threaded client. After an `info` its id is retired and a new one takes over,
/// because the old operation may still take effect (Jepsen's rule).
using Process = Strong<struct ProcessTag, std::int64_t>;
inline constexpr Process kNemesis{-1};

enum class Type : std::uint8_t {
  invoke,
  ok,    ///< it happened
  fail,  ///< it surely did not happen, and never will
  info,  ///< nobody knows: it may have happened, or may happen at any later time
};
std::string_view name(Type type);

/// What a client is about to do.
struct Invocation {
  Symbol f;
  Value key;
  Value value;
};

/// How it ended. Never an error: whatever a system under test does is data.
struct Completion {
  Type type = Type::info;  ///< ok, fail or info
  Value value;             ///< what was read; for others what the invocation carried
  Symbol node;             ///< who answered; may be empty
  std::string error;       ///< why fail or info
};

/// One line of history.jsonl.
struct Event {
  std::int64_t t_ns = 0;  ///< CLOCK_MONOTONIC since the start of the run
  Process process;
  Type type = Type::invoke;
  Symbol f;  ///< "read", "write", "cas", …; for the nemesis the fault
  Value key;
  Value value;         ///< write: the value; read: nil, then what was read; cas: [from, to]
  Symbol node;         ///< who was asked, or who answered; may be empty
  std::string error;   ///< why fail or info; may be empty
  std::string extra;   ///< fields that Riptide does not know, as a JSON object; may be empty
  std::string detail;  ///< nemesis only: `value` as JSON text (an object), because it is no Value
};

/// The file's first line.
struct Header {
  int version = 1;
  std::string workload;
  std::string model;  ///< the model to check it against; may be empty
  std::int64_t start_unix_ns = 0;
  std::string extra;  ///< fields that Riptide does not know, as a JSON object
};

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
using OpIndex = std::uint32_t;

/// An invocation with its completion. `fail` and `info` are kept: a checker decides what they mean.
/// A history has millions of them, so they are small (112 bytes, and what their values share).
struct Operation {
  OpIndex index = 0;          ///< in History::operations, by time of invocation
  Type outcome = Type::info;  ///< ok, fail or info
  Process process;
  Symbol f;
  Value key;
  Value input;   ///< the invocation's value
  Value output;  ///< the completion's value; nil when there is none
  std::int64_t invoke_ns = 0;
  std::int64_t complete_ns = kNever;  ///< kNever for info: it may take effect at any time
  std::int64_t gave_up_ns = kNever;   ///< when an info completion was recorded, if one was
  Symbol node;
  SharedText error;
};
static_assert(sizeof(Operation) <= 120);

/// A fault, put together from its four nemesis events (docs/faults.md).
struct Fault {
  std::uint64_t id = 0;
  std::string name;         ///< "partition", "kill", …
  std::string description;  ///< "cut n1 | n2 n3 (leader alone)"
  std::vector<std::string> targets;
  std::int64_t asked_ns = kNever;
  std::int64_t took_effect_ns = kNever;
  std::int64_t heal_asked_ns = kNever;
  std::int64_t healed_ns = kNever;
  std::string proof_json;       ///< why it is certain that it took effect
  std::string heal_proof_json;  ///< why it is certain that it ended
  std::string failure;          ///< why it could not be proved; empty when all is well
  bool proved() const { return took_effect_ns != kNever && failure.empty(); }
};

/// Who led, as the harness saw it while the run went on (an event `leader` of the nemesis).
struct Leadership {
  std::int64_t t_ns = 0;
  Symbol node;  ///< empty: nobody known to lead
  std::uint64_t term = 0;
};

struct History {
  Header header;
  Format format = Format::jsonl;  ///< in which it was recorded (before convert), never automatic
  std::vector<Operation> operations;  ///< of the clients, by time of invocation
  std::vector<Event> events;          ///< of the nemesis, in the order of the file
  std::vector<Fault> faults;          ///< of the nemesis, by the time they were asked for
  std::vector<Leadership> leaders;    ///< changes of leadership, by time
  std::int64_t last_ns = 0;           ///< the time of the last event
  std::vector<std::string> warnings;  ///< such as "the last line is cut off"
};

}  // namespace riptide::history
