// The words of each model: which `f` of an operation means what. docs/models.md has the same table
// for people.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "checker/model.hpp"

namespace riptide::checker {

/// What an `f` means.
enum class Verb : std::uint8_t {
  read,
  write,
  cas,
  append,
  increment,
  decrement,
  add,
  remove,
  contains,
  insert,
  take,
  acquire,
  release,
  transaction,
};

struct Function {
  std::string_view name;
  Verb verb;
};

/// The functions of a model; the first name of each verb is the usual one.
std::span<const Function> vocabulary(ModelKind kind);

}  // namespace riptide::checker
