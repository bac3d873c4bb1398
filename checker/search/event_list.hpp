// The doubly linked list of calls and returns of Wing & Gong's search: an operation is lifted out
// when it is linearised and put back, in reverse order, when the search takes that back (Lowe 2017,
// §2).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

class EventList {
 public:
  using Node = std::uint32_t;
  static constexpr Node kHead = 0;

  /// Calls come before returns at equal times. An uncertain operation has a call and no return.
  explicit EventList(std::span<const Entry> entries) : links_(1 + 2 * entries.size()) {
    std::vector<std::tuple<std::int64_t, bool, Node>> events;
    events.reserve(2 * entries.size());
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      events.emplace_back(entries[i].call_ns, false, call_of(i));
      if (entries[i].certain) events.emplace_back(entries[i].return_ns, true, return_of(i));
    }
    std::sort(events.begin(), events.end());
    Node last = kHead;
    for (const auto& [time, returns, node] : events) {
      links_[last].next = node;
      links_[node].previous = last;
      last = node;
    }
    links_[last].next = kHead;
    links_[kHead].previous = last;
  }

  static Node call_of(std::uint32_t position) { return 1 + 2 * position; }
  static Node return_of(std::uint32_t position) { return 2 + 2 * position; }
  static std::uint32_t position_of(Node node) { return (node - 1) / 2; }
  /// A call whose operation may come next; false at the first return and at the end.
  static bool is_call(Node node) { return node % 2 == 1; }

  Node first() const { return links_[kHead].next; }
  Node after(Node node) const { return links_[node].next; }

  Node before(Node node) const { return links_[node].previous; }

  void lift(std::uint32_t position, bool certain) {
    unlink(call_of(position));
    if (certain) unlink(return_of(position));
  }
  void unlift(std::uint32_t position, bool certain) {
    if (certain) relink(return_of(position));
    relink(call_of(position));
  }
  std::size_t bytes() const { return links_.capacity() * sizeof(Link); }

 private:
  struct Link {
    Node previous = kHead;
    Node next = kHead;
  };
  void unlink(Node node) {
    links_[links_[node].previous].next = links_[node].next;
    links_[links_[node].next].previous = links_[node].previous;
  }
  void relink(Node node) {
    links_[links_[node].previous].next = node;
    links_[links_[node].next].previous = node;
  }
  std::vector<Link> links_;
};

}  // namespace riptide::checker
