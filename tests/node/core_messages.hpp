// One core and the messages that reach it, for tests that play the rest of the cluster by hand.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/core/raft.hpp"

namespace riptide::node {

inline constexpr NodeId kN1{1}, kN2{2}, kN3{3}, kN4{4}, kN5{5};
inline constexpr MonoTime kStart{1};

/// A log whose entries have these terms, from `first` on.
inline std::vector<Entry> entries_of(const std::vector<std::uint64_t>& terms,
                                     std::uint64_t first = 1) {
  std::vector<Entry> entries;
  for (const std::uint64_t term : terms) {
    const std::string text = std::to_string(term) + ":" + std::to_string(first + entries.size());
    entries.push_back({Term(term), LogIndex(first + entries.size()), Entry::Kind::command,
                       std::make_shared<const std::string>(text)});
  }
  return entries;
}

inline CoreConfig config_of(NodeId id, std::size_t nodes) {
  CoreConfig config;
  config.id = id;
  for (std::uint32_t i = 1; i <= nodes; ++i) config.voters.emplace_back(i);
  config.seed = 7;
  return config;
}

/// n1 of a cluster, with this log on its disk and the term of its last entry.
inline Raft core_with(const std::vector<std::uint64_t>& terms, std::size_t nodes = 3,
                      std::uint64_t term = 0) {
  HardState state;
  state.term = Term(std::max(term, terms.empty() ? 0 : terms.back()));
  return Raft(config_of(kN1, nodes), state, entries_of(terms), kStart);
}

inline Message message(Message::Kind kind, NodeId from, std::uint64_t term) {
  Message m;
  m.kind = kind;
  m.from = from;
  m.to = kN1;
  m.term = Term(term);
  return m;
}

inline Message append(NodeId from, std::uint64_t term, std::uint64_t previous_index,
                      std::uint64_t previous_term, const std::vector<std::uint64_t>& terms = {},
                      std::uint64_t commit = 0) {
  Message m = message(Message::Kind::append, from, term);
  m.previous_index = LogIndex(previous_index);
  m.previous_term = Term(previous_term);
  m.entries = entries_of(terms, previous_index + 1);
  m.commit = LogIndex(commit);
  return m;
}

inline Message vote(Message::Kind kind, NodeId from, std::uint64_t term, std::uint64_t last_index,
                    std::uint64_t last_term) {
  Message m = message(kind, from, term);
  m.previous_index = LogIndex(last_index);
  m.previous_term = Term(last_term);
  return m;
}

inline Message vote_reply(NodeId from, std::uint64_t term, bool granted,
                          Message::Kind kind = Message::Kind::vote_reply) {
  Message m = message(kind, from, term);
  m.granted = granted;
  return m;
}

inline Message append_reply(NodeId from, std::uint64_t term, std::uint64_t match,
                            std::uint64_t round = 0) {
  Message m = message(Message::Kind::append_reply, from, term);
  m.granted = true;
  m.match = LogIndex(match);
  m.round = round;
  return m;
}

/// "1 1 4": the terms of a log.
inline std::string terms_of(const Raft& raft) {
  std::string text;
  for (LogIndex i(1); i <= raft.last_index(); ++i) {
    if (!text.empty()) text += ' ';
    text += std::to_string(raft.term_at(i).value());
  }
  return text;
}

/// Makes n1 the leader of the term after its own; what it had to say on the way is dropped, and its
/// log is durable.
inline void make_leader(Raft& raft) {
  raft.tick(kStart + std::chrono::hours(1));
  const std::uint64_t term = raft.term().value() + 1;
  raft.step(vote_reply(kN2, term, true, Message::Kind::pre_vote_reply), kStart);
  raft.step(vote_reply(kN3, term, true, Message::Kind::pre_vote_reply), kStart);
  raft.step(vote_reply(kN2, term, true), kStart);
  raft.step(vote_reply(kN3, term, true), kStart);
  raft.take_output();
  raft.persisted(raft.last_term(), raft.last_index());
}

}  // namespace riptide::node
