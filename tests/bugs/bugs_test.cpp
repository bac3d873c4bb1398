// Every injectable defect is caught by its campaign; the healthy node is clean in the same
// campaign.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "node/bugs/bugs.hpp"
#include "systems/systems.hpp"
#include "tests/process/program.hpp"

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path campaign_of(const std::string& bug) {
  return fs::path(RIPTIDE_SOURCE_DIR) / "campaigns/bugs" / (bug + ".json");
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (const auto& defect : systems::raft_defects()) all.push_back(defect.id);
  return all;
}

class Defect : public ::testing::TestWithParam<std::string> {};

TEST_P(Defect, IsCaughtByItsCampaign) {
  TemporaryDirectory here;
  const Output output =
      riptide({"campaign", campaign_of(GetParam()).string(), "--json"}, here.path(), 400);
  EXPECT_EQ(output.exit_code, 0) << output.out << output.err;
  EXPECT_NE(output.out.find("\"verdict\":\"invalid\""), std::string::npos) << output.out;
  EXPECT_TRUE(node_processes(here.path()).empty());
}

TEST_P(Defect, IsNotSeenInTheHealthyNodeUnderTheSameCampaign) {
  TemporaryDirectory here;
  json campaign = json::parse(std::ifstream(campaign_of(GetParam())));
  campaign["defaults"].erase("bug");
  for (json& run : campaign["runs"]) {
    run["expect"] = "valid";
    run["seeds"] = {1};
    if (run.contains("schedule"))
      run["schedule"] =
          (campaign_of(GetParam()).parent_path() / std::string(run["schedule"])).string();
  }
  std::ofstream(here.path() / "healthy.json") << campaign.dump();
  const Output output = riptide({"campaign", "healthy.json"}, here.path(), 400);
  EXPECT_EQ(output.exit_code, 0) << output.out << output.err;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Defect, ::testing::ValuesIn(ids()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Catalogue, TheHarnessAndTheNodeKnowTheSameDefects) {
  std::vector<std::string> of_node;
  for (const auto& bug : node::bugs::catalogue()) of_node.emplace_back(bug.id);
  std::vector<std::string> of_harness = ids();
  std::sort(of_node.begin(), of_node.end());
  std::sort(of_harness.begin(), of_harness.end());
  EXPECT_EQ(of_node, of_harness);
}

}  // namespace
}  // namespace riptide::tests
