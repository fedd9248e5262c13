// Processor time of reading and linking an export of Nsight Systems: trace_nsys_bench FILE
// [ROUNDS].
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/process_cost.h"
#include "trace/link.h"
#include "trace/nsys/reader.h"

namespace lynxbench {
namespace {

Result<Timeline> read_and_link(const char* path) {
  const std::unique_ptr<trace::ByteSource> source = TRY(trace::open_file(path));
  Timeline timeline = TRY(trace::nsys::reader().read(*source, {}));
  trace::link(timeline);
  return timeline;
}

int measure(const char* path, int rounds) {
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    const double begin_us = bench::cpu_us();
    const Result<Timeline> timeline = read_and_link(path);
    seconds.push_back((bench::cpu_us() - begin_us) / 1e6);
    if (!timeline.ok()) {
      std::fprintf(stderr, "%s\n", timeline.error().text().c_str());
      return 1;
    }
    if (round > 0) continue;
    const DeviceTable& device = timeline->device;
    std::size_t linked = 0;
    for (std::size_t row = 0; row < device.size(); ++row) linked += device.call[row] != kNoRow;
    std::printf("device_rows %zu\nhost_rows %zu\nlinked %zu\n", device.size(),
                timeline->host.size(), linked);
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf("cpu_s %.3f\npeak_rss_bytes %.0f\n", seconds[seconds.size() / 2],
              bench::peak_rss_bytes());
  return 0;
}

}  // namespace
}  // namespace lynxbench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "trace_nsys_bench FILE [ROUNDS]\n");
    return 2;
  }
  return lynxbench::measure(argv[1], argc > 2 ? std::max(1, std::atoi(argv[2])) : 3);
}
