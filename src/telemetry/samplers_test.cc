// Each sampler on two snapshots of a machine, with answers that follow by arithmetic.
#include <cstdlib>

#include "telemetry/machine_fixture_test.h"

namespace lynxbench::telemetry {
namespace {

using ProcessorSamples = RecordedMachine;
using MemorySamples = RecordedMachine;
using PressureSamples = RecordedMachine;
using CgroupSamples = RecordedMachine;
using SelfSamples = RecordedMachine;
using SensorSamples = RecordedMachine;

TEST_F(ProcessorSamples, BusyIsTheShareOfTheTicksThatPassed) {
  SamplerPtr sampler = processor_sampler(root_);
  write("proc/stat",
        "cpu  100 0 50 800 10 0 0 0\ncpu0 100 0 50 800 10 0 0 0\nintr 1000 5\nctxt 5000\n");
  Telemetry first = sample(*sampler, Nanos{0});
  EXPECT_TRUE(first.samples.empty());  // a difference needs two readings
  // 100 ticks: 60 user, 5 system, 20 idle, 10 iowait, 5 stolen.
  write("proc/stat",
        "cpu  160 0 55 820 20 0 0 5\ncpu0 160 0 55 820 20 0 0 5\nintr 1300 5\nctxt 5100\n");
  Telemetry second = sample(*sampler, kSecond / 2);
  EXPECT_EQ(value(second, "cpu.total.busy"), 0.65);
  EXPECT_EQ(value(second, "cpu0.busy"), 0.65);
  EXPECT_EQ(value(second, "cpu.total.iowait"), 0.1);
  EXPECT_EQ(value(second, "cpu.total.steal"), 0.05);
  EXPECT_EQ(value(second, "kernel.interrupts"), 600);
  EXPECT_EQ(value(second, "kernel.context_switches"), 200);
  EXPECT_EQ(unit("cpu.total.busy"), "ratio");
  EXPECT_EQ(unit("kernel.interrupts"), "1/s");
  EXPECT_EQ(second.samples[0].at_ns, 500'000'000);
}

TEST_F(ProcessorSamples, WithoutATickThereIsNoRatioAndNoNan) {
  SamplerPtr sampler = processor_sampler(root_);
  write("proc/stat", "cpu  1 0 0 9 0 0 0 0\ncpu0 1 0 0 9 0 0 0 0\nctxt 1\nintr 1\n");
  (void)sample(*sampler, Nanos{0});
  Telemetry second = sample(*sampler, kSecond);
  EXPECT_FALSE(value(second, "cpu0.busy").has_value());
  EXPECT_EQ(value(second, "kernel.context_switches"), 0);
}

TEST_F(ProcessorSamples, IdleTimeThatTheKernelCorrectsDownwardsCountsAsNone) {
  SamplerPtr sampler = processor_sampler(root_);
  write("proc/stat", "cpu  0 0 0 100 0 0 0 0\nctxt 1\nintr 1\n");
  (void)sample(*sampler, Nanos{0});
  write("proc/stat", "cpu  10 0 0 95 0 0 0 0\nctxt 1\nintr 1\n");
  EXPECT_EQ(value(sample(*sampler, kSecond), "cpu.total.busy"), 1);
}

TEST_F(ProcessorSamples, AProcessorThatIsSwitchedOnLaterStartsFromThere) {
  SamplerPtr sampler = processor_sampler(root_);
  write("proc/stat", "cpu  0 0 0 0 0 0 0 0\nctxt 1\nintr 1\n");
  (void)sample(*sampler, Nanos{0});
  write("proc/stat", "cpu  1 0 0 1 0 0 0 0\ncpu1 9 0 0 1 0 0 0 0\nctxt 1\nintr 1\n");
  EXPECT_FALSE(value(sample(*sampler, kSecond), "cpu1.busy").has_value());
  write("proc/stat", "cpu  2 0 0 2 0 0 0 0\ncpu1 10 0 0 4 0 0 0 0\nctxt 1\nintr 1\n");
  EXPECT_EQ(value(sample(*sampler, kSecond * 2), "cpu1.busy"), 0.25);
}

TEST_F(ProcessorSamples, AFileThatIsNotThereIsMissingOnce) {
  SamplerPtr sampler = processor_sampler(root_);
  Telemetry first = sample(*sampler, Nanos{0});
  ASSERT_EQ(first.missing.size(), 1u);
  EXPECT_EQ(first.missing[0].find("cpu: /proc/stat: cannot open: "), 0u) << first.missing[0];
  EXPECT_TRUE(sample(*sampler, kSecond).missing.empty());
}

TEST_F(MemorySamples, AreBytesFromTheFirstSampleOn) {
  SamplerPtr sampler = memory_sampler(root_);
  write("proc/meminfo",
        "MemAvailable: 1000 kB\nCached: 10 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n");
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_EQ(value(found, "memory.available"), 1024000);
  EXPECT_EQ(value(found, "memory.cached"), 10240);
  EXPECT_EQ(value(found, "memory.swap_used"), 30 * 1024);
}

TEST_F(MemorySamples, AKernelWithoutALineIsNamed) {
  SamplerPtr sampler = memory_sampler(root_);
  write("proc/meminfo", "Cached: 10 kB\n");
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_EQ(found.samples.size(), 1u);
  EXPECT_EQ(found.missing,
            (std::vector<std::string>{"memory.available: /proc/meminfo has no such line",
                                      "memory.swap_used: /proc/meminfo has no such line"}));
}

TEST_F(PressureSamples, TheShareIsOfTheTimeBetweenTheTwoSamples) {
  SamplerPtr sampler = pressure_sampler(root_);
  write("proc/pressure/cpu", "some avg10=99.00 avg60=0 avg300=0 total=1000000\n");
  write("proc/pressure/io", "some avg10=0 total=5\nfull avg10=0 total=3\n");
  Telemetry first = sample(*sampler, kSecond);
  EXPECT_TRUE(first.samples.empty());
  ASSERT_EQ(first.missing.size(), 1u);
  EXPECT_EQ(first.missing[0].find("psi.memory: /proc/pressure/memory: cannot open"), 0u);
  write("proc/pressure/cpu", "some avg10=0.00 avg60=0 avg300=0 total=1025000\n");
  write("proc/pressure/io", "some avg10=0 total=50005\nfull avg10=0 total=10003\n");
  Telemetry second = sample(*sampler, kSecond + kSecond / 10);
  EXPECT_EQ(value(second, "psi.cpu.some"), 0.25);  // 25 ms of 100 ms
  EXPECT_FALSE(value(second, "psi.cpu.full").has_value());
  EXPECT_EQ(value(second, "psi.io.some"), 0.5);
  EXPECT_EQ(value(second, "psi.io.full"), 0.1);
}

TEST_F(CgroupSamples, ThrottlingOfVersion2IsAShareOfTime) {
  write("proc/self/cgroup", "0::/app\n");
  write("proc/self/mountinfo", "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  write("sys/fs/cgroup/app/cpu.stat",
        "usage_usec 1\nnr_periods 10\nnr_throttled 4\nthrottled_usec 100000\n");
  write("sys/fs/cgroup/app/memory.current", "4096\n");
  SamplerPtr sampler = cgroup_sampler(root_);
  EXPECT_EQ(value(sample(*sampler, Nanos{0}), "cgroup.memory.used"), 4096);
  write("sys/fs/cgroup/app/cpu.stat",
        "usage_usec 9\nnr_periods 15\nnr_throttled 9\nthrottled_usec 225000\n");
  Telemetry second = sample(*sampler, kSecond / 2);
  EXPECT_EQ(value(second, "cgroup.cpu.throttles"), 10);    // 5 in half a second
  EXPECT_EQ(value(second, "cgroup.cpu.throttled"), 0.25);  // 125 ms of 500 ms
  ASSERT_FALSE(names_.empty());
  EXPECT_EQ(names_.begin()->second.source, "/sys/fs/cgroup/app/memory.current");
}

TEST_F(CgroupSamples, ThrottlingOfVersion1IsInNanoseconds) {
  write("proc/self/cgroup", "4:memory:/\n2:cpu,cpuacct:/job\n0::/\n");
  write("proc/self/mountinfo",
        "1 1 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
        "2 1 0:2 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  write("sys/fs/cgroup/cpu/job/cpu.stat", "nr_periods 1\nnr_throttled 0\nthrottled_time 0\n");
  SamplerPtr sampler = cgroup_sampler(root_);
  (void)sample(*sampler, Nanos{0});
  write("sys/fs/cgroup/cpu/job/cpu.stat",
        "nr_periods 9\nnr_throttled 2\nthrottled_time 300000000\n");
  Telemetry second = sample(*sampler, kSecond);
  EXPECT_EQ(value(second, "cgroup.cpu.throttles"), 2);
  EXPECT_EQ(value(second, "cgroup.cpu.throttled"), 0.3);
}

TEST_F(CgroupSamples, AGroupWithoutQuotaIsNamedAndNotCalledUnthrottled) {
  write("proc/self/cgroup", "0::/\n");
  write("proc/self/mountinfo", "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  write("sys/fs/cgroup/cpu.stat", "usage_usec 1\nuser_usec 1\n");
  SamplerPtr sampler = cgroup_sampler(root_);
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_TRUE(found.samples.empty());
  ASSERT_EQ(found.missing.size(), 2u);
  EXPECT_EQ(
      found.missing[0],
      "cgroup.cpu: /sys/fs/cgroup/cpu.stat: no throttling counters: the group has no CPU quota");
}

std::string stat_line(int pid, const std::string& name, std::uint64_t ticks, std::uint64_t started,
                      std::uint64_t faults = 0) {
  return fmt::format("{} ({}) S 1 1 1 0 -1 0 {} 0 0 0 {} 0 0 0 20 0 3 0 {} 1 100 9\n", pid, name,
                     faults, ticks, started);
}

TEST_F(SelfSamples, ProcessorTimeIsInCores) {
  SamplerPtr sampler = self_sampler(root_);
  write("proc/self/stat", stat_line(7, "lynxbench", 1000, 5, 40));
  Telemetry first = sample(*sampler, Nanos{0});
  EXPECT_EQ(value(first, "process.self.threads"), 3);
  EXPECT_EQ(value(first, "process.self.resident"),
            100.0 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  EXPECT_FALSE(value(first, "process.self.cpu").has_value());
  ASSERT_EQ(first.missing.size(), 1u);  // a recording has no getrusage
  write("proc/self/stat", stat_line(7, "lynxbench", 1150, 5, 60));
  Telemetry second = sample(*sampler, kSecond);
  EXPECT_EQ(value(second, "process.self.cpu"), 150.0 / static_cast<double>(sysconf(_SC_CLK_TCK)));
  EXPECT_EQ(value(second, "process.self.faults"), 20);
}

TEST_F(SensorSamples, FrequencyComesFromCpufreqWhereThereIsOne) {
  write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2600000\n");
  write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "800000\n");
  write("proc/cpuinfo", "cpu MHz : 1.0\n");
  SamplerPtr sampler = frequency_sampler(root_);
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_EQ(value(found, "cpu0.frequency"), 2.6e9);
  EXPECT_EQ(value(found, "cpu1.frequency"), 8e8);
}

TEST_F(SensorSamples, FrequencyComesFromCpuinfoOtherwise) {
  write("proc/cpuinfo", "cpu MHz : 2596.5\n\ncpu MHz : 2000\n");
  SamplerPtr sampler = frequency_sampler(root_);
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_EQ(value(found, "cpu0.frequency"), 2596.5e6);
  EXPECT_EQ(value(found, "cpu1.frequency"), 2e9);
}

TEST_F(SensorSamples, TwoSensorsOfOneLabelAreTwoSeries) {
  for (const char* chip : {"hwmon0", "hwmon1"}) {
    std::string folder = std::string("sys/class/hwmon/") + chip;
    write(folder + "/name", "coretemp\n");
    write(folder + "/temp1_input", chip == std::string("hwmon0") ? "45000\n" : "-1500\n");
    write(folder + "/temp1_label", "Package id 0\n");
  }
  write("sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
  write("sys/class/thermal/thermal_zone0/temp", "47500\n");
  SamplerPtr sampler = temperature_sampler(root_);
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_EQ(value(found, "temperature.hwmon0.coretemp.Package_id_0"), 45);
  EXPECT_EQ(value(found, "temperature.hwmon1.coretemp.Package_id_0"), -1.5);
  EXPECT_EQ(value(found, "temperature.thermal_zone0.x86_pkg_temp"), 47.5);
  EXPECT_EQ(unit("temperature.thermal_zone0.x86_pkg_temp"), "celsius");
}

TEST_F(SensorSamples, AMachineWithoutSensorsSaysSo) {
  SamplerPtr temperature = temperature_sampler(root_), frequency = frequency_sampler(root_);
  EXPECT_EQ(sample(*temperature, Nanos{0}).missing.size(), 1u);
  EXPECT_EQ(sample(*frequency, Nanos{0}).missing.size(), 1u);
}

TEST_F(SensorSamples, NvmlGivesEveryFigureOfTheGpuAndNamesWhatItLacks) {
  std::string library = (root_ / "libnvidia-ml.so.1").string();
  std::string build = fmt::format("cc -shared -fPIC -o '{}' '{}/tests/data/nvml/fake_nvml.c'",
                                  library, LYNXBENCH_SOURCE_DIR);
  ASSERT_EQ(std::system(build.c_str()), 0);
  SamplerPtr sampler = gpu_sampler(library);
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_EQ(value(found, "gpu0.utilization"), 0.75);
  EXPECT_EQ(value(found, "gpu0.memory_activity"), 0.3);
  EXPECT_EQ(value(found, "gpu0.memory.used"), 1e10);
  EXPECT_EQ(value(found, "gpu0.power"), 123.25);
  EXPECT_EQ(value(found, "gpu0.temperature"), 41);
  EXPECT_EQ(value(found, "gpu0.clock.sm"), 1.2e9);
  EXPECT_EQ(value(found, "gpu0.clock.memory"), 3.201e9);
  EXPECT_EQ(found.missing,
            (std::vector<std::string>{"gpu0.throttle_reasons: this driver's library has no "
                                      "nvmlDeviceGetCurrentClocksThrottleReasons"}));
}

TEST_F(SensorSamples, WithoutNvmlTheGpuIsMissingWithTheReason) {
  SamplerPtr sampler = gpu_sampler("/there/is/no/libnvidia-ml.so.1");
  Telemetry found = sample(*sampler, Nanos{0});
  EXPECT_TRUE(found.samples.empty());
  ASSERT_EQ(found.missing.size(), 1u);
  EXPECT_EQ(found.missing[0].find("gpu: /there/is/no/libnvidia-ml.so.1"), 0u) << found.missing[0];
}

}  // namespace
}  // namespace lynxbench::telemetry
