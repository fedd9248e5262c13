// What a shared library says of itself in its ELF headers: build id and soname.
//
//   std::optional<ElfIdentity> library = parse_elf(bytes_of_the_file);
//   library->build_id;   // "a1b2...": the linker's digest of the content, same in every copy
//
// Sources: elf(5); the GNU note NT_GNU_BUILD_ID (binutils ld, --build-id).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lynxbench::executor {

struct ElfIdentity {
  std::string build_id;  // lower-case hex; "" when the linker wrote none
  std::string soname;    // "" when the library has none
};

// Nothing when the bytes are no 64-bit little-endian ELF file. Headers that point outside of the
// bytes count as not there.
[[nodiscard]] std::optional<ElfIdentity> parse_elf(std::string_view bytes);

}  // namespace lynxbench::executor
