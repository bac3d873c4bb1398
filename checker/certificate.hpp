// Certificates: the proof of "valid", and the code that does not believe it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "checker/models/numbering.hpp"

namespace riptide::checker {

/// Nothing when `certificate` is a linearization of its part's operations: every ok operation once,
/// info operations at most once, no fail (but a refused cas once, when the model says that it
/// observes); consecutive operations respect real time; and the model accepts them one after the
/// other. O(n). Otherwise the reason. Shares no code with the algorithms but the reading of an
/// operation's action: it groups and numbers by itself and carries the order out by itself.
std::optional<std::string> validate(const history::History& history, const Model& model,
                                    const Certificate& certificate);

/// The same for many parts of one history, which is read through only once. validate() may be
/// called from several threads.
class CertificateValidator {
 public:
  CertificateValidator(const history::History& history, Model model);
  std::optional<std::string> validate(const Certificate& certificate) const;
  /// Parts with at least one operation that surely happened: each of them needs a certificate.
  std::size_t keys() const { return keys_that_need_; }
  bool needs(const history::Value& key) const;

 private:
  /// What is known of one part, named as Certificate::key names it.
  struct Part {
    std::uint32_t operations = 0;
    std::uint32_t certain = 0;  // that must be in an order
  };
  bool certain(const history::Operation& operation) const;
  history::Value part_key(const history::Operation& operation, bool split) const;
  void add(const history::Operation& operation, const history::Value& key);
  bool belongs(history::OpIndex index, std::uint32_t part) const {
    return part_of_.empty() ? part == 0 : part_of_[index] == part;
  }
  std::uint32_t place(history::OpIndex index) const {
    return part_of_.empty() ? index : place_[index];
  }
  std::optional<std::string> membership(const Certificate& certificate) const;
  std::optional<std::string> real_time(const Certificate& certificate) const;
  std::optional<std::string> accepted(const Certificate& certificate) const;

  const history::History& history_;
  Model model_;
  Numbering names_;          // of the parts
  std::vector<Part> parts_;  // by their numbers
  // Of each operation: its part, and how many of the part come before it. Empty when there is one
  // part only, as in the largest histories.
  std::vector<std::uint32_t> part_of_;
  std::vector<std::uint32_t> place_;
  std::size_t keys_that_need_ = 0;
};

}  // namespace riptide::checker
