// The kernel's command line as part of an identity: every parameter, but without the values that
// name one installation (which disk, which console) or that might be secret.
#pragma once

#include <string>
#include <string_view>

namespace lynxbench::executor {

// "root=UUID=1f mitigations=off" -> "mitigations=off root=(left out)". Sorted; blanks in quotes are
// kept; what follows a lone "--" goes to the init program and is not the kernel's.
[[nodiscard]] std::string kernel_parameters(std::string_view command_line);

}  // namespace lynxbench::executor
