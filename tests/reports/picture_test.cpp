#include "reports/picture.hpp"

#include <gtest/gtest.h>

#include "tests/reports/hostile.hpp"
#include "tests/reports/markup.hpp"

namespace riptide::reports {
namespace {

bool overlap(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/// Histories of a few operations at random times, so that bars are short, long, crowded, or open.
sample::Sample crowded(std::uint64_t seed) {
  sample::Sample s = sample::make(40);
  Random random(seed);
  s.history.operations.clear();
  checker::Anomaly anomaly;
  anomaly.klass = "stale-read";
  const auto count = 2 + random.below(9);
  std::int64_t t_ns = 1'400'000'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    history::Operation op;
    op.index = static_cast<history::OpIndex>(i);
    op.process = history::Process(static_cast<std::int64_t>(random.below(4)));
    op.f = history::Symbol(random.chance(0.5) ? "read" : "write");
    op.input = op.output = static_cast<std::int64_t>(random.below(1'000'000'000));
    op.node = history::Symbol("n3");
    t_ns += static_cast<std::int64_t>(random.exponential(random.chance(0.5) ? 1e5 : 3e8));
    op.invoke_ns = t_ns;
    op.outcome = random.chance(0.2) ? history::Type::info : history::Type::ok;
    if (op.outcome == history::Type::ok) {
      op.complete_ns =
          t_ns + static_cast<std::int64_t>(random.exponential(random.chance(0.5) ? 1e5 : 2e8));
    }
    s.history.operations.push_back(op);
    anomaly.operations.push_back(op.index);
    anomaly.longest_prefix.push_back(op.index);
  }
  anomaly.culprit = anomaly.operations.back();
  anomaly.staleness_ms = 3.0;
  s.verdict.checks = {sample::check("linearizable", checker::Word::invalid, "")};
  s.verdict.checks[0].anomalies = {anomaly};
  return s;
}

TEST(Picture, NoTwoLabelsOverlapAndNoLabelCoversAnothersBar) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto s = crowded(seed);
    for (const Scale scale : {Scale::time, Scale::order}) {
      const Picture picture = lay_out(s.history, s.verdict.checks[0].anomalies[0], scale);
      std::vector<Box> labels;
      std::vector<std::pair<Box, Box>> bars;
      for (const auto& band : picture.bands) labels.push_back(band.label_box);
      for (const auto& lane : picture.lanes) {
        for (const auto& bar : lane.bars) {
          labels.push_back(bar.label_box);
          bars.emplace_back(bar.box, bar.label_box);
        }
      }
      for (std::size_t i = 0; i < labels.size(); ++i) {
        EXPECT_GE(labels[i].x, picture.plot_left - 0.5) << "seed " << seed;
        for (std::size_t j = i + 1; j < labels.size(); ++j) {
          EXPECT_FALSE(overlap(labels[i], labels[j])) << "seed " << seed;
        }
      }
      for (std::size_t i = 0; i < bars.size(); ++i) {
        for (std::size_t j = 0; j < bars.size(); ++j) {
          if (i != j) {
            EXPECT_FALSE(overlap(bars[i].first, bars[j].second)) << "seed " << seed;
          }
        }
      }
    }
  }
}

TEST(Picture, BarsStandToScaleWhereTheirOperationsWere) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto s = crowded(seed);
    const Picture picture = lay_out(s.history, s.verdict.checks[0].anomalies[0], Scale::time);
    const auto& ops = s.history.operations;
    std::vector<Box> boxes(ops.size());
    for (const auto& lane : picture.lanes) {
      for (const auto& bar : lane.bars) boxes[bar.operation] = bar.box;
    }
    const auto span = static_cast<double>(ops.back().invoke_ns - ops.front().invoke_ns);
    if (span == 0) continue;
    const double px_per_ns = (boxes.back().x - boxes.front().x) / span;
    for (const auto& op : ops) {
      const auto since = static_cast<double>(op.invoke_ns - ops.front().invoke_ns);
      EXPECT_NEAR(boxes[op.index].x, boxes.front().x + since * px_per_ns, 0.1) << "seed " << seed;
      if (op.complete_ns == history::kNever) {
        EXPECT_NEAR(boxes[op.index].x + boxes[op.index].width, picture.plot_right, 0.1);
        continue;
      }
      const double width = static_cast<double>(op.complete_ns - op.invoke_ns) * px_per_ns;
      EXPECT_NEAR(boxes[op.index].width, std::max(kBarWidthMin, width), 0.1) << "seed " << seed;
    }
  }
}

TEST(Picture, EventsKeepTheirOrderWhenItIsNotToScale) {
  const auto s = sample::stale_read(200);
  const auto& anomaly = s.verdict.checks[0].anomalies[0];
  const Picture picture = lay_out(s.history, anomaly, Scale::order);
  std::map<history::OpIndex, Box> box;
  for (const auto& lane : picture.lanes) {
    for (const auto& bar : lane.bars) box[bar.operation] = bar.box;
  }
  for (std::size_t i = 1; i < anomaly.operations.size(); ++i) {
    EXPECT_GE(box[anomaly.operations[i]].x - box[anomaly.operations[i - 1]].x, 40);
  }
}

TEST(Picture, TheCulpritIsMarkedAndOnlyTheOrderThatWorksIsNumbered) {
  const auto s = sample::stale_read(200);
  const auto& anomaly = s.verdict.checks[0].anomalies[0];
  for (const auto& lane : lay_out(s.history, anomaly, Scale::time).lanes) {
    for (const auto& bar : lane.bars) {
      EXPECT_EQ(bar.culprit, bar.operation == anomaly.culprit);
      const auto& prefix = anomaly.longest_prefix;
      EXPECT_EQ(bar.place.has_value(),
                std::count(prefix.begin(), prefix.end(), bar.operation) == 1);
      EXPECT_EQ(bar.open_ended, s.history.operations[bar.operation].outcome == history::Type::info);
    }
  }
}

TEST(Picture, StandsAloneAsWellFormedSvgThatNamesItsOperations) {
  const auto s = sample::stale_read(200);
  const std::string svg = witness_svg(s.history, s.verdict.checks[0].anomalies[0]);
  EXPECT_EQ(sample::xml_error(svg), "");
  for (const char* text :
       {"write 90012 · n1", "read → 90012 · n1", "client 4", "cut n1 | n2 n3 n4 n5",
        "277 ms out of date", "✗", "ms after the first operation"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
}

TEST(Picture, HostileTextStaysTextInTheSvg) {
  for (const auto& text : sample::hostile_strings()) {
    const auto s = sample::hostile(text);
    EXPECT_EQ(sample::xml_error(witness_svg(s.history, s.verdict.checks[0].anomalies[0])), "")
        << text;
  }
}

}  // namespace
}  // namespace riptide::reports
