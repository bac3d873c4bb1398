// Real riptide-node processes on loopback addresses of their own, and a blocking client.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>

#include "base/file.hpp"
#include "base/time.hpp"
#include "wire/wire.hpp"

namespace riptide::node_cluster {

/// Generous: a machine may be busy with everything else.
inline constexpr auto kPatience = std::chrono::seconds(60);

template <class Condition>
bool eventually(Condition condition) {
  const MonoTime deadline = mono_now() + kPatience;
  while (!condition()) {
    if (mono_now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

inline sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

/// A process that dies with the test.
class NodeProcess {
 public:
  NodeProcess(const std::vector<std::string>& flags, const std::filesystem::path& log) {
    std::vector<std::string> arguments = {RIPTIDE_NODE_PROGRAM};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const Fd output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(127);
      ::dup2(output.get(), 1);
      ::dup2(output.get(), 2);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }
  ~NodeProcess() {
    if (pid_ > 0) kill_and_wait();
  }
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }
  void kill_and_wait() {
    ::kill(pid_, SIGKILL);
    wait_status();
  }
  /// The exit code, or -1 when it does not end or is ended by a signal.
  int exit_code() {
    int status = 0;
    pid_t ended = 0;
    eventually([&] { return (ended = ::waitpid(pid_, &status, WNOHANG)) != 0; });
    if (ended != pid_) return -1;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  bool running() {
    if (pid_ < 0) return false;
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
  }

 private:
  void wait_status() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
  }
  pid_t pid_ = -1;
};

/// A connection that waits for its answers.
class Client {
 public:
  Client(const std::string& host, std::uint16_t port) {
    fd_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = address_of(host, port);
    connected_ =
        ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  bool connected() const { return connected_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  void send(wire::Kind kind, std::string_view payload) {
    std::string frame;
    wire::append_frame(frame, kind, payload);
    send(frame);
  }
  /// The payload of the next frame; nothing when the connection ends or patience does.
  std::optional<std::string> receive() {
    const MonoTime deadline = mono_now() + kPatience;
    while (true) {
      auto frame = frames_.next();
      if (!frame) return std::nullopt;
      if (*frame) return std::string((*frame)->payload);
      pollfd ready{fd_.get(), POLLIN, 0};
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - mono_now());
      if (::poll(&ready, 1, std::max(0, static_cast<int>(left.count()))) <= 0) return std::nullopt;
      char buffer[65536];
      const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (got <= 0) return std::nullopt;
      frames_.feed(std::string_view(buffer, static_cast<std::size_t>(got)));
    }
  }
  std::optional<wire::Reply> call(const wire::Request& request) {
    send(wire::Kind::request, wire::encode(request));
    const auto payload = receive();
    if (!payload) return std::nullopt;
    auto reply = wire::decode_reply(*payload);
    return reply ? std::optional(std::move(*reply)) : std::nullopt;
  }
  std::optional<wire::Status> status() {
    send(wire::Kind::status_request, "");
    const auto payload = receive();
    if (!payload) return std::nullopt;
    auto status = wire::decode_status(*payload);
    return status ? std::optional(std::move(*status)) : std::nullopt;
  }
  /// The other side hung up, without another frame.
  bool closed_by_peer() { return !receive().has_value(); }

 private:
  Fd fd_;
  bool connected_ = false;
  wire::FrameReader frames_;
};

inline wire::Request write_of(std::uint64_t client, std::uint64_t sequence, std::string key,
                              std::string value) {
  return {client, sequence, wire::Op::write, std::move(key), std::move(value), {}};
}
inline wire::Request read_of(std::uint64_t client, std::uint64_t sequence, std::string key) {
  return {client, sequence, wire::Op::read, std::move(key), {}, {}};
}
inline wire::Request cas_of(std::uint64_t client, std::uint64_t sequence, std::string key,
                            std::string from, std::string to) {
  return {client, sequence, wire::Op::cas, std::move(key), std::move(to), std::move(from)};
}

/// n1 … nN, each at an address of its own. Processes of several tests can run at the same time: the
/// network is drawn from the process id; the ports lie below those that outgoing calls are given.
class Cluster {
 public:
  static constexpr std::uint16_t kClientPort = 7001, kPeerPort = 7101;

  explicit Cluster(int nodes, std::vector<std::string> more_flags = {})
      : more_flags_(std::move(more_flags)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "riptide-node-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    static int count = 0;
    const int network = static_cast<int>(::getpid()) * 7 + ++count;
    prefix_ = "127." + std::to_string(64 + network / 250 % 128) + "." +
              std::to_string(1 + network % 250) + ".";
    processes_.resize(static_cast<std::size_t>(nodes));
  }
  ~Cluster() {
    processes_.clear();
    if (::testing::Test::HasFailure()) return;  // the logs tell why
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  int size() const { return static_cast<int>(processes_.size()); }
  std::string host(int node) const { return prefix_ + std::to_string(node); }
  std::filesystem::path data(int node) const { return directory_ / ("n" + std::to_string(node)); }
  std::filesystem::path log(int node) const {
    return directory_ / ("n" + std::to_string(node) + ".log");
  }
  std::string log_text(int node) const {
    std::ifstream in(log(node));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> flags(int node) const {
    std::string peers;
    for (int i = 1; i <= size(); ++i) {
      peers += (i == 1 ? "n" : ",n") + std::to_string(i) + "=" + host(i) + ":" +
               std::to_string(kPeerPort);
    }
    std::vector<std::string> all = {
        "--name",           "n" + std::to_string(node),
        "--data-dir",       data(node).string(),
        "--client-address", host(node) + ":" + std::to_string(kClientPort),
        "--peer-address",   host(node) + ":" + std::to_string(kPeerPort),
        "--peers",          peers};
    all.insert(all.end(), more_flags_.begin(), more_flags_.end());
    return all;
  }
  NodeProcess& process(int node) { return *processes_[static_cast<std::size_t>(node - 1)]; }

  void start(int node) {
    processes_[static_cast<std::size_t>(node - 1)] =
        std::make_unique<NodeProcess>(flags(node), log(node));
  }
  void start_all() {
    for (int i = 1; i <= size(); ++i) start(i);
  }
  void kill_all() {
    for (int i = 1; i <= size(); ++i) process(i).kill_and_wait();
  }
  Client client(int node) const { return Client(host(node), kClientPort); }

  /// The node that leads, once one says so and can serve; 0 when none does.
  int wait_for_leader() {
    int found = 0;
    eventually([&] {
      for (int i = 1; i <= size() && found == 0; ++i) {
        Client asked = client(i);
        if (!asked.connected()) continue;
        const auto status = asked.status();
        if (status && status->role == "leader") found = i;
      }
      return found != 0;
    });
    return found;
  }
  /// Sends it to whoever leads, again and again, until there is a definite answer.
  wire::Reply call(const wire::Request& request) {
    wire::Reply last;
    eventually([&] {
      for (int i = 1; i <= size(); ++i) {
        Client asked = client(i);
        if (!asked.connected()) continue;
        const auto reply = asked.call(request);
        if (!reply || reply->answer == wire::Answer::not_leader ||
            reply->answer == wire::Answer::unknown) {
          continue;
        }
        last = *reply;
        return true;
      }
      return false;
    });
    return last;
  }

 private:
  std::vector<std::string> more_flags_;
  std::filesystem::path directory_;
  std::string prefix_;
  std::vector<std::unique_ptr<NodeProcess>> processes_;
};

}  // namespace riptide::node_cluster
