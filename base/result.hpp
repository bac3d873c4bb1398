// Result<T>: a value, or an Error that tells the user what happened, why, and what to do.
//
// For what the world does to us (files, sockets, flags). Our own defects are ASSERTs; what the
// system under test does is data, never an error.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace riptide {

/// What went wrong, with its chain of causes and a way to fix it.
class Error {
 public:
  explicit Error(std::string what) : what_(std::move(what)) {}

  /// The same error with the reason it happened.
  Error because(Error cause) && {
    cause_ = std::make_shared<const Error>(std::move(cause));
    return std::move(*this);
  }
  Error because(std::string cause) && { return std::move(*this).because(Error(std::move(cause))); }
  /// The reason as the operating system gives it.
  Error because_errno(int errno_value) &&;
  /// What the user can do about it: an imperative sentence.
  Error fix(std::string how) && {
    fix_ = std::move(how);
    return std::move(*this);
  }

  const std::string& what() const { return what_; }
  const Error* cause() const { return cause_.get(); }
  /// The fix of this error, or of the nearest cause that has one; may be empty.
  const std::string& fix() const;
  /// "what: cause: cause (fix)" on one line.
  std::string text() const;

 private:
  std::string what_;
  std::string fix_;
  std::shared_ptr<const Error> cause_;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}
};

/// `return fail("cannot open x").because_errno(errno).fix("…");`
inline Error fail(std::string what) { return Error(std::move(what)); }

}  // namespace riptide
