// Every request of a load as a JSON line, written by a thread of its own: the senders never wait for the
// disk. What it cannot keep up with is left out, and counted.
//
//   auto recorder = TRY(LoadRecorder::create("requests.jsonl", epoch));
//   recorder->take(std::move(record));
//   LoadRecorder::Written written = TRY(recorder->finish());
//
// docs/formats/load-record.md describes a line.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "model/request.h"

namespace lynxbench::run {

// A record as one JSON object: times in ns since the epoch.
[[nodiscard]] Json record_document(const RequestRecord& record);

class LoadRecorder {
 public:
  // Requests that may wait to be written.
  static constexpr std::size_t kMostWaiting = 65'536;

  // The first line says when the epoch was, on the monotonic clock. kUnavailable where the file cannot
  // be made.
  [[nodiscard]] static Result<std::unique_ptr<LoadRecorder>> create(const fs::path& file, Nanos epoch);
  ~LoadRecorder();
  LoadRecorder(const LoadRecorder&) = delete;
  LoadRecorder& operator=(const LoadRecorder&) = delete;

  // Of any thread. Waits for nobody but another taker.
  void take(RequestRecord&& record);

  struct Written {
    std::uint64_t written = 0;
    std::uint64_t left_out = 0;  // the disk was too slow
  };
  // Writes what is left. kExhausted where the disk is full: the file then ends with a whole line or not.
  [[nodiscard]] Result<Written> finish();

 private:
  LoadRecorder(const fs::path& path, std::FILE* file);
  void work();
  void write(const std::vector<RequestRecord>& records);

  fs::path path_;
  std::FILE* file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RequestRecord> waiting_;  // guarded by mutex_
  bool ending_ = false;                 // guarded by mutex_
  std::uint64_t left_out_ = 0;          // guarded by mutex_
  std::uint64_t written_ = 0;           // of the writing thread
  int problem_ = 0;                     // errno, of the writing thread
  std::thread thread_;
};

}  // namespace lynxbench::run
