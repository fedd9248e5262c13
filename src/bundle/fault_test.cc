// R32: kill -9 and full disks. A child process writes a known sequence and tells through a pipe,
// call by call, what was committed; whatever happens to it, that much is there afterwards, and no
// more than the one call that was under way.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>

#include "base/random.h"
#include "bundle/example_for_tests.h"

namespace lynxbench::bundle {
namespace {

constexpr std::uint64_t kPhases = 12;
constexpr std::uint64_t kChunks = 3;     // calls of add_requests in each phase
constexpr std::uint64_t kPerChunk = 60;  // requests
constexpr std::uint64_t kLeft = 5;       // requests that end_phase brings
constexpr std::uint64_t kSamples = 40;   // of a call of add_telemetry
constexpr std::uint64_t kCallsPerPhase = 1 + kChunks + 1 + 1;

// What a bundle holds after so many calls of the sequence.
struct Content {
  std::uint64_t phases = 0, requests = 0, samples = 0, ended = 0;
  friend bool operator==(const Content&, const Content&) = default;
};

std::string text(const Content& c) {
  return fmt::format("{} phases, {} requests, {} samples, {} ended", c.phases, c.requests,
                     c.samples, c.ended);
}

Content content_after(std::uint64_t calls) {
  std::uint64_t whole = calls / kCallsPerPhase, rest = calls % kCallsPerPhase;
  Content content{whole, whole * (kChunks * kPerChunk + kLeft), whole * kSamples, whole};
  if (rest >= 1) ++content.phases;
  content.requests += kPerChunk * (rest <= 1 ? 0 : std::min(rest - 1, kChunks));
  if (rest >= kChunks + 2) content.samples += kSamples;
  return content;
}

Content content_of(const RunRecord& run) {
  Content content;
  for (const Phase& phase : run.phases) {
    ++content.phases;
    content.requests += phase.requests.size();
    content.ended += phase.complete ? 1 : 0;
  }
  content.samples = run.telemetry.samples.size();
  return content;
}

std::vector<RequestRecord> requests(std::uint64_t from, std::uint64_t count) {
  std::vector<RequestRecord> records;
  for (std::uint64_t i = from; i < from + count; ++i) {
    records.push_back(example_request(i, RequestStatus::kOk));
    records.back().stages = example_stages(records.back().sent_ns, std::nullopt);
  }
  return records;
}

// One phase of the sequence; `committed` is told after each call.
Status write_phase(Writer& writer, std::uint32_t id, const std::function<void()>& committed) {
  Phase phase = example_run().phases[0];
  phase.id = id;
  TRY_STATUS(writer.begin_phase(phase));
  committed();
  for (std::uint64_t chunk = 0; chunk < kChunks; ++chunk) {
    TRY_STATUS(writer.add_requests(id, requests(chunk * kPerChunk, kPerChunk)));
    committed();
  }
  Telemetry telemetry;
  telemetry.period_ns = 1;
  telemetry.series = {{0, "cpu", "ratio", "/proc/stat"}};
  for (std::uint64_t i = 0; i < kSamples; ++i) telemetry.samples.push_back({0, 7, 0.5});
  TRY_STATUS(writer.add_telemetry(telemetry));
  committed();
  phase.requests = requests(kChunks * kPerChunk, kLeft);
  TRY_STATUS(writer.end_phase(phase));
  committed();
  return ok_status();
}

Status write_sequence(const fs::path& folder, const std::function<void()>& committed) {
  Writer writer = TRY(Writer::create(folder, 1));
  for (std::uint32_t id = 0; id < kPhases; ++id) {
    Status written = write_phase(writer, id, committed);
    if (written.ok()) continue;
    // A Writer that failed refuses everything after it.
    Phase later;
    later.id = 999;
    bool refuses = !writer.begin_phase(later).ok() && !writer.write_text("later.txt", "x").ok() &&
                   !writer.seal(example_manifest()).ok();
    return refuses ? written
                   : Error{ErrorCode::kInternal, "went on after " + written.error().text(), {}};
  }
  TRY_STATUS(write_documents(writer));
  return writer.seal(example_manifest());
}

// A child process with a pipe from it.
class Child {
 public:
  explicit Child(const std::function<void(int)>& body) {
    int ends[2];
    CHECK(::pipe(ends) == 0);
    pid_ = ::fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      body(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    from_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill_now();
    ::close(from_);
  }
  // Up to `count` bytes; fewer only when the child is gone.
  std::string receive(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      ssize_t n = ::read(from_, bytes.data() + have, count - have);
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    bytes.resize(have);
    return bytes;
  }
  void kill_now() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int from_ = -1;
};

void send(int to, std::string_view bytes) {
  if (::write(to, bytes.data(), bytes.size()) < 0) ::_exit(3);
}

// Passes some time without sleeping.
void linger(std::uint64_t rounds) {
  std::atomic<std::uint64_t> spun{0};
  while (spun.fetch_add(1) < rounds) {
  }
}

// Empty when the bundle holds what `calls` calls committed, or one more, and is not complete.
std::string complaint(const fs::path& folder, std::uint64_t calls) {
  Result<CheckResult> checked = check(folder);
  if (checked.ok() && checked->complete) return "passes as complete";
  if (checked.ok() && checked->intact) return "passes as intact";
  Result<RunRecord> run = read_raw(folder);
  if (!run.ok()) return calls == 0 ? "" : "cannot be read: " + run.error().text();
  if (run->complete) return "read_raw says complete";
  Content content = content_of(*run);
  if (content == content_after(calls) || content == content_after(calls + 1)) return "";
  return fmt::format("{} calls were committed: expected {}, found {}", calls,
                     text(content_after(calls)), text(content));
}

TEST(BundleFaults, AfterAKillAtAnyMomentEverythingCommittedIsThereAndNothingPassesAsComplete) {
  Random random(32, "kill");
  int killed = 0;
  // A child may end before this process comes to kill it: such a round does not count.
  for (int round = 0; killed < 50 && round < 500; ++round) {
    TempFolder temp;
    std::size_t calls = 0;
    {
      Child child([&](int to) {
        Status done = write_sequence(temp / "b", [&] { send(to, "."); });
        send(to, done.ok() ? "S" : "E");
      });
      calls = child.receive(random.below(kPhases * kCallsPerPhase - 1)).size();
      linger(random.below(100'000));
      child.kill_now();
      std::string rest = child.receive(1000);
      ASSERT_EQ(rest.find('E'), std::string::npos) << "the child failed";
      if (rest.find('S') != std::string::npos) continue;
      calls += rest.size();
    }
    ASSERT_EQ(complaint(temp / "b", calls), "") << "round " << round;
    ++killed;
  }
  EXPECT_EQ(killed, 50);
}

// SQLite's writes, by its own hook: the one that brings this to 0 ends the process half-way.
std::uint64_t writes_left = 0;

ssize_t write_or_die(int fd, const void* bytes, size_t count, off_t at) {
  bool last = --writes_left == 0;
  ssize_t written = ::pwrite(fd, bytes, last ? count / 2 : count, at);
  if (last) ::kill(::getpid(), SIGKILL);
  return written;
}

void die_at_write(std::uint64_t number) {
  writes_left = number;
  sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
  for (const char* name : {"pwrite", "pwrite64"}) {
    files->xSetSystemCall(files, name, reinterpret_cast<sqlite3_syscall_ptr>(&write_or_die));
  }
}

TEST(BundleFaults, AKillInTheMiddleOfAWriteLosesNothingThatWasCommitted) {
  Random random(34, "kill in write");
  for (int round = 0; round < 60; ++round) {
    TempFolder temp;
    std::uint64_t number = 1 + random.below(600);
    Child child([&](int to) {
      die_at_write(number);
      Status done = write_sequence(temp / "b", [&] { send(to, "."); });
      send(to, done.ok() ? "S" : "E");
    });
    std::string story = child.receive(1000);  // until the child is gone
    ASSERT_EQ(story.find_first_of("ES"), std::string::npos) << "there was no write " << number;
    ASSERT_EQ(complaint(temp / "b", story.size()), "") << "write " << number;
  }
}

TEST(BundleFaults, AKillDuringTheSealLeavesASealedBundleOrAnIncompleteOne) {
  Random random(33, "kill in seal");
  int sealed = 0, open = 0;
  for (int round = 0; round < 15; ++round) {
    TempFolder temp;
    {
      Child child([&](int to) {
        Status done = write_sequence(temp / "b", [&] { send(to, "."); });
        send(to, done.ok() ? "S" : "E");
      });
      child.receive(kPhases * kCallsPerPhase);
      linger(random.below(600'000));
      child.kill_now();
    }
    CheckResult result = check(temp / "b").value();
    ASSERT_EQ(result.intact, result.complete);
    ASSERT_EQ(content_of(read_raw(temp / "b").value()), content_after(kPhases * kCallsPerPhase));
    ++(result.complete ? sealed : open);
  }
  EXPECT_GT(open, 0);
  RecordProperty("sealed", sealed);
}

// The child's story: a mark for each call, then how it ended.
void write_until_full(const fs::path& folder, int to) {
  Status done = write_sequence(folder, [&] { send(to, "."); });
  if (done.ok()) return send(to, "S");
  bool named = done.error().text().find(folder.string()) != std::string::npos;
  if (done.error().code == ErrorCode::kExhausted && named) return send(to, "F");
  send(to, "E" + done.error().text());
}

TEST(BundleFaults, AfterAWriteThatFailsEverythingCommittedIsThereAndNothingPassesAsComplete) {
  int failed = 0;
  for (rlim_t limit = 0; limit < 4'000'000; limit += 111'111) {
    TempFolder temp;
    std::string story;
    {
      Child child([&](int to) {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit bytes{limit, limit};
        if (::setrlimit(RLIMIT_FSIZE, &bytes) != 0) ::_exit(2);
        write_until_full(temp / "b", to);
      });
      story = child.receive(10'000);
    }
    ASSERT_FALSE(story.empty());
    std::size_t calls = story.find_first_not_of('.');
    ASSERT_NE(calls, std::string::npos) << story;
    ASSERT_TRUE(story[calls] == 'F' || story[calls] == 'S') << limit << ": " << story;
    if (story[calls] == 'S') {
      EXPECT_TRUE(check(temp / "b")->complete);
      continue;
    }
    ++failed;
    ASSERT_EQ(complaint(temp / "b", calls), "") << limit;
  }
  EXPECT_GT(failed, 15);
}

TEST(BundleFaults, AFullDiskKeepsWhatWasCommitted) {
  TempFolder temp;
  bool can_mount = false;
  for (int kib = 64; kib <= 4096; kib += 192) {
    Child child([&](int to) {
      std::string size = fmt::format("size={}k", kib);
      fs::create_directories(temp / "disk");
      bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                     ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                     ::mount("tmpfs", (temp / "disk").c_str(), "tmpfs", 0, size.c_str()) == 0;
      if (!mounted) return send(to, "M");
      std::size_t calls = 0;
      Status done = write_sequence(temp / "disk/b", [&] { ++calls; });
      if (done.ok())
        return send(to, check(temp / "disk/b")->complete ? "S" : "sealed and not complete");
      if (done.error().code != ErrorCode::kExhausted) return send(to, done.error().text());
      send(to, "F" + complaint(temp / "disk/b", calls));
    });
    std::string story = child.receive(10'000);
    if (story == "M") break;
    can_mount = true;
    ASSERT_TRUE(story == "F" || story == "S") << kib << " KiB: " << story;
  }
  if (!can_mount) GTEST_SKIP() << "no permission to mount a small tmpfs";
}

TEST(BundleFaults, AFolderThatCannotBeMadeIsNamed) {
  Result<Writer> writer = Writer::create("/proc/none/b", 0);
  ASSERT_FALSE(writer.ok());
  EXPECT_NE(writer.error().text().find("/proc/none/b"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::bundle
