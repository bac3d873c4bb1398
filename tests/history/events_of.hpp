// All events of a history, clients' and nemesis', which a History does not keep.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "history/reader.hpp"

namespace riptide::history {

inline EventReader::Sink collect_into(std::vector<Event>& all) {
  return [&all](Event& event, std::uint64_t, const Preface&) -> Result<void> {
    all.push_back(std::move(event));
    return {};
  };
}

inline std::vector<Event> events_of(std::string_view text, Format format = Format::automatic) {
  EventReader reader;
  reader.format = format;
  std::vector<Event> all;
  const auto read = reader.parse(text, "events", collect_into(all));
  EXPECT_TRUE(read) << read.error().text();
  return all;
}

/// A history with all of its events.
struct Whole : History {
  std::vector<Event> all;
};

}  // namespace riptide::history
