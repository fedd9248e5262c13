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
  return a.host_own_ns == b.host_own_ns && same(a.requests, b.requests) &&
         std::equal(a.devices.begin(), a.devices.end(), b.devices.begin(), b.devices.end(),
                    same_device);
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
  copy.devices = original->files[0].devices.size();
  return copy;
}

}  // namespace lynxbench::run
