#include "checker/checks/functions.hpp"

#include <string_view>
#include <unordered_map>

namespace riptide::checker {

Deed deed_of(history::Symbol f) {
  static const std::unordered_map<std::string_view, Deed> all = {
      {"read", Deed::read},
      {"get", Deed::read},
      {"read-all", Deed::read},
      {"contains", Deed::contains},
      {"member", Deed::contains},
      {"write", Deed::write},
      {"put", Deed::write},
      {"set", Deed::write},
      {"append", Deed::write},
      {"release", Deed::write},
      {"add", Deed::add},
      {"increment", Deed::add},
      {"inc", Deed::add},
      {"incr", Deed::add},
      {"decrement", Deed::subtract},
      {"dec", Deed::subtract},
      {"decr", Deed::subtract},
      {"remove", Deed::remove},
      {"delete", Deed::remove},
      {"enqueue", Deed::insert},
      {"push", Deed::insert},
      {"insert", Deed::insert},
      {"offer", Deed::insert},
      {"dequeue", Deed::take},
      {"pop", Deed::take},
      {"poll", Deed::take},
      {"take", Deed::take},
      {"extract-min", Deed::take},
      {"delete-min", Deed::take},
      {"delete-max", Deed::take},
      {"drain", Deed::drain},
      {"generate", Deed::generate},
      {"generate-unique-ids", Deed::generate},
      {"unique", Deed::generate},
      {"unique-ids", Deed::generate},
      {"unique-id", Deed::generate},
      {"generate-id", Deed::generate},
  };
  std::string_view name = f.name();
  if (name.starts_with(':')) name.remove_prefix(1);
  const auto found = all.find(name);
  return found == all.end() ? Deed::other : found->second;
}

bool says_empty(const history::Value& answer) {
  const std::string* text = answer.text();
  return answer.is_nil() || (text != nullptr && (*text == "empty" || *text == ":empty"));
}

Deed Deeds::of(const history::Operation& operation) {
  for (const Known& known : known_)
    if (known.f == operation.f) return known.deed;
  Known& known = known_[next_++ % kSlots];
  known = {operation.f, deed_of(operation.f)};
  return known.deed;
}

}  // namespace riptide::checker
