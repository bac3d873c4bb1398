#include "controller/load.hpp"

#include <boost/asio.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "base/random.hpp"
#include "controller/pump.hpp"

namespace riptide::controller {
namespace {

namespace asio = boost::asio;
using history::Completion;
using history::Event;
using history::Invocation;
using history::Process;
using history::Type;

/// What a client process waits when every key has enough open operations.
constexpr Duration kNothingToDo = std::chrono::milliseconds(5);
/// A client process that waits for its turn looks this often whether the load has ended.
constexpr Duration kLookForStop = std::chrono::milliseconds(50);
/// How many final reads are open at a time.
constexpr std::size_t kFinalReaders = 8;

asio::awaitable<Completion> ask(systems::Client& client, Invocation invocation, MonoTime deadline) {
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Completion)>(
      [&client, &invocation, deadline](auto handler) {
        // std::function wants what it holds to be copyable; a completion handler is not.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        client.invoke(invocation, deadline, [shared](Completion completion) {
          // Posted: the handler may destroy the client, which is still on the stack here.
          asio::post(asio::get_associated_executor(*shared),
                     [shared, completion = std::move(completion)]() mutable {
                       std::move (*shared)(std::move(completion));
                     });
        });
      },
      asio::use_awaitable);
}

asio::awaitable<void> sleep_for(asio::io_context& io, Duration duration) {
  asio::steady_timer timer(io, duration);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

struct Load::Impl {
  asio::io_context& io;
  const systems::System& system;
  const std::vector<systems::NodeSpec>& nodes;
  workloads::Generator& generator;
  history::Recorder& recorder;
  MonoTime run_began;
  LoadOptions options;

  bool stopping = false;
  std::size_t running = 0;
  std::int64_t next_process = 0;
  LoadCounters counters;
  std::optional<Error> failure;

  std::size_t home_of(Process process) const {
    return static_cast<std::size_t>(process.value()) % nodes.size();
  }

  std::unique_ptr<systems::Client> make_client(Process process) const {
    return system.make_client(
        io, {.process = process,
             .session = (options.run_id << 24) + static_cast<std::uint64_t>(process.value()) + 1,
             .home = home_of(process),
             .routing = systems::Routing::home,
             .nodes = nodes});
  }

  bool record(Process process, Type type, const Invocation& invocation,
              const Completion* completion) {
    Event event;
    event.t_ns = (mono_now() - run_began).count();
    event.process = process;
    event.type = type;
    event.f = invocation.f;
    event.key = invocation.key;
    event.value = completion ? completion->value : invocation.value;
    event.node = completion ? completion->node : history::Symbol(nodes[home_of(process)].name);
    if (completion) event.error = completion->error;
    if (auto recorded = recorder.record(event); !recorded && !failure) {
      failure = recorded.error();
      stopping = true;
    } else if (recorded && options.recorded) {
      options.recorded(event);
    }
    return !failure;
  }

  /// Records the invocation, asks, records the completion.
  asio::awaitable<Completion> perform(systems::Client& client, Process process,
                                      Invocation invocation) {
    if (!record(process, Type::invoke, invocation, nullptr)) co_return Completion{};
    Completion completion =
        co_await ask(client, invocation, mono_now() + options.operation_timeout);
    record(process, completion.type, invocation, &completion);
    ++(completion.type == Type::ok     ? counters.ok
       : completion.type == Type::fail ? counters.fail
                                       : counters.info);
    co_return completion;
  }

  /// One client process after the other on one slot: after an info its id is retired (Jepsen's
  /// rule), because the operation may still take effect.
  asio::awaitable<void> client_slot(std::size_t slot) {
    Random random(options.seed, "slot " + std::to_string(slot));
    const double mean_pause_ns =
        options.rate > 0 ? 1e9 * static_cast<double>(options.concurrency) / options.rate : 0;
    Process process(static_cast<std::int64_t>(slot));
    auto client = make_client(process);
    MonoTime due = mono_now();
    while (!stopping) {
      if (mean_pause_ns > 0) {
        // By the clock, not after each answer: otherwise latency would lower the rate. What an
        // outage of more than a second delayed is not made up for in a burst.
        due = std::max(due, mono_now() - std::chrono::seconds(1)) +
              Duration(static_cast<std::int64_t>(random.exponential(mean_pause_ns)));
        while (!stopping && mono_now() < due)
          co_await sleep_for(io, std::min<Duration>(due - mono_now(), kLookForStop));
      }
      if (stopping) break;
      std::optional<Invocation> invocation = generator.next(process);
      if (!invocation) {
        co_await sleep_for(io, kNothingToDo);
        continue;
      }
      const Completion completion = co_await perform(*client, process, *invocation);
      if (failure) break;
      generator.completed(*invocation, completion);
      if (completion.type == Type::fail) co_await sleep_for(io, kNothingToDo);
      if (completion.type != Type::info) continue;
      process = process.plus(static_cast<std::int64_t>(options.concurrency));
      client = make_client(process);
    }
    next_process =
        std::max(next_process, process.value() + static_cast<std::int64_t>(options.concurrency));
    --running;
  }

  /// Takes invocations off the list until it is empty; each until it is answered.
  asio::awaitable<void> final_slot(std::vector<Invocation>& left, std::size_t& answered,
                                   MonoTime deadline) {
    Process process(next_process++);
    auto client = make_client(process);
    while (!left.empty() && !stopping && mono_now() < deadline) {
      const Invocation invocation = left.back();
      left.pop_back();
      const Completion completion = co_await perform(*client, process, invocation);
      if (completion.type == Type::ok) {
        ++answered;
        continue;
      }
      left.insert(left.begin(), invocation);
      co_await sleep_for(io, std::chrono::milliseconds(50));
      if (completion.type != Type::info) continue;
      process = Process(next_process++);
      client = make_client(process);
    }
    --running;
  }
};

Load::Load(asio::io_context& io, const systems::System& system,
           const std::vector<systems::NodeSpec>& nodes, workloads::Generator& generator,
           history::Recorder& recorder, MonoTime run_began, LoadOptions options)
    : impl_(std::make_shared<Impl>(
          Impl{io, system, nodes, generator, recorder, run_began, options})) {}

Load::~Load() = default;

void Load::start() {
  for (std::size_t slot = 0; slot < impl_->options.concurrency; ++slot) {
    ++impl_->running;
    asio::co_spawn(
        impl_->io,
        [impl = impl_, slot]() -> asio::awaitable<void> { co_await impl->client_slot(slot); },
        asio::detached);
  }
}

void Load::stop() { impl_->stopping = true; }
bool Load::idle() const { return impl_->running == 0; }
const LoadCounters& Load::counters() const { return impl_->counters; }
const std::optional<Error>& Load::failure() const { return impl_->failure; }

std::size_t Load::run_to_the_end(const std::vector<Invocation>& invocations, MonoTime deadline,
                                 const std::function<bool()>& stop) {
  ASSERT(idle(), "final operations come after the load");
  struct Work {
    std::vector<Invocation> left;
    std::size_t answered = 0;
  };
  auto work = std::make_shared<Work>();
  work->left.assign(invocations.rbegin(), invocations.rend());
  impl_->stopping = false;
  for (std::size_t slot = 0; slot < std::min(kFinalReaders, invocations.size()); ++slot) {
    ++impl_->running;
    asio::co_spawn(
        impl_->io,
        [impl = impl_, work, deadline]() -> asio::awaitable<void> {
          co_await impl->final_slot(work->left, work->answered, deadline);
        },
        asio::detached);
  }
  pump_until(impl_->io, deadline + impl_->options.operation_timeout, [&] {
    if (stop()) impl_->stopping = true;
    return idle();
  });
  impl_->stopping = true;
  return work->answered;
}

}  // namespace riptide::controller
