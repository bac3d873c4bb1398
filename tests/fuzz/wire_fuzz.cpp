// Any bytes into the frame reader and every decoder of the client protocol. What decodes must
// encode to the same bytes: a field that were read from the wrong place would show.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "wire/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace riptide;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto request = wire::decode_request(bytes)) {
    ASSERT(wire::encode(*request) == bytes, "a request of", size, "bytes");
  }
  if (const auto reply = wire::decode_reply(bytes)) {
    ASSERT(wire::encode(*reply) == bytes, "a reply of", size, "bytes");
  }
  if (const auto status = wire::decode_status(bytes)) {
    ASSERT(wire::encode(*status) == bytes, "a status of", size, "bytes");
  }
  // In two pieces, cut where the first byte says.
  wire::FrameReader reader;
  const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    reader.feed(piece);
    while (true) {
      const auto frame = reader.next();
      if (!frame) return 0;
      if (!*frame) break;
    }
  }
  return 0;
}
