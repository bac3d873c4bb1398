// Symbol: an interned name (a function such as "read", a node such as "n2"). Compares by address.
#pragma once

#include <string>
#include <string_view>

namespace riptide::history {

class Symbol {
 public:
  Symbol();  ///< the empty name
  explicit Symbol(std::string_view name);
  const std::string& name() const { return *name_; }
  bool empty() const { return name_->empty(); }
  friend bool operator==(Symbol a, Symbol b) { return a.name_ == b.name_; }
  friend bool operator==(Symbol a, std::string_view b) { return *a.name_ == b; }

 private:
  const std::string*
      name_;  // in a table that lives as long as the program; safe to use from any thread
};

}  // namespace riptide::history
