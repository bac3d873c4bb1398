#include "node/transport/address.hpp"

#include <charconv>

namespace riptide::node {

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return fail("\"" + std::string(text) + "\" is no address")
        .because(why)
        .fix("Write HOST:PORT, such as 127.0.0.1:7001.");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse("it has no port");
  Address address;
  address.host = text.substr(0, colon);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty()) return refuse("it has no host");
  const std::string_view port = text.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || address.port == 0) {
    return refuse("its port is not a number from 1 to 65535");
  }
  return address;
}

}  // namespace riptide::node
