#include "controller/open_loop.hpp"

#include <boost/asio.hpp>

#include <algorithm>

namespace riptide::controller {

namespace asio = boost::asio;

struct OpenLoop::Impl : std::enable_shared_from_this<OpenLoop::Impl> {
  struct Worker {
    Worker(asio::io_context& io) : timer(io) {}
    std::unique_ptr<systems::Client> client;
    asio::steady_timer timer;
  };

  asio::io_context& io;
  const systems::System& system;
  const std::vector<systems::NodeSpec>& nodes;
  OpenLoopOptions options;
  MonoTime began;
  std::uint64_t total = 0;  // writes that will be due
  std::uint64_t taken = 0;  // by workers
  std::uint64_t sessions = 0;
  std::size_t running = 0;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<TimedWrite> writes;

  Impl(asio::io_context& the_io, const systems::System& the_system,
       const std::vector<systems::NodeSpec>& the_nodes, OpenLoopOptions the_options)
      : io(the_io), system(the_system), nodes(the_nodes), options(std::move(the_options)) {}

  void connect(Worker& worker) {
    const std::uint64_t session = options.session_base + ++sessions;
    worker.client =
        system.make_client(io, {.process = history::Process(static_cast<std::int64_t>(session)),
                                .session = session,
                                .home = session % nodes.size(),
                                .routing = systems::Routing::leader,
                                .nodes = nodes});
  }

  /// Takes the next write that no worker has, waits until it is due, sends it.
  void next(Worker& worker) {
    if (taken == total) {
      --running;
      return;
    }
    const MonoTime due =
        began +
        Duration(static_cast<std::int64_t>(1e9 * static_cast<double>(taken++) / options.rate));
    if (mono_now() >= due) return send(worker, due);
    worker.timer.expires_at(std::chrono::steady_clock::time_point(Duration(due.ns())));
    worker.timer.async_wait(
        [self = shared_from_this(), &worker, due](boost::system::error_code error) {
          if (!error) self->send(worker, due);
        });
  }

  void send(Worker& worker, MonoTime due) {
    const MonoTime sent = mono_now();
    const history::Invocation write{.f = history::Symbol("write"),
                                    .key = static_cast<std::int64_t>(taken % 64),
                                    .value = options.value};
    worker.client->invoke(
        write, sent + options.operation_timeout,
        [self = shared_from_this(), &worker, due, sent](const history::Completion& completion) {
          self->done(worker, {due, sent, mono_now(), completion.type});
        });
  }

  void done(Worker& worker, const TimedWrite& write) {
    writes.push_back(write);
    // Posted: the client, which may be replaced now, is still on the stack here.
    asio::post(io,
               [self = shared_from_this(), &worker, lost = write.outcome == history::Type::info] {
                 if (lost) self->connect(worker);
                 self->next(worker);
               });
  }
};

OpenLoop::OpenLoop(asio::io_context& io, const systems::System& system,
                   const std::vector<systems::NodeSpec>& nodes, OpenLoopOptions options)
    : impl_(std::make_shared<Impl>(io, system, nodes, std::move(options))) {}

void OpenLoop::start() {
  Impl& impl = *impl_;
  impl.began = mono_now();
  const double seconds = std::chrono::duration<double>(impl.options.duration).count();
  impl.total = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(seconds * impl.options.rate));
  impl.writes.reserve(impl.total);
  for (std::size_t i = 0; i < impl.options.clients; ++i) {
    impl.workers.push_back(std::make_unique<Impl::Worker>(impl.io));
    impl.connect(*impl.workers.back());
    ++impl.running;
    impl.next(*impl.workers.back());
  }
}

bool OpenLoop::idle() const { return impl_->running == 0; }
const std::vector<TimedWrite>& OpenLoop::writes() const { return impl_->writes; }

}  // namespace riptide::controller
