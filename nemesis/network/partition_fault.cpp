// Partition: cuts links and shows by probes that they are cut, and later that they are not.
#include <boost/asio.hpp>
#include <nlohmann/json.hpp>

#include "nemesis/fault_action.hpp"

namespace riptide::nemesis {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kProofLimit = std::chrono::seconds(2);
constexpr auto kProbeLimit = std::chrono::milliseconds(500);
constexpr auto kProbeInterval = std::chrono::milliseconds(10);

class Partition final : public FaultAction, public std::enable_shared_from_this<Partition> {
 public:
  Partition(Ground& ground, std::set<Link> links)
      : ground_(ground), links_(std::move(links)), timer_(ground.io) {}

  void apply(Proof done) override {
    for (const Link& link : links_) ++ground_.cuts[link];
    ground_.carrier.cut(ground_.cut_links());
    begin_proof(false, [this, done = std::move(done)](Result<Json> shown) {
      if (!shown) return done(shown.error());
      if (shown->at("probes_withheld") == 0)
        return done(fail("no node runs behind a cut link, so nothing shows that it is cut"));
      Json proof = {{"links", links_}};
      proof.update(*shown);
      add_counters(proof);
      done(proof.dump());
    });
  }

  void undo(Proof done) override {
    // Read before the heal: a later cut would begin to count again.
    Json counted = Json::object();
    add_counters(counted);
    const std::optional<Error> leaked = leak();
    for (const Link& link : links_)
      if (--ground_.cuts[link] == 0) ground_.cuts.erase(link);
    ground_.carrier.cut(ground_.cut_links());
    begin_proof(true, [done = std::move(done), counted, leaked](Result<Json> shown) {
      if (leaked) return done(*leaked);
      if (!shown) return done(shown.error());
      shown->update(counted);
      done(shown->dump());
    });
  }

 private:
  using Shown = std::function<void(Result<Json>)>;

  /// A link that carried bytes while it was cut was not cut, whatever the probes said.
  std::optional<Error> leak() const {
    for (const Link& link : links_) {
      const std::uint64_t bytes = ground_.carrier.counters(link).forwarded_bytes;
      if (bytes != 0)
        return fail("the link from " + link.first + " to " + link.second + " carried " +
                    std::to_string(bytes) + " bytes while it was cut");
    }
    return std::nullopt;
  }

  void add_counters(Json& proof) const {
    std::uint64_t bytes = 0, connections = 0;
    for (const Link& link : links_) {
      const LinkCounters counters = ground_.carrier.counters(link);
      bytes += counters.withheld_bytes;
      connections += counters.withheld_connections;
    }
    proof["withheld_bytes"] = bytes;
    proof["withheld_connections"] = connections;
  }

  /// Every link is probed, again and again, until the probe ends as it should. Links on which a
  /// probe can show nothing now are left out.
  void begin_proof(bool pass, Shown done) {
    pass_ = pass;
    shown_ = 0;
    open_ = links_;
    last_failure_.clear();
    done_ = std::move(done);
    limit_ = mono_now() + kProofLimit;
    probe_round();
  }

  bool can_show(const Link& link) const {
    const std::string& target = link.second;
    if (!ground_.runs(target)) return false;
    // That it is cut the carrier shows by itself.
    if (!pass_) return true;
    if (ground_.cuts.contains(link) || ground_.restarting.contains(target)) return false;
    Child* child = ground_.cluster.child(target);
    return !child || !ground_.pauses.contains(child->pid());
  }

  void probe_round() {
    std::vector<Link> round;
    for (const Link& link : open_)
      if (can_show(link)) round.push_back(link);
    if (round.empty()) return end_proof();
    if (mono_now() > limit_) {
      const Link& link = round.front();
      const Shown done = std::exchange(done_, nullptr);
      return done(fail("the link from " + link.first + " to " + link.second +
                       (pass_ ? " is not healed: " : " is not cut: ") + last_failure_));
    }
    waiting_ = round.size();
    for (const Link& link : round)
      ground_.carrier.probe(link, kProbeLimit,
                            [weak = weak_from_this(), link](Result<bool> result) {
                              if (auto self = weak.lock()) self->probe_ended(link, result);
                            });
  }

  void probe_ended(const Link& link, const Result<bool>& result) {
    if (result && *result == pass_) {
      open_.erase(link);
      ++shown_;
    } else {
      last_failure_ = !result   ? result.error().text()
                      : *result ? "a probe came through"
                                : "a probe was withheld";
    }
    if (--waiting_ > 0) return;
    timer_.expires_after(kProbeInterval);
    if (open_.empty()) return end_proof();
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto self = weak.lock(); self && !error) self->probe_round();
    });
  }

  void end_proof() {
    Json shown = {{pass_ ? "probes_passed" : "probes_withheld", shown_}};
    if (!open_.empty()) shown["not_probed"] = open_;
    std::exchange(done_, nullptr)(std::move(shown));
  }

  Ground& ground_;
  std::set<Link> links_;
  boost::asio::steady_timer timer_;
  bool pass_ = false;
  std::size_t shown_ = 0, waiting_ = 0;
  std::set<Link> open_;
  std::string last_failure_;
  Shown done_;
  MonoTime limit_;
};

}  // namespace

std::shared_ptr<FaultAction> make_partition(Ground& ground,
                                            const std::vector<std::vector<std::string>>& parts) {
  return std::make_shared<Partition>(ground, links_between(parts));
}

}  // namespace riptide::nemesis
