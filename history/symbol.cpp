#include "history/symbol.hpp"

#include <mutex>
#include <shared_mutex>
#include <unordered_set>

namespace riptide::history {
namespace {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>{}(name);
  }
};

/// All names ever interned. An unordered_set never moves its elements, so their addresses last.
struct Table {
  std::shared_mutex mutex;
  std::unordered_set<std::string, NameHash, std::equal_to<>> names;
};

Table& table() {
  static Table* the_table = new Table;  // never destroyed: a Symbol may outlive main()
  return *the_table;
}

const std::string* empty_name() {
  static const std::string* empty = new std::string;
  return empty;
}

const std::string* intern(std::string_view name) {
  if (name.empty()) return empty_name();
  Table& all = table();
  {
    std::shared_lock lock(all.mutex);
    if (auto found = all.names.find(name); found != all.names.end()) return &*found;
  }
  std::unique_lock lock(all.mutex);
  return &*all.names.emplace(name).first;
}

}  // namespace

Symbol::Symbol() : name_(empty_name()) {}
Symbol::Symbol(std::string_view name) : name_(intern(name)) {}

}  // namespace riptide::history
