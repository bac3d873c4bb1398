// The codec of what nodes say to one another.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "node/transport/codec.hpp"

namespace riptide::node {
namespace {

std::uint64_t any_number() { return *rc::gen::arbitrary<std::uint64_t>(); }

/// What a correct node could send: consecutive entries whose terms do not fall.
Message any_message() {
  Message message;
  message.kind = static_cast<Message::Kind>(*rc::gen::inRange(1, 7));
  message.from = NodeId(*rc::gen::arbitrary<std::uint32_t>());
  message.to = NodeId(*rc::gen::arbitrary<std::uint32_t>());
  message.term = Term(*rc::gen::inRange<std::uint64_t>(10, 1000));
  message.previous_index = LogIndex(*rc::gen::inRange<std::uint64_t>(0, 1u << 30));
  message.previous_term = Term(*rc::gen::inRange<std::uint64_t>(0, 10));
  message.commit = LogIndex(any_number());
  message.granted = *rc::gen::arbitrary<bool>();
  message.match = LogIndex(any_number());
  message.hint_index = LogIndex(any_number());
  message.hint_term = Term(any_number() >> 1);
  message.round = any_number();
  if (message.kind != Message::Kind::append) return message;
  auto terms = *rc::gen::container<std::vector<std::uint64_t>>(
      rc::gen::inRange<std::uint64_t>(10, message.term.value() + 1));
  std::sort(terms.begin(), terms.end());
  for (const std::uint64_t term : terms) {
    Entry entry;
    entry.term = Term(term);
    entry.index = message.previous_index.plus(message.entries.size() + 1);
    entry.kind = *rc::gen::element(Entry::Kind::noop, Entry::Kind::command);
    if (entry.kind == Entry::Kind::command) {
      entry.data = std::make_shared<const std::string>(*rc::gen::arbitrary<std::string>());
    }
    message.entries.push_back(std::move(entry));
  }
  return message;
}

std::string encoded(const Message& message) {
  std::string out;
  append_encoded(out, message);
  return out;
}

RC_GTEST_PROP(PeerCodec, AMessageComesBackAsItWas, ()) {
  const Message in = any_message();
  const auto out = decode_message(encoded(in));
  RC_ASSERT(out.has_value());
  RC_ASSERT(out->kind == in.kind && out->from == in.from && out->to == in.to);
  RC_ASSERT(out->term == in.term && out->previous_index == in.previous_index);
  RC_ASSERT(out->previous_term == in.previous_term && out->commit == in.commit);
  RC_ASSERT(out->granted == in.granted && out->match == in.match && out->round == in.round);
  RC_ASSERT(out->hint_index == in.hint_index && out->hint_term == in.hint_term);
  RC_ASSERT(out->entries.size() == in.entries.size());
  for (std::size_t i = 0; i < in.entries.size(); ++i) {
    const Entry &a = in.entries[i], &b = out->entries[i];
    RC_ASSERT(a.term == b.term && a.index == b.index && a.kind == b.kind);
    RC_ASSERT((a.data == nullptr) == (b.data == nullptr));
    if (a.data) RC_ASSERT(*a.data == *b.data);
  }
}

RC_GTEST_PROP(PeerCodec, AMessageCutOffAnywhereIsAnError, ()) {
  const std::string bytes = encoded(any_message());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    RC_ASSERT(!decode_message(std::string_view(bytes).substr(0, i)).has_value());
  }
}

RC_GTEST_PROP(PeerCodec, AMessageWithAByteChangedIsAnErrorOrAnotherWholeMessage, ()) {
  std::string bytes = encoded(any_message());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  if (const auto message = decode_message(bytes)) RC_ASSERT(encoded(*message) == bytes);
}

RC_GTEST_PROP(PeerCodec, RandomBytesDoNoHarm, (const std::string& bytes)) {
  if (const auto message = decode_message(bytes)) RC_ASSERT(encoded(*message) == bytes);
  if (const auto hello = decode_hello(bytes)) RC_ASSERT(encode(*hello) == bytes);
}

RC_GTEST_PROP(PeerCodec, AHelloComesBackAsItWas, (std::uint32_t id)) {
  const Hello in{"cluster", "n1", "n10", NodeId(id)};
  const auto out = decode_hello(encode(in));
  RC_ASSERT(out.has_value());
  RC_ASSERT(out->cluster == in.cluster && out->from == in.from && out->to == in.to);
  RC_ASSERT(out->from_id == in.from_id);
}

Message append_of(Term term, Term previous, Term entry) {
  Message message;
  message.term = term;
  message.previous_term = previous;
  message.entries.push_back({entry, LogIndex(1), Entry::Kind::noop, nullptr});
  return message;
}

TEST(PeerCodec, TermsThatFallAlongTheLogAreRefused) {
  EXPECT_TRUE(decode_message(encoded(append_of(Term(5), Term(3), Term(4)))).has_value());
  EXPECT_FALSE(decode_message(encoded(append_of(Term(5), Term(3), Term(2)))).has_value());
}

TEST(PeerCodec, AnEntryOfATermThatItsSenderHasNotReachedIsRefused) {
  const auto decoded = decode_message(encoded(append_of(Term(5), Term(3), Term(6))));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().text(), "raft message: an entry's term is 6, expected 3 to 5");
}

TEST(PeerCodec, ATermThatLeavesNoRoomForTheNextIsRefused) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  const auto refused = [](Message message) {
    return !decode_message(encoded(message)).has_value();
  };
  EXPECT_FALSE(refused(append_of(Term(kLimit - 1), Term(3), Term(kLimit - 1))));
  EXPECT_TRUE(refused(append_of(Term(kLimit), Term(3), Term(4))));
  Message vote;
  vote.kind = Message::Kind::vote;
  vote.term = Term(5);
  EXPECT_FALSE(refused(vote));
  vote.previous_term = Term(kLimit);
  EXPECT_TRUE(refused(vote));
  vote.previous_term = Term(4);
  vote.hint_term = Term(UINT64_MAX);
  EXPECT_TRUE(refused(vote));
  vote.hint_term = Term(0);
  vote.term = Term(UINT64_MAX);
  const auto decoded = decode_message(encoded(vote));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().text(),
            "raft message: term is 18446744073709551615, expected less than 2^63");
}

TEST(PeerCodec, EntriesInAnythingButAnAppendAreRefused) {
  Message message = append_of(Term(5), Term(3), Term(4));
  message.kind = Message::Kind::vote;
  EXPECT_FALSE(decode_message(encoded(message)).has_value());
}

}  // namespace
}  // namespace riptide::node
