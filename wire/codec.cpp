// Requests, replies and status: a straight list of fields each, in the order of the structs.
#include "wire/bytes.hpp"
#include "wire/wire.hpp"

namespace riptide::wire {

namespace {

// Strings that people read: names, reasons.
constexpr std::size_t kMaxText = 64u << 10;
// A field may hold any bytes that fit in a frame; that a key or a value is longer than kMaxValue is
// for the node to refuse, with an answer instead of a broken connection.
constexpr std::size_t kMaxField = kMaxFrame;

}  // namespace

std::string encode(const Request& request) {
  std::string out;
  out.reserve(32 + request.key.size() + request.value.size() + request.expected.size());
  put_u64(out, request.client);
  put_u64(out, request.sequence);
  put_u8(out, static_cast<std::uint8_t>(request.op));
  put_text(out, request.key);
  put_text(out, request.value);
  put_text(out, request.expected);
  return out;
}

std::string encode(const Reply& reply) {
  std::string out;
  out.reserve(24 + reply.value.size() + reply.leader.size() + reply.text.size());
  put_u64(out, reply.sequence);
  put_u8(out, static_cast<std::uint8_t>(reply.answer));
  put_text(out, reply.value);
  put_text(out, reply.leader);
  put_text(out, reply.text);
  return out;
}

std::string encode(const Status& status) {
  std::string out;
  put_text(out, status.node);
  put_text(out, status.role);
  put_u64(out, status.term);
  put_text(out, status.leader);
  put_u64(out, status.last_index);
  put_u64(out, status.commit_index);
  put_u64(out, status.applied_index);
  put_u64(out, status.durable_index);
  put_u32(out, static_cast<std::uint32_t>(status.bugs.size()));
  for (const std::string& bug : status.bugs) put_text(out, bug);
  return out;
}

Result<Request> decode_request(std::string_view payload) {
  ByteReader in(payload, "request");
  Request request;
  request.client = in.u64("client");
  request.sequence = in.u64("sequence");
  request.op = static_cast<Op>(in.choice("op", 1, 3));
  request.key = in.text("key", kMaxField);
  request.value = in.text("value", kMaxField);
  request.expected = in.text("expected", kMaxField);
  if (auto done = in.finish(); !done) return done.error();
  return request;
}

Result<Reply> decode_reply(std::string_view payload) {
  ByteReader in(payload, "reply");
  Reply reply;
  reply.sequence = in.u64("sequence");
  reply.answer = static_cast<Answer>(in.choice("answer", 1, 7));
  reply.value = in.text("value", kMaxField);
  reply.leader = in.text("leader", kMaxText);
  reply.text = in.text("text", kMaxText);
  if (auto done = in.finish(); !done) return done.error();
  return reply;
}

Result<Status> decode_status(std::string_view payload) {
  ByteReader in(payload, "status");
  Status status;
  status.node = in.text("node", kMaxText);
  status.role = in.text("role", kMaxText);
  status.term = in.u64("term");
  status.leader = in.text("leader", kMaxText);
  status.last_index = in.u64("last_index");
  status.commit_index = in.u64("commit_index");
  status.applied_index = in.u64("applied_index");
  status.durable_index = in.u64("durable_index");
  const std::uint32_t bugs = in.count("number of bugs", 4);
  for (std::uint32_t i = 0; i < bugs && in.ok(); ++i) {
    status.bugs.emplace_back(in.text("bug", kMaxText));
  }
  if (auto done = in.finish(); !done) return done.error();
  return status;
}

}  // namespace riptide::wire
