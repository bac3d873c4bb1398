#include "history/symbol.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace riptide::history {
namespace {

TEST(Symbol, TheSameNameIsTheSameSymbol) {
  EXPECT_EQ(Symbol("read"), Symbol(std::string("re") + "ad"));
  EXPECT_EQ(Symbol(), Symbol(""));
  EXPECT_TRUE(Symbol().empty());
  EXPECT_FALSE(Symbol("read") == Symbol("write"));
  EXPECT_TRUE(Symbol("read") == std::string_view("read"));
  EXPECT_EQ(&Symbol("read").name(), &Symbol("read").name());
}

TEST(Symbol, ThreadsThatInternTheSameNamesGetTheSameSymbols) {
  constexpr int kThreads = 4, kNames = 2000;
  std::vector<std::vector<Symbol>> got(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kNames; ++i) {
        const int which = thread % 2 == 0 ? i : kNames - 1 - i;
        got[thread].push_back(Symbol("interned-" + std::to_string(which)));
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (int thread = 0; thread < kThreads; ++thread)
    for (int i = 0; i < kNames; ++i) {
      const int which = thread % 2 == 0 ? i : kNames - 1 - i;
      EXPECT_EQ(got[thread][i], got[0][which]);
      EXPECT_EQ(got[thread][i].name(), "interned-" + std::to_string(which));
    }
}

}  // namespace
}  // namespace riptide::history
