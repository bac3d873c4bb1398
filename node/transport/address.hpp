// "HOST:PORT" as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace riptide::node {

struct Address {
  std::string host;  ///< a name, or a numeric address: IPv6 without its brackets
  std::uint16_t port = 0;
  std::string text() const;
};

Result<Address> parse_address(std::string_view text);

}  // namespace riptide::node
