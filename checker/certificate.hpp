// Certificates: the proof of "valid", and the code that does not believe it.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "checker/checker.hpp"

namespace riptide::checker {

/// Nothing when `certificate` is a linearization of its key's operations: every ok operation once,
/// info operations at most once, no fail; consecutive operations respect real time; and the model
/// accepts them one after the other. O(n). Otherwise the reason. Shares no code with the search but
/// the model.
std::optional<std::string> validate(const history::History& history, const Model& model,
                                    const Certificate& certificate);

/// The same for many keys of one history, which is read through only once.
class CertificateValidator {
 public:
  CertificateValidator(const history::History& history, Model model);
  std::optional<std::string> validate(const Certificate& certificate) const;
  /// Keys with at least one ok operation: each of them needs a certificate.
  std::size_t keys() const { return ok_operations_.size(); }
  bool needs(const history::Value& key) const { return ok_operations_.contains(key); }

 private:
  std::optional<std::string> membership(const Certificate& certificate) const;
  std::optional<std::string> real_time(const Certificate& certificate) const;
  std::optional<std::string> accepted(const Certificate& certificate) const;

  const history::History& history_;
  Model model_;
  std::unordered_map<history::Value, std::size_t> ok_operations_;
};

}  // namespace riptide::checker
