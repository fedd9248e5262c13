#include <algorithm>
#include <queue>
#include <unordered_map>

#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

constexpr std::int64_t kLongestNs = std::int64_t{1} << 61;
// Block ids that may wait in the window, over all its requests.
constexpr std::size_t kMostWaitingBlocks = std::size_t{1} << 22;

// Ids as small numbers, in order of appearance.
class BlockNumbers {
 public:
  std::optional<std::uint32_t> number(std::uint64_t id) {
    auto found = numbers_.find(id);
    if (found != numbers_.end()) return found->second;
    if (numbers_.size() == kMostBlocks) return std::nullopt;
    auto number = static_cast<std::uint32_t>(numbers_.size());
    numbers_.emplace(id, number);
    return number;
  }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
};

class Ordered final : public RequestReader {
 public:
  explicit Ordered(std::unique_ptr<RawReader> raw) : raw_(std::move(raw)) { fill(1); }

  std::optional<TracedRequest> next() override {
    if (step_at_ == step_.size()) {
      step_.clear();
      step_at_ = 0;
      take_step();
    }
    if (step_at_ == step_.size()) return std::nullopt;
    RawRequest& raw = step_[step_at_];
    TracedRequest request{0, raw.input_tokens, raw.output_tokens, raw.request_bytes, raw.response_bytes, {}};
    std::int64_t at = raw.at_ns;
    if (raw_->has_steps()) {
      double share = static_cast<double>(step_at_) / static_cast<double>(step_.size());
      at += static_cast<std::int64_t>(share * static_cast<double>(raw_->shape().time_step_ns));
    }
    if (!first_ns_) first_ns_ = at;
    request.at_ns = given_ns_ = std::max(given_ns_, at - *first_ns_);
    for (std::uint64_t id : raw.blocks) {
      std::optional<std::uint32_t> number = numbers_.number(id);
      if (!number) {
        raw_->losses().add(Severity::kLoss, fmt::format("block beyond {} different ones: the rest of its list is left out", kMostBlocks),
                           fmt::format("request {}", count_));
        break;
      }
      request.blocks.push_back(*number);
    }
    ++count_;
    ++step_at_;
    return request;
  }

  [[nodiscard]] const Shape& shape() const override { return raw_->shape(); }
  [[nodiscard]] Losses losses() const override { return raw_->losses().losses(); }

 private:
  struct Waiting {
    RawRequest request;
    std::uint64_t sequence = 0;
  };
  struct Later {
    bool operator()(const Waiting& a, const Waiting& b) const {
      return std::pair(a.request.at_ns, a.sequence) > std::pair(b.request.at_ns, b.sequence);
    }
  };

  void fill(std::size_t window) {
    while (!ended_ && heap_.size() < window && waiting_blocks_ < kMostWaitingBlocks) {
      std::optional<RawRequest> raw = raw_->next();
      if (!raw) {
        ended_ = true;
        return;
      }
      ++read_;
      if (taken_ns_ && raw->at_ns < *taken_ns_) {
        raw_->losses().add(Severity::kLoss, fmt::format("request further out of order than {} others", kReorderWindow),
                           fmt::format("request {}", read_));
        continue;
      }
      if (raw->at_ns > kLongestNs || raw->at_ns < -kLongestNs) {
        raw_->losses().add(Severity::kLoss, "request of an impossible time", fmt::format("request {}", read_));
        continue;
      }
      waiting_blocks_ += raw->blocks.size();
      heap_.push_back({std::move(*raw), read_});
      std::push_heap(heap_.begin(), heap_.end(), Later{});
    }
  }

  // The next request; of a clock with steps all that wait and have the same time.
  void take_step() {
    fill(kReorderWindow);
    while (!heap_.empty() && (step_.empty() || heap_.front().request.at_ns == *taken_ns_)) {
      std::pop_heap(heap_.begin(), heap_.end(), Later{});
      waiting_blocks_ -= heap_.back().request.blocks.size();
      taken_ns_ = heap_.back().request.at_ns;
      step_.push_back(std::move(heap_.back().request));
      heap_.pop_back();
      if (!raw_->has_steps()) return;
    }
  }

  std::unique_ptr<RawReader> raw_;
  std::vector<Waiting> heap_;
  std::size_t waiting_blocks_ = 0;
  std::uint64_t read_ = 0;
  bool ended_ = false;
  std::optional<std::int64_t> taken_ns_;  // of the last that left the heap
  std::vector<RawRequest> step_;
  std::size_t step_at_ = 0;
  std::optional<std::int64_t> first_ns_;
  std::int64_t given_ns_ = 0;
  std::uint64_t count_ = 1;  // the request in hand, from 1
  BlockNumbers numbers_;
};

}  // namespace

std::unique_ptr<RequestReader> ordered(std::unique_ptr<RawReader> raw) {
  return std::make_unique<Ordered>(std::move(raw));
}

}  // namespace lynxbench::workload::trace
