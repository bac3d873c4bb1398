// The whole of `riptide check`: whatever a history says, it ends within its limits in a verdict,
// and a verdict of "valid" has orders that its own file of certificates proves again.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "checker/certificate_json.hpp"
#include "checker/checker.hpp"
#include "checker/models/guess.hpp"
#include "checker/verdict_json.hpp"
#include "history/reader.hpp"

using namespace riptide;

namespace {

void check(const history::History& history, const checker::Model& model) {
  checker::LinearizableOptions options;
  options.model = model;
  options.limits.memory_bytes = 64 << 20;
  options.limits.time = std::chrono::seconds(2);
  options.keep_certificates = true;
  const auto verdict = checker::check_history(history, options);
  if (!verdict) return;  // not of this model
  const auto read = checker::verdict_from_json(checker::to_json(*verdict, history), "fuzz");
  ASSERT(read.has_value() && read->verdict == verdict->verdict, model.info.name);
  const checker::Check& first = verdict->checks.front();
  ASSERT((first.verdict == checker::Word::invalid) == !first.anomalies.empty());
  if (first.verdict != checker::Word::valid) return;
  const auto proofs = checker::read_certificates(
      checker::certificates_json(history, model, first.certificates), "fuzz");
  ASSERT(proofs.has_value());
  const checker::Word again = checker::verify(history, *proofs).verdict;
  ASSERT(again == checker::Word::valid || again == checker::Word::vacuous);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = history::parse_history(text, "fuzz");
  if (!history) return 0;
  if (const auto model = checker::model_of(*history)) check(*history, *model);
  for (const checker::ModelInfo& info : checker::models()) check(*history, {.info = info});
  return 0;
}
