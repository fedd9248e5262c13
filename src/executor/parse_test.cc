#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "executor/cpuinfo.h"
#include "executor/elf.h"
#include "executor/fact.h"
#include "executor/kernel_line.h"
#include "executor/process_maps.h"
#include "executor/tree.h"

namespace lynxbench::executor {
namespace {

const fs::path kTrees = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/executor";

TEST(Cpuinfo, ProcessorsOfOneKindGiveEachValueOnce) {
  CpuInfo info = parse_cpuinfo(
      "processor : 0\nmodel name : A\nmicrocode : 0x1\n\n"
      "processor : 1\nmodel name : A\nmicrocode : 0x2\n");
  ASSERT_EQ(info.processors.size(), 2u);
  EXPECT_EQ(info.value("model name"), "A");
  EXPECT_EQ(info.value("microcode"), "0x1, 0x2");
  EXPECT_EQ(info.value("stepping"), "");
}

TEST(Cpuinfo, LinesOfAnotherFormAreLeftOut) {
  EXPECT_TRUE(parse_cpuinfo("").processors.empty());
  EXPECT_TRUE(parse_cpuinfo("model name : before any processor\n\x01\xff\n").processors.empty());
  EXPECT_EQ(parse_cpuinfo("processor : 0\nno colon here\nflags :").processors.size(), 1u);
}

TEST(Cpuinfo, OnlyFlagsThatDecideAboutKernelsAreKeptSorted) {
  EXPECT_EQ(inference_flags("fpu sse4_2 avx512_vnni aes avx512f avx2 amx_bf16 avx512f"),
            "amx_bf16 avx2 avx512_vnni avx512f sse4_2");
  EXPECT_EQ(inference_flags("fp asimd i8mm bf16 svei8mm"), "asimd bf16 i8mm svei8mm");
  EXPECT_EQ(inference_flags("fpu vme"), "");
}

TEST(CpuList, RangesAndSingleProcessorsAreCounted) {
  EXPECT_EQ(parse_cpu_list("0-2,8"), (std::vector<unsigned>{0, 1, 2, 8}));
  EXPECT_EQ(parse_cpu_list("5\n"), (std::vector<unsigned>{5}));
  for (const char* wrong : {"", "3-1", "a", "1-", "-1", "1,,2", "0-99999999", "1-2-3"}) {
    EXPECT_FALSE(parse_cpu_list(wrong).has_value()) << wrong;
  }
}

TEST(NaturalOrder, NumbersCountByTheirValue) {
  std::vector<std::string> names{"cpu10", "cpu2", "cpu", "cpu2x", "cpu02", "a"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "cpu", "cpu02", "cpu2", "cpu2x", "cpu10"}));
}

TEST(ValueOfKey, AKeyIsTheWholeWordBeforeTheColon) {
  const char* text = "SwapCached: 1 kB\nCached:   22 kB\nNode 0 MemTotal:  7 kB";
  EXPECT_EQ(value_of_key(text, "Cached"), "22 kB");
  EXPECT_EQ(value_of_key(text, "Node 0 MemTotal"), "7 kB");
  EXPECT_FALSE(value_of_key(text, "Cach").has_value());
}

TEST(Printable, BytesThatAreNoUtf8StayDifferent) {
  EXPECT_EQ(printable("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");  // cut off
}

TEST(KernelLine, ParametersAreSortedAndInstallationsDoNotDiffer) {
  EXPECT_EQ(kernel_parameters("quiet root=UUID=1f mitigations=off"),
            "mitigations=off quiet root=(left out)");
  EXPECT_EQ(kernel_parameters("root=/dev/sda1 mitigations=off quiet"),
            kernel_parameters("quiet root=UUID=1f mitigations=off"));
  EXPECT_EQ(kernel_parameters("isolcpus=1 -- runlevel=5"), "isolcpus=1");
  EXPECT_EQ(kernel_parameters("dyndbg=\"file a.c +p\" a"), "a dyndbg=\"file a.c +p\"");
  EXPECT_EQ(kernel_parameters(""), "");
}

TEST(KernelLine, SecretsAreNotWrittenDown) {
  EXPECT_EQ(kernel_parameters("cloud.token=hunter2 rd.password=x"),
            "cloud.token=(left out) rd.password=(left out)");
}

TEST(ProcessMaps, ExecutableFilesAreListedOnceAndSorted) {
  std::vector<MappedFile> files = parse_executable_maps(
      "7f00-7f01 r-xp 00000000 08:01 5 /usr/lib/libz.so.1\n"
      "7f01-7f02 r--p 00001000 08:01 5 /usr/lib/libz.so.1\n"
      "7f02-7f03 r-xp 00002000 08:01 5 /usr/lib/libz.so.1\n"
      "7f04-7f05 r--p 00000000 08:01 6 /usr/share/locale\n"
      "7f06-7f07 r-xp 00000000 08:01 7 /opt/a b.so (deleted)\n"
      "7f08-7f09 r-xp 00000000 00:00 0 [vdso]\n"
      "7f0a-7f0b rwxp 00000000 00:00 0 \n"
      "nonsense\n");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].path, "/opt/a b.so");
  EXPECT_TRUE(files[0].deleted);
  EXPECT_EQ(files[1].path, "/usr/lib/libz.so.1");
  EXPECT_FALSE(files[1].deleted);
}

TEST(ProcessMaps, AFileNameTellsItsVersion) {
  EXPECT_EQ(version_in_name("libstdc++.so.6.0.30"), "6.0.30");
  EXPECT_EQ(version_in_name("libcudart-d0da41ae.so.11.8.89"), "11.8.89");
  EXPECT_EQ(version_in_name("libfoo-2.1.so"), "2.1");
  EXPECT_EQ(version_in_name("libfoo.so"), "");
  EXPECT_EQ(version_in_name("libfoo.so.cpython"), "");
  EXPECT_EQ(version_in_name("python3.11"), "");
}

std::string tiny_library() {
  return *read_file(kTrees / "two-socket-gpu/usr/lib/x86_64-linux-gnu/libm.so.6");
}

TEST(Elf, ALibraryTellsItsBuildIdAndSoname) {
  std::optional<ElfIdentity> found = parse_elf(tiny_library());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->build_id, std::string(40, 'a'));
  EXPECT_EQ(found->soname, "libm.so.6");
}

TEST(Elf, ALibraryWithoutNotesHasNoBuildId) {
  std::string bytes = *read_file(kTrees / "two-socket-gpu/opt/venv/libengine-2.3.so");
  std::optional<ElfIdentity> found = parse_elf(bytes);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->build_id, "");
  EXPECT_EQ(found->soname, "");
}

TEST(Elf, OtherFilesAreNone) {
  EXPECT_FALSE(parse_elf("").has_value());
  EXPECT_FALSE(parse_elf(std::string(200, 'x')).has_value());
  std::string bytes = tiny_library();
  bytes[4] = 1;  // 32 bits
  EXPECT_FALSE(parse_elf(bytes).has_value());
}

TEST(Elf, EveryPrefixOfALibraryIsReadWithoutFault) {
  std::string bytes = tiny_library();
  std::size_t with_identity = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    // A copy of exactly that size, so that a sanitizer sees a read beyond it.
    std::vector<char> prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    std::optional<ElfIdentity> found = parse_elf({prefix.data(), prefix.size()});
    if (found && found->build_id.size() == 40) ++with_identity;
  }
  EXPECT_GT(with_identity, 0u);
  EXPECT_LT(with_identity, bytes.size() / 2);
}

}  // namespace
}  // namespace lynxbench::executor
