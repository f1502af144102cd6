// How many durable records a second the embedded journal takes, by group size,
// beside the disk itself: as many bytes appended to a plain file and synced.
// And how fast it is read back at a start.
//
// Wall time counts here, since an append waits for the disk; the CPU column
// says what the journal itself costs.
// Run: build/release/bench/journal_bench --benchmark_counters_tabular=true

#include "engine/storage/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "benchmark/benchmark.h"
#include "engine/base/random.h"
#include "engine/storage/crc32c.h"
#include "engine/storage/sqlite_journal.h"

namespace mi::storage {
namespace {

constexpr int64_t kBodyBytes = 1600;  // 384 floats and a small payload

class BenchFolder {
 public:
  BenchFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mi-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name;
  }
  ~BenchFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::vector<Record> MakeRecords(int64_t count, int64_t body_bytes) {
  Random random(1);
  std::vector<Record> records(static_cast<size_t>(count));
  for (Record& record : records) {
    record.kind = 1;
    record.body.resize(static_cast<size_t>(body_bytes));
    for (char& byte : record.body) byte = static_cast<char>(random.Bits());
  }
  return records;
}

void CountRecords(benchmark::State& state, int64_t records,
                  int64_t body_bytes) {
  state.SetItemsProcessed(state.iterations() * records);
  state.SetBytesProcessed(state.iterations() * records * body_bytes);
}

// Appends groups of `records`, with or without Maintain() in a thread beside.
void BM_Append(benchmark::State& state) {
  const int64_t count = state.range(0);
  const int64_t body_bytes = state.range(1);
  const bool maintain = state.range(2) != 0;
  const BenchFolder folder;
  auto journal = OpenSqliteJournal({.folder = folder.path()});
  if (!journal.ok()) {
    state.SkipWithError(journal.status().ToString().c_str());
    return;
  }
  std::optional<std::jthread> maintainer;
  if (maintain) {
    maintainer.emplace([&](std::stop_token stop) {
      while (!stop.stop_requested()) {
        if (!(*journal)->Maintain().ok()) abort();
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
    });
  }
  const std::vector<Record> records = MakeRecords(count, body_bytes);
  Position head = *(*journal)->Head();
  double slowest = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    auto appended = (*journal)->Append(records, head);
    if (!appended.ok()) {
      state.SkipWithError(appended.status().ToString().c_str());
      break;
    }
    head = *std::move(appended);
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - begin;
    slowest = std::max(slowest, took.count());
  }
  CountRecords(state, count, body_bytes);
  state.counters["slowest_ms"] = slowest;
}
BENCHMARK(BM_Append)
    ->ArgNames({"records", "bytes", "maintain"})
    ->Args({1, kBodyBytes, 1})
    ->Args({100, kBodyBytes, 1})
    ->Args({1000, kBodyBytes, 1})
    ->Args({1000, kBodyBytes, 0})
    ->Args({1, 1'600'000, 1})
    ->MinTime(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// The floor: one write and one fdatasync a group, into a file that grows.
void BM_PlainFile(benchmark::State& state) {
  const int64_t count = state.range(0);
  const BenchFolder folder;
  const int file = open((folder.path() / "plain").c_str(),
                        O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const std::string bytes(static_cast<size_t>(count * kBodyBytes), 'x');
  for (auto _ : state) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written != static_cast<ssize_t>(bytes.size()) || fdatasync(file) != 0) {
      state.SkipWithError("cannot write");
      break;
    }
  }
  close(file);
  CountRecords(state, count, kBodyBytes);
}
BENCHMARK(BM_PlainFile)
    ->ArgName("records")
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000)
    ->MinTime(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Reads a journal of `records` from the page cache, checksums included.
void BM_Read(benchmark::State& state) {
  const int64_t count = state.range(0);
  const int64_t body_bytes = state.range(1);
  const BenchFolder folder;
  auto journal = OpenSqliteJournal({.folder = folder.path()});
  if (!journal.ok() ||
      !(*journal)
           ->Append(MakeRecords(count, body_bytes), *(*journal)->Head())
           .ok() ||
      !(*journal)->Maintain().ok()) {
    state.SkipWithError("cannot fill the journal");
    return;
  }
  for (auto _ : state) {
    uint64_t bytes = 0;
    const absl::Status read = (*journal)->Read(0, [&](const StoredRecord& r) {
      bytes += r.record.body.size();
      return absl::OkStatus();
    });
    if (!read.ok()) state.SkipWithError(read.ToString().c_str());
    benchmark::DoNotOptimize(bytes);
  }
  CountRecords(state, count, body_bytes);
}
BENCHMARK(BM_Read)
    ->ArgNames({"records", "bytes"})
    ->Args({100'000, kBodyBytes})
    ->Args({100, 1'600'000})
    ->Unit(benchmark::kMillisecond);

void BM_Crc32c(benchmark::State& state) {
  const std::string bytes(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(Crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32c)->ArgName("bytes")->Arg(kBodyBytes)->Arg(1 << 20);

}  // namespace
}  // namespace mi::storage

BENCHMARK_MAIN();
