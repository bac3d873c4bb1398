#include "checker/search/search.hpp"

#include <new>

#include "checker/search/depth_first.hpp"

namespace riptide::checker {

Decision search(std::span<const Entry> entries, std::size_t values, Reductions reductions,
                Budget& budget) {
  try {
    return DepthFirst<RegisterModel>(entries, values, reductions, budget).run();
  } catch (const std::bad_alloc&) {  // the machine has less than the budget thought
    return {.found = Found::limit, .limit = Limit::memory};
  }
}

}  // namespace riptide::checker
