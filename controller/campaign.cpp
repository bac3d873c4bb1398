#include "controller/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "controller/options.hpp"

namespace riptide::controller {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kMostSeeds = 100'000;

/// An option's value may be written as text, number or switch.
std::string option_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return value.dump();
}

/// [1, 2, 3] or "1..20".
Result<std::vector<std::uint64_t>> seeds_of(const json& value) {
  std::vector<std::uint64_t> seeds;
  const Error bad = fail("\"seeds\" is neither a list of numbers nor a range")
                        .fix("write [1, 2, 3] or \"1..20\"");
  if (value.is_array()) {
    for (const json& seed : value) {
      if (!seed.is_number_unsigned()) return bad;
      seeds.push_back(seed.get<std::uint64_t>());
    }
  } else if (value.is_string()) {
    const std::string text = value.get<std::string>();
    unsigned long long first = 0, last = 0;
    int end = 0;
    if (std::sscanf(text.c_str(), "%llu..%llu%n", &first, &last, &end) != 2 ||
        static_cast<std::size_t>(end) != text.size() || last < first || last - first >= kMostSeeds)
      return bad;
    for (unsigned long long seed = first; seed <= last; ++seed) seeds.push_back(seed);
  }
  if (seeds.empty()) return bad;
  return seeds;
}

Result<void> set_field(CampaignEntry& entry, const std::string& name, const json& value,
                       const fs::path& folder) {
  if (name == "name") {
    entry.name = option_text(value);
  } else if (name == "seeds") {
    auto seeds = seeds_of(value);
    if (!seeds) return seeds.error();
    entry.seeds = std::move(*seeds);
  } else if (name == "expect") {
    const std::string text = option_text(value);
    if (text != "violation" && text != "valid")
      return fail("\"expect\" is '" + text + "'").fix("write \"valid\" or \"violation\"");
    entry.expect_violation = text == "violation";
  } else if (name == "schedule") {
    return set_option(entry.config, name, (folder / option_text(value)).string());
  } else if (value.is_array()) {
    for (const json& item : value)
      if (auto set = set_option(entry.config, name, option_text(item)); !set) return set;
  } else {
    return set_option(entry.config, name, option_text(value));
  }
  return {};
}

Result<CampaignEntry> entry_of(const json& object, const json& defaults, const fs::path& folder) {
  CampaignEntry entry;
  entry.seeds = {1};
  if (!object.is_object())
    return fail("an entry is no object").fix("write {\"name\": …, \"faults\": …}");
  for (const json* source : {&defaults, &object})
    for (const auto& [name, value] : source->items())
      if (auto set = set_field(entry, name, value, folder); !set) return set.error();
  if (auto valid = validate(entry.config); !valid) return valid.error();
  return entry;
}

/// What became of one seed of an entry.
CampaignRun run_one(const CampaignEntry& entry, const RunConfig& config,
                    const ProgressSink& progress,
                    const std::function<void(const CampaignRun&, const RunOutcome*)>& finished,
                    const std::atomic<bool>& stop) {
  CampaignRun result{.entry = entry.name, .seed = config.seed};
  const MonoTime began = mono_now();
  const auto outcome = run(config, progress, stop);
  result.seconds = std::chrono::duration<double>(mono_now() - began).count();
  if (outcome) {
    result.directory = outcome->directory;
    result.verdict = outcome->verdict.verdict;
    result.expected = entry.expect_violation || result.verdict != checker::Word::invalid;
  } else {
    result.problem = outcome.error().text();
  }
  finished(result, outcome ? &*outcome : nullptr);
  return result;
}

}  // namespace

Result<Campaign> read_campaign(const fs::path& file) {
  const auto text = read_file(file);
  if (!text)
    return fail("cannot read the campaign")
        .because(text.error())
        .fix("`ls campaigns` shows ready ones");
  const json all = json::parse(*text, nullptr, false, true);
  if (all.is_discarded() || !all.is_object())
    return fail(file.string() + " is not JSON").fix("see docs/campaigns.md for the format");
  if (all.value("riptide", json()) != "campaign" || all.value("version", json()) != 1)
    return fail(file.string() + " is not a campaign of version 1")
        .fix("begin with {\"riptide\": \"campaign\", \"version\": 1, …}");
  const json entries = all.value("runs", json::array());
  if (!entries.is_array() || entries.empty())
    return fail(file.string() + " has no \"runs\"").fix("see docs/campaigns.md for the format");
  for (const auto& [name, value] : all.items()) {
    const std::vector<std::string> known{"riptide", "version", "name", "about", "defaults", "runs"};
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(file.string() + ": unknown field \"" + name + "\"")
          .fix("did you mean \"" + did_you_mean(name, known) + "\"?");
  }
  Campaign campaign;
  campaign.name = option_text(all.value("name", json(file.stem().string())));
  campaign.about = option_text(all.value("about", json("")));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto entry = entry_of(entries[i], all.value("defaults", json::object()), file.parent_path());
    if (!entry)
      return fail(fmt::format("{}: run {} of {}", file.string(), i + 1, entries.size()))
          .because(entry.error());
    if (entry->name.empty())
      entry->name = fmt::format("{} {}", entry->config.workload, entry->config.faults);
    campaign.entries.push_back(std::move(*entry));
  }
  return campaign;
}

CampaignOutcome run_campaign(
    const Campaign& campaign, const std::function<void(RunConfig&)>& overrides,
    const ProgressSink& progress,
    const std::function<void(const CampaignRun&, const RunOutcome*)>& finished,
    const std::atomic<bool>& stop) {
  CampaignOutcome outcome;
  for (const CampaignEntry& entry : campaign.entries) {
    bool seen = false;
    for (const std::uint64_t seed : entry.seeds) {
      if (stop) break;
      RunConfig config = entry.config;
      config.seed = seed;
      overrides(config);
      outcome.runs.push_back(run_one(entry, config, progress, finished, stop));
      seen = seen || outcome.runs.back().verdict == checker::Word::invalid;
      if (!seen || !entry.expect_violation) continue;
      for (CampaignRun& earlier : outcome.runs)
        earlier.superseded = earlier.superseded || earlier.entry == entry.name;
      break;
    }
    if (entry.expect_violation && !seen && !stop) outcome.not_seen.push_back(entry.name);
  }
  outcome.interrupted = stop;
  return outcome;
}

int CampaignOutcome::exit_code() const {
  if (std::any_of(runs.begin(), runs.end(), [](const CampaignRun& run) { return !run.expected; }))
    return 1;
  if (interrupted) return 130;
  // An entry whose planted defect was seen is as expected, whatever its earlier seeds said.
  const auto any = [this](checker::Word word) {
    return std::any_of(runs.begin(), runs.end(), [&](const CampaignRun& run) {
      return run.verdict == word && !run.superseded;
    });
  };
  if (any(checker::Word::error) || !not_seen.empty()) return 3;
  if (any(checker::Word::unknown)) return 2;
  return any(checker::Word::vacuous) ? 5 : 0;
}

}  // namespace riptide::controller
