#include "attribution/trtexec_summary.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "stats/moments.h"
#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

constexpr double kEnqueueBoundRatio = 0.8;
constexpr double kUnstableRatio = 0.025;

struct Extent {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  [[nodiscard]] std::int64_t length_ns() const { return end_ns - begin_ns; }
};

struct Record {
  std::optional<Extent> enqueue;
  std::optional<Extent> to_device;
  std::optional<Extent> compute;
  std::optional<Extent> to_host;

  [[nodiscard]] std::optional<std::int64_t> latency_ns() const {
    if (!to_device || !to_host) return std::nullopt;
    return to_device->length_ns() + compute->length_ns() + to_host->length_ns();
  }
};

std::optional<Extent>* part_of(Record& record, const Timeline& timeline, std::size_t row) {
  if (timeline.device.work[row] == DeviceWork::kKernel) return &record.compute;
  const std::uint32_t facts = timeline.device.facts[row];
  if (facts == kNoRow) return nullptr;
  const bool in = timeline.copies[facts].kind == CopyKind::kHostToDevice;
  return in ? &record.to_device : &record.to_host;
}

// By record number, those with an inference.
std::vector<Record> records_of(const Timeline& timeline) {
  std::map<LinkKey, Record> by_number;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    Record& record = by_number[timeline.device.link[row]];
    if (std::optional<Extent>* part = part_of(record, timeline, row)) {
      *part = {timeline.device.begin_ns[row], timeline.device.end_ns[row]};
    }
  }
  for (std::size_t call = 0; call < timeline.calls.size(); ++call) {
    const std::uint32_t row = timeline.calls.host_row[call];
    by_number[timeline.calls.link[call]].enqueue = {timeline.host.begin_ns[row],
                                                    timeline.host.end_ns[row]};
  }
  std::vector<Record> records;
  for (const auto& [number, record] : by_number) {
    if (record.compute) records.push_back(record);
  }
  return records;
}

TrtexecTimes times_of(std::vector<std::int64_t> lengths) {
  std::sort(lengths.begin(), lengths.end());
  const std::vector<double> values(lengths.begin(), lengths.end());
  TrtexecTimes times;
  times.min_ns = lengths.front();
  times.max_ns = lengths.back();
  times.mean_ns = *stats::mean(values);
  times.median_ns = *stats::median(values);
  times.p90_ns = trtexec_percentile(lengths, 90);
  times.p95_ns = trtexec_percentile(lengths, 95);
  times.p99_ns = trtexec_percentile(lengths, 99);
  return times;
}

// Nothing when a record does not say it.
std::optional<TrtexecTimes> times_where_all(
    std::span<const Record> records,
    const std::function<std::optional<std::int64_t>(const Record&)>& length_of) {
  std::vector<std::int64_t> lengths;
  for (const Record& record : records) {
    const std::optional<std::int64_t> length = length_of(record);
    if (!length) return std::nullopt;
    lengths.push_back(*length);
  }
  return times_of(std::move(lengths));
}

auto length_of(std::optional<Extent> Record::*part) {
  return [part](const Record& record) {
    return record.*part ? std::optional((record.*part)->length_ns()) : std::nullopt;
  };
}

// The standard deviation, about the mean and divided by n, over the mean.
double variation_of(std::span<const Record> records, double mean_ns) {
  double sum = 0;
  for (const Record& record : records) {
    const double off = static_cast<double>(record.compute->length_ns()) - mean_ns;
    sum += off * off;
  }
  return mean_ns > 0 ? std::sqrt(sum / static_cast<double>(records.size())) / mean_ns : 0;
}

std::vector<TrtexecWarning> warnings_of(const TrtexecSummary& summary) {
  std::vector<TrtexecWarning> warnings;
  const double compute = summary.compute.median_ns;
  if (summary.enqueue && summary.enqueue->median_ns > kEnqueueBoundRatio * compute) {
    warnings.push_back(TrtexecWarning::kEnqueueBound);
  }
  const auto bounds = [compute](const std::optional<TrtexecTimes>& copy) {
    return copy && copy->median_ns >= compute;
  };
  if (bounds(summary.to_device) || bounds(summary.to_host)) {
    warnings.push_back(TrtexecWarning::kTransferBound);
  }
  if (summary.variation_ratio > kUnstableRatio) warnings.push_back(TrtexecWarning::kUnstable);
  return warnings;
}

void add_wall(std::span<const Record> records, TrtexecSummary& summary) {
  const std::optional<Extent>& first = records.front().to_device;
  const std::optional<Extent>& last = records.back().to_host;
  if (!first || !last || last->end_ns <= first->begin_ns) return;
  summary.wall_ns = static_cast<double>(last->end_ns - first->begin_ns);
  summary.throughput_per_s = static_cast<double>(records.size()) * 1e9 / *summary.wall_ns;
}

}  // namespace

std::int64_t trtexec_percentile(std::span<const std::int64_t> sorted, float percentile) {
  CHECK(!sorted.empty());
  const auto all = static_cast<std::int64_t>(sorted.size());
  const auto exclude =
      static_cast<std::int64_t>((1 - percentile / 100) * static_cast<float>(all));
  return sorted[static_cast<std::size_t>(std::max<std::int64_t>(all - 1 - exclude, 0))];
}

Result<TrtexecSummary> trtexec_summary(const Timeline& timeline, std::int64_t warm_up_ns) {
  const std::vector<Record> all = records_of(timeline);
  const auto warm = std::find_if(all.begin(), all.end(), [&](const Record& record) {
    return record.compute->begin_ns >= warm_up_ns;
  });
  if (warm == all.end()) {
    return error(ErrorCode::kInvalidInput,
                 "all {} records lie in the first {} ms, trtexec's warm-up: no figure can be given",
                 all.size(), warm_up_ns / 1'000'000);
  }
  const std::span<const Record> records(warm, all.end());
  TrtexecSummary summary;
  summary.records = records.size();
  summary.warm_up = all.size() - records.size();
  summary.compute = *times_where_all(records, length_of(&Record::compute));
  summary.latency =
      times_where_all(records, [](const Record& record) { return record.latency_ns(); });
  summary.enqueue = times_where_all(records, length_of(&Record::enqueue));
  summary.to_device = times_where_all(records, length_of(&Record::to_device));
  summary.to_host = times_where_all(records, length_of(&Record::to_host));
  summary.variation_ratio = variation_of(records, summary.compute.mean_ns);
  add_wall(records, summary);
  summary.warnings = warnings_of(summary);
  return summary;
}

}  // namespace lynxbench::attribution
