#include "telemetry/machine_fixture_test.h"

namespace lynxbench::telemetry {
namespace {

// Four other processes and this one, pid 7, in ticks of processor time.
class CoTenants : public RecordedMachine {
 protected:
  CoTenants() { write_process("self", 7, "lynxbench", 0, 1); }

  void write_process(const std::string& folder, int pid, const std::string& name,
                     std::uint64_t ticks, std::uint64_t started) const {
    write("proc/" + folder + "/stat",
          fmt::format("{} ({}) S 1 1 1 0 -1 0 0 0 0 0 {} 0 0 0 20 0 1 0 {} 1 100 9\n", pid, name,
                      ticks, started));
  }
  void write_process(int pid, const std::string& name, std::uint64_t ticks,
                     std::uint64_t started = 1) const {
    write_process(std::to_string(pid), pid, name, ticks, started);
  }
  void write_all(std::uint64_t self, std::uint64_t trainer, std::uint64_t a, std::uint64_t b,
                 std::uint64_t idle) const {
    write_process(7, "lynxbench", self);
    write_process(20, "trainer", trainer);
    write_process(30, "web", a);
    write_process(31, "web", b);
    write_process(40, "idle", idle);
  }
  const double hz_ = static_cast<double>(sysconf(_SC_CLK_TCK));
};

TEST_F(CoTenants, TheBusiestAreFollowedByNameInCores) {
  SamplerPtr sampler = process_sampler(root_, 3);
  write_all(0, 100, 10, 10, 5);
  EXPECT_TRUE(sample(*sampler, Nanos{0}).samples.empty());
  write_all(500, 150, 20, 25, 5);                          // all but the idle one have worked
  EXPECT_TRUE(sample(*sampler, kSecond).samples.empty());  // now it is known who is busy
  write_all(900, 250, 30, 45, 5);
  Telemetry third = sample(*sampler, kSecond * 3 / 2);
  EXPECT_EQ(value(third, "process.trainer.cpu"), 100 / hz_ / 0.5);
  EXPECT_EQ(value(third, "process.web.cpu"), (10 + 20) / hz_ / 0.5);  // two of one name
  EXPECT_EQ(third.samples.size(), 2u);  // not this process, not the idle one
}

TEST_F(CoTenants, NoMoreAreFollowedThanWereAskedFor) {
  SamplerPtr sampler = process_sampler(root_, 1);
  write_all(0, 0, 0, 0, 0);
  (void)sample(*sampler, Nanos{0});
  write_all(0, 10, 5, 4, 3);
  (void)sample(*sampler, kSecond);
  write_all(0, 20, 9, 9, 9);
  Telemetry third = sample(*sampler, kSecond * 3 / 2);
  ASSERT_EQ(third.samples.size(), 1u);
  EXPECT_TRUE(value(third, "process.trainer.cpu").has_value());
}

TEST_F(CoTenants, AProcessThatEndsIsFollowedNoMore) {
  SamplerPtr sampler = process_sampler(root_, 8);
  write_all(0, 0, 0, 0, 0);
  (void)sample(*sampler, Nanos{0});
  write_all(0, 10, 0, 0, 0);
  (void)sample(*sampler, kSecond);
  // Another process got its number: its time is not the first one's.
  write_process(20, "newcomer", 5000, 99);
  EXPECT_TRUE(sample(*sampler, kSecond * 3 / 2).samples.empty());
}

TEST_F(CoTenants, ANewProcessIsFoundAtTheNextLook) {
  SamplerPtr sampler = process_sampler(root_, 8);
  write_all(0, 0, 0, 0, 0);
  (void)sample(*sampler, Nanos{0});
  (void)sample(*sampler, kSecond);
  write_process(50, "late", 10);
  (void)sample(*sampler, kSecond * 3);  // seen
  write_process(50, "late", 60);
  (void)sample(*sampler, kSecond * 5);  // found busy
  write_process(50, "late", 110);
  EXPECT_EQ(value(sample(*sampler, kSecond * 6), "process.late.cpu"), 50 / hz_);
}

TEST_F(CoTenants, NamesBeyondTheMostAreCountedAsMissing) {
  SamplerPtr sampler = process_sampler(root_, 100);
  for (int pid = 100; pid < 170; ++pid) write_process(pid, fmt::format("p{}", pid), 0);
  (void)sample(*sampler, Nanos{0});
  for (int pid = 100; pid < 170; ++pid) write_process(pid, fmt::format("p{}", pid), 10);
  Telemetry found = sample(*sampler, kSecond);
  ASSERT_EQ(found.missing.size(), 1u);
  EXPECT_EQ(found.missing[0].find("process: more than 64 names"), 0u);
  for (int pid = 100; pid < 170; ++pid) write_process(pid, fmt::format("p{}", pid), 20);
  EXPECT_EQ(sample(*sampler, kSecond + kSecond / 10).samples.size(), 64u);
}

}  // namespace
}  // namespace lynxbench::telemetry
