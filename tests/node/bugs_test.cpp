// The catalogue of injectable defects.
#include "node/bugs/bugs.hpp"

#include <gtest/gtest.h>

#include <set>

namespace riptide::node {
namespace {

class Bugs : public testing::Test {
 protected:
  void TearDown() override { bugs::disable_all(); }
};

TEST_F(Bugs, EveryDefectIsInTheCatalogueOnceAndInOrder) {
  const auto& all = bugs::catalogue();
  ASSERT_EQ(all.size(), static_cast<std::size_t>(Bug::kCount));
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].bug, static_cast<Bug>(i));
    EXPECT_FALSE(all[i].about.empty());
    EXPECT_FALSE(all[i].known_from.empty());
    EXPECT_TRUE(ids.insert(all[i].id).second) << all[i].id;
  }
}

TEST_F(Bugs, AnUnknownDefectIsAnErrorThatNamesTheNearest) {
  const auto result = bugs::enable("local-leader-raed");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what().find("local-leader-raed"), std::string::npos);
  EXPECT_EQ(result.error().fix(), "Did you mean \"local-leader-read\"?");
  const auto nothing_like_it = bugs::enable("zzzzzzzzzzzzzzzz");
  ASSERT_FALSE(nothing_like_it);
  EXPECT_NE(nothing_like_it.error().fix().find("commit-prior-term"), std::string::npos);
}

#if defined(RIPTIDE_BUGS)
TEST_F(Bugs, EnablingOneSwitchesOnThatOneOnly) {
  for (const auto& info : bugs::catalogue()) {
    ASSERT_TRUE(bugs::enable(info.id));
    for (const auto& other : bugs::catalogue())
      EXPECT_EQ(bugs::active(other.bug), other.bug == info.bug) << other.id;
    bugs::disable_all();
    EXPECT_FALSE(bugs::active(info.bug));
  }
}
#else
TEST_F(Bugs, ABuildWithoutDefectsSaysSo) {
  const auto result = bugs::enable("local-leader-read");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().fix().find("RIPTIDE_BUGS=ON"), std::string::npos);
}
#endif

}  // namespace
}  // namespace riptide::node
