// SymbolCache: the names of a history are few and come again in every event; this spares the
// table's lock.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "history/symbol.hpp"

namespace riptide::history {

class SymbolCache {
 public:
  Symbol find(std::string_view name) {
    for (const Symbol symbol : recent_)
      if (symbol == name) return symbol;
    return recent_[next_++ % recent_.size()] = Symbol(name);
  }

 private:
  std::array<Symbol, 16> recent_;
  std::size_t next_ = 0;
};

}  // namespace riptide::history
