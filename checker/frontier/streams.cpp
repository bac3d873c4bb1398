#include "checker/frontier/engine.hpp"

namespace riptide::checker {

std::unique_ptr<EventStream> register_stream(Reductions reductions, bool keeps_trail) {
  return std::make_unique<Engine<1, RegisterRules>>(RegisterRules(), reductions, keeps_trail);
}

std::unique_ptr<EventStream> object_stream(std::shared_ptr<Object> object, Reductions reductions,
                                           bool keeps_trail) {
  return std::make_unique<Engine<1, ObjectRules>>(ObjectRules{std::move(object)}, reductions,
                                                  keeps_trail);
}

}  // namespace riptide::checker
