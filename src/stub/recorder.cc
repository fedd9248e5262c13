#include "stub/recorder.h"

#include <sched.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <memory>

namespace lynxbench::stub {
namespace {

constexpr std::string_view kFirstLine = R"({"lynxbench_stub_truth":1,"clock":"CLOCK_MONOTONIC","unit":"ns"})" "\n";

std::int64_t size_of(const RequestTruth& request) {
  return static_cast<std::int64_t>(sizeof(RequestTruth) + request.written.capacity() * sizeof(Written) +
                                   request.id.capacity() + request.peer.capacity());
}

}  // namespace

void TimeHistogram::add(std::int64_t ns) {
  std::uint64_t value = ns < 0 ? 0 : static_cast<std::uint64_t>(ns);
  ++n_;
  most_ = std::max(most_, ns);
  int shift = std::max(0, static_cast<int>(std::bit_width(value)) - 8);
  ++counts_[static_cast<std::size_t>(shift) * kSteps + (value >> shift)];
}

Quantiles TimeHistogram::quantiles() const {
  Quantiles quantiles;
  quantiles.n = n_;
  if (n_ == 0) return quantiles;
  auto at = [&](std::uint64_t percent) {
    std::uint64_t rank = (n_ * percent + 99) / 100, seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen < rank) continue;
      if (i < 2 * kSteps) return static_cast<std::int64_t>(i);
      std::size_t shift = i / kSteps - 1;  // values of this cell: (i - shift * kSteps) << shift and up
      return static_cast<std::int64_t>(((i - shift * kSteps) << shift) + (std::size_t{1} << shift) / 2);
    }
    return most_;
  };
  quantiles.p50 = std::min(at(50), most_);
  quantiles.p99 = std::min(at(99), most_);
  quantiles.most = most_;
  return quantiles;
}

Result<std::unique_ptr<Recorder>> Recorder::make(bool keep, const std::string& file, std::int64_t memory) {
  std::unique_ptr<Recorder> made(new Recorder);
  made->keep_ = keep;
  made->memory_ = memory;
  if (file.empty()) return made;
  made->keep_ = true;
  made->file_name_ = file;
  made->file_ = std::fopen(file.c_str(), "wb");
  if (made->file_ == nullptr) return Error{ErrorCode::kExhausted, "cannot write the truth: " + system_message(errno), file};
  std::fwrite(kFirstLine.data(), 1, kFirstLine.size(), made->file_);
  made->writer_ = std::thread([recorder = made.get()] { recorder->write_blocks(); });
  return made;
}

Recorder::~Recorder() {
  if (writer_.joinable()) {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    writer_.join();
  }
  if (file_ != nullptr) std::fclose(file_);
}

void Recorder::count(Outcome outcome, bool kernel_time, std::optional<std::int64_t> ttft_ns, std::int64_t e2e_ns) {
  ++totals_.requests;
  ++totals_.outcomes[static_cast<std::size_t>(outcome)];
  totals_.without_kernel_time += kernel_time ? 0 : 1;
  if (outcome != Outcome::kOk) return;
  if (ttft_ns) ttft_.add(*ttft_ns);
  e2e_.add(e2e_ns);
}

void Recorder::keep(RequestTruth&& request) {
  std::int64_t size = size_of(request);
  if (file_ == nullptr && used_ + size > memory_) {
    ++totals_.not_kept;
    return;
  }
  used_ += size;
  requests_.push_back(std::move(request));
  if (file_ != nullptr && used_ > memory_ / 2) hand_over();
}

void Recorder::hand_over() {
  moved_ = true;
  {
    std::lock_guard lock(mutex_);
    blocks_.push_back(std::move(requests_));
  }
  changed_.notify_one();
  requests_ = {};
  used_ = 0;
}

void Recorder::write(const std::vector<RequestTruth>& block) {
  std::string problem;
  for (const RequestTruth& request : block) {
    std::string line = truth_line(request) + "\n";
    if (problem.empty() && std::fwrite(line.data(), 1, line.size(), file_) != line.size()) problem = system_message(errno);
  }
  if (problem.empty()) return;
  std::lock_guard lock(mutex_);
  problem_ = problem;
}

void Recorder::write_blocks() {
  sched_param none{};
  sched_setscheduler(0, SCHED_IDLE, &none);  // of this thread alone
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !blocks_.empty(); });
    if (blocks_.empty()) return;
    std::vector<RequestTruth> block = std::move(blocks_.front());
    blocks_.erase(blocks_.begin());
    lock.unlock();
    write(block);
    lock.lock();
  }
}

Result<Truth> Recorder::finish() {
  if (writer_.joinable()) {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    writer_.join();
  }
  Truth truth;
  truth.totals = totals_;
  if (keep_ && !moved_ && totals_.not_kept == 0) {
    Totals exact = totals_of(requests_);
    truth.totals.ttft = exact.ttft;
    truth.totals.itl = exact.itl;
    truth.totals.e2e = exact.e2e;
    truth.totals.write_error = exact.write_error;
  } else {
    truth.totals.ttft = ttft_.quantiles();
    truth.totals.itl = itl_.quantiles();
    truth.totals.e2e = e2e_.quantiles();
    truth.totals.write_error = write_error_.quantiles();
  }
  truth.requests = std::move(requests_);
  if (file_ == nullptr) return truth;
  write(truth.requests);
  std::string line = totals_line(truth.totals) + "\n";
  bool written = std::fwrite(line.data(), 1, line.size(), file_) == line.size();
  written = std::fclose(file_) == 0 && written;
  file_ = nullptr;
  if (!written || !problem_.empty()) {
    return Error{ErrorCode::kExhausted, "cannot write the truth: " + (problem_.empty() ? system_message(errno) : problem_), file_name_};
  }
  return truth;
}

}  // namespace lynxbench::stub
