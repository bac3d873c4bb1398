// One framed connection to a bundled node: open, ask, be answered, by a deadline. Boost.Asio
// inside; for the .cpp files of this folder only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "wire/wire.hpp"

namespace boost::asio {
class io_context;
}

namespace riptide::systems {

/// What became of a question. `sent` tells whether the node may have seen it.
struct Exchange {
  enum class Fate : std::uint8_t {
    answered,
    not_sent,  ///< no connection: the node surely saw nothing
    lost,      ///< sent at least in part, and then no answer: nobody knows
    late,      ///< sent, and the deadline passed
  };
  Fate fate = Fate::not_sent;
  std::string payload;  ///< of the answer
  std::string error;
};

/// One question is open at a time. After anything but `answered` the connection is closed, so that
/// a late answer cannot be taken for the answer to the next question. Callbacks are never called
/// after the destructor.
class Connection {
 public:
  static std::unique_ptr<Connection> make(boost::asio::io_context& io, const std::string& address,
                                          std::uint16_t port);
  virtual ~Connection() = default;
  /// Connects first if need be.
  virtual void ask(wire::Kind kind, std::string_view payload, wire::Kind expected,
                   MonoTime deadline, std::function<void(Exchange)> done) = 0;
};

}  // namespace riptide::systems
