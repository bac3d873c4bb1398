// A carrier carries out network faults. It hands every node the addresses at which it finds its
// peers, and decides what reaches whom.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace boost::asio {
class io_context;
}

namespace riptide::nemesis {

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  std::string text() const { return address + ":" + std::to_string(port); }
};

/// A directed link: what `first` sends to `second`.
using Link = std::pair<std::string, std::string>;

/// What a link did since it was last cut, counted where it was done.
struct LinkCounters {
  std::uint64_t forwarded_bytes = 0;
  std::uint64_t withheld_bytes = 0;        ///< arrived while the link was cut
  std::uint64_t withheld_connections = 0;  ///< asked for while the link was cut
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual std::string name() const = 0;

  /// Where `from` must connect to in order to reach `to`.
  virtual Endpoint address_of(const std::string& to, const std::string& from) const = 0;

  /// Replaces the set of cut links, all at once.
  virtual void cut(const std::set<Link>& links) = 0;
  virtual LinkCounters counters(const Link& link) const = 0;

  /// Sends a probe along `link`'s own path: true when it came out at the other end, false when the
  /// link withheld it; an error when neither can be shown within `limit` (its target is dead, say).
  virtual void probe(const Link& link, Duration limit, std::function<void(Result<bool>)> done) = 0;
};

struct ProxyNode {
  std::string name;
  Endpoint peer;  ///< where the node really listens for its peers
};

/// One TCP proxy per ordered pair of nodes, in this process, on loopback. Never skips bytes of a
/// stream: a cut link holds what arrives (as a network that drops packets makes TCP do) and
/// delivers it after the heal; a connection made while the link is cut is accepted by the kernel
/// and goes nowhere until the heal. `delay` is added to everything a link carries.
Result<std::unique_ptr<Carrier>> make_proxy_carrier(boost::asio::io_context& io,
                                                    const std::vector<ProxyNode>& nodes,
                                                    const std::string& address,
                                                    std::uint16_t first_port, Duration delay);

}  // namespace riptide::nemesis
