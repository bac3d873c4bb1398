#include "node/kv/state_machine.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"

namespace riptide::node {

namespace {

constexpr std::string_view kNeverWritten = "null";

}  // namespace

wire::Reply StateMachine::apply(const wire::Request& request) {
  Session& session = sessions_[request.client];
  if (request.sequence == session.sequence) return session.reply;
  if (request.sequence < session.sequence) {
    // A late copy. Its client has gone on, and what it was answered then is no longer known.
    wire::Reply reply;
    reply.sequence = request.sequence;
    reply.answer = wire::Answer::unknown;
    reply.text = fmt::format("request {} of this client came after request {}", request.sequence,
                             session.sequence);
    return reply;
  }
  session.sequence = request.sequence;
  session.reply = execute(request);
  return session.reply;
}

wire::Reply StateMachine::execute(const wire::Request& request) {
  wire::Reply reply;
  reply.sequence = request.sequence;
  reply.answer = wire::Answer::ok;
  switch (request.op) {
    case wire::Op::write:
      registers_[request.key] = request.value;
      return reply;
    case wire::Op::cas:
      if (read(request.key) == request.expected) {
        registers_[request.key] = request.value;
      } else {
        reply.answer = wire::Answer::refused;
      }
      return reply;
    case wire::Op::read:
      break;
  }
  ASSERT(false, "a read is no command", static_cast<int>(request.op));
  return reply;
}

std::string_view StateMachine::read(const std::string& key) const {
  const auto found = registers_.find(key);
  return found == registers_.end() ? kNeverWritten : std::string_view(found->second);
}

}  // namespace riptide::node
