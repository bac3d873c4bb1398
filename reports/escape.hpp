// Escaping: text from the system under test never becomes markup, script, or an invisible
// character.
#pragma once

#include <string>
#include <string_view>

namespace riptide::reports {

/// For element content and quoted attributes of HTML, SVG and XML. Bytes that are no UTF-8 and
/// control characters become U+FFFD; characters that reorder or hide text (bidirectional controls,
/// zero-width) are spelled out as ⟨U+202E⟩, so that what is read is what is there.
std::string escape(std::string_view text);

/// The same for a terminal: no markup is escaped, and it stays on one line.
std::string one_line(std::string_view text);

/// A JSON string with its quotes, safe inside <script>: '<', '>' and '&' are \u escapes.
std::string json_string(std::string_view text);

/// At most `length` characters, the last an ellipsis when something was cut. Never splits UTF-8.
std::string shorten(std::string_view text, std::size_t length);

/// The width of a text in pixels, rounded up: no fonts are at hand when the page is written.
double text_width(std::string_view text, double font_px);

}  // namespace riptide::reports
