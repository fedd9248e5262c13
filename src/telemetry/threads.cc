#include "telemetry/threads.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "telemetry/proc_text.h"

namespace lynxbench::telemetry {

std::optional<SchedStat> parse_sched_stat(std::string_view text) {
  SchedStat stat;
  const char* end = text.data() + text.size();
  auto ran = std::from_chars(text.data(), end, stat.ran_ns);
  if (ran.ec != std::errc{} || ran.ptr == end || *ran.ptr != ' ') return std::nullopt;
  auto waited = std::from_chars(ran.ptr + 1, end, stat.waited_ns);
  if (waited.ec != std::errc{} || waited.ptr == end || *waited.ptr != ' ') return std::nullopt;
  return stat;
}

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
  std::optional<SchedStat> sched = sched_text ? parse_sched_stat(*sched_text) : std::nullopt;
  if (sched) {
    reading.ran_ns = sched->ran_ns;
    reading.waited_ns = sched->waited_ns;
  } else {
    reading.ran_ns = stat->cpu_ticks * 1'000'000'000 /
                     static_cast<std::uint64_t>(std::max(1L, sysconf(_SC_CLK_TCK)));
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
    if (is_new || reading->ran_ns < thread.last.ran_ns) {
      thread.first = *reading;
      if (begun_) {
        thread.first.ran_ns = 0;
        if (thread.first.waited_ns) thread.first.waited_ns = 0;
      }
    }
    thread.last = std::move(*reading);
    if (problem) break;
  }
}

Result<std::vector<ThreadCpu>> ThreadWatch::finish(Nanos now) {
  constexpr double kLeast = 0.001;
  look();
  if (threads_.empty()) {
    return error(ErrorCode::kUnavailable, "{}",
                 problem_.empty() ? folder_.string() + " lists no thread" : problem_);
  }
  double passed_ns = static_cast<double>((now - begin_).count());
  std::vector<ThreadCpu> found;
  for (const auto& [id, thread] : threads_) {
    if (passed_ns <= 0) break;
    ThreadCpu cpu{.name = thread.last.name};
    cpu.cores = static_cast<double>(thread.last.ran_ns - thread.first.ran_ns) / passed_ns;
    if (thread.first.waited_ns && thread.last.waited_ns && *thread.last.waited_ns >= *thread.first.waited_ns) {
      cpu.waiting =
          static_cast<double>(*thread.last.waited_ns - *thread.first.waited_ns) / passed_ns;
    }
    if (cpu.cores >= kLeast || cpu.waiting.value_or(0) >= kLeast) found.push_back(std::move(cpu));
  }
  std::sort(found.begin(), found.end(),
            [](const ThreadCpu& a, const ThreadCpu& b) { return a.cores > b.cores; });
  return found;
}

}  // namespace lynxbench::telemetry
