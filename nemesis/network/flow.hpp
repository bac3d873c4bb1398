// Flow: one TCP connection through a proxy, with what each of its two directions may do now.
#pragma once

#include <functional>
#include <memory>

#include "base/time.hpp"
#include "nemesis/network/carrier.hpp"

namespace riptide::nemesis {

/// A directed link, shared by all flows that run over it.
struct LinkState {
  Link link;
  bool cut = false;
  Duration delay{0};
  LinkCounters counters;
};

/// Bytes from the node that connected (downstream) to the node that listens (upstream) obey the
/// link `there`, bytes the other way the link `back`; to connect takes both. A cut direction holds
/// what arrives, at most 1 MiB, then stops reading, so that the sender feels a full window. Ends
/// (FIN) and resets travel in order with the bytes and are held like them.
class Flow {
 public:
  /// Takes over the accepted connection, a descriptor. `gone` is called once, when both sides are
  /// closed.
  static std::shared_ptr<Flow> open(boost::asio::io_context& io, int downstream, Endpoint upstream,
                                    std::shared_ptr<LinkState> there,
                                    std::shared_ptr<LinkState> back,
                                    std::function<void(const Flow*)> gone);
  virtual ~Flow() = default;
  virtual bool closed() const = 0;
  /// A link was cut or healed.
  virtual void links_changed() = 0;
  /// Closes both sides without calling `gone`.
  virtual void abandon() = 0;
};

}  // namespace riptide::nemesis
