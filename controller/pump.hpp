// The run's flow is written as plain code; what happens meanwhile (clients, nemesis, probes)
// happens on the io_context that the flow pumps while it waits.
#pragma once

#include <functional>

#include "base/time.hpp"

namespace boost::asio {
class io_context;
}

namespace riptide::controller {

/// Runs handlers until `done()` or the deadline; tells whether it was done.
bool pump_until(boost::asio::io_context& io, MonoTime deadline, const std::function<bool()>& done);

}  // namespace riptide::controller
