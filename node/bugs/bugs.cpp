#include "node/bugs/bugs.hpp"

#include <fmt/format.h>

#include <string>

#include "base/text.hpp"

namespace riptide::node::bugs {

const std::vector<Info>& catalogue() {
  static const std::vector<Info> all = {
      {Bug::kLocalLeaderRead, "local-leader-read", "a leader reads without asking a quorum",
       "etcd 0.4.1, Consul (2014)"},
      {Bug::kVoteIgnoresLogTerm, "vote-ignores-log-term",
       "votes compare the last index only, not the last term",
       "popular blog pseudo-code; paper §5.4.1"},
      {Bug::kCommitPriorTerm, "commit-prior-term",
       "counts replicas for an entry of an older term (Figure 8)",
       "logcabin #44, canonical #220, NATS #7955"},
      {Bug::kAckBeforeApply, "ack-before-apply",
       "answers at commit, reads from the state machine before it has applied", "NuRaft #288"},
      {Bug::kFailInsteadOfInfo, "fail-instead-of-info",
       "stepping down answers \"failed\" for a pending write", "Jepsen on Redis-Raft"},
  };
  return all;
}

Result<void> enable(std::string_view id) {
  std::vector<std::string> ids;
  for (const Info& info : catalogue()) {
    ids.emplace_back(info.id);
#if defined(RIPTIDE_BUGS)
    if (info.id == id) {
      enabled[static_cast<std::size_t>(info.bug)] = true;
      return {};
    }
#else
    if (info.id == id)
      return fail(fmt::format("this build carries no defects, so \"{}\" cannot be switched on", id))
          .fix("Configure with -DRIPTIDE_BUGS=ON and build again.");
#endif
  }
  Error error = fail(fmt::format("there is no defect \"{}\"", id));
  const std::string meant = did_you_mean(id, ids);
  return std::move(error).fix(meant.empty() ? "Choose one of: " + join(ids, ", ") + "."
                                            : fmt::format("Did you mean \"{}\"?", meant));
}

void disable_all() {
#if defined(RIPTIDE_BUGS)
  enabled.fill(false);
#endif
}

}  // namespace riptide::node::bugs
