// What nodes say to one another, as bytes: a hello that names the sender, then Raft messages.
//
// A message's entries follow `previous_index` without a gap, so their indexes are not sent.
// Decoding refuses what can be seen to be wrong in one message alone, so that the consensus core
// never meets it: an unknown kind, entries in anything but an append, terms that fall along a log,
// entries of a term that their sender has not reached, terms of 2^63 or more (so there is always a
// next one). Whether a well-formed message is true – an index, a vote, a commit – is not seen here:
// as in Raft, peers may crash but do not lie.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "node/core/types.hpp"

namespace riptide::node {

/// The first frame of a connection. A receiver of another cluster or another name hangs up.
struct Hello {
  std::string cluster;
  std::string from;  ///< the sender's name
  std::string to;    ///< whom the sender believes to talk to
  NodeId from_id;    ///< the sender's id: both sides must count the peers in the same way
};

std::string encode(const Hello& hello);
Result<Hello> decode_hello(std::string_view payload);

/// Appends the payload of a `raft` frame.
void append_encoded(std::string& out, const Message& message);
Result<Message> decode_message(std::string_view payload);

}  // namespace riptide::node
