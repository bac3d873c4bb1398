#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "reports/escape.hpp"
#include "reports/page_sections.hpp"
#include "reports/picture.hpp"
#include "reports/words.hpp"

namespace riptide::reports {
namespace {
using history::kNever;
using history::Operation;
using history::OpIndex;

constexpr std::size_t kPicturesMax = 8;    // the first anomalies get words and a picture,
constexpr std::size_t kAnomaliesMax = 40;  // some more their words; verdict.json has all

/// Spellings of the witness' operations, longest first, and whom each can mean.
using Names = std::vector<std::pair<std::string, std::vector<OpIndex>>>;

Names names_of(const history::History& history, const checker::Anomaly& anomaly) {
  std::map<std::string, std::vector<OpIndex>> by_name;
  for (const auto index : anomaly.operations) {
    if (index >= history.operations.size()) continue;
    for (const auto& name : operation_names(history.operations[index])) {
      auto& meant = by_name[name];
      if (meant.empty() || meant.back() != index) meant.push_back(index);
    }
  }
  Names names(by_name.begin(), by_name.end());
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return names;
}

std::string chip(std::string_view text, const std::vector<OpIndex>& ops, std::size_t anomaly) {
  std::string all;
  for (const auto op : ops) all += (all.empty() ? "" : " ") + std::to_string(op);
  return fmt::format("<a class=\"chip\" href=\"#a{}-op-{}\" data-op=\"{}\">{}</a>", anomaly,
                     ops.front(), all, escape(text));
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The step with every mention of an operation made a chip. A mention ends at a word's end:
/// "write 1" is not in "write 17".
std::string with_chips(std::string_view step, const Names& names, std::size_t anomaly) {
  std::string out, plain;
  for (std::size_t at = 0; at < step.size();) {
    const bool starts = at == 0 || !is_word(step[at - 1]);
    const auto found =
        !starts ? names.end() : std::find_if(names.begin(), names.end(), [&](const auto& name) {
          const std::size_t end = at + name.first.size();
          return step.substr(at, name.first.size()) == name.first &&
                 (end >= step.size() || !is_word(step[end]));
        });
    if (found == names.end()) {
      plain.push_back(step[at++]);
      continue;
    }
    out += escape(plain) + chip(found->first, found->second, anomaly);
    plain.clear();
    at += found->first.size();
  }
  return out + escape(plain);
}

std::string witness_table(const history::History& history, const checker::Anomaly& anomaly,
                          std::size_t number) {
  std::string rows;
  for (const auto index : anomaly.operations) {
    if (index >= history.operations.size()) continue;
    const Operation& op = history.operations[index];
    const bool culprit = index == anomaly.culprit;
    rows += fmt::format(
        "<tr id=\"a{}-op-{}\" data-op=\"{}\"{}><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
        number, index, index, culprit ? " class=\"culprit\"" : "", culprit ? "✗ " : "",
        escape(operation_label(op)), escape(client_label(op.process)), escape(op.node.name()),
        escape(std::string(name(op.outcome)) +
               (op.error.empty() ? "" : ": " + shorten(op.error.text(), 120))),
        escape(moment(op.invoke_ns)),
        op.complete_ns == kNever ? "never" : escape(moment(op.complete_ns)));
  }
  return "<details class=\"scroll\" open><summary>The same as a table</summary><table><thead><tr>"
         "<th>Operation</th><th>Client</th><th>Node</th><th>Outcome</th><th class=\"n\">Asked</th>"
         "<th class=\"n\">Answered</th></tr></thead><tbody>" +
         rows + "</tbody></table></details>";
}

std::string pictures(const history::History& history, const checker::Anomaly& anomaly,
                     std::size_t number) {
  const auto drawn = [&](Scale scale, std::string_view id) {
    return draw(lay_out(history, anomaly, scale), history, anomaly,
                fmt::format("{}-{}", id, number));
  };
  return fmt::format(
      "<figure class=\"picture\"><div class=\"toggle\" role=\"radiogroup\" aria-label=\"Time "
      "axis\">"
      "<input type=\"radio\" name=\"scale-{0}\" id=\"scale-{0}-t\" checked><label "
      "for=\"scale-{0}-t\">To scale</label>"
      "<input type=\"radio\" name=\"scale-{0}\" id=\"scale-{0}-o\"><label "
      "for=\"scale-{0}-o\">Event by event</label></div>"
      "<div class=\"scroll by-time\" tabindex=\"0\" aria-label=\"Picture, to scale\">{1}</div>"
      "<div class=\"scroll by-order\" tabindex=\"0\" aria-label=\"Picture, event by "
      "event\">{2}</div></figure>",
      number, drawn(Scale::time, "time"), drawn(Scale::order, "order"));
}

std::string steps_of(const PageInput& page, const checker::Anomaly& anomaly, std::size_t number) {
  const Names names = names_of(page.history, anomaly);
  std::string steps;
  for (const auto& step : anomaly.explanation) {
    const std::string text(without_number(step));
    steps += fmt::format("<li>{}</li>", with_chips(text, names, number));
  }
  return steps.empty() ? std::string() : "<ol class=\"steps\">" + steps + "</ol>";
}

/// What it could have held when the order ends, and why nothing follows.
std::string beliefs(const PageInput& page, const checker::Anomaly& anomaly, std::size_t number) {
  if (anomaly.final_states.empty()) return {};
  const Names names = names_of(page.history, anomaly);
  std::string states;
  for (const checker::FinalState& final : anomaly.final_states) {
    std::string after, why;
    for (const OpIndex index : final.order_tail) {
      if (index >= page.history.operations.size()) continue;
      const std::string label = operation_label(page.history.operations[index]);
      after += (after.empty() ? "" : ", ") + chip(shorten(label, 48), {index}, number);
    }
    for (const auto& left : final.why_not) {
      why += fmt::format("<li>{}</li>", with_chips(left.second, names, number));
    }
    states += fmt::format("<li>{}{}<ul>{}</ul></li>", escape(final.state),
                          after.empty() ? " at the start" : ", after " + after, why);
  }
  return "<details class=\"beliefs\"><summary>What it could have held</summary><ul>" + states +
         "</ul></details>";
}

}  // namespace

std::string anomaly_sections(const PageInput& page) {
  std::string first, others;
  std::size_t number = 0;
  for (const auto& check : page.verdict.checks) {
    for (const auto& anomaly : check.anomalies) {
      const bool drawable =
          std::any_of(anomaly.operations.begin(), anomaly.operations.end(),
                      [&](OpIndex i) { return i < page.history.operations.size(); });
      const std::string words = steps_of(page, anomaly, number) + beliefs(page, anomaly, number);
      const std::string picture = drawable && number < kPicturesMax
                                      ? pictures(page.history, anomaly, number) +
                                            witness_table(page.history, anomaly, number)
                                      : std::string();
      const std::string title = anomaly_title(anomaly);
      if (number == 0) {
        first = section("why", "Why it is wrong",
                        fmt::format("<article class=\"anomaly\" id=\"anomaly-0\"><p "
                                    "class=\"klass\">{}</p>{}{}</article>",
                                    escape(title), words, picture));
      } else if (number < kAnomaliesMax) {
        others += fmt::format(
            "<details class=\"anomaly\" id=\"anomaly-{}\"><summary>✗ {}</summary>{}{}</details>",
            number, escape(title), words, picture);
      }
      ++number;
    }
  }
  if (others.empty()) return first;
  if (number > kAnomaliesMax) {
    others +=
        fmt::format("<p class=\"note\">{} more are in verdict.json.</p>", number - kAnomaliesMax);
  }
  return first + section("others", fmt::format("{} more like it", number - 1), others);
}

}  // namespace riptide::reports
