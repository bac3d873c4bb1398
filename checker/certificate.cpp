// Validation of certificates. On purpose nothing here is shared with the search but the model: it
// groups, numbers and reads operations by itself, from the history.
#include "checker/certificate.hpp"

#include <algorithm>

#include "checker/model.hpp"

namespace riptide::checker {

using history::Operation;
using history::OpIndex;
using history::Type;
using history::Value;

CertificateValidator::CertificateValidator(const history::History& history, Model model)
    : history_(history), model_(std::move(model)) {
  for (const Operation& operation : history.operations) {
    if (operation.outcome == Type::ok) ++ok_operations_[operation.key];
  }
}

namespace {

std::string quoted(OpIndex index) { return "operation " + std::to_string(index); }

/// The operation as an action of the model; the reason when it is none.
std::optional<std::string> translate(const Operation& operation,
                                     std::unordered_map<Value, ValueId>& numbers, Action& action) {
  const auto number = [&](const Value& value) {
    return numbers.try_emplace(value, ValueId(numbers.size())).first->second;
  };
  if (operation.f == "read") {
    if (operation.outcome != Type::ok) return "is a read without an answer";
    action = {Action::Kind::read, number(operation.output)};
  } else if (operation.f == "write") {
    action = {Action::Kind::write, number(operation.input)};
  } else if (operation.f == "cas" && operation.input.list() &&
             operation.input.list()->size() == 2) {
    const Value::List& pair = *operation.input.list();
    action.kind = Action::Kind::cas;
    action.first = number(pair[0]);
    action.second = number(pair[1]);
  } else {
    return "is no operation of a register";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> CertificateValidator::membership(const Certificate& certificate) const {
  std::vector<OpIndex> sorted = certificate.order;
  std::sort(sorted.begin(), sorted.end());
  std::size_t ok = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] >= history_.operations.size()) return quoted(sorted[i]) + " does not exist";
    if (i > 0 && sorted[i] == sorted[i - 1]) return quoted(sorted[i]) + " comes twice";
    const Operation& operation = history_.operations[sorted[i]];
    if (!(operation.key == certificate.key)) return quoted(sorted[i]) + " is of another key";
    if (operation.outcome == Type::fail)
      return quoted(sorted[i]) + " failed, it cannot be in an order";
    if (operation.outcome == Type::ok) ++ok;
  }
  const auto expected = ok_operations_.find(certificate.key);
  const std::size_t needed = expected == ok_operations_.end() ? 0 : expected->second;
  if (ok != needed) {
    return std::to_string(needed - ok) + " of " + std::to_string(needed) +
           " completed operations are missing";
  }
  return std::nullopt;
}

std::optional<std::string> CertificateValidator::real_time(const Certificate& certificate) const {
  std::int64_t earliest_return = history::kNever;  // of the operations that come later
  OpIndex returned = 0;
  for (auto at = certificate.order.rbegin(); at != certificate.order.rend(); ++at) {
    const Operation& operation = history_.operations[*at];
    if (earliest_return < operation.invoke_ns) {
      return quoted(returned) + " comes after " + quoted(*at) +
             " though it had completed before that was invoked";
    }
    if (operation.outcome == Type::ok && operation.complete_ns < earliest_return) {
      earliest_return = operation.complete_ns;
      returned = *at;
    }
  }
  return std::nullopt;
}

std::optional<std::string> CertificateValidator::accepted(const Certificate& certificate) const {
  std::unordered_map<Value, ValueId> numbers = {{Value(), kInitial}};
  RegisterModel::State state = RegisterModel::initial();
  for (const OpIndex index : certificate.order) {
    const Operation& operation = history_.operations[index];
    Action action;
    if (auto why = translate(operation, numbers, action)) return quoted(index) + " " + *why;
    if (action.kind == Action::Kind::cas && model_.kind() == ModelKind::single_register) {
      return quoted(index) + " is a cas, which the model register does not have";
    }
    const auto next = RegisterModel::step(state, action);
    if (!next) return "the model refuses " + quoted(index) + " where it stands";
    state = *next;
  }
  return std::nullopt;
}

std::optional<std::string> CertificateValidator::validate(const Certificate& certificate) const {
  if (auto why = membership(certificate)) return why;
  if (auto why = real_time(certificate)) return why;
  return accepted(certificate);
}

std::optional<std::string> validate(const history::History& history, const Model& model,
                                    const Certificate& certificate) {
  return CertificateValidator(history, model).validate(certificate);
}

}  // namespace riptide::checker
