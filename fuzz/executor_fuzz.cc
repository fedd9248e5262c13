// The parsers of discovery on any bytes. The first byte picks the parser; the rest is its text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/cgroup.h"
#include "base/json.h"
#include "executor/cpuinfo.h"
#include "executor/elf.h"
#include "executor/fact.h"
#include "executor/kernel_line.h"
#include "executor/process_maps.h"
#include "executor/tree.h"

namespace {

using namespace lynxbench;
using namespace lynxbench::executor;

void require(bool holds) {
  if (!holds) std::abort();
}

void cpuinfo(std::string_view text) {
  CpuInfo info = parse_cpuinfo(text);
  std::string flags = inference_flags(info.value("flags"));
  require(inference_flags(flags) == flags);
}

void maps(std::string_view text) {
  for (const MappedFile& file : parse_executable_maps(text)) {
    require(file.path.starts_with('/'));
    (void)version_in_name(file.path);
  }
}

void elf(std::string_view bytes) {
  if (auto found = parse_elf(bytes)) {
    require(found->build_id.size() <= 2 * bytes.size());
    require(found->soname.size() <= bytes.size());
  }
}

void lists_and_words(std::string_view text) {
  if (auto cpus = parse_cpu_list(text)) require(!cpus->empty());
  (void)value_of_key(text, "MemTotal");
  std::string_view half = text.substr(0, text.size() / 2);
  require(!(natural_less(text, half) && natural_less(half, text)));
  (void)parse_mountinfo(text);
}

// Whatever a machine says, the record of it is JSON that reads back.
void shown(std::string_view text) {
  std::string once = printable(text);
  require(printable(once) == once);
  require(Json::parse(Json(once).dump()).get<std::string>() == once);
  std::string line = kernel_parameters(text);
  require(kernel_parameters(line).size() <= line.size() + text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      cpuinfo(text);
      break;
    case 1:
      maps(text);
      break;
    case 2:
      elf(text);
      break;
    case 3:
      lists_and_words(text);
      break;
    default:
      shown(text);
      break;
  }
  return 0;
}
