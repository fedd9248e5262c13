// McCalpin's STREAM triad: how fast this machine's memory feeds `threads` cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"

namespace lynxbench::target {

struct TriadRates {
  std::vector<double> bytes_per_s;  // a repeat each
  std::string method;
};

// The largest cache that the first processor can use, as the kernel lists it below `sys_root`
// ("/sys"); 0 when it lists none. (sysconf() is no help: on AMD's servers it adds up the whole
// socket.)
[[nodiscard]] std::size_t last_level_cache_bytes(const fs::path& sys_root);

// Numbers in each of the three arrays: four times `last_level_cache_bytes`, at least 32 MiB and at
// most 256 MiB, and all three at most half of `free_bytes`.
[[nodiscard]] std::size_t triad_elements(std::size_t last_level_cache_bytes,
                                         std::size_t free_bytes);

// a[i] = b[i] + s * c[i] over three arrays of `elements` doubles, split evenly between the threads,
// each of which first touched its part. Counts 3 x 8 bytes an element, as STREAM does: the read
// that many processors do before they write a line (write-allocate) is not counted, so the memory
// bus may carry up to 4/3 of the figure. A repeat is the mean over the passes that begin within
// 0.15 s. kExhausted when the arrays do not fit into memory. Source: McCalpin, "Memory bandwidth
// and machine balance in current high performance computers" (1995).
[[nodiscard]] Result<TriadRates> measure_triad(std::size_t elements, std::int64_t threads,
                                               int repeats, Clock& clock);

}  // namespace lynxbench::target
