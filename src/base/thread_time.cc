#include "base/thread_time.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <ctime>

#include "base/files.h"

namespace lynxbench {

ThreadTime thread_time() {
  std::optional<std::string> text = read_small_file("/proc/thread-self/schedstat");
  ThreadTime time = text ? parse_sched_stat(*text).value_or(ThreadTime{}) : ThreadTime{};
  timespec ran{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
  time.ran = std::chrono::seconds{ran.tv_sec} + Nanos{ran.tv_nsec};
  return time;
}

std::int32_t thread_id() { return static_cast<std::int32_t>(syscall(SYS_gettid)); }

std::optional<ThreadTime> parse_sched_stat(std::string_view text) {
  std::int64_t ran = 0, waited = 0;
  const char* end = text.data() + text.size();
  auto first = std::from_chars(text.data(), end, ran);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ' ' || ran < 0) return std::nullopt;
  auto second = std::from_chars(first.ptr + 1, end, waited);
  if (second.ec != std::errc{} || second.ptr == end || *second.ptr != ' ' || waited < 0) return std::nullopt;
  return ThreadTime{Nanos{ran}, Nanos{waited}};
}

}  // namespace lynxbench
