// Any bytes into the decoders of what nodes say to one another.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "node/transport/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace riptide;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = node::decode_message(bytes)) {
    std::string again;
    node::append_encoded(again, *message);
    ASSERT(again == bytes, "a message of", size, "bytes");
  }
  if (const auto hello = node::decode_hello(bytes)) {
    ASSERT(node::encode(*hello) == bytes, "a hello of", size, "bytes");
  }
  return 0;
}
