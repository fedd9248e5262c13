#include <vector>

#include "trace/chrome/rows.h"

namespace lynxbench::trace::chrome {
namespace {

// Numbers of the part's names, lanes and threads in the whole.
struct Renumbered {
  std::vector<NameId> names;
  std::vector<std::uint32_t> lanes;
  std::vector<std::uint32_t> threads;
};

Renumbered renumber(Timeline& whole, const Timeline& part) {
  Renumbered to;
  for (NameId id = 0; id < part.names.size(); ++id) {
    to.names.push_back(whole.names.intern(part.names[id]));
  }
  for (const Lane& lane : part.lanes) {
    to.lanes.push_back(whole.lane_of(lane.device, lane.stream, lane.stream_known));
  }
  for (const TraceThread& thread : part.threads) {
    to.threads.push_back(whole.thread_of(thread.process, thread.thread));
    if (thread.name != 0) whole.threads[to.threads.back()].name = to.names[thread.name];
  }
  return to;
}

void append_facts(Timeline& whole, const Timeline& part, const Renumbered& to) {
  const auto first_collective = static_cast<std::uint32_t>(whole.collectives.size());
  for (std::size_t i = 0; i < part.kernels.size(); ++i) {
    KernelFacts facts = part.kernels[i];
    if (facts.collective != kNoRow) facts.collective += first_collective;
    whole.kernels.push_back(facts);
  }
  for (std::size_t i = 0; i < part.collectives.size(); ++i) {
    CollectiveFacts facts = part.collectives[i];
    facts.name = to.names[facts.name];
    facts.group = to.names[facts.group];
    facts.dtype = to.names[facts.dtype];
    whole.collectives.push_back(facts);
  }
  for (std::size_t i = 0; i < part.copies.size(); ++i) whole.copies.push_back(part.copies[i]);
}

void append_device(Timeline& whole, const Timeline& part, const Renumbered& to) {
  const auto first_kernel = static_cast<std::uint32_t>(whole.kernels.size());
  const auto first_copy = static_cast<std::uint32_t>(whole.copies.size());
  append_facts(whole, part, to);
  const DeviceTable& rows = part.device;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t first = rows.work[i] == DeviceWork::kKernel ? first_kernel : first_copy;
    whole.device.add({.begin_ns = rows.begin_ns[i],
                      .end_ns = rows.end_ns[i],
                      .name = to.names[rows.name[i]],
                      .lane = to.lanes[rows.lane[i]],
                      .work = rows.work[i],
                      .link = rows.link[i],
                      .facts = rows.facts[i] == kNoRow ? kNoRow : rows.facts[i] + first});
  }
}

void append_host(Timeline& whole, const Timeline& part, const Renumbered& to) {
  const auto first_row = static_cast<std::uint32_t>(whole.host.size());
  const HostTable& rows = part.host;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    whole.host.add({.begin_ns = rows.begin_ns[i],
                    .end_ns = rows.end_ns[i],
                    .name = to.names[rows.name[i]],
                    .thread = to.threads[rows.thread[i]],
                    .work = rows.work[i]});
  }
  for (std::size_t i = 0; i < part.calls.size(); ++i) {
    whole.calls.add(part.calls.host_row[i] + first_row, part.calls.link[i]);
  }
  for (std::size_t i = 0; i < part.operators.size(); ++i) {
    const OperatorFacts& facts = part.operators[i];
    whole.operators.push_back({facts.host_row + first_row, to.names[facts.shapes],
                               to.names[facts.types], to.names[facts.inputs]});
  }
}

}  // namespace

void append(Batch& whole, const Batch& part) {
  const Renumbered to = renumber(whole.timeline, part.timeline);
  append_device(whole.timeline, part.timeline, to);
  append_host(whole.timeline, part.timeline, to);
  for (DeviceWait wait : part.timeline.waits) {
    wait.name = to.names[wait.name];
    if (wait.lane != kNoRow) wait.lane = to.lanes[wait.lane];
    if (wait.recorded_on != kNoRow) wait.recorded_on = to.lanes[wait.recorded_on];
    whole.timeline.waits.push_back(wait);
  }
  for (Mark mark : part.marks) {
    mark.thread = to.threads[mark.thread];
    mark.name = to.names[mark.name];
    whole.marks.push_back(mark);
  }
  for (std::size_t i = 0; i < part.counters.size(); ++i) {
    CounterSample sample = part.counters[i];
    sample.name = to.names[sample.name];
    sample.labels = to.names[sample.labels];
    whole.counters.push_back(sample);
  }
  whole.timeline.events += part.timeline.events;
  whole.device_annotations += part.device_annotations;
  whole.flows += part.flows;
  whole.pytorch = whole.pytorch || part.pytorch;
  whole.losses.append(LossCount(part.losses).take());
}

}  // namespace lynxbench::trace::chrome
