#include "node/transport/codec.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "wire/bytes.hpp"
#include "wire/wire.hpp"

namespace riptide::node {

using wire::ByteReader;
using wire::put_text;
using wire::put_u32;
using wire::put_u64;
using wire::put_u8;

namespace {

constexpr std::size_t kMaxName = 256;
constexpr std::size_t kEntryBytes = 8 + 1 + 4;  // term, kind, length of the data
// No cluster gets there by elections. A term at the very end would have no next one.
constexpr std::uint64_t kTermLimit = std::uint64_t{1} << 63;

void put_entry(std::string& out, const Entry& entry) {
  put_u64(out, entry.term.value());
  put_u8(out, static_cast<std::uint8_t>(entry.kind));
  put_text(out, entry.data ? std::string_view(*entry.data) : std::string_view());
}

Term get_term(ByteReader& in, const char* field) {
  const std::uint64_t term = in.u64(field);
  if (in.ok() && term >= kTermLimit) {
    in.refuse(fmt::format("{} is {}, expected less than 2^63", field, term));
  }
  return Term(term);
}

Entry get_entry(ByteReader& in, LogIndex index) {
  Entry entry;
  entry.index = index;
  entry.term = get_term(in, "an entry's term");
  entry.kind = static_cast<Entry::Kind>(in.choice("an entry's kind", 0, 1));
  const std::string_view data = in.text("an entry's data", wire::kMaxFrame);
  if (entry.kind == Entry::Kind::command) {
    entry.data = std::make_shared<const std::string>(data);
  } else if (!data.empty()) {
    in.refuse(fmt::format("a no-op entry has {} bytes of data, expected none", data.size()));
  }
  return entry;
}

void get_entries(ByteReader& in, Message& message) {
  const std::uint32_t count = in.count("number of entries", kEntryBytes);
  message.entries.reserve(count);
  Term before = message.previous_term;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Entry entry = get_entry(in, message.previous_index.plus(i + 1));
    // Terms never fall along a log, and nobody sends entries of a term it has not reached (§5.3).
    if (in.ok() && (entry.term < before || entry.term > message.term)) {
      in.refuse(fmt::format("an entry's term is {}, expected {} to {}", entry.term.value(),
                            before.value(), message.term.value()));
    }
    before = entry.term;
    message.entries.push_back(std::move(entry));
  }
}

}  // namespace

std::string encode(const Hello& hello) {
  std::string out;
  put_text(out, hello.cluster);
  put_text(out, hello.from);
  put_text(out, hello.to);
  put_u32(out, hello.from_id.value());
  return out;
}

Result<Hello> decode_hello(std::string_view payload) {
  ByteReader in(payload, "hello");
  Hello hello;
  hello.cluster = in.text("cluster", kMaxName);
  hello.from = in.text("from", kMaxName);
  hello.to = in.text("to", kMaxName);
  hello.from_id = NodeId(in.u32("from_id"));
  if (auto done = in.finish(); !done) return done.error();
  return hello;
}

void append_encoded(std::string& out, const Message& message) {
  put_u8(out, static_cast<std::uint8_t>(message.kind));
  put_u32(out, message.from.value());
  put_u32(out, message.to.value());
  put_u64(out, message.term.value());
  put_u64(out, message.previous_index.value());
  put_u64(out, message.previous_term.value());
  put_u64(out, message.commit.value());
  put_u8(out, message.granted ? 1 : 0);
  put_u64(out, message.match.value());
  put_u64(out, message.hint_index.value());
  put_u64(out, message.hint_term.value());
  put_u64(out, message.round);
  put_u32(out, static_cast<std::uint32_t>(message.entries.size()));
  LogIndex expected = message.previous_index;
  for (const Entry& entry : message.entries) {
    ++expected;
    ASSERT(entry.index == expected, "entry", entry.index, "where", expected, "belongs");
    put_entry(out, entry);
  }
}

Result<Message> decode_message(std::string_view payload) {
  ByteReader in(payload, "raft message");
  Message message;
  message.kind = static_cast<Message::Kind>(in.choice("kind", 1, 6));
  message.from = NodeId(in.u32("from"));
  message.to = NodeId(in.u32("to"));
  message.term = get_term(in, "term");
  message.previous_index = LogIndex(in.u64("previous_index"));
  message.previous_term = get_term(in, "previous_term");
  message.commit = LogIndex(in.u64("commit"));
  message.granted = in.choice("granted", 0, 1) == 1;
  message.match = LogIndex(in.u64("match"));
  message.hint_index = LogIndex(in.u64("hint_index"));
  message.hint_term = get_term(in, "hint_term");
  message.round = in.u64("round");
  get_entries(in, message);
  if (!message.entries.empty() && message.kind != Message::Kind::append) {
    in.refuse("only an append has entries");
  }
  if (auto done = in.finish(); !done) return done.error();
  return message;
}

}  // namespace riptide::node
