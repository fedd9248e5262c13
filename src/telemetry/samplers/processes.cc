// process.NAME.cpu: what the busiest other processes on this machine used, in cores: the
// co-tenants. Every process is looked at about once a second, the busiest in every sample. Only
// names are read, never command lines or environments; processes of one name share a series.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

constexpr std::size_t kMostSeries = 64;

struct Seen {
  std::uint64_t started = 0;
  std::uint64_t ticks = 0;
};

struct Busy {
  std::uint64_t pid = 0;
  std::uint64_t started = 0;
  std::uint64_t used = 0;  // ticks since the last look
  std::string name;
};

class ProcessSampler final : public Sampler {
 public:
  ProcessSampler(const fs::path& root, int most)
      : folder_(root / "proc"), most_(static_cast<std::size_t>(std::max(0, most))) {
    Result<std::string> own = read_file(folder_ / "self/stat", 1 << 16);
    std::optional<ProcessStat> stat = own.ok() ? parse_process_stat(*own) : std::nullopt;
    if (stat) own_pid_ = stat->pid;
  }

  void sample(Nanos now, Board& board) override {
    if (most_ == 0) return;
    sample_followed(now, board);
    if (!next_look_ || now >= *next_look_) look(now, board);
  }

 private:
  struct Followed {
    std::uint64_t started = 0;
    std::string name;
    ProcFile file;
    Rate cpu;
  };

  void sample_followed(Nanos now, Board& board) {
    std::map<std::string, double> ticks_per_s;
    for (auto it = followed_.begin(); it != followed_.end();) {
      Result<std::string_view> text = it->second.file.read();
      std::optional<ProcessStat> stat = text.ok() ? parse_process_stat(*text) : std::nullopt;
      if (!stat || stat->started != it->second.started) {
        it = followed_.erase(it);  // it has ended
        continue;
      }
      std::optional<double> ticks = it->second.cpu.next(now, stat->cpu_ticks);
      if (ticks) ticks_per_s[it->second.name] += *ticks;
      ++it;
    }
    const double ticks_of_a_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    for (const auto& [name, ticks] : ticks_per_s) {
      board.set(board.series("process." + name + ".cpu", "cores", "/proc/PID/stat"),
                ticks / ticks_of_a_second);
    }
  }

  // Looks at every process; the busiest since the last look are followed from now on.
  void look(Nanos now, Board& board) {
    std::unordered_map<std::uint64_t, Seen> seen;
    std::vector<Busy> busy;
    std::error_code problem;
    for (fs::directory_iterator it(folder_, problem), end; !problem && it != end;
         it.increment(problem)) {
      const std::string name = it->path().filename().string();
      if (name[0] < '0' || name[0] > '9') continue;
      Result<std::string> text = read_file(it->path() / "stat", 1 << 16);
      std::optional<ProcessStat> stat = text.ok() ? parse_process_stat(*text) : std::nullopt;
      if (!stat || stat->pid == own_pid_) continue;
      seen[stat->pid] = {stat->started, stat->cpu_ticks};
      auto before = seen_.find(stat->pid);
      bool same = before != seen_.end() && before->second.started == stat->started;
      if (!same || stat->cpu_ticks <= before->second.ticks) continue;
      busy.push_back({stat->pid, stat->started, stat->cpu_ticks - before->second.ticks,
                      series_word(stat->name, *stat)});
    }
    if (problem) board.missing("process: /proc", problem.message());
    next_look_ = now + (seen_.empty() ? Nanos{200'000'000} : look_period(seen.size()));
    seen_ = std::move(seen);
    follow(std::move(busy), now, board);
  }

  // A second, and more where there are very many processes: a look costs about 10 us for each.
  static Nanos look_period(std::size_t processes) {
    return Nanos{1'000'000'000} + Nanos{5'000'000} * static_cast<std::int64_t>(processes);
  }

  void follow(std::vector<Busy> busy, Nanos now, Board& board) {
    std::sort(busy.begin(), busy.end(), [](const Busy& a, const Busy& b) {
      return a.used != b.used ? a.used > b.used : a.pid < b.pid;
    });
    if (busy.size() > most_) busy.resize(most_);
    std::unordered_map<std::uint64_t, Followed> next;
    for (Busy& one : busy) {
      auto present = followed_.find(one.pid);
      if (present != followed_.end() && present->second.started == one.started) {
        next.insert(followed_.extract(present));
        continue;
      }
      if (!allowed(one.name, board)) continue;
      Followed fresh{
          one.started, one.name, ProcFile(folder_ / std::to_string(one.pid) / "stat"), {}};
      (void)fresh.cpu.next(now, seen_[one.pid].ticks);
      next.emplace(one.pid, std::move(fresh));
    }
    followed_ = std::move(next);
  }

  bool allowed(const std::string& name, Board& board) {
    if (names_.contains(name)) return true;
    if (names_.size() == kMostSeries) {
      board.missing("process",
                    "more than 64 names were among the busiest: later ones are left out");
      return false;
    }
    names_.insert(name);
    return true;
  }

  fs::path folder_;
  std::size_t most_;
  std::optional<std::uint64_t> own_pid_;
  std::optional<Nanos> next_look_;
  std::unordered_map<std::uint64_t, Seen> seen_;
  std::unordered_map<std::uint64_t, Followed> followed_;
  std::set<std::string> names_;
};

}  // namespace

SamplerPtr process_sampler(const fs::path& root, int most) {
  return std::make_unique<ProcessSampler>(root, most);
}

}  // namespace lynxbench::telemetry
