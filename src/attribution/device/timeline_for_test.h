// Timelines for tests of device attribution: built by hand in one line a row, and random ones.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "model/trace.h"

namespace lynxbench::attribution {

// Rows are added in the order that trace/link.h would put them into: device work by begin, host rows by
// thread, begin, longest first; linked() then finds the launches.
struct TimelineBuilder {
  Timeline t;

  // A row on a host thread; calls get the key.
  void host(HostWork work, std::string_view name, std::int64_t begin, std::int64_t end,
            std::int64_t thread = 1, LinkKey key = kNoLink, std::int64_t process = 1) {
    const std::uint32_t row = t.host.add({.begin_ns = begin,
                                          .end_ns = end,
                                          .name = t.names.intern(name),
                                          .thread = t.thread_of(process, thread),
                                          .work = work});
    if (work == HostWork::kCall) t.calls.add(row, key);
  }
  void call(std::int64_t begin, std::int64_t end, LinkKey key, std::int64_t thread = 1,
            std::string_view name = "cudaLaunchKernel") {
    host(HostWork::kCall, name, begin, end, thread, key);
  }
  void kernel(std::int64_t begin, std::int64_t end, LinkKey key = kNoLink,
              std::string_view name = "gemm", std::int64_t stream = 7, std::int64_t device = 0) {
    work(DeviceWork::kKernel, begin, end, key, name, stream, device, kNoRow);
  }
  void copy(std::int64_t begin, std::int64_t end, CopyFacts facts, LinkKey key = kNoLink,
            std::int64_t stream = 7, std::int64_t device = 0) {
    t.copies.push_back(facts);
    work(DeviceWork::kCopy, begin, end, key, "copy", stream, device,
         static_cast<std::uint32_t>(t.copies.size() - 1));
  }
  void work(DeviceWork what, std::int64_t begin, std::int64_t end, LinkKey key,
            std::string_view name, std::int64_t stream, std::int64_t device, std::uint32_t facts) {
    t.device.add({.begin_ns = begin,
                  .end_ns = end,
                  .name = t.names.intern(name),
                  .lane = t.lane_of(device, stream),
                  .work = what,
                  .link = key,
                  .facts = facts});
  }
  Timeline& linked() {
    t.device.call.clear();
    for (std::size_t row = 0; row < t.device.size(); ++row) {
      std::uint32_t found = kNoRow;
      for (std::uint32_t i = 0; i < t.calls.size(); ++i) {
        if (t.device.link[row] == kNoLink || t.calls.link[i] != t.device.link[row]) continue;
        const auto begin = [&](std::uint32_t call) {
          return t.host.begin_ns[t.calls.host_row[call]];
        };
        if (found == kNoRow || begin(i) >= begin(found)) found = i;
      }
      t.device.call.push_back(found);
    }
    return t;
  }
};

// Up to 12 pieces of work on up to 2 devices and 3 streams within 100 ns, up to 14 host rows on up to
// 3 threads, launches for most of the work, at any time.
inline Timeline random_timeline(std::uint64_t seed) {
  Random random(seed, "timeline");
  const auto below = [&](std::uint64_t bound) {
    return static_cast<std::int64_t>(random.below(bound));
  };
  struct HostRow {
    std::int64_t thread, begin, end;
    HostWork work;
    LinkKey key;
  };
  const std::uint64_t works = 1 + random.below(12);
  std::vector<HostRow> rows;
  for (std::uint64_t i = random.below(14); i > 0; --i) {
    const std::int64_t begin = below(100);
    const auto work = static_cast<HostWork>(random.below(7));
    rows.push_back({below(3), begin, begin + below(30), work, random.below(works + 2)});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const HostRow& a, const HostRow& b) {
    return std::tuple(a.thread, a.begin, -a.end) < std::tuple(b.thread, b.begin, -b.end);
  });
  static constexpr std::string_view kHostNames[] = {"op", "cudaStreamSynchronize", "DataLoader",
                                                    "other", "poll"};
  TimelineBuilder build;
  for (const HostRow& row : rows) {
    build.host(row.work, kHostNames[random.below(5)], row.begin, row.end, row.thread, row.key,
               1 + row.thread / 2);
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> times;
  for (std::uint64_t i = 0; i < works; ++i) {
    const std::int64_t begin = below(100);
    times.emplace_back(begin, begin + below(12));
  }
  std::sort(times.begin(), times.end());
  for (const auto& [begin, end] : times) {
    const LinkKey key = random.below(works + 3);
    const std::int64_t stream = below(3);
    const std::int64_t device = below(2);
    if (random.below(3) == 0) {
      build.copy(begin, end,
                 {.bytes = below(3) - 1,
                  .kind = static_cast<CopyKind>(random.below(6)),
                  .source = static_cast<MemoryKind>(random.below(5)),
                  .destination = MemoryKind::kDevice},
                 key, stream, device);
    } else {
      build.kernel(begin, end, key, random.below(3) == 0 ? "ncclKernel" : "gemm", stream, device);
    }
  }
  return std::move(build.linked());
}

}  // namespace lynxbench::attribution
