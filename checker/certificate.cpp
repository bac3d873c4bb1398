// Validation of certificates. On purpose nothing here is shared with the algorithms but the meaning
// of a single operation: it groups, numbers and carries out operations by itself, from the history.
#include "checker/certificate.hpp"

#include <algorithm>

#include "checker/models/actions.hpp"
#include "checker/models/replay.hpp"

namespace riptide::checker {

using history::Operation;
using history::OpIndex;
using history::Type;
using history::Value;

namespace {

std::string quoted(OpIndex index) { return "operation " + std::to_string(index); }

bool same_name(history::Symbol f, std::string_view name) {
  std::string_view found = f.name();
  if (found.starts_with(':')) found.remove_prefix(1);
  return found == name;
}

/// What the transaction touches, each key as often as it comes.
std::vector<Value> touched(const Operation& operation) {
  const bool whole = same_name(operation.f, "txn");
  if (operation.outcome == Type::fail) return {};
  if (!whole && !operation.key.is_nil()) return {operation.key};
  const bool answered = operation.outcome == Type::ok && operation.output.list();
  const Value& value = answered ? operation.output : operation.input;
  std::vector<Value> keys;
  if (!value.list()) return keys;
  for (const Value& item : *value.list()) {
    const Value::List* parts = item.list();
    if (!parts || parts->size() < 2) return {};  // damaged: it will be refused
    keys.push_back(!whole && parts->size() == 2 ? (*parts)[0] : (*parts)[1]);
  }
  return keys;
}

}  // namespace

bool CertificateValidator::certain(const Operation& operation) const {
  if (operation.outcome != Type::fail) return operation.outcome == Type::ok;
  return model_.failed_cas_observes && model_.kind() == ModelKind::cas_register &&
         same_name(operation.f, "cas") && operation.error.empty();
}

Value CertificateValidator::part_key(const Operation& operation, bool split) const {
  const Value object = same_name(operation.f, "txn") ? operation.key : Value();
  if (!split) return object;
  const std::vector<Value> keys = touched(operation);
  if (keys.empty()) return object;
  return object.is_nil() ? keys.front() : Value(Value::List{object, keys.front()});
}

void CertificateValidator::add(const Operation& operation, const Value& key) {
  const ValueId part = names_.number(key);
  if (part == parts_.size()) parts_.emplace_back();
  part_of_.push_back(part);
  place_.push_back(parts_[part].operations++);
  if (certain(operation)) ++parts_[part].certain;
}

CertificateValidator::CertificateValidator(const history::History& history, Model model)
    : history_(history), model_(std::move(model)) {
  const auto& all = history.operations;
  const bool transactions = is_transactional(model_);
  const bool one_key = !transactions && std::all_of(all.begin(), all.end(), [&](const auto& o) {
    return o.key == all.front().key;
  });
  if (one_key) {
    if (!all.empty()) {
      names_.number(all.front().key);
      const auto needed =
          std::count_if(all.begin(), all.end(), [&](const Operation& o) { return certain(o); });
      parts_.push_back(
          {static_cast<std::uint32_t>(all.size()), static_cast<std::uint32_t>(needed)});
    }
  } else {
    part_of_.reserve(all.size());
    place_.reserve(all.size());
    const bool split =
        transactions && std::all_of(all.begin(), all.end(), [](const auto& o) {
          const std::vector<Value> keys = touched(o);
          return keys.empty() || std::count(keys.begin(), keys.end(), keys.front()) ==
                                     static_cast<std::ptrdiff_t>(keys.size());
        });
    for (const Operation& operation : all) {
      add(operation, transactions ? part_key(operation, split) : operation.key);
    }
  }
  keys_that_need_ = static_cast<std::size_t>(std::count_if(
      parts_.begin(), parts_.end(), [](const Part& part) { return part.certain > 0; }));
}

bool CertificateValidator::needs(const Value& key) const {
  const ValueId part = names_.find(key);
  return part != kUnobserved && parts_[part].certain > 0;
}

std::optional<std::string> CertificateValidator::membership(const Certificate& certificate) const {
  const ValueId part = names_.find(certificate.key);
  const Part known = part == kUnobserved ? Part{} : parts_[part];
  std::vector<bool> seen(known.operations, false);
  std::size_t found = 0;
  for (const OpIndex index : certificate.order) {
    if (index >= history_.operations.size()) return quoted(index) + " does not exist";
    if (part == kUnobserved || !belongs(index, part)) return quoted(index) + " is of another key";
    if (seen[place(index)]) return quoted(index) + " comes twice";
    seen[place(index)] = true;
    const Operation& operation = history_.operations[index];
    const bool must = certain(operation);
    if (operation.outcome == Type::fail && !must) {
      return quoted(index) + " failed, it cannot be in an order";
    }
    if (must) ++found;
  }
  if (found != known.certain) {
    return std::to_string(known.certain - found) + " of " + std::to_string(known.certain) +
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
    if (operation.outcome != Type::info && operation.complete_ns < earliest_return) {
      earliest_return = operation.complete_ns;
      returned = *at;
    }
  }
  return std::nullopt;
}

std::optional<std::string> CertificateValidator::accepted(const Certificate& certificate) const {
  const auto initial = initial_value(model_);
  if (!initial) return initial.error().text();
  Numbering numbering = begin_numbering(model_, *initial);
  ActionReader reader(model_);
  const std::unique_ptr<Replay> replay = make_replay(model_, numbering);
  for (const OpIndex index : certificate.order) {
    const auto action = reader.read(history_.operations[index], numbering);
    if (!action) return action.error().text();
    if (!*action) return quoted(index) + " says nothing and changes nothing";
    if (!replay->happens(**action))
      return "the model refuses " + quoted(index) + " where it stands";
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
