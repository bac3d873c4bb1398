// Codecs against themselves: what was encoded comes back; what was cut off or made up does no harm.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "wire/wire.hpp"

namespace riptide::wire {
namespace {

Request any_request() {
  Request request;
  request.client = *rc::gen::arbitrary<std::uint64_t>();
  request.sequence = *rc::gen::arbitrary<std::uint64_t>();
  request.op = *rc::gen::element(Op::read, Op::write, Op::cas);
  request.key = *rc::gen::arbitrary<std::string>();
  request.value = *rc::gen::arbitrary<std::string>();
  request.expected = *rc::gen::arbitrary<std::string>();
  return request;
}

Reply any_reply() {
  Reply reply;
  reply.sequence = *rc::gen::arbitrary<std::uint64_t>();
  reply.answer = static_cast<Answer>(*rc::gen::inRange(1, 8));
  reply.value = *rc::gen::arbitrary<std::string>();
  reply.leader = *rc::gen::arbitrary<std::string>();
  reply.text = *rc::gen::arbitrary<std::string>();
  return reply;
}

Status any_status() {
  Status status;
  status.node = *rc::gen::arbitrary<std::string>();
  status.role = *rc::gen::arbitrary<std::string>();
  status.term = *rc::gen::arbitrary<std::uint64_t>();
  status.leader = *rc::gen::arbitrary<std::string>();
  status.last_index = *rc::gen::arbitrary<std::uint64_t>();
  status.commit_index = *rc::gen::arbitrary<std::uint64_t>();
  status.applied_index = *rc::gen::arbitrary<std::uint64_t>();
  status.durable_index = *rc::gen::arbitrary<std::uint64_t>();
  status.bugs = *rc::gen::arbitrary<std::vector<std::string>>();
  return status;
}

RC_GTEST_PROP(Codec, ARequestComesBackAsItWas, ()) {
  const Request in = any_request();
  const auto out = decode_request(encode(in));
  RC_ASSERT(out.has_value());
  RC_ASSERT(out->client == in.client && out->sequence == in.sequence && out->op == in.op);
  RC_ASSERT(out->key == in.key && out->value == in.value && out->expected == in.expected);
}

RC_GTEST_PROP(Codec, AReplyComesBackAsItWas, ()) {
  const Reply in = any_reply();
  const auto out = decode_reply(encode(in));
  RC_ASSERT(out.has_value());
  RC_ASSERT(out->sequence == in.sequence && out->answer == in.answer && out->value == in.value);
  RC_ASSERT(out->leader == in.leader && out->text == in.text);
}

RC_GTEST_PROP(Codec, AStatusComesBackAsItWas, ()) {
  const Status in = any_status();
  const auto out = decode_status(encode(in));
  RC_ASSERT(out.has_value());
  RC_ASSERT(out->node == in.node && out->role == in.role && out->term == in.term);
  RC_ASSERT(out->leader == in.leader && out->bugs == in.bugs);
  RC_ASSERT(out->last_index == in.last_index && out->commit_index == in.commit_index);
  RC_ASSERT(out->applied_index == in.applied_index && out->durable_index == in.durable_index);
}

RC_GTEST_PROP(Codec, APayloadCutOffAnywhereIsAnError, ()) {
  const std::string request = encode(any_request());
  for (std::size_t i = 0; i < request.size(); ++i) {
    RC_ASSERT(!decode_request(std::string_view(request).substr(0, i)).has_value());
  }
  const std::string reply = encode(any_reply());
  for (std::size_t i = 0; i < reply.size(); ++i) {
    RC_ASSERT(!decode_reply(std::string_view(reply).substr(0, i)).has_value());
  }
  const std::string status = encode(any_status());
  for (std::size_t i = 0; i < status.size(); ++i) {
    RC_ASSERT(!decode_status(std::string_view(status).substr(0, i)).has_value());
  }
}

RC_GTEST_PROP(Codec, WhateverDecodesEncodesToTheSameBytes, (const std::string& bytes)) {
  if (const auto request = decode_request(bytes)) RC_ASSERT(encode(*request) == bytes);
  if (const auto reply = decode_reply(bytes)) RC_ASSERT(encode(*reply) == bytes);
  if (const auto status = decode_status(bytes)) RC_ASSERT(encode(*status) == bytes);
}

RC_GTEST_PROP(Frame, FramesComeOutAsTheyWentInHoweverTheStreamIsCut,
              (const std::vector<std::string>& payloads)) {
  std::string stream;
  for (const std::string& payload : payloads) append_frame(stream, Kind::raft, payload);
  FrameReader reader;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t step = *rc::gen::inRange<std::size_t>(1, 40);
    reader.feed(std::string_view(stream).substr(at, step));
    at += step;
    while (true) {
      const auto frame = reader.next();
      RC_ASSERT(frame.has_value());
      if (!*frame) break;
      out.emplace_back((*frame)->payload);
    }
  }
  RC_ASSERT(out == payloads);
}

RC_GTEST_PROP(Frame, AnyFlippedByteIsNoticed, (const std::string& payload)) {
  std::string stream;
  append_frame(stream, Kind::request, payload);
  const auto at = *rc::gen::inRange<std::size_t>(0, stream.size());
  stream[at] = static_cast<char>(stream[at] ^ *rc::gen::inRange(1, 256));
  FrameReader reader;
  reader.feed(stream);
  const auto frame = reader.next();
  // A longer length may still wait for its bytes; a whole frame never comes out.
  if (!frame.has_value()) return;
  RC_ASSERT(!frame->has_value());
}

RC_GTEST_PROP(Frame, RandomBytesNeverPassForAFrame, (const std::string& bytes)) {
  FrameReader reader;
  reader.feed(bytes);
  const auto frame = reader.next();
  if (!frame.has_value()) return;
  RC_ASSERT(!frame->has_value());
}

}  // namespace
}  // namespace riptide::wire
