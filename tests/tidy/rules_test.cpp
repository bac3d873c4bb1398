// The tidy rules catch what they are for: each is held against a small sample.
#include "tests/tidy/rules.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

namespace riptide::tidy {
namespace {

const char* kTable = R"(# Architecture
| `not` | before the section | all |
## Rooms
| room | one line | may include |
|---|---|---|
| `base` | vocabulary | – |
| `checker` | models, `deep/` words | base |
| `workloads` | what clients do | base, checker/model.hpp |
| `tests` | everything | all |
## Errors
| `ok` | it happened | base |
)";

std::string body(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) text += "  work();\n";
  return text;
}

/// A function of exactly this many lines, from its first to its closing brace.
std::string function(const std::string& head, std::size_t lines) {
  return head + " {\n" + body(lines - 2) + "}\n";
}

std::size_t long_functions(const std::string& text) {
  return check_functions({"base/a.cpp", text}).size();
}

TEST(TidyRules, TheTableIsReadFromItsSectionOnly) {
  const Arrows arrows = read_arrows(kTable);
  EXPECT_EQ(arrows.size(), 4u);
  EXPECT_TRUE(arrows.at("base").empty());
  EXPECT_EQ(arrows.at("workloads"), (std::set<std::string>{"base", "checker/model.hpp"}));
  EXPECT_EQ(arrows.at("tests").size(), 4u);
}

TEST(TidyRules, AnIncludeWithoutAnArrowIsFound) {
  const Arrows arrows = read_arrows(kTable);
  const auto count = [&](const char* path, const char* text) {
    return check_arrows({path, text}, arrows).size();
  };
  EXPECT_EQ(count("checker/a.cpp", "#include \"base/b.hpp\"\n#include \"checker/c.hpp\"\n"), 0u);
  EXPECT_EQ(count("base/a.cpp", "#include \"checker/c.hpp\"\n"), 1u);
  EXPECT_EQ(count("base/a.cpp", "  #  include \"checker/c.hpp\" // why\n"), 1u);
  EXPECT_EQ(count("workloads/a.cpp", "#include \"checker/model.hpp\"\n"), 0u);
  EXPECT_EQ(count("workloads/a.cpp", "#include \"checker/checker.hpp\"\n"), 1u);
  EXPECT_EQ(count("tests/base/a_test.cpp", "#include \"workloads/w.hpp\"\n"), 0u);
  EXPECT_EQ(count("base/a.cpp", "#include \"b.hpp\"\n"), 1u) << "not from the root";
  EXPECT_EQ(count("base/a.cpp", "#include \"../checker/c.hpp\"\n"), 1u);
  EXPECT_EQ(count("base/a.cpp", "#include <vector>\n"), 0u);
  EXPECT_EQ(count("elsewhere/a.cpp", ""), 1u);
  const auto found = check_arrows({"base/a.cpp", "\n\n#include \"checker/c.hpp\"\n"}, arrows);
  EXPECT_EQ(found.at(0).text().substr(0, 13), "base/a.cpp:3:");
}

TEST(TidyRules, AFunctionOfSeventyLinesIsFineAndOneMoreIsFound) {
  for (const char* head :
       {"void f()", "int Type::f(int a, int b) const", "Type::Type(int a) : a_(a), b_(1)",
        "Type::Type(int a) : a_{a}", "Type::Type() : a_{1}, b_{2}, c_(f(3))",
        "template <class T, class U = int> auto f(T t) -> U", "static bool operator==(A a, B b)",
        "Result<std::vector<int>> f(std::function<void()> g = {})", "TEST(Suite, Name)",
        "extern \"C\" int LLVMFuzzerTestOneInput(const char* p)", "const auto kF = [](int a)",
        "const auto kF = []", "auto f() noexcept(true)", "bool f(struct stat& s)",
        "template <class T>\n  requires std::is_enum_v<T>\nvoid f(T t)",
        "void f(enum Kind kind)"}) {
    const std::size_t head_lines =
        1 + static_cast<std::size_t>(std::count(head, head + std::strlen(head), '\n'));
    EXPECT_EQ(long_functions(function(head, 71 - head_lines)), 0u) << head;
    EXPECT_EQ(long_functions(function(head, 72 - head_lines)), 1u) << head;
    const std::string deep = "namespace a {\nnamespace {\nstruct S : T<int> {\n" +
                             function(head, 72 - head_lines) + "};\n}\n}\n";
    EXPECT_EQ(long_functions(deep), 1u) << head << " inside of names";
  }
}

TEST(TidyRules, ASignatureOnSeveralLinesCounts) {
  EXPECT_EQ(long_functions("void f(int a,\n       int b) {\n" + body(67) + "}\n"), 0u);
  EXPECT_EQ(long_functions("void f(int a,\n       int b) {\n" + body(68) + "}\n"), 1u);
}

TEST(TidyRules, LongTypesNamespacesEnumerationsAndTablesAreNoFunctions) {
  EXPECT_EQ(long_functions("namespace a {\n" + body(100) + "}\n"), 0u);
  EXPECT_EQ(long_functions("class A final : public B<int> {\n" + body(100) + "};\n"), 0u);
  EXPECT_EQ(long_functions("template <class T>\nstruct A {\n" + body(100) + "};\n"), 0u);
  EXPECT_EQ(long_functions("enum class A : int {\n" + std::string(100, '\n') + "};\n"), 0u);
  EXPECT_EQ(long_functions("const int kTable[] = {\n" + std::string(100, '\n') + "};\n"), 0u);
  EXPECT_EQ(long_functions("constexpr std::array kTable{\n" + std::string(100, '\n') + "};\n"), 0u);
}

TEST(TidyRules, BracesInTextAndCommentsAreNotCounted) {
  const std::string noise =
      "  a('{', \"}\\\"}\", R\"x(}\"})x\"); // }\n  /* } */ int n = 1'000;\n#define M }\n";
  EXPECT_EQ(long_functions("void f() {\n" + noise + body(65) + "}\n"), 0u);
  EXPECT_EQ(long_functions("void f() {\n" + noise + body(66) + "}\n"), 1u);
}

TEST(TidyRules, EveryFunctionOfAFileIsSeenOnce) {
  const auto spans = functions_of(
      "namespace n {\nstruct A {\n  A() : a{1} {}\n  int b() { return [] { return 1; }(); }\n};\n"
      "void c() {\n  if (x) {\n  }\n}\nint d = f({1});\nvoid e() {}\n}\n");
  std::vector<std::size_t> first, last;
  for (const FunctionSpan& span : spans)
    first.push_back(span.first_line), last.push_back(span.last_line);
  EXPECT_EQ(first, (std::vector<std::size_t>{3, 4, 6, 11}));
  EXPECT_EQ(last, (std::vector<std::size_t>{3, 4, 9, 11}));
}

TEST(TidyRules, LinesAreCountedInCharactersNotBytes) {
  std::string line;
  for (int i = 0; i < 100; ++i) line += "µ";
  EXPECT_TRUE(check_lengths({"base/a.cpp", line + "\n"}).empty());
  EXPECT_EQ(check_lengths({"base/a.cpp", "\n" + line + "x\n"}).at(0).line, 2u);
}

TEST(TidyRules, AFileMayHave500LinesAndATest800) {
  EXPECT_TRUE(check_lengths({"base/a.cpp", std::string(500, '\n')}).empty());
  EXPECT_EQ(check_lengths({"base/a.cpp", std::string(501, '\n')}).size(), 1u);
  EXPECT_TRUE(check_lengths({"tests/base/a.cpp", std::string(800, '\n')}).empty());
  EXPECT_EQ(check_lengths({"tests/base/a.cpp", std::string(801, '\n')}).size(), 1u);
}

TEST(TidyRules, HeavyIncludesOfHeadersAreFound) {
  for (const char* path : {"boost/asio.hpp", "boost/asio/io_context.hpp", "nlohmann/json.hpp"})
    EXPECT_EQ(check_header_includes({"a.hpp", std::string("#include <") + path + ">\n"}).size(),
              1u);
  EXPECT_TRUE(check_header_includes({"a.hpp", "#include <vector>\n"}).empty());
}

TEST(TidyRules, WordsForLaterAreFound) {
  for (const char* word : {"TO"
                           "DO",
                           "FIX"
                           "ME",
                           "XX"
                           "X"})
    EXPECT_EQ(check_leftovers({"a.cpp", std::string("\n// ") + word + ": later\n"}).at(0).line, 2u);
  EXPECT_TRUE(check_leftovers({"a.cpp", "mkdtemp(\"name-XXXXXX\");\n"}).empty());
}

TEST(TidyRules, NamesThatSayNothingAreFound) {
  for (const char* path :
       {"base/util.hpp", "base/string_utils.cpp", "common/a.cpp", "base/run_manager.hpp",
        "base/misc.ts", "base/test_helper.cpp", "base/CamelCase.cpp", "base/with-dash.hpp"})
    EXPECT_EQ(check_name(path).size(), 1u) << path;
  EXPECT_TRUE(check_name("base/commonplace.cpp").empty());
}

TEST(TidyRules, AHeaderThatNobodyIncludesIsFound) {
  const auto found = check_dead_headers({{"base/base.hpp", ""},
                                         {"base/used.hpp", ""},
                                         {"base/dead.hpp", "#include \"base/used.hpp\"\n"}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path, "base/dead.hpp");
}

TEST(TidyRules, LinksThatLeadNowhereAreFound) {
  std::string name = (std::filesystem::temp_directory_path() / "riptide-tidy-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const std::filesystem::path root = name;
  std::filesystem::create_directory(root / "docs");
  std::ofstream(root / "docs/a.md") << "# A page: with `code`\n";
  const auto found = check_links(
      root, {"docs/b.md",
             "[a](a.md) [x](https://example.org/x) [h](a.md#a-page-with-code) [up](../docs/a.md)\n"
             "[b](none.md)\n![p](none.svg \"title\")\n<img src=\"none.png\">\n[h](a.md#none)\n"});
  std::filesystem::remove_all(root);
  ASSERT_EQ(found.size(), 4u);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].line, i + 2);
}

}  // namespace
}  // namespace riptide::tidy
