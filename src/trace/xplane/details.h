// What XLA says of a kernel or a copy in one line of text.
//
//   kernel_facts("regs:32 static_shared:0 dynamic_shared:1024 grid:8,8,4 block:256,1,1
//   occ_pct:50"); copy_facts("MemcpyH2D", "kind_src:pageable kind_dst:device size:4096 dest:0
//   async:1", 0);
#pragma once

#include <cstdint>
#include <string_view>

#include "model/trace.h"

namespace lynxbench::trace::xplane {

[[nodiscard]] KernelFacts kernel_facts(std::string_view details);
// Which way a copy went is in its event's name. `device`: on which it ran.
[[nodiscard]] CopyFacts copy_facts(std::string_view event, std::string_view details,
                                   std::int64_t device);

}  // namespace lynxbench::trace::xplane
