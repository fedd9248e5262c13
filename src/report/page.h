// The report's page as it was built from web/: one HTML file without data, embedded in the program.
#pragma once

#include <string_view>

namespace lynxbench::report {

[[nodiscard]] std::string_view page();

// Where the document goes: the whole of the data element while it is empty.
inline constexpr std::string_view kPageSlot =
    "<script type=\"application/json\" id=\"lynx\">null</script>";

}  // namespace lynxbench::report
