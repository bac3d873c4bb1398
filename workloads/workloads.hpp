// workloads: what clients do, and what must hold. Generator + model + final reads, one file each.
//
//   register.cpp  many keys; read, write, cas; every written value unique
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "history/history.hpp"

namespace riptide::workloads {

struct GeneratorOptions {
  std::uint64_t seed = 0;
  std::size_t keys = 8;  ///< in use at a time
  std::uint64_t operations_per_key =
      400;  ///< then the key is retired and a new one takes its place
  std::size_t open_per_key =
      6;  ///< operations not completed, info included: bounds the checker's work
  double reads = 0.5, writes = 0.35, cas = 0.15;  ///< shares; cas only where the system offers it
};

/// Decides what each process does next. Pure: a function of its options and of what it was told.
class Generator {
 public:
  virtual ~Generator() = default;
  /// The next operation of this process, or nothing when every key has too many open operations
  /// now.
  virtual std::optional<history::Invocation> next(history::Process process) = 0;
  virtual void completed(const history::Invocation& invocation,
                         const history::Completion& completion) = 0;
  /// One read of every key that was ever written, after all faults are healed.
  virtual std::vector<history::Invocation> final_reads() const = 0;
};

struct Workload {
  std::string name;
  std::string about;
  std::string model;                   ///< what check uses
  std::vector<std::string> functions;  ///< what a system must offer
  std::unique_ptr<Generator> (*make_generator)(const GeneratorOptions& options);
};

const std::vector<Workload>& workloads();
Result<Workload> find_workload(std::string_view name);

}  // namespace riptide::workloads
