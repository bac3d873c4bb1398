#include "controller/pump.hpp"

#include <boost/asio.hpp>

namespace riptide::controller {

bool pump_until(boost::asio::io_context& io, MonoTime deadline, const std::function<bool()>& done) {
  // Conditions may change without a handler of ours (a stop flag, for one): look at least this
  // often.
  constexpr Duration kLook = std::chrono::milliseconds(20);
  while (!done()) {
    const MonoTime now = mono_now();
    if (now >= deadline) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(std::min<Duration>(deadline - now, kLook));
  }
  return true;
}

}  // namespace riptide::controller
