// The client is starved on purpose: of a core, of its process, of speed. Each must show.
#include "run/instrument_watch.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/files.h"
#include "loadgen/loadgen.h"
#include "model/json.h"

extern char** environ;

namespace lynxbench::run {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers at once, after keeping the sender busy for as long as it is told.
class SlowSender final : public target::Target {
 public:
  SlowSender(Nanos busy, Clock& clock) : busy_(busy), clock_(clock) {}
  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
    Nanos now = clock_.now();
    for (Nanos until = now + busy_; now < until; now = clock_.now()) {
    }
    target::Answer answer;
    answer.index = index;
    answer.first_byte = answer.done = now;
    answers.answered(answer);
  }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t) const override { return 1; }
  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override { clock_.sleep_until(until); }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return {}; }

 private:
  Nanos busy_;
  Clock& clock_;
};

// A constant `rate_per_s` for `duration` on a sender that needs `busy` for each request.
InstrumentAudit watched_load(double rate_per_s, Nanos duration, Nanos busy) {
  SystemClock clock;
  SlowSender target(busy, clock);
  metrics::AskedLoad asked;
  asked.load.arrival = Arrival::kConstant;
  asked.load.rate_per_s = rate_per_s;
  asked.duration = duration;
  Nanos epoch = clock.now();
  auto count = static_cast<std::uint64_t>(rate_per_s * static_cast<double>(duration.count()) / 1e9);
  std::uint64_t at = 0;
  loadgen::NextRequest next = [&]() -> std::optional<ScheduledRequest> {
    if (at == count) return std::nullopt;
    auto due = static_cast<std::int64_t>(static_cast<double>(at) * 1e9 / rate_per_s);
    return ScheduledRequest{.index = at++, .due_ns = due};
  };
  InstrumentWatch watch({.asked = asked, .limits = {}, .epoch = epoch, .begin = clock.now()}, clock);
  loadgen::StreamOutcome outcome =
      loadgen::stream_open(next, target, clock, {.epoch = epoch, .on_sent = watch.listener()},
                           [&](RequestRecord&& record) {
                             if (record.status == RequestStatus::kUnsent) watch.missed(record.due_ns);
                           })
          .value();
  return watch.stop({.used = target.resources(),
                     .senders = {outcome.sender},
                     .waited_for_room = outcome.waited_for_room});
}

bool has(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}
std::string shown(const InstrumentAudit& audit) { return pretty_text(Json(audit)); }

TEST(InstrumentWatch, SeesEveryRequestAndTheThreadThatSentThem) {
  InstrumentAudit audit = watched_load(500, milliseconds(400), microseconds(100));
  EXPECT_EQ(audit.due, 200u);
  EXPECT_EQ(audit.sent, 200u);
  EXPECT_EQ(audit.missed, 0u);
  EXPECT_GE(audit.length_s, 0.397);  // the last of 200 requests falls due after 398 ms
  EXPECT_GT(audit.stall_probes, 0u);
  EXPECT_TRUE(audit.lag_p99_ns.has_value());
  auto sender = std::find_if(audit.threads.begin(), audit.threads.end(),
                             [](const ThreadCpu& thread) { return thread.name == kLoadThread; });
  ASSERT_NE(sender, audit.threads.end()) << shown(audit);
  EXPECT_GT(sender->cores, 0.03);
}

// Each request takes the client 100 us: at most 10 000/s. Asked for ten times that.
TEST(InstrumentWatch, AClientAskedForTenTimesWhatItCanSaysWhatItCould) {
  InstrumentAudit audit = watched_load(100'000, milliseconds(50), microseconds(100));
  EXPECT_EQ(audit.due, 5000u);
  EXPECT_DOUBLE_EQ(audit.asked_per_s.value(), 100'000);
  EXPECT_LE(audit.sent_per_s, 10'100) << shown(audit);
  EXPECT_TRUE(has(audit.invalid, "asked for 100000/s, this client sent")) << shown(audit);
  EXPECT_TRUE(has(audit.invalid, "at its end was the processor")) << shown(audit);
}

// The sender needs half a core and shares one with four threads that want all of it.
TEST(InstrumentWatch, AStarvedThreadShowsAsLateAndAsWaitingForACore) {
  cpu_set_t allowed, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++core) {
    if (CPU_ISSET(core, &allowed)) CPU_SET(core, &one);
  }
  std::atomic<bool> over = false;
  auto hog = [&] {
    sched_setaffinity(0, sizeof one, &one);
    while (!over.load(std::memory_order_relaxed)) {
    }
  };
  std::vector<std::jthread> hogs;
  for (int i = 0; i < 4; ++i) hogs.emplace_back(hog);
  InstrumentAudit audit;
  std::jthread([&] {
    sched_setaffinity(0, sizeof one, &one);
    audit = watched_load(1000, milliseconds(200), microseconds(500));
  }).join();
  over = true;
  EXPECT_TRUE(has(audit.invalid, "the client was the bottleneck")) << shown(audit);
  EXPECT_TRUE(has(audit.notices, "had no core for")) << shown(audit);
}

// What the next test starts as a process of its own.
TEST(InstrumentWatch, DISABLED_AProcessThatWillBeStopped) {
  const char* path = std::getenv("LYNXBENCH_TEST_AUDIT");
  ASSERT_NE(path, nullptr);
  ASSERT_TRUE(write_file_atomic(std::string(path) + ".begun", "").ok());
  InstrumentAudit audit = watched_load(200, seconds(1), Nanos{0});
  ASSERT_TRUE(write_file_atomic(path, canonical_text(Json(audit))).ok());
}

TEST(InstrumentWatch, AProcessStoppedForAFifthOfASecondShowsAStallAndIsInvalid) {
  SystemClock clock;
  fs::path result = fs::path(testing::TempDir()) / fmt::format("lynx_audit_{}.json", getpid());
  std::string variable = "LYNXBENCH_TEST_AUDIT=" + result.string();
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string program = "/proc/self/exe", disabled = "--gtest_also_run_disabled_tests",
              filter = "--gtest_filter=InstrumentWatch.DISABLED_AProcessThatWillBeStopped";
  std::vector<char*> arguments = {program.data(), disabled.data(), filter.data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environment.data()), 0);
  while (!fs::exists(result.string() + ".begun")) clock.sleep_until(clock.now() + milliseconds(1));
  clock.sleep_until(clock.now() + milliseconds(400));
  kill(child, SIGSTOP);
  clock.sleep_until(clock.now() + milliseconds(200));
  kill(child, SIGCONT);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);

  InstrumentAudit audit =
      from_document<InstrumentAudit>(parse_json(read_file(result).value(), "audit").value(), "audit").value();
  fs::remove(result);
  fs::remove(result.string() + ".begun");
  EXPECT_GE(audit.stalls, 1u) << shown(audit);
  EXPECT_GE(audit.stall_longest_ns.value(), 150'000'000) << shown(audit);
  EXPECT_TRUE(has(audit.invalid, "the client itself stood still for")) << shown(audit);
  EXPECT_TRUE(has(audit.invalid, "the client was the bottleneck")) << shown(audit);
  ASSERT_FALSE(audit.longest_stalls.empty());
  EXPECT_GT(audit.longest_stalls[0].at_ns, 100'000'000);
}

}  // namespace
}  // namespace lynxbench::run
