#include "controller/run_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hpp"
#include "controller/addresses.hpp"
#include "controller/campaign.hpp"
#include "controller/options.hpp"

namespace riptide::controller {
namespace {

namespace fs = std::filesystem;

class RunFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "riptide-unit-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    here_ = pattern;
  }
  void TearDown() override { fs::remove_all(here_); }
  fs::path here_;
};

TEST_F(RunFilesTest, WhatIsWrittenIntoRunJsonIsReadBack) {
  RunConfig config;
  config.runs = here_;
  config.seed = 77;
  config.node.bugs = {"local-leader-read"};
  config.node.extra = {{"max-append-entries", "8"}};
  config.link_delay = std::chrono::milliseconds(20);
  config.rate = 250.5;
  config.stop_on_violation = true;
  const auto files = make_run_directory(config);
  ASSERT_TRUE(files) << files.error().text();
  ASSERT_TRUE(write_run_json(*files, config));
  const nemesis::Schedule schedule = nemesis::draw({.faults = {"kill"},
                                                    .nodes = 5,
                                                    .time_limit = std::chrono::seconds(20),
                                                    .interval = std::chrono::seconds(3),
                                                    .shortest = std::chrono::milliseconds(500),
                                                    .longest = std::chrono::seconds(2)},
                                                   77);
  ASSERT_TRUE(write_file(files->schedule(), nemesis::to_json(schedule)));
  const auto back = read_run(files->directory);
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(run_command(*back, here_), run_command(config, here_));
  EXPECT_EQ(back->seed, 77u);
  EXPECT_TRUE(back->stop_on_violation);
  EXPECT_EQ(back->link_delay, config.link_delay);
  ASSERT_TRUE(back->schedule);
  EXPECT_EQ(nemesis::to_json(*back->schedule), nemesis::to_json(schedule));
}

TEST_F(RunFilesTest, TwoRunsOfOneSecondGetDirectoriesOfTheirOwnAndLatestIsTheNewer) {
  RunConfig config;
  config.runs = here_ / "deep/runs";
  const auto first = make_run_directory(config);
  const auto second = make_run_directory(config);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->directory, second->directory);
  EXPECT_EQ(fs::canonical(config.runs / "latest"), fs::canonical(second->directory));
}

TEST_F(RunFilesTest, AnEmptyDirectoryIsNoRun) {
  const auto read = read_run(here_);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().fix().find("runs/latest"), std::string::npos);
}

TEST_F(RunFilesTest, ADamagedRunJsonIsAnErrorAndNoException) {
  for (const char* text : {"", "{", "[]", "null", R"({"riptide":"run","version":1})",
                           R"({"riptide":"run","version":1,"config":{"system":5}})"}) {
    ASSERT_TRUE(write_file(here_ / "run.json", text));
    EXPECT_FALSE(read_run(here_)) << text;
  }
}

TEST_F(RunFilesTest, NodesOfOneRunHaveAddressesOfTheirOwnAndNoOtherRunGetsThem) {
  RunConfig config;
  const auto first = choose_addresses(config, here_);
  const auto second = choose_addresses(config, here_);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->nodes.size(), config.nodes);
  for (const auto& a : first->nodes)
    for (const auto& b : second->nodes) EXPECT_NE(a.address, b.address);
}

TEST_F(RunFilesTest, PortsThatReachIntoTheEphemeralRangeAreRefused) {
  RunConfig config;
  config.address = "127.0.0.1";
  config.base_port = 32760;
  const auto addresses = choose_addresses(config, here_);
  ASSERT_FALSE(addresses);
  EXPECT_NE(addresses.error().fix().find("base port"), std::string::npos);
}

class CampaignFile : public RunFilesTest {
 protected:
  Result<Campaign> read(const std::string& text) {
    EXPECT_TRUE(write_file(here_ / "c.json", text));
    return read_campaign(here_ / "c.json");
  }
};

TEST_F(CampaignFile, DefaultsHoldForEveryEntryAndEntriesOverrideThem) {
  const auto campaign =
      read(R"({"riptide":"campaign","version":1,"defaults":{"nodes":3,"time-limit":"5s"},
    "runs":[{"name":"a","faults":"kill","seeds":"3..5"},
            {"name":"b","nodes":7,"seeds":[9],"expect":"violation"}]})");
  ASSERT_TRUE(campaign) << campaign.error().text();
  ASSERT_EQ(campaign->entries.size(), 2u);
  EXPECT_EQ(campaign->entries[0].config.nodes, 3u);
  EXPECT_EQ(campaign->entries[0].seeds, (std::vector<std::uint64_t>{3, 4, 5}));
  EXPECT_EQ(campaign->entries[1].config.nodes, 7u);
  EXPECT_EQ(campaign->entries[1].config.time_limit, std::chrono::seconds(5));
  EXPECT_TRUE(campaign->entries[1].expect_violation);
}

TEST_F(CampaignFile, WhatCannotBeCarriedOutIsRefusedBeforeAnyRun) {
  const char* bad[] = {
      "",
      "[]",
      "{}",
      R"({"riptide":"campaign","version":2,"runs":[{}]})",
      R"({"riptide":"campaign","version":1})",
      R"({"riptide":"campaign","version":1,"runs":[]})",
      R"({"riptide":"campaign","version":1,"runs":[5]})",
      R"({"riptide":"campaign","version":1,"run":[],"runs":[{}]})",
      R"({"riptide":"campaign","version":1,"runs":[{"seeds":"5..1"}]})",
      R"({"riptide":"campaign","version":1,"runs":[{"seeds":[]}]})",
      R"({"riptide":"campaign","version":1,"runs":[{"seeds":[-1]}]})",
      R"({"riptide":"campaign","version":1,"runs":[{"expect":"luck"}]})",
      R"({"riptide":"campaign","version":1,"runs":[{"nodes":1}]})",
      R"({"riptide":"campaign","version":1,"runs":[{"schedule":"nowhere.json"}]})"};
  for (const char* text : bad) EXPECT_FALSE(read(text)) << text;
}

TEST(Campaigns, ThatComeWithRiptideCanBeRead) {
  int read = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(RIPTIDE_SOURCE_DIR) / "campaigns")) {
    if (entry.path().extension() != ".json" || entry.path().parent_path().filename() == "schedules")
      continue;
    const auto campaign = read_campaign(entry.path());
    EXPECT_TRUE(campaign) << entry.path() << ": " << campaign.error().text();
    ++read;
  }
  EXPECT_GE(read, 7);
}

TEST(CampaignOutcomes, AViolationWinsOverEverythingElse) {
  CampaignOutcome outcome;
  outcome.runs = {{.verdict = checker::Word::valid}, {.verdict = checker::Word::unknown}};
  EXPECT_EQ(outcome.exit_code(), 2);
  outcome.runs.push_back({.verdict = checker::Word::error});
  EXPECT_EQ(outcome.exit_code(), 3);
  outcome.interrupted = true;
  EXPECT_EQ(outcome.exit_code(), 130);
  outcome.runs.push_back({.verdict = checker::Word::invalid, .expected = false});
  EXPECT_EQ(outcome.exit_code(), 1);
}

TEST(CampaignOutcomes, APlantedDefectThatNobodySawIsNoSuccess) {
  CampaignOutcome outcome;
  outcome.runs = {{.verdict = checker::Word::valid}};
  outcome.not_seen = {"local-leader-read"};
  EXPECT_EQ(outcome.exit_code(), 3);
}

}  // namespace
}  // namespace riptide::controller
