#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "trace/decimal.h"
#include "trace/json_cursor.h"
#include "trace/json_losses.h"
#include "trace/json_stream.h"
#include "trace/loss_count.h"
#include "trace/trtexec/exports.h"

namespace lynxbench::trace::trtexec {
namespace {

// One of a record's steps, as far as the record has it.
struct Step {
  std::optional<std::int64_t> begin_ns;
  std::optional<std::int64_t> end_ns;
  std::optional<std::int64_t> length_ns;

  // The length has digits that the stamps have lost, so the end is begin + length where there is one.
  [[nodiscard]] std::optional<std::int64_t> best_length_ns() const {
    if (length_ns) return length_ns;
    if (!begin_ns || !end_ns) return std::nullopt;
    std::int64_t length = 0;
    if (__builtin_sub_overflow(*end_ns, *begin_ns, &length)) return std::nullopt;
    return length;
  }
};

struct Record {
  Step enqueue;
  Step to_device;
  Step compute;
  Step to_host;
};

struct Key {
  std::string_view name;
  Step Record::*step;
  std::optional<std::int64_t> Step::*value;
};

// With the names that versions before 8 wrote.
constexpr std::array<Key, 17> kKeys = {{
    {"startEnqMs", &Record::enqueue, &Step::begin_ns},
    {"endEnqMs", &Record::enqueue, &Step::end_ns},
    {"startH2dMs", &Record::to_device, &Step::begin_ns},
    {"endH2dMs", &Record::to_device, &Step::end_ns},
    {"h2dMs", &Record::to_device, &Step::length_ns},
    {"startInMs", &Record::to_device, &Step::begin_ns},
    {"endInMs", &Record::to_device, &Step::end_ns},
    {"inMs", &Record::to_device, &Step::length_ns},
    {"startComputeMs", &Record::compute, &Step::begin_ns},
    {"endComputeMs", &Record::compute, &Step::end_ns},
    {"computeMs", &Record::compute, &Step::length_ns},
    {"startD2hMs", &Record::to_host, &Step::begin_ns},
    {"endD2hMs", &Record::to_host, &Step::end_ns},
    {"d2hMs", &Record::to_host, &Step::length_ns},
    {"startOutMs", &Record::to_host, &Step::begin_ns},
    {"endOutMs", &Record::to_host, &Step::end_ns},
    {"outMs", &Record::to_host, &Step::length_ns},
}};

// Nothing when `text` is no object.
std::optional<Record> record_of(std::string_view text) {
  JsonCursor json(text);
  if (!json.enter('{')) return std::nullopt;
  Record record;
  while (const std::optional<std::string_view> name = json.key()) {
    const Key* key = nullptr;
    for (const Key& one : kKeys) {
      if (one.name == *name) key = &one;
    }
    if (key == nullptr) {
      json.skip();
    } else {
      record.*(key->step).*(key->value) = nanoseconds_of_milliseconds(json.scalar());
    }
  }
  if (json.fault() != JsonFault::kNone) return std::nullopt;
  return record;
}

struct Extent {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

class TimesReader {
 public:
  explicit TimesReader(ByteSource& source) : source_(source), json_(source) {
    lane_ = timeline_.lane_of(0, 0);
    thread_ = timeline_.thread_of(0, 0);
    TraceDevice& device = timeline_.devices.emplace_back();
    device.id = 0;
  }

  Result<Timeline> read() {
    if (json_.next() == JsonStream::Token::kBeginArray) {
      while (const std::optional<std::string_view> text = json_.element()) take(*text);
    }
    timeline_.bytes = json_.byte();
    count_ending(json_, losses_, Unclosed::kDamage);
    if (timeline_.device.size() == 0) {
      return Error{ErrorCode::kInvalidInput,
                   "has no record of an inference with startComputeMs and computeMs, as "
                   "trtexec --exportTimes writes them",
                   source_.name()};
    }
    say_what_to_know();
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  void take(std::string_view text) {
    const std::size_t byte = json_.text_byte();
    const LinkKey link = timeline_.events++;
    const std::optional<Record> record = record_of(text);
    if (!record) {
      losses_.add(Severity::kDamage, "element that is no record", byte);
      return;
    }
    const std::optional<Extent> compute = extent_of(record->compute, byte);
    if (!compute) {
      losses_.add(Severity::kLoss, "record without the time of its inference", byte);
      return;
    }
    records_ += 1;
    if (compute->begin_ns < kWarmUpNs) ++warm_up_;
    add_enqueue(record->enqueue, link, byte);
    add_copy("H2D", CopyKind::kHostToDevice, record->to_device, link, byte);
    timeline_.device.add({.begin_ns = compute->begin_ns,
                          .end_ns = compute->end_ns,
                          .name = timeline_.names.intern("inference"),
                          .lane = lane_,
                          .work = DeviceWork::kKernel,
                          .link = link});
    add_copy("D2H", CopyKind::kDeviceToHost, record->to_host, link, byte);
  }

  // Nothing when the record does not say it; counted when what it says cannot be.
  std::optional<Extent> extent_of(const Step& step, std::size_t byte) {
    const std::optional<std::int64_t> length_ns = step.best_length_ns();
    if (!step.begin_ns || !length_ns) return std::nullopt;
    if (*length_ns < 0) {
      losses_.add(Severity::kLoss, "step that ends before it begins", byte);
      return std::nullopt;
    }
    Extent extent{*step.begin_ns, 0};
    if (__builtin_add_overflow(*step.begin_ns, *length_ns, &extent.end_ns)) {
      losses_.add(Severity::kLoss, "step with a time beyond 63 bits", byte);
      return std::nullopt;
    }
    return extent;
  }

  void add_enqueue(const Step& step, LinkKey link, std::size_t byte) {
    const std::optional<Extent> extent = extent_of(step, byte);
    if (!extent) {
      losses_.add(Severity::kLoss, "record without the time of its enqueue", byte);
      return;
    }
    const std::uint32_t row = timeline_.host.add({.begin_ns = extent->begin_ns,
                                                  .end_ns = extent->end_ns,
                                                  .name = timeline_.names.intern("enqueue"),
                                                  .thread = thread_,
                                                  .work = HostWork::kCall});
    timeline_.calls.add(row, link);
  }

  void add_copy(std::string_view name, CopyKind kind, const Step& step, LinkKey link,
                std::size_t byte) {
    const std::optional<Extent> extent = extent_of(step, byte);
    if (!extent) {
      ++(kind == CopyKind::kHostToDevice ? without_h2d_ : without_d2h_);
      losses_.add(Severity::kLoss, fmt::format("record without the time of its {} copy", name),
                  byte);
      return;
    }
    const auto facts = static_cast<std::uint32_t>(timeline_.copies.size());
    timeline_.copies.push_back({.bytes = -1, .kind = kind});
    timeline_.device.add({.begin_ns = extent->begin_ns,
                          .end_ns = extent->end_ns,
                          .name = timeline_.names.intern(name),
                          .lane = lane_,
                          .work = DeviceWork::kCopy,
                          .link = link,
                          .facts = facts});
  }

  void say_what_to_know() {
    std::vector<std::string>& notes = timeline_.notes;
    timeline_.clock = {TraceClock::Kind::kRelative, std::nullopt, "since the run's start"};
    if (warm_up_ == records_) {
      notes.emplace_back(
          "every record is warm-up: all began in the first 200 ms, which trtexec's own summary "
          "leaves out");
    } else if (warm_up_ > 0) {
      notes.push_back(fmt::format(
          "warm-up included: {} of {} records began in the first 200 ms, which trtexec's own "
          "summary leaves out",
          warm_up_, records_));
    }
    if (without_h2d_ > 0) notes.push_back(unknown_copies("H2D", without_h2d_));
    if (without_d2h_ > 0) notes.push_back(unknown_copies("D2H", without_d2h_));
    notes.emplace_back(
        "begins have six significant digits (10 us after the first second); lengths are finer");
  }

  [[nodiscard]] std::string unknown_copies(std::string_view name, std::uint64_t count) const {
    return fmt::format("{} unknown: {} of {} records do not say how long it took", name, count,
                       records_);
  }

  ByteSource& source_;
  JsonStream json_;
  Timeline timeline_;
  LossCount losses_;
  std::uint32_t lane_ = 0;
  std::uint32_t thread_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t warm_up_ = 0;
  std::uint64_t without_h2d_ = 0;
  std::uint64_t without_d2h_ = 0;
};

}  // namespace

Result<Timeline> read_times(ByteSource& source) { return TimesReader(source).read(); }

}  // namespace lynxbench::trace::trtexec
