#include "checker/monitor/monitor.hpp"

namespace riptide::checker {

std::optional<Decision> monitor(const Model& model, const KeyHistory& key) {
  switch (model.kind()) {
    case ModelKind::single_register:
    case ModelKind::cas_register:
    case ModelKind::kv:  // without append it is a register
      return monitor_register(model, key);
    case ModelKind::fifo_queue:
      return monitor_queue(model, key);
    case ModelKind::set:
      return monitor_set(model, key);
    case ModelKind::counter:
      return monitor_counter(model, key);
    case ModelKind::mutex:
    case ModelKind::fenced_lock:
      return monitor_lock(model, key);
    case ModelKind::semaphore:
      return monitor_semaphore(model, key);
    case ModelKind::stack:
      return monitor_stack(model, key);
    case ModelKind::priority_queue:
      return monitor_priority_queue(model, key);
    default:
      return std::nullopt;
  }
}

}  // namespace riptide::checker
