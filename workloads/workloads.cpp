#include "workloads/workloads.hpp"

#include "base/text.hpp"
#include "workloads/register.hpp"

namespace riptide::workloads {

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> kWorkloads{
      {"register",
       "many registers under read, write and (where the system has it) cas; every value unique",
       "cas-register",
       {"read", "write"},
       make_register_generator},
  };
  return kWorkloads;
}

Result<Workload> find_workload(std::string_view name) {
  std::vector<std::string> names;
  for (const Workload& workload : workloads()) {
    if (workload.name == name) return workload;
    names.push_back(workload.name);
  }
  const std::string meant = did_you_mean(name, names);
  return fail("there is no workload '" + std::string(name) + "'")
      .fix(meant.empty() ? "Choose one of: " + join(names, ", ") + "."
                         : "Did you mean '" + meant + "'?");
}

}  // namespace riptide::workloads
