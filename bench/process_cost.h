// What a process has cost so far, for the programs that are compared. Plain C++ and Linux alone, so
// that a peer's driver can be built with it outside this project.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace lynxbench::bench {

// CPU time of all threads, user and system.
inline double cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto us = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

inline double peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

// 0 when /proc cannot be read: then the growth is the whole peak.
inline double rss_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  long size = 0, resident = 0;
  int read = std::fscanf(file, "%ld %ld", &size, &resident);
  std::fclose(file);
  return read == 2 ? static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

// The figures of one run. Added latency: due -> answered, by a target that answers at once.
struct Overhead {
  const char* program = "";
  double rate_per_s = 0;
  std::int64_t requests = 0;
  std::int64_t p50_ns = 0, p99_ns = 0, p999_ns = 0, max_ns = 0;
  double cpu_us_per_request = 0;  // whole process, from main() to the percentiles
  double peak_rss_bytes = 0;
  double bytes_per_million = 0;  // growth of the peak since main(), scaled to a million requests
};

inline Overhead with_cost(Overhead overhead, double rss_at_start) {
  auto requests = static_cast<double>(overhead.requests);
  overhead.cpu_us_per_request = cpu_us() / requests;
  overhead.peak_rss_bytes = peak_rss_bytes();
  overhead.bytes_per_million = (overhead.peak_rss_bytes - rss_at_start) / requests * 1e6;
  return overhead;
}

inline void print_json(const Overhead& o) {
  std::printf(
      "{\"program\": \"%s\", \"rate_per_s\": %.6g, \"requests\": %lld, \"p50_ns\": %lld, "
      "\"p99_ns\": %lld, \"p999_ns\": %lld, \"max_ns\": %lld, \"cpu_us_per_request\": %.4f, "
      "\"peak_rss_bytes\": %.0f, \"bytes_per_million\": %.0f}\n",
      o.program, o.rate_per_s, static_cast<long long>(o.requests), static_cast<long long>(o.p50_ns),
      static_cast<long long>(o.p99_ns), static_cast<long long>(o.p999_ns),
      static_cast<long long>(o.max_ns), o.cpu_us_per_request, o.peak_rss_bytes,
      o.bytes_per_million);
}

inline void print_text(const Overhead& o) {
  std::printf(
      "%s: %lld requests at %.6g/s\n"
      "  added latency  p50 %.1f us  p99 %.1f us  p99.9 %.1f us  max %.1f us\n"
      "  CPU            %.2f us a request\n"
      "  memory         peak %.1f MB; %.1f MB a million requests\n",
      o.program, static_cast<long long>(o.requests), o.rate_per_s,
      static_cast<double>(o.p50_ns) / 1e3, static_cast<double>(o.p99_ns) / 1e3,
      static_cast<double>(o.p999_ns) / 1e3, static_cast<double>(o.max_ns) / 1e3,
      o.cpu_us_per_request, o.peak_rss_bytes / 1e6, o.bytes_per_million / 1e6);
}

}  // namespace lynxbench::bench
