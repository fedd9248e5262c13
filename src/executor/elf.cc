#include "executor/elf.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace lynxbench::executor {
namespace {

// A T at `offset`, if it lies within the bytes.
template <typename T>
std::optional<T> at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::string_view piece(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size()) return {};
  return bytes.substr(offset, std::min<std::uint64_t>(size, bytes.size() - offset));
}

std::string hexadecimal(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string build_id_in(std::string_view notes, std::uint64_t alignment) {
  auto padded = [&](std::uint64_t size) { return (size + alignment - 1) / alignment * alignment; };
  std::uint64_t offset = 0;
  while (auto note = at<Elf64_Nhdr>(notes, offset)) {
    std::uint64_t name = offset + sizeof(Elf64_Nhdr);
    std::uint64_t content = name + padded(note->n_namesz);
    bool gnu =
        note->n_type == NT_GNU_BUILD_ID && piece(notes, name, 4) == std::string_view("GNU\0", 4);
    if (gnu) return hexadecimal(piece(notes, content, note->n_descsz));
    offset = content + padded(note->n_descsz);
  }
  return "";
}

// A virtual address as an offset in the file, by the segments that are loaded.
std::optional<std::uint64_t> file_offset(const std::vector<Elf64_Phdr>& segments,
                                         std::uint64_t address) {
  for (const Elf64_Phdr& segment : segments) {
    bool inside = segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                  address - segment.p_vaddr < segment.p_filesz;
    if (inside) return segment.p_offset + (address - segment.p_vaddr);
  }
  return std::nullopt;
}

std::string soname_in(std::string_view bytes, const std::vector<Elf64_Phdr>& segments,
                      std::string_view dynamic) {
  std::optional<std::uint64_t> strings, name;
  for (std::uint64_t offset = 0;; offset += sizeof(Elf64_Dyn)) {
    auto entry = at<Elf64_Dyn>(dynamic, offset);
    if (!entry || entry->d_tag == DT_NULL) break;
    if (entry->d_tag == DT_STRTAB) strings = entry->d_un.d_ptr;
    if (entry->d_tag == DT_SONAME) name = entry->d_un.d_val;
  }
  if (!strings || !name) return "";
  std::optional<std::uint64_t> table = file_offset(segments, *strings);
  constexpr std::uint64_t kLongest = 4096;
  if (!table || *table > bytes.size() || *name > bytes.size()) return "";
  std::string_view text = piece(bytes, *table + *name, kLongest);
  std::size_t end = text.find('\0');
  return end == std::string_view::npos ? "" : std::string(text.substr(0, end));
}

}  // namespace

std::optional<ElfIdentity> parse_elf(std::string_view bytes) {
  auto header = at<Elf64_Ehdr>(bytes, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB) {
    return std::nullopt;
  }
  std::vector<Elf64_Phdr> segments;
  if (header->e_phentsize == sizeof(Elf64_Phdr)) {
    for (unsigned i = 0; i < header->e_phnum; ++i) {
      if (header->e_phoff > bytes.size()) break;
      auto segment = at<Elf64_Phdr>(bytes, header->e_phoff + i * sizeof(Elf64_Phdr));
      if (segment) segments.push_back(*segment);
    }
  }
  ElfIdentity found;
  for (const Elf64_Phdr& segment : segments) {
    std::string_view content = piece(bytes, segment.p_offset, segment.p_filesz);
    if (segment.p_type == PT_NOTE && found.build_id.empty()) {
      found.build_id = build_id_in(content, segment.p_align == 8 ? 8 : 4);
    }
    if (segment.p_type == PT_DYNAMIC) found.soname = soname_in(bytes, segments, content);
  }
  return found;
}

}  // namespace lynxbench::executor
