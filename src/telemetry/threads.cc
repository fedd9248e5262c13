#include "telemetry/threads.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "telemetry/proc_text.h"

namespace lynxbench::telemetry {

ThreadWatch::ThreadWatch(fs::path root, Nanos now)
    : folder_(std::move(root) / "proc/self/task"), begin_(now) {
  look();
  begun_ = true;
}

std::optional<ThreadWatch::Reading> ThreadWatch::read(const fs::path& task) {
  std::optional<std::string> text = read_small_file(task / "stat");
  std::optional<ProcessStat> stat = text ? parse_process_stat(*text) : std::nullopt;
  if (!stat) return std::nullopt;
  Reading reading{.name = std::string(stat->name)};
  std::optional<std::string> sched_text = read_small_file(task / "schedstat");
  std::optional<ThreadTime> time = sched_text ? parse_sched_stat(*sched_text) : std::nullopt;
  if (time) {
    reading.time = *time;
  } else {
    double ticks_per_s = static_cast<double>(std::max(1L, sysconf(_SC_CLK_TCK)));
    reading.time.ran =
        Nanos{static_cast<std::int64_t>(static_cast<double>(stat->cpu_ticks) * 1e9 / ticks_per_s)};
  }
  return reading;
}

void ThreadWatch::look() {
  std::error_code problem;
  fs::directory_iterator tasks(folder_, problem);
  if (problem) {
    problem_ = folder_.string() + ": " + problem.message();
    return;
  }
  for (; tasks != fs::directory_iterator(); tasks.increment(problem)) {
    std::optional<Reading> reading = read(tasks->path());
    if (!reading) continue;
    auto [entry, is_new] = threads_.try_emplace(tasks->path().filename().string());
    Thread& thread = entry->second;
    // An id may be given to another thread: then its time goes back.
    if (is_new || reading->time.ran < thread.last.time.ran) {
      thread.first = *reading;
      if (begun_) {
        thread.first.time.ran = Nanos{0};
        if (thread.first.time.waited) thread.first.time.waited = Nanos{0};
      }
    }
    thread.last = std::move(*reading);
    if (problem) break;
  }
}

namespace {

ThreadCpu mean_of(std::string name, Nanos ran, std::optional<Nanos> waited, Nanos length) {
  double passed = static_cast<double>(std::max(length, Nanos{1}).count());
  ThreadCpu cpu{.name = std::move(name), .cores = static_cast<double>(ran.count()) / passed};
  if (waited) cpu.waiting = static_cast<double>(waited->count()) / passed;
  return cpu;
}

}  // namespace

Result<std::vector<ThreadCpu>> ThreadWatch::finish(Nanos now, std::span<const SenderTime> senders) {
  constexpr double kLeast = 0.001;
  look();
  if (threads_.empty()) {
    return error(ErrorCode::kUnavailable, "{}",
                 problem_.empty() ? folder_.string() + " lists no thread" : problem_);
  }
  std::vector<ThreadCpu> found;
  for (const SenderTime& sender : senders) {
    threads_.erase(std::to_string(sender.thread));
    std::optional<Nanos> waited;
    if (sender.waited_ns) waited = Nanos{*sender.waited_ns};
    found.push_back(mean_of(std::string(kLoadThread), Nanos{sender.ran_ns}, waited, Nanos{sender.length_ns}));
  }
  for (const auto& [id, thread] : threads_) {
    const ThreadTime &first = thread.first.time, &last = thread.last.time;
    std::optional<Nanos> waited;
    if (first.waited && last.waited) waited = std::max(*last.waited - *first.waited, Nanos{0});
    ThreadCpu cpu = mean_of(thread.last.name, last.ran - first.ran, waited, now - begin_);
    if (cpu.cores >= kLeast || cpu.waiting.value_or(0) >= kLeast) found.push_back(std::move(cpu));
  }
  std::sort(found.begin(), found.end(),
            [](const ThreadCpu& a, const ThreadCpu& b) { return a.cores > b.cores; });
  return found;
}

}  // namespace lynxbench::telemetry
