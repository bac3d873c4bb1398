// The write-ahead log beside the disk it stands on, in one run: what it costs over a plain sync.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "node/storage/wal.hpp"
#include "node/transport/codec.hpp"
#include "wire/wire.hpp"

namespace riptide {
namespace {

using namespace node;

/// In the working directory: a temporary directory is often not on a disk.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::current_path() / "wal-bench-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Entry entry_of(std::uint64_t index, const std::shared_ptr<const std::string>& data) {
  return {Term(1), LogIndex(index), Entry::Kind::command, data};
}

void wal_append(benchmark::State& state) {
  const Scratch scratch;
  WalConfig config;
  config.directory = scratch.path() / "data";
  config.cluster = "bench";
  config.node = "n1";
  config.id = NodeId(1);
  Recovered recovered;
  auto wal = Wal::open(config, recovered);
  if (!wal) return state.SkipWithError(wal.error().text().c_str());
  const auto data = std::make_shared<const std::string>(256, 'x');
  std::uint64_t index = 0;
  for (auto _ : state) {
    std::vector<WalWrite> group(1);
    for (int i = 0; i < state.range(0); ++i) group[0].entries.push_back(entry_of(++index, data));
    if (auto done = wal->append(group); !done) {
      return state.SkipWithError(done.error().text().c_str());
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(index));
}
BENCHMARK(wal_append)->Arg(1)->Arg(64)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// 4 KiB and fdatasync: appended to a growing file (0), or into zeros that were synced before (1).
void plain_fdatasync(benchmark::State& state) {
  const Scratch scratch;
  constexpr std::size_t kBlock = 4096, kBlocks = 2048;
  const Fd file(::open((scratch.path() / "plain").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file) return state.SkipWithError("cannot create the file");
  if (state.range(0) == 1) {
    const auto filled = write_all(file.get(), std::string(kBlock * kBlocks, '\0'));
    if (!filled || ::fsync(file.get()) != 0) return state.SkipWithError("cannot fill the file");
  }
  const std::string block(kBlock, 'x');
  std::size_t at = 0;
  for (auto _ : state) {
    const auto offset = static_cast<off_t>(at++ % kBlocks * kBlock);
    if (state.range(0) == 0 && offset == 0 && ::ftruncate(file.get(), 0) != 0) break;
    if (::pwrite(file.get(), block.data(), kBlock, offset) != static_cast<ssize_t>(kBlock) ||
        ::fdatasync(file.get()) != 0) {
      return state.SkipWithError("cannot write");
    }
  }
}
BENCHMARK(plain_fdatasync)
    ->ArgName("zero_filled")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void encode_batch_of_64(benchmark::State& state) {
  const auto data = std::make_shared<const std::string>(256, 'x');
  std::vector<WalWrite> group(1);
  for (std::uint64_t i = 1; i <= 64; ++i) group[0].entries.push_back(entry_of(i, data));
  std::string out;
  for (auto _ : state) {
    encode_batch(out, 1, 0, group);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(encode_batch_of_64);

Message append_of_64() {
  Message message;
  message.term = Term(1);
  const auto data = std::make_shared<const std::string>(256, 'x');
  for (std::uint64_t i = 1; i <= 64; ++i) message.entries.push_back(entry_of(i, data));
  return message;
}

void message_encode(benchmark::State& state) {
  const Message message = append_of_64();
  std::string out;
  for (auto _ : state) {
    out.clear();
    const std::size_t frame = wire::begin_frame(out, wire::Kind::raft);
    append_encoded(out, message);
    wire::end_frame(out, frame);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(message_encode);

void message_decode(benchmark::State& state) {
  std::string bytes;
  append_encoded(bytes, append_of_64());
  for (auto _ : state) benchmark::DoNotOptimize(decode_message(bytes));
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(message_decode);

void request_round_trip(benchmark::State& state) {
  const wire::Request request{7, 1, wire::Op::write, "key", std::string(256, 'x'), {}};
  for (auto _ : state) benchmark::DoNotOptimize(wire::decode_request(wire::encode(request)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(request_round_trip);

}  // namespace
}  // namespace riptide
