#include "run/redact.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <tuple>

#include "run/attribute.h"

namespace lynxbench::run {
namespace {

bool same(const DeviceBudget& a, const DeviceBudget& b) {
  const auto same_part = [](const DeviceTimePart& one, const DeviceTimePart& other) {
    return one.time == other.time && one.ns == other.ns;
  };
  const auto times = [](const DeviceBudget& one) {
    return std::tuple(one.whole_ns, one.begin_ns, one.hidden_communication_ns,
                      one.hidden_copies.pageable_ns, one.hidden_copies.pinned_ns,
                      one.hidden_copies.other_ns);
  };
  return times(a) == times(b) &&
         std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), same_part);
}

bool same(const DeviceFigures& a, const DeviceFigures& b) {
  return a.kernels == b.kernels && a.copies == b.copies && a.unlinked == b.unlinked &&
         a.names == b.names && a.launch_delay_p50_ns == b.launch_delay_p50_ns &&
         a.launch_delay_p99_ns == b.launch_delay_p99_ns && same(a.span, b.span) &&
         same(a.wall, b.wall);
}

bool same(const std::optional<RequestFigures>& a, const std::optional<RequestFigures>& b) {
  const auto same_stage = [](const StageFigure& one, const StageFigure& other) {
    return one.stage == other.stage && one.sum_ns == other.sum_ns;
  };
  if (!a || !b) return a.has_value() == b.has_value();
  return a->requests == b->requests && a->whole_ns == b->whole_ns &&
         std::equal(a->stages.begin(), a->stages.end(), b->stages.begin(), b->stages.end(),
                    same_stage);
}

bool same(const TraceFileFigures& a, const TraceFileFigures& b) {
  const auto same_device = [](const DeviceFigures& one, const DeviceFigures& other) {
    return same(one, other);
  };
  const auto same_series = [](const SeriesFigure& one, const SeriesFigure& other) {
    return std::tie(one.counter, one.samples, one.missing, one.least, one.median, one.most) ==
           std::tie(other.counter, other.samples, other.missing, other.least, other.median,
                    other.most);
  };
  const auto same_total = [](const NameFigure& one, const NameFigure& other) {
    return one.count == other.count && one.sum_ns == other.sum_ns;
  };
  return std::tie(a.begin_ns, a.end_ns, a.calls, a.host_own_ns, a.wall_offset_ns) ==
             std::tie(b.begin_ns, b.end_ns, b.calls, b.host_own_ns, b.wall_offset_ns) &&
         same(a.requests, b.requests) &&
         std::equal(a.devices.begin(), a.devices.end(), b.devices.begin(), b.devices.end(),
                    same_device) &&
         std::equal(a.series.begin(), a.series.end(), b.series.begin(), b.series.end(),
                    same_series) &&
         std::equal(a.totals.begin(), a.totals.end(), b.totals.begin(), b.totals.end(),
                    same_total);
}

}  // namespace

Result<RedactedCopy> redact(const RedactJob& job) {
  RedactedCopy copy;
  std::optional<TraceFigures> original;  // a trace that cannot be read leaves no copy behind
  if (job.check != RedactJob::Check::kNone) {
    original = TRY(attribute({job.from}, AttributeOptions()));
  }
  copy.redaction = TRY(trace::redact::redact_file(job.from, job.to, job.options));
  if (!original) return copy;
  const Result<TraceFigures> redacted = attribute({job.to}, AttributeOptions());
  const bool good = redacted.ok() && original->files.size() == 1 &&
                    redacted->files.size() == 1 && same(original->files[0], redacted->files[0]);
  if (!good) {
    std::filesystem::remove(job.to);
    return Error{ErrorCode::kInternal,
                 "the redacted copy does not give the same attribution, so it was removed", job.to};
  }
  const TraceFileFigures& file = original->files[0];
  copy.compared = {.devices = file.devices.size(),
                   .requests = file.requests ? file.requests->requests : 0,
                   .series = file.series.size(),
                   .totals = file.totals.size()};
  return copy;
}

}  // namespace lynxbench::run
