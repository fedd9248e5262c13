// framework layer: which files the serving process really has mapped, by content, and whether one
// of them stands in the way of the system's own.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/digest.h"
#include "base/text.h"
#include "executor/elf.h"
#include "executor/families.h"
#include "executor/process_maps.h"

namespace lynxbench::executor {
namespace {

// A file as bytes, read only where it is touched.
class FileBytes {
 public:
  explicit FileBytes(const fs::path& path) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (fd >= 0 && ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
      size_ = static_cast<std::size_t>(about.st_size);
      start_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (fd >= 0) ::close(fd);
  }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() {
    if (start_ != MAP_FAILED) ::munmap(start_, size_);
  }
  [[nodiscard]] std::string_view bytes() const {
    if (start_ == MAP_FAILED) return {};
    return {static_cast<const char*>(start_), size_};
  }

 private:
  void* start_ = MAP_FAILED;
  std::size_t size_ = 0;
};

struct Library {
  std::string soname;
  std::string file;     // as the process names it
  std::string content;  // "build id 1f...", "sha256 ...", "version 1.2"; "" when it cannot be read
};

// The file as the serving process sees it, which may be in a container of its own.
fs::path as_process_sees(const Tree& tree, const std::string& path) {
  std::error_code ignored;
  fs::path own = tree.at("/proc/@/root") / fs::path(path).relative_path();
  return !tree.own_process() && fs::exists(own, ignored) ? own : tree.at(path);
}

std::string content_of(const ElfIdentity& elf, const fs::path& path, std::string_view bytes) {
  constexpr std::size_t kDigestAtMost = std::size_t{256} << 20;
  if (!elf.build_id.empty()) return "build id " + elf.build_id;
  if (bytes.size() <= kDigestAtMost) return "sha256 " + sha256_hex(bytes);
  std::string version = version_in_name(path.filename().string());
  return version.empty() ? "" : "version " + version;
}

// The file name's version, where it says more than the soname: libstdc++.so.6 is ...so.6.0.30.
std::string version_suffix(const Library& library) {
  std::string version = version_in_name(fs::path(library.file).filename().string());
  bool says_more = !version.empty() && version != version_in_name(library.soname);
  return says_more ? ", version " + version : "";
}

// Nothing for a mapped file that is no library: the program itself, a font, a locale.
std::optional<Library> identified(const Tree& tree, const MappedFile& mapped) {
  std::string name = fs::path(mapped.path).filename().string();
  bool named_so = name.find(".so") != std::string::npos;
  if (mapped.deleted) {
    return named_so ? std::optional<Library>({name, mapped.path + " (deleted)", ""}) : std::nullopt;
  }
  fs::path path = as_process_sees(tree, mapped.path);
  FileBytes file(path);
  std::optional<ElfIdentity> elf = parse_elf(file.bytes());
  if (!elf) return named_so ? std::optional<Library>({name, mapped.path, ""}) : std::nullopt;
  if (!named_so && elf->soname.empty()) return std::nullopt;
  return Library{elf->soname.empty() ? name : elf->soname, mapped.path,
                 content_of(*elf, path, file.bytes())};
}

// "/lib/x86_64-linux-gnu/libz.so.1" when the system has a library of that name.
std::optional<std::string> system_default(const Tree& tree, const std::string& soname) {
  constexpr std::array<std::string_view, 8> kFolders{"/lib/x86_64-linux-gnu",
                                                     "/usr/lib/x86_64-linux-gnu",
                                                     "/lib/aarch64-linux-gnu",
                                                     "/usr/lib/aarch64-linux-gnu",
                                                     "/lib64",
                                                     "/usr/lib64",
                                                     "/lib",
                                                     "/usr/lib"};
  for (std::string_view folder : kFolders) {
    std::string path = std::string(folder) + "/" + soname;
    if (tree.exists(path)) return path;
  }
  return std::nullopt;
}

bool same_file(const Tree& tree, const std::string& a, const std::string& b) {
  std::error_code ignored;
  return fs::equivalent(tree.at(a), tree.at(b), ignored);
}

using BySoname = std::map<std::string, std::vector<Library>>;

Fact shadowing(const Tree& tree, const BySoname& libraries, const std::string& source) {
  std::string text;
  for (const auto& [soname, files] : libraries) {
    std::optional<std::string> usual = system_default(tree, soname);
    for (const Library& library : files) {
      bool twice = files.size() > 1;
      bool other = usual && !same_file(tree, library.file, *usual);
      if (!twice && !other) continue;
      text += fmt::format("{}{}: {}{}", text.empty() ? "" : "; ", soname, library.file,
                          other ? " instead of " + *usual : " beside another of that name");
    }
  }
  return measured("library.shadowing", text.empty() ? "none" : text, source);
}

// One fact for the content (identity) and one for the place (not: a copy elsewhere runs the same).
std::vector<Fact> library_pair(const std::string& soname, const std::vector<Library>& files,
                               const std::string& source) {
  std::string contents, places;
  bool unread = false;
  for (const Library& library : files) {
    contents += (contents.empty() ? "" : "; ") + library.content + version_suffix(library);
    places += (places.empty() ? "" : "; ") + library.file;
    unread = unread || library.content.empty();
  }
  std::string name = "library." + soname;
  Fact content = measured(name, contents, source);
  if (unread)
    content = unknown(name, source, "the mapped file cannot be read: " + printable(places));
  return {content, passing(measured(name + ".file", places, source))};
}

// The process's own start environment: these two variables and no other are looked at.
std::vector<Fact> loader(const Tree& tree) {
  std::string source = tree.named("/proc/@/environ");
  Result<std::string> environment = read_file(tree.at("/proc/@/environ"));
  std::vector<Fact> facts;
  for (auto [name, variable] : {std::pair{"loader.preload", std::string("LD_PRELOAD=")},
                                {"loader.library_path", std::string("LD_LIBRARY_PATH=")}}) {
    if (!environment.ok()) {
      facts.push_back(unknown(name, source, environment.error().message));
      continue;
    }
    std::string value;
    for (const std::string& entry : split(*environment, '\0')) {
      if (entry.starts_with(variable)) value = entry.substr(variable.size());
    }
    facts.push_back(measured(name, value.empty() ? "none" : value, source));
  }
  const std::string file = "/etc/ld.so.preload";
  Result<std::string> system_wide = tree.text(file);
  bool none =
      system_wide.ok() ? system_wide->empty() : system_wide.error().code == ErrorCode::kNotFound;
  Fact fact = none ? measured("loader.preload.system", "none", file)
                   : tree.fact("loader.preload.system", file);
  facts.push_back(std::move(fact));
  return facts;
}

Fact executable(const Tree& tree) {
  std::string source = tree.named("/proc/@/exe");
  std::error_code problem;
  fs::path target = fs::read_symlink(tree.at("/proc/@/exe"), problem);
  if (problem) return unknown("process.executable", source, problem.message());
  FileBytes file(as_process_sees(tree, target.string()));
  std::optional<ElfIdentity> elf = parse_elf(file.bytes());
  std::string value = target.filename().string();
  if (elf && !elf->build_id.empty()) value += ", build id " + elf->build_id;
  return measured("process.executable", value, source);
}

Fact compiler() {
#if defined(__clang__)
  std::string name = "clang ";
#else
  std::string name = "g++ ";
#endif
#if defined(__OPTIMIZE__)
  std::string optimised = "optimised";
#else
  std::string optimised = "not optimised";
#endif
  return measured("tool.compiler", name + __VERSION__ + ", " + optimised, "__VERSION__");
}

}  // namespace

Findings library_facts(const Tree& tree) {
  Findings found{Layer::kFramework, loader(tree)};
  // When the program serves and measures in one process, its own build is no part of the identity:
  // the same server measured by another build of lynxbench is the same server.
  Fact program = executable(tree);
  found.facts.push_back(tree.own_process() ? passing(std::move(program)) : std::move(program));
  found.facts.push_back(tree.own_process() ? compiler() : passing(compiler()));
  std::string source = tree.named("/proc/@/maps");
  Result<std::string> maps = tree.text("/proc/@/maps");
  if (!maps.ok()) {
    found.facts.push_back(unknown("library.shadowing", source, maps.error().message));
    return found;
  }
  BySoname libraries;
  for (const MappedFile& mapped : parse_executable_maps(*maps)) {
    std::optional<Library> library = identified(tree, mapped);
    if (library) libraries[printable(library->soname)].push_back(*library);
  }
  found.facts.push_back(shadowing(tree, libraries, source));
  for (const auto& [soname, files] : libraries) {
    // lynxbench itself loads NVML to look at the GPUs, sooner or later: no part of what serves.
    bool instrument = tree.own_process() && soname.starts_with("libnvidia-ml.so");
    for (Fact& fact : library_pair(soname, files, source)) {
      found.facts.push_back(instrument ? passing(std::move(fact)) : std::move(fact));
    }
  }
  return found;
}

}  // namespace lynxbench::executor
