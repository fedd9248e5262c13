#include "report/page.h"

// LYNXBENCH_PAGE is the path of the built page (src/report/page.cmake).
asm(".pushsection .rodata\n"
    ".global lynxbench_report_page_begin\n"
    ".global lynxbench_report_page_end\n"
    "lynxbench_report_page_begin:\n"
    ".incbin \"" LYNXBENCH_PAGE "\"\n"
    "lynxbench_report_page_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char lynxbench_report_page_begin[];
extern "C" const char lynxbench_report_page_end[];

namespace lynxbench::report {

std::string_view page() {
  return {lynxbench_report_page_begin,
          static_cast<std::size_t>(lynxbench_report_page_end - lynxbench_report_page_begin)};
}

}  // namespace lynxbench::report
