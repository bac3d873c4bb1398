// The models that --model can name, and their words.
#include <array>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "checker/model.hpp"
#include "checker/models/vocabulary.hpp"

namespace riptide::checker {

namespace {

constexpr std::array kRegister = {Function{"read", Verb::read}, Function{"write", Verb::write}};
constexpr std::array kCasRegister = {Function{"read", Verb::read}, Function{"write", Verb::write},
                                     Function{"cas", Verb::cas}};
constexpr std::array kKv = {Function{"get", Verb::read}, Function{"put", Verb::write},
                            Function{"append", Verb::append}, Function{"read", Verb::read},
                            Function{"write", Verb::write}};
constexpr std::array kCounter = {
    Function{"read", Verb::read},           Function{"add", Verb::increment},
    Function{"inc", Verb::increment},       Function{"incr", Verb::increment},
    Function{"dec", Verb::decrement},       Function{"decr", Verb::decrement},
    Function{"increment", Verb::increment}, Function{"decrement", Verb::decrement}};
constexpr std::array kSet = {Function{"add", Verb::add}, Function{"remove", Verb::remove},
                             Function{"contains", Verb::contains}, Function{"read", Verb::read}};
constexpr std::array kQueue = {Function{"enqueue", Verb::insert}, Function{"dequeue", Verb::take}};
constexpr std::array kStack = {Function{"push", Verb::insert}, Function{"pop", Verb::take}};
constexpr std::array kPriorityQueue = {
    Function{"insert", Verb::insert},  Function{"poll", Verb::take},
    Function{"enqueue", Verb::insert}, Function{"dequeue", Verb::take},
    Function{"push", Verb::insert},    Function{"pop", Verb::take},
    Function{"delete-max", Verb::take}};
constexpr std::array kLock = {Function{"acquire", Verb::acquire},
                              Function{"release", Verb::release}};
constexpr std::array kMultiRegister = {Function{"txn", Verb::transaction},
                                       Function{"read", Verb::read},
                                       Function{"write", Verb::write}};
constexpr std::array kListAppend = {Function{"txn", Verb::transaction},
                                    Function{"append", Verb::append}, Function{"read", Verb::read}};

ModelInfo info(ModelKind kind, std::string name, std::string about) {
  ModelInfo made{kind, std::move(name), std::move(about), {}};
  for (const Function& function : vocabulary(kind)) made.functions.emplace_back(function.name);
  return made;
}

}  // namespace

std::span<const Function> vocabulary(ModelKind kind) {
  switch (kind) {
    case ModelKind::single_register:
      return kRegister;
    case ModelKind::cas_register:
      return kCasRegister;
    case ModelKind::multi_register:
      return kMultiRegister;
    case ModelKind::kv:
      return kKv;
    case ModelKind::counter:
      return kCounter;
    case ModelKind::set:
      return kSet;
    case ModelKind::fifo_queue:
      return kQueue;
    case ModelKind::stack:
      return kStack;
    case ModelKind::priority_queue:
      return kPriorityQueue;
    case ModelKind::mutex:
    case ModelKind::semaphore:
    case ModelKind::fenced_lock:
      return kLock;
    case ModelKind::list_append:
      return kListAppend;
  }
  ASSERT(false, "a model without words", static_cast<int>(kind));
  return {};
}

const std::vector<ModelInfo>& models() {
  static const std::vector<ModelInfo> all = {
      info(ModelKind::cas_register, "cas-register",
           "a register per key with read, write and compare-and-set; starts as nil"),
      info(ModelKind::single_register, "register",
           "a register per key with read and write; starts as nil"),
      info(ModelKind::multi_register, "multi-register",
           "registers that one transaction reads and writes together; each starts as nil"),
      info(ModelKind::kv, "kv", "a text per key with get, put and append; starts as \"\""),
      info(ModelKind::counter, "counter",
           "a number with increment, decrement and read; starts as 0"),
      info(ModelKind::set, "set",
           "a set with add, remove, contains and read of the whole; starts empty"),
      info(ModelKind::fifo_queue, "fifo-queue",
           "a queue: the element that waited longest leaves first; starts empty"),
      info(ModelKind::stack, "stack",
           "a stack: the element that came last leaves first; starts empty"),
      info(ModelKind::priority_queue, "priority-queue",
           "a queue: the largest element leaves first; starts empty"),
      info(ModelKind::mutex, "mutex", "a lock that one at a time holds; starts free"),
      info(ModelKind::semaphore, "semaphore",
           "a lock that as many hold as there are permits; starts free"),
      info(ModelKind::fenced_lock, "fenced-lock",
           "a lock that gives a larger token each time, released by its holder; starts free"),
      info(ModelKind::list_append, "list-append",
           "lists that transactions append to and read; each starts empty"),
  };
  return all;
}

Result<Model> find_model(std::string_view name) {
  std::vector<std::string> names;
  for (const ModelInfo& model : models()) {
    if (model.name == name) return Model{.info = model};
    names.push_back(model.name);
  }
  const std::string meant = did_you_mean(name, names);
  std::string fix = "Use one of these models: " + join(names, ", ") + ".";
  if (!meant.empty()) fix = "Did you mean \"" + meant + "\"? " + fix;
  return fail("there is no model \"" + std::string(name) + "\"").fix(std::move(fix));
}

Model default_model() { return *find_model("cas-register"); }

}  // namespace riptide::checker
