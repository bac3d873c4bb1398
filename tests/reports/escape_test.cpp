#include "reports/escape.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/reports/hostile.hpp"
#include "tests/reports/markup.hpp"

namespace riptide::reports {
namespace {

TEST(Escape, EscapedTextIsNeverMarkupInContentOrAttributes) {
  for (const auto& text : sample::hostile_strings()) {
    const std::string safe = escape(text);
    EXPECT_EQ(sample::xml_error("<a b=\"" + safe + "\">" + safe + "</a>"), "") << text;
    EXPECT_EQ(safe.find('\''), std::string::npos);
  }
}

TEST(Escape, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(escape("read → 12, ключ 值 🙂\n"), "read → 12, ключ 值 🙂\n");
  EXPECT_EQ(escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
}

TEST(Escape, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(escape("a\xff"), "a\xEF\xBF\xBD");
  EXPECT_EQ(escape("\xc0\xaf"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "an overlong slash";
  EXPECT_EQ(escape("\xed\xa0\x80").find("\xed\xa0"), std::string::npos) << "a surrogate";
  EXPECT_EQ(escape("\xe2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut off";
}

TEST(Escape, CharactersThatReorderOrHideTextAreSpelledOut) {
  EXPECT_EQ(escape("\xe2\x80\xae"), "⟨U+202E⟩");
  EXPECT_EQ(escape("\xe2\x80\x8b"), "⟨U+200B⟩");
}

TEST(Escape, JsonStringsReadBackAndCannotEndTheirScript) {
  for (const auto& text : sample::hostile_strings()) {
    const std::string json = json_string(text);
    EXPECT_EQ(json.find('<'), std::string::npos) << text;
    EXPECT_EQ(json.find('&'), std::string::npos) << text;
    const auto read = nlohmann::json::parse(json, nullptr, false);
    ASSERT_TRUE(read.is_string()) << json;
    if (text[0] != '\xff') {
      EXPECT_EQ(read.get<std::string>(), text);
    }
  }
}

TEST(Escape, ShortenedTextNeverEndsInsideACharacter) {
  EXPECT_EQ(shorten("äöü", 3), "äöü");
  EXPECT_EQ(shorten("äöüß", 3), "äö…");
  EXPECT_EQ(shorten("abc", 1), "…");
  EXPECT_EQ(shorten("", 4), "");
}

}  // namespace
}  // namespace riptide::reports
