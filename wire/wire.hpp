// wire: the words that a bundled node and its clients share. Frames, requests, replies; no sockets.
//
//   frame:  u32 length of what follows the checksum · u32 CRC-32C of it
//           · u8 version · u8 kind · payload
//
// All integers are little-endian. Strings are a u32 length and bytes. Values are opaque to the
// node's transport: compact JSON text, compared byte for byte (so a cas means what it says).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace riptide::wire {

inline constexpr std::uint8_t kVersion = 1;
/// version, kind and payload of one frame may not be longer: a longer length is garbage, or an
/// attack.
inline constexpr std::uint32_t kMaxFrame = 8u << 20;
inline constexpr std::size_t kFrameHeader = 8;
/// Keys and values: at most 1 MiB each; a node refuses bigger ones.
inline constexpr std::size_t kMaxValue = 1u << 20;

enum class Kind : std::uint8_t {
  request = 1,         ///< client → node: Request
  reply = 2,           ///< node → client: Reply
  status_request = 3,  ///< anybody → node: empty
  status_reply = 4,    ///< Status
  hello = 16,          ///< node → node: who I am (node/transport)
  raft = 17,           ///< node → node: one Raft message (node/transport)
};

struct Frame {
  Kind kind{};
  std::string_view payload;  ///< points into the reader's buffer: use it before the next feed()
};

/// Cuts frames out of a stream of bytes. An error is final: the stream cannot be understood any
/// more.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  /// The next whole frame, nothing when more bytes are needed, or an error: wrong length, checksum,
  /// or version.
  Result<std::optional<Frame>> next();

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
};

void append_frame(std::string& out, Kind kind, std::string_view payload);
/// The same in two halves, for payloads written in place: begin, append the payload to `out`, end
/// with what begin returned. A payload over kMaxFrame is a defect of the caller.
std::size_t begin_frame(std::string& out, Kind kind);
void end_frame(std::string& out, std::size_t begin);

enum class Op : std::uint8_t { read = 1, write = 2, cas = 3 };

/// One operation of one client. `client` and `sequence` make retries harmless: the state machine
/// applies (client, sequence) at most once (Raft thesis §6.3). A client has one request open at a
/// time.
struct Request {
  std::uint64_t client = 0;    ///< unique per session
  std::uint64_t sequence = 0;  ///< 1, 2, 3, …; a retry repeats it
  Op op = Op::read;
  std::string key;
  std::string value;     ///< write: the value; cas: the new value
  std::string expected;  ///< cas: the value that must stand there
};

enum class Answer : std::uint8_t {
  ok = 1,           ///< done; `value` is what was read
  refused = 2,      ///< definite: a cas whose `expected` did not stand there
  not_leader = 3,   ///< definite: nothing was done; `leader` may help
  overloaded = 4,   ///< definite: nothing was done; try later
  bad_request = 5,  ///< definite: nothing was done; `text` says why
  unknown = 6,      ///< may or may not be done, now or later
  failed = 7,       ///< definite: it was not done and never will be
};

struct Reply {
  std::uint64_t sequence = 0;
  Answer answer = Answer::unknown;
  std::string value;   ///< read: JSON text; "null" when nothing was written
  std::string leader;  ///< not_leader: its name, or empty
  std::string text;    ///< for people
};

struct Status {
  std::string node;
  std::string role;  ///< "leader", "follower", "candidate", "pre-candidate"
  std::uint64_t term = 0;
  std::string leader;  ///< its name, or empty
  std::uint64_t last_index = 0, commit_index = 0, applied_index = 0, durable_index = 0;
  std::vector<std::string> bugs;  ///< injected defects that are on
};

std::string encode(const Request& request);
std::string encode(const Reply& reply);
std::string encode(const Status& status);
Result<Request> decode_request(std::string_view payload);
Result<Reply> decode_reply(std::string_view payload);
Result<Status> decode_status(std::string_view payload);

}  // namespace riptide::wire
