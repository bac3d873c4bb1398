// One file of the write-ahead log, as bytes. Pure: wal.cpp does the reading and writing.
//
//   segment   record, record, …, zeros to the end of the file
//   record    u32 length of what follows the checksum · u32 CRC-32C · u8 type · payload
//             · zeros up to the next multiple of 8
//
// The first record is the header: format version, segment number, where the segment before it ends,
// cluster, node, node id. Each further record is one batch: everything that one sync made durable,
// in order:
//
//   hard state   u8 1 · u64 term · u32 voted_for
//                replaces the one before
//   entry        u8 2 · u64 term · u64 index · u8 kind · u32 length · data
//                an index that exists already removes it and all behind it first
//
// A batch is one record on purpose. The disk may keep any part of a write that was not synced, but
// the next record is not written before the sync of this one has returned. So a record that does
// not check, with a good one behind it, was durable once: that is damage, and never a torn write.
// The checksum starts from the segment's number and the record's offset: bytes that stood
// elsewhere, or in a client's value, do not pass for a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "node/core/types.hpp"

namespace riptide::node {

/// What to do about a damaged log.
inline constexpr const char* kDamageAdvice =
    "Do not truncate it. Only a copy that was made after this node last stopped may take its "
    "place: an older one has forgotten votes and acknowledged entries. Without such a copy leave "
    "this node off; the others go on without it.";

struct SegmentHeader {
  std::uint64_t number = 0;  ///< 1, 2, 3, …
  /// Where the records of the segment before it end; 0 for the first.
  std::uint64_t previous_end = 0;
  std::string cluster;
  std::string node;
  NodeId id;
};

/// What has to become durable together.
struct WalWrite {
  std::optional<HardState> hard_state;
  std::vector<Entry> entries;
};

/// A record as it stands at `offset` of segment `number`, padding included, in `out` (cleared
/// first).
void encode_header(std::string& out, const SegmentHeader& header);
void encode_batch(std::string& out, std::uint64_t number, std::uint64_t offset,
                  const std::vector<WalWrite>& writes);

/// A segment's header. `path` is for errors.
Result<SegmentHeader> decode_header(std::string_view bytes, std::uint64_t number,
                                    const std::string& path);

/// How far a segment could be read.
struct SegmentEnd {
  std::uint64_t offset = 0;  ///< behind the last good record: where the next one goes
  bool torn = false;         ///< something stands there that is not a record
  std::string why;           ///< torn: what is wrong with it
  /// torn: a good record stands behind it, here. Then it is no torn write but damage.
  std::optional<std::uint64_t> good_behind;
};

/// Gives every batch behind the header to `visit`, in order. A batch that checks but does not
/// decode, or that `visit` refuses, is an error.
Result<SegmentEnd> scan_segment(
    std::string_view bytes, std::uint64_t number,
    const std::function<Result<void>(WalWrite batch, std::uint64_t offset)>& visit);

}  // namespace riptide::node
