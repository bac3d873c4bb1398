// Frames and codecs on fixed cases.
#include <gtest/gtest.h>

#include "base/crc32c.hpp"
#include "wire/bytes.hpp"
#include "wire/wire.hpp"

namespace riptide::wire {
namespace {

std::string framed(Kind kind, std::string_view payload) {
  std::string out;
  append_frame(out, kind, payload);
  return out;
}

/// A frame of any body, with a right checksum.
std::string framed_body(std::string_view body) {
  std::string out;
  put_u32(out, static_cast<std::uint32_t>(body.size()));
  put_u32(out, crc32c(body));
  out.append(body);
  return out;
}

std::string error_of(std::string_view bytes) {
  FrameReader reader;
  reader.feed(bytes);
  const auto frame = reader.next();
  return frame ? "" : frame.error().text();
}

TEST(Frame, HasTheLayoutThatTheHeaderDescribes) {
  const std::string bytes = framed(Kind::request, "ab");
  ASSERT_EQ(bytes.size(), kFrameHeader + 4);
  EXPECT_EQ(get_u32(bytes), 4u);
  EXPECT_EQ(get_u32(std::string_view(bytes).substr(4)), crc32c("\x01\x01"
                                                               "ab"));
  EXPECT_EQ(bytes.substr(8),
            "\x01\x01"
            "ab");
}

TEST(Frame, SeveralFramesInOneReadComeOutInOrder) {
  FrameReader reader;
  reader.feed(framed(Kind::request, "one") + framed(Kind::reply, "") + framed(Kind::raft, "three"));
  auto frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->payload, "one");
  frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->kind, Kind::reply);
  frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->payload, "three");
  frame = reader.next();
  ASSERT_TRUE(frame.has_value());
  EXPECT_FALSE(frame->has_value());
}

TEST(Frame, AFrameThatComesByteByByteComesOutWithItsLastByte) {
  FrameReader reader;
  const std::string bytes = framed(Kind::status_request, "payload");
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    reader.feed(bytes.substr(i, 1));
    const auto frame = reader.next();
    ASSERT_TRUE(frame.has_value()) << frame.error().text();
    ASSERT_FALSE(frame->has_value());
  }
  reader.feed(bytes.substr(bytes.size() - 1));
  const auto frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->payload, "payload");
}

TEST(Frame, AnOversizedLengthIsRefusedBeforeItsBytesArrive) {
  std::string bytes;
  put_u32(bytes, kMaxFrame + 1);
  EXPECT_EQ(error_of(bytes), "frame: length is 8388609, expected 2 to 8388608");
}

TEST(Frame, ALengthTooShortForVersionAndKindIsRefused) {
  std::string bytes;
  put_u32(bytes, 1);
  EXPECT_EQ(error_of(bytes), "frame: length is 1, expected 2 to 8388608");
}

TEST(Frame, AFlippedBitIsFoundByTheChecksum) {
  std::string bytes = framed(Kind::request, "payload");
  bytes[kFrameHeader + 4] ^= 1;
  EXPECT_NE(error_of(bytes).find("checksum"), std::string::npos);
}

TEST(Frame, AnotherVersionIsRefusedByItsNumber) {
  EXPECT_EQ(error_of(framed_body("\x02\x01")), "frame: version is 2, expected 1");
}

TEST(Frame, AnErrorIsFinal) {
  FrameReader reader;
  std::string bad = framed(Kind::request, "payload");
  bad[kFrameHeader + 4] ^= 1;
  reader.feed(bad);
  EXPECT_FALSE(reader.next().has_value());
  reader.feed(framed(Kind::request, "good"));
  EXPECT_FALSE(reader.next().has_value());
}

TEST(Frame, TheLongestFramePasses) {
  FrameReader reader;
  reader.feed(framed(Kind::raft, std::string(kMaxFrame - 2, 'x')));
  const auto frame = reader.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->payload.size(), kMaxFrame - 2);
}

TEST(Codec, AnUnknownOperationIsRefusedByItsNumber) {
  Request request;
  request.op = static_cast<Op>(9);
  const auto decoded = decode_request(encode(request));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().text(), "request: op is 9, expected 1 to 3");
}

TEST(Codec, AnErrorSaysWhatWasExpectedWhere) {
  const auto decoded = decode_request("12345678");
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().text(), "request: expected 8 bytes of sequence at offset 8, found 0");
}

TEST(Codec, BytesBehindTheLastFieldAreRefused) {
  const auto decoded = decode_reply(encode(Reply{}) + "x");
  ASSERT_FALSE(decoded.has_value());
  EXPECT_NE(decoded.error().text().find("expected the end"), std::string::npos);
}

TEST(Codec, ACountThatCannotFollowReservesNothing) {
  Status status;
  std::string bytes = encode(status);
  bytes.resize(bytes.size() - 4);
  put_u32(bytes, 0xffffffff);
  const auto decoded = decode_status(bytes);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_NE(decoded.error().text().find("number of bugs is 4294967295"), std::string::npos);
}

TEST(Codec, AValueOverTheLimitStillDecodesSoThatTheNodeCanAnswerIt) {
  Request request;
  request.value.assign(kMaxValue + 1, 'x');
  const auto decoded = decode_request(encode(request));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->value.size(), kMaxValue + 1);
}

}  // namespace
}  // namespace riptide::wire
