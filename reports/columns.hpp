// Operations as compact columns for the page's script: varints, delta where it pays, in base64.
//
// Ten thousand operations are about 150 KB; reports/web/src/columns.ts reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide::reports {

/// More operations than this are thinned out, and the page says so.
inline constexpr std::size_t kEmbeddedOperationsMax = 300'000;

/// Appends as LEB128: seven bits a byte, least significant first.
void append_varint(std::string& out, std::uint64_t value);
/// Signed numbers near zero become small ones: 0, -1, 1, -2 → 0, 1, 2, 3.
std::uint64_t zigzag(std::int64_t value);
std::string base64(std::string_view bytes);

/// Every how many operations one is embedded; those of a witness always are.
std::size_t embedding_stride(std::size_t operations, std::size_t embedded_max);

/// The page's data, as JSON that is safe inside <script type="application/json">.
std::string page_data(const history::History& history, const checker::Verdict& verdict,
                      std::size_t embedded_max = kEmbeddedOperationsMax);

}  // namespace riptide::reports
