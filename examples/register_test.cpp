// A store that several threads use: is it linearizable? With the argument "stale" it answers reads
// from a copy that is refreshed too late.
#include <riptide/linearizability.hpp>

#include <functional>
#include <iostream>
#include <mutex>
#include <string_view>
#include <thread>

class Store {
 public:
  explicit Store(bool stale) : stale_(stale) {}
  void put(int value) {
    const std::lock_guard lock(mutex_);
    copy_ = value_;
    value_ = value;
  }
  int get() {
    const std::lock_guard lock(mutex_);
    return stale_ ? copy_ : value_;
  }

 private:
  std::mutex mutex_;
  bool stale_;
  int value_ = 0, copy_ = 0;
};

void client(Store& store, riptide::OperationLog& log, int process) {
  for (int i = 0; i < 100; ++i) {
    const int value = process * 1000 + i;
    const auto write = log.invoke(process, "write", "x", value);
    store.put(value);
    log.ok(write);
    const auto read = log.invoke(process, "read", "x");
    log.ok(read, store.get());
  }
}

int main(int argc, char** argv) {
  Store store(argc > 1 && argv[1] == std::string_view("stale"));
  riptide::OperationLog log;
  std::thread one(client, std::ref(store), std::ref(log), 1);
  std::thread two(client, std::ref(store), std::ref(log), 2);
  one.join(), two.join();

  auto model = *riptide::checker::find_model("register");
  model.initial = 0;
  const auto verdict = riptide::check(log, model);
  std::cout << verdict;
  return verdict.valid() ? 0 : 1;
}
