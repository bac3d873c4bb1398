// The replicated state machine: registers of opaque JSON text, and the clients' sessions.
//
// Deterministic: the same commands in the same order give the same registers and the same replies
// on every node. A session remembers the reply to its client's last request, so that a request
// which was sent twice, and stands in the log twice, is applied once (thesis §6.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wire/wire.hpp"

namespace riptide::node {

class StateMachine {
 public:
  /// Applies one command: a write or a cas.
  wire::Reply apply(const wire::Request& request);
  /// The register's JSON text; "null" when nothing was written to it.
  std::string_view read(const std::string& key) const;

 private:
  struct Session {
    std::uint64_t sequence = 0;
    wire::Reply reply;
  };
  wire::Reply execute(const wire::Request& request);

  std::unordered_map<std::string, std::string> registers_;
  std::unordered_map<std::uint64_t, Session> sessions_;
};

}  // namespace riptide::node
