// Discovery on the machine that runs the tests, against the tools that everybody uses.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/text.h"
#include "executor/executor.h"
#include "executor/record.h"
#include "executor/tree.h"

namespace lynxbench::executor {
namespace {

// What a command prints; nothing when it fails or is not there.
std::optional<std::string> output_of(const std::string& command) {
  FILE* pipe = popen(("LC_ALL=C " + command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer{};
  while (std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), n);
  return pclose(pipe) == 0 ? std::optional(std::string(trim(text))) : std::nullopt;
}

std::string value(const Executor& executor, Layer layer, const std::string& name) {
  const Fact* fact = find_fact(executor.layers[static_cast<std::size_t>(layer)], name);
  if (fact == nullptr) return "(absent)";
  return fact->provenance == Provenance::kUnknown ? "(unknown)" : fact->value;
}

TEST(ThisMachine, DiscoveredTwiceHasTheSameFingerprints) {
  Executor first = discover({}), second = discover({});
  EXPECT_TRUE(differences(first, second).empty());
  EXPECT_EQ(fingerprints(first).whole, fingerprints(second).whole);
}

TEST(ThisMachine, IsAsLscpuSaysIt) {
  std::optional<std::string> lscpu = output_of("lscpu");
  if (!lscpu) GTEST_SKIP() << "there is no lscpu";
  Executor machine = discover({});
  auto cpu = [&](const char* name) { return value(machine, Layer::kAccelerator, name); };
  for (auto [fact, key] : {std::pair{"cpu.model", "Model name"},
                           {"cpu.vendor", "Vendor ID"},
                           {"cpu.family", "CPU family"},
                           {"cpu.model_number", "Model"},
                           {"cpu.stepping", "Stepping"},
                           {"cpu.sockets", "Socket(s)"},
                           {"cpu.architecture", "Architecture"},
                           {"numa.nodes", "NUMA node(s)"}}) {
    std::optional<std::string> said = value_of_key(*lscpu, key);
    if (said) {
      EXPECT_EQ(cpu(fact), *said) << key;
    }
  }
  std::optional<std::string> per_socket = value_of_key(*lscpu, "Core(s) per socket");
  if (per_socket && cpu("cpu.sockets") == "1") {
    EXPECT_EQ(cpu("cpu.cores"), *per_socket);
  }
  // lscpu writes the list with all its commas; the kernel with ranges.
  EXPECT_EQ(cpu("cpu.online"), *output_of("cat /sys/devices/system/cpu/online"));
  EXPECT_EQ(cpu("cpu.threads"), *output_of("getconf _NPROCESSORS_ONLN"));
}

// "96 KiB (2 instances)" of lscpu against "48K, 2 in all, each shared ...".
TEST(ThisMachine, HasTheCachesThatLscpuCounts) {
  std::optional<std::string> lscpu = output_of("lscpu --bytes");
  if (!lscpu) GTEST_SKIP() << "there is no lscpu that writes bytes";
  Executor machine = discover({});
  int compared = 0;
  for (auto [fact, key] : {std::pair{"cpu.cache.l1d", "L1d cache"},
                           {"cpu.cache.l2", "L2 cache"},
                           {"cpu.cache.l3", "L3 cache"}}) {
    std::optional<std::string> said = value_of_key(*lscpu, key);
    if (!said) continue;
    unsigned long long total = 0, instances = 0, kilobytes = 0, in_all = 0;
    if (std::sscanf(said->c_str(), "%llu (%llu instance", &total, &instances) != 2) continue;
    std::string found = value(machine, Layer::kAccelerator, fact);
    ASSERT_EQ(std::sscanf(found.c_str(), "%lluK, %llu in all", &kilobytes, &in_all), 2) << found;
    EXPECT_EQ(in_all, instances) << key;
    EXPECT_EQ(kilobytes * 1024 * in_all, total) << key;
    ++compared;
  }
  if (compared == 0) GTEST_SKIP() << "this lscpu does not count caches";
}

TEST(ThisMachine, IsAsUnameSaysIt) {
  Executor machine = discover({});
  EXPECT_EQ(value(machine, Layer::kSystem, "kernel.release"), *output_of("uname -r"));
  EXPECT_EQ(value(machine, Layer::kSystem, "kernel.version"), *output_of("uname -v"));
  EXPECT_EQ(value(machine, Layer::kAccelerator, "cpu.architecture"), *output_of("uname -m"));
  EXPECT_EQ(value(machine, Layer::kSystem, "host.name"), *output_of("uname -n"));
}

TEST(ThisMachine, AffinityHasAsManyProcessorsAsNprocCounts) {
  std::string affinity = value(discover({}), Layer::kSystem, "process.affinity");
  ASSERT_TRUE(affinity.starts_with("CPUs ")) << affinity;
  auto cpus = parse_cpu_list(affinity.substr(5));
  ASSERT_TRUE(cpus.has_value());
  // This variable would change what nproc says.
  EXPECT_EQ(std::to_string(cpus->size()), *output_of("env -u OMP_NUM_THREADS nproc"));
}

TEST(ThisMachine, ThisProcessHasItsOwnCLibraryMapped) {
  Executor machine = discover({});
  std::string library = value(machine, Layer::kFramework, "library.libc.so.6");
  std::string file = value(machine, Layer::kFramework, "library.libc.so.6.file");
  ASSERT_TRUE(library.starts_with("build id ")) << library;
  std::optional<std::string> said = output_of("file -L '" + file + "'");
  if (said && said->find("BuildID") != std::string::npos) {
    EXPECT_NE(said->find(library.substr(9)), std::string::npos) << *said;
  }
  EXPECT_TRUE(value(machine, Layer::kSystem, "libc.version").starts_with("glibc 2."));
}

// A `cat` that is up and running, with a library preloaded; ends with the object.
class PreloadedCat {
 public:
  explicit PreloadedCat(const fs::path& library) {
    std::array<int, 2> in{}, out{};
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::string preload = "LD_PRELOAD=" + library.string(), name = "cat";
    std::array<char*, 2> arguments{name.data(), nullptr}, environment{preload.data(), nullptr};
    if (posix_spawnp(&pid_, "cat", &actions, nullptr, arguments.data(), environment.data()) != 0)
      pid_ = 0;
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to_cat_ = in[1];
    // Once it has copied a byte, everything that it needs has been loaded.
    char byte = 'x';
    ready_ = write(to_cat_, &byte, 1) == 1 && read(out[0], &byte, 1) == 1;
    close(out[0]);
  }
  PreloadedCat(const PreloadedCat&) = delete;
  PreloadedCat& operator=(const PreloadedCat&) = delete;
  ~PreloadedCat() {
    close(to_cat_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] int pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int to_cat_ = -1;
  bool ready_ = false;
};

TEST(ThisMachine, APreloadedLibraryThatShadowsTheSystemsIsNamed) {
  fs::path folder = fs::path(testing::TempDir()) / fmt::format("lynx_shadow_{}", getpid());
  fs::create_directories(folder);
  fs::path library = folder / "libm.so.6";
  std::string build =
      "echo 'int lynx_shadow(void) { return 1; }' | cc -shared -fPIC -Wl,-soname,libm.so.6 "
      "-Wl,--build-id -x c -o '" +
      library.string() + "' -";
  ASSERT_EQ(std::system(build.c_str()), 0);
  PreloadedCat cat(library);
  ASSERT_TRUE(cat.ready());
  Executor serving = discover({.serving_pid = cat.pid()});
  std::string shadowing = value(serving, Layer::kFramework, "library.shadowing");
  EXPECT_TRUE(shadowing.starts_with("libm.so.6: " + library.string() + " instead of /"))
      << shadowing;
  EXPECT_EQ(value(serving, Layer::kFramework, "loader.preload"), library.string());
  EXPECT_TRUE(value(serving, Layer::kFramework, "library.libm.so.6").starts_with("build id "));
  EXPECT_EQ(value(serving, Layer::kFramework, "library.libm.so.6.file"), library.string());
  EXPECT_TRUE(value(serving, Layer::kFramework, "process.executable").starts_with("cat"));
  EXPECT_EQ(value(discover({}), Layer::kFramework, "library.shadowing"), "none");
  fs::remove_all(folder);
}

TEST(ThisMachine, AProcessThatIsGoneIsUnknownAndNoFailure) {
  constexpr int kNoProcess = 1 << 30;  // above the largest pid that Linux gives
  Executor nobody = discover({.serving_pid = kNoProcess});
  EXPECT_EQ(value(nobody, Layer::kFramework, "library.shadowing"), "(unknown)");
  EXPECT_NE(value(nobody, Layer::kAccelerator, "cpu.model"), "(unknown)");
}

}  // namespace
}  // namespace lynxbench::executor
