// Projection: what of a part may be left out so that its impossibility stays a proof, for models
// that are no registers.
//
// A part is cut into atoms that can be left out one by one. The rule that makes a proof of what is
// left: if the part is linearizable, so is every projection of it, whatever atoms are left out.
// Take an order of the whole and leave the same out of it:
//
//   queue, stack, priority queue  an element, with all its inserts and takes, is an atom; so is a
//     take that found nothing. What is left keeps its order, its top, its largest; what was empty
//     stays empty. A take whose answer nobody saw may have taken any element: it stays, and may not
//     have happened; unless each element that is left is known to have been taken as often as it
//     was inserted.
//   set  an element is an atom, with its adds and removes, and what reads and contains say about
//     it; so is each read and contains, because they change nothing.
//   counter  an operation is an atom, but every increment that was called before a read that is
//     left returned stays.
//   kv  an operation is an atom, but a write or an append stays when its text can be a part of what
//     a read that is left saw: the text at the start (write) or anywhere (append), called before
//     the read returned. No other can be among the last write before the read and the appends after
//     it.
//   mutex, semaphore, fenced lock  what a process does from holding nothing until it holds nothing
//     again is an atom, when every process releases only what it surely holds, one operation after
//     the other. Then what all hold is a sum in which no term is negative, and any of the terms can
//     go: less is held, and tokens still grow. Histories that are not like that have no atoms.
//   multi-register, list-append  a value (an element) of a key is an atom, with all accesses that
//     write it or read it (it disappears from the lists that were read); so are the reads of each
//     transaction. The argument is that of registers (witness.hpp) and that of queues.
#pragma once

#include <memory>
#include <vector>

#include "checker/part.hpp"
#include "checker/search/budget.hpp"
#include "history/history.hpp"

namespace riptide::checker {

class Projection {
 public:
  virtual ~Projection() = default;
  std::size_t atoms() const { return atoms_; }
  /// The part without the atoms that are not `kept`.
  virtual Part project(const std::vector<bool>& kept) const = 0;
  /// The atoms that an entry of the part belongs to; none when that is not known.
  virtual std::vector<std::uint32_t> atoms_of(std::uint32_t) const { return {}; }

 protected:
  std::size_t atoms_ = 0;
};

/// Of `part`, which must outlive it and is no register's. `history` tells the processes.
std::unique_ptr<Projection> make_projection(const Model& model, const history::History& history,
                                            const Part& part);
std::unique_ptr<Projection> make_transaction_projection(const Model& model, const Part& part);

/// From an impossible part to one of which no atom can be left out (delta debugging), and that ends
/// with the return that makes it impossible. `minimal` is set to whether the budget sufficed.
Part reduced(const Model& model, const history::History& history, Part part, Budget& budget,
             bool& minimal);

}  // namespace riptide::checker
