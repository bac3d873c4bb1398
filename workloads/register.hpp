// The workload `register`: many independent registers under read, write and cas.
#pragma once

#include <memory>

#include "workloads/workloads.hpp"

namespace riptide::workloads {

/// Keys are integers from 0 in the order of their first use. The values of a key are integers from
/// 1, each written at most once (by a write or as a cas' new value): a value that is read names the
/// operation that wrote it, which is what makes checking fast and a witness readable.
std::unique_ptr<Generator> make_register_generator(const GeneratorOptions& options);

}  // namespace riptide::workloads
