#include "node/storage/segment.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "wire/bytes.hpp"

namespace riptide::node {

using wire::ByteReader;
using wire::get_u32;
using wire::put_text;
using wire::put_u32;
using wire::put_u64;
using wire::put_u8;

namespace {

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kFixed = 8;  // length and checksum
constexpr std::size_t kAlign = 8;
constexpr std::size_t kMaxName = 256;

enum class Type : std::uint8_t { header = 1, batch = 2 };
enum class Item : std::uint8_t { hard_state = 1, entry = 2 };

std::uint64_t aligned(std::uint64_t offset) { return (offset + kAlign - 1) / kAlign * kAlign; }

std::uint32_t place_seed(std::uint64_t number, std::uint64_t offset) {
  char place[16];
  std::memcpy(place, &number, 8);
  std::memcpy(place + 8, &offset, 8);
  return crc32c(std::string_view(place, sizeof place));
}

void begin_record(std::string& out, Type type) {
  out.assign(kFixed, '\0');
  put_u8(out, static_cast<std::uint8_t>(type));
}

void end_record(std::string& out, std::uint64_t number, std::uint64_t offset) {
  const std::size_t length = out.size() - kFixed;
  ASSERT(length <= std::numeric_limits<std::uint32_t>::max(), "a record of", length, "bytes");
  const auto stored = static_cast<std::uint32_t>(length);
  const std::uint32_t checksum =
      crc32c(std::string_view(out).substr(kFixed), place_seed(number, offset));
  std::memcpy(out.data(), &stored, 4);
  std::memcpy(out.data() + 4, &checksum, 4);
  out.resize(aligned(out.size()), '\0');
}

struct Record {
  std::string_view body;  ///< type and payload
  std::string why;        ///< empty body: why there is no record
};

Record record_at(std::string_view bytes, std::uint64_t number, std::uint64_t offset) {
  const std::size_t left = bytes.size() - offset;
  if (left < kFixed) return {{}, fmt::format("{} bytes, too few for a record", left)};
  const std::uint32_t length = get_u32(bytes.substr(offset));
  if (length == 0) return {{}, "a length of 0"};
  if (length > left - kFixed) {
    return {{}, fmt::format("a length of {} where {} bytes are left", length, left - kFixed)};
  }
  const std::string_view body = bytes.substr(offset + kFixed, length);
  if (crc32c(body, place_seed(number, offset)) != get_u32(bytes.substr(offset + 4))) {
    return {{}, fmt::format("{} bytes that do not match their checksum", length)};
  }
  return {body, {}};
}

bool all_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

std::optional<std::uint64_t> next_good_record(std::string_view bytes, std::uint64_t number,
                                              std::uint64_t offset) {
  for (; offset + kFixed < bytes.size(); offset += kAlign) {
    if (!record_at(bytes, number, offset).body.empty()) return offset;
  }
  return std::nullopt;
}

Result<WalWrite> decode_batch(std::string_view payload) {
  ByteReader in(payload, "batch");
  WalWrite batch;
  while (in.ok() && in.left() > 0) {
    const auto item = static_cast<Item>(in.choice("item", 1, 2));
    if (item == Item::hard_state) {
      HardState state;
      state.term = Term(in.u64("term"));
      state.voted_for = NodeId(in.u32("voted_for"));
      batch.hard_state = state;
      continue;
    }
    Entry entry;
    entry.term = Term(in.u64("an entry's term"));
    entry.index = LogIndex(in.u64("an entry's index"));
    entry.kind = static_cast<Entry::Kind>(in.choice("an entry's kind", 0, 1));
    const std::string_view data = in.text("an entry's data", in.left());
    if (entry.kind == Entry::Kind::command) entry.data = std::make_shared<const std::string>(data);
    batch.entries.push_back(std::move(entry));
  }
  if (auto done = in.finish(); !done) return done.error();
  return batch;
}

}  // namespace

void encode_header(std::string& out, const SegmentHeader& header) {
  begin_record(out, Type::header);
  put_u32(out, kFormat);
  put_u64(out, header.number);
  put_u64(out, header.previous_end);
  put_text(out, header.cluster);
  put_text(out, header.node);
  put_u32(out, header.id.value());
  end_record(out, header.number, 0);
}

void encode_batch(std::string& out, std::uint64_t number, std::uint64_t offset,
                  const std::vector<WalWrite>& writes) {
  begin_record(out, Type::batch);
  for (const WalWrite& write : writes) {
    if (write.hard_state) {
      put_u8(out, static_cast<std::uint8_t>(Item::hard_state));
      put_u64(out, write.hard_state->term.value());
      put_u32(out, write.hard_state->voted_for.value());
    }
    for (const Entry& entry : write.entries) {
      put_u8(out, static_cast<std::uint8_t>(Item::entry));
      put_u64(out, entry.term.value());
      put_u64(out, entry.index.value());
      put_u8(out, static_cast<std::uint8_t>(entry.kind));
      put_text(out, entry.data ? std::string_view(*entry.data) : std::string_view());
    }
  }
  end_record(out, number, offset);
}

Result<SegmentHeader> decode_header(std::string_view bytes, std::uint64_t number,
                                    const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return fail("cannot read the log segment " + path)
        .because("its header is damaged, or it is no log: " + why)
        .fix(kDamageAdvice);
  };
  const Record record = record_at(bytes, number, 0);
  if (record.body.empty()) return refuse("it begins with " + record.why);
  ByteReader in(record.body, "segment header");
  if (in.u8("type") != static_cast<std::uint8_t>(Type::header)) return refuse("not a header");
  if (const std::uint32_t format = in.u32("format"); in.ok() && format != kFormat) {
    return fail("cannot read the log segment " + path)
        .because(fmt::format("it has format {}, expected {}", format, kFormat))
        .fix("Use the version of riptide-node that wrote it.");
  }
  SegmentHeader header;
  header.number = in.u64("number");
  header.previous_end = in.u64("previous_end");
  header.cluster = in.text("cluster", kMaxName);
  header.node = in.text("node", kMaxName);
  header.id = NodeId(in.u32("id"));
  if (auto done = in.finish(); !done) return refuse(done.error().text());
  return header;
}

Result<SegmentEnd> scan_segment(
    std::string_view bytes, std::uint64_t number,
    const std::function<Result<void>(WalWrite batch, std::uint64_t offset)>& visit) {
  std::uint64_t offset = 0;
  Record record = record_at(bytes, number, offset);
  ASSERT(!record.body.empty(), "scan of a segment whose header was not read");
  while (true) {
    offset = aligned(offset + kFixed + record.body.size());
    // A file that was cut off may end between a record and its padding.
    if (offset >= bytes.size()) return SegmentEnd{offset, false, {}, {}};
    record = record_at(bytes, number, offset);
    if (record.body.empty()) break;
    if (record.body[0] != static_cast<char>(Type::batch)) {
      return fail(fmt::format("the record at offset {} has type {}, expected {}", offset,
                              static_cast<int>(record.body[0]), static_cast<int>(Type::batch)));
    }
    auto batch = decode_batch(record.body.substr(1));
    if (!batch) return batch.error();
    if (auto taken = visit(std::move(*batch), offset); !taken) return taken.error();
  }
  if (all_zero(bytes.substr(offset))) return SegmentEnd{offset, false, {}, {}};
  return SegmentEnd{offset, true, record.why, next_good_record(bytes, number, offset + kAlign)};
}

}  // namespace riptide::node
