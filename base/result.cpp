#include "base/result.hpp"

#include <cstring>

namespace riptide {

Error Error::because_errno(int errno_value) && {
  return std::move(*this).because(Error(std::strerror(errno_value)));
}

const std::string& Error::fix() const { return fix_.empty() && cause_ ? cause_->fix() : fix_; }

std::string Error::text() const {
  std::string all = what_;
  for (const Error* e = cause_.get(); e; e = e->cause_.get()) all += ": " + e->what_;
  if (!fix().empty()) all += " (" + fix() + ")";
  return all;
}

}  // namespace riptide
