#include <unistd.h>

#include <memory>
#include <utility>

#include "target/embedded/matmul_rate.h"
#include "target/embedded/ort/library.h"
#include "target/embedded/ort/session.h"
#include "target/stream_triad.h"
#include "target/target.h"

namespace lynxbench::target {
namespace {

std::size_t free_bytes() {
  const long pages = sysconf(_SC_AVPHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page)
                               : 0;
}

}  // namespace

Result<Ceilings> measure_ceilings(std::int64_t threads, int repeats, const SearchPaths& paths,
                                  Clock& clock) {
  if (threads < 1 || repeats < 1) {
    return error(ErrorCode::kInvalidArgument,
                 "ceilings with {} threads and {} repeats: both must be "
                 "at least 1",
                 threads, repeats);
  }
  const std::unique_ptr<const ort::Library> library =
      TRY(ort::Library::load(paths.runtime_libraries));
  const ort::Environment environment = TRY(ort::Environment::open(*library));
  MatmulRates matmul = TRY(measure_matmul(environment, threads, repeats, clock));
  const std::size_t elements = triad_elements(last_level_cache_bytes("/sys"), free_bytes());
  if (elements == 0) return error(ErrorCode::kExhausted, "no free memory for the stream triad");
  TriadRates triad = TRY(measure_triad(elements, threads, repeats, clock));
  return Ceilings{.threads = threads,
                  .matmul_flops_per_s = std::move(matmul.flops_per_s),
                  .stream_bytes_per_s = std::move(triad.bytes_per_s),
                  .matmul_method = std::move(matmul.method),
                  .stream_method = std::move(triad.method)};
}

}  // namespace lynxbench::target
