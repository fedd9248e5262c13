// A timeline as text, row by row with every name and number in it: for comparing two readings, and for
// messages that show where they differ.
#pragma once

#include <fmt/format.h>

#include <string>

#include "model/trace.h"

namespace lynxbench::trace {

inline std::string host_and_calls_text(const Timeline& t) {
  std::string out;
  for (std::size_t i = 0; i < t.host.size(); ++i) {
    const TraceThread& thread = t.threads[t.host.thread[i]];
    out += fmt::format("host {} {} '{}' {}/{} '{}' work {}\n", t.host.begin_ns[i], t.host.end_ns[i],
                       t.names[t.host.name[i]], thread.process, thread.thread,
                       t.names[thread.name], static_cast<int>(t.host.work[i]));
  }
  for (std::size_t i = 0; i < t.calls.size(); ++i) {
    out += fmt::format("call row {} link {}\n", t.calls.host_row[i], t.calls.link[i]);
  }
  for (std::size_t i = 0; i < t.operators.size(); ++i) {
    const OperatorFacts& facts = t.operators[i];
    out += fmt::format("operator row {} '{}' '{}' '{}'\n", facts.host_row, t.names[facts.shapes],
                       t.names[facts.types], t.names[facts.inputs]);
  }
  return out;
}

inline std::string facts_text(const Timeline& t, std::size_t row) {
  if (t.device.facts[row] == kNoRow) return "no facts";
  if (t.device.work[row] != DeviceWork::kKernel) {
    const CopyFacts& copy = t.copies[t.device.facts[row]];
    return fmt::format("copy {} bytes kind {} from {} to {}", copy.bytes,
                       static_cast<int>(copy.kind), static_cast<int>(copy.source),
                       static_cast<int>(copy.destination));
  }
  const KernelFacts& kernel = t.kernels[t.device.facts[row]];
  std::string out = fmt::format(
      "grid {},{},{} block {},{},{} registers {} shared {} occupancy {} graph {}", kernel.grid[0],
      kernel.grid[1], kernel.grid[2], kernel.block[0], kernel.block[1], kernel.block[2],
      kernel.registers, kernel.shared_bytes, kernel.occupancy_percent, kernel.from_graph);
  if (kernel.collective == kNoRow) return out;
  const CollectiveFacts& facts = t.collectives[kernel.collective];
  return out + fmt::format(" collective '{}' '{}' '{}' {} {} {} {}", t.names[facts.name],
                           t.names[facts.group], t.names[facts.dtype], facts.in_elements,
                           facts.out_elements, facts.group_size, facts.sequence);
}

inline std::string device_text(const Timeline& t) {
  std::string out;
  for (std::size_t i = 0; i < t.device.size(); ++i) {
    const Lane& lane = t.lanes[t.device.lane[i]];
    out += fmt::format("device {} {} '{}' on {}/{}{} work {} link {} call {} {}\n",
                       t.device.begin_ns[i], t.device.end_ns[i], t.names[t.device.name[i]],
                       lane.device, lane.stream, lane.stream_known ? "" : "?",
                       static_cast<int>(t.device.work[i]), t.device.link[i],
                       i < t.device.call.size() ? t.device.call[i] : kNoRow, facts_text(t, i));
  }
  for (const DeviceWait& wait : t.waits) {
    out += fmt::format("wait {} {} '{}' lane {} link {} recorded by {}\n", wait.begin_ns,
                       wait.end_ns, t.names[wait.name], wait.lane, wait.link, wait.recorded_by);
  }
  return out;
}

inline std::string text_of(const Timeline& t) {
  std::string out = fmt::format("{} | {} | clock {} | rank {} of {} | {} events\n", t.format,
                                t.writer, t.clock.source, t.rank.value_or(-1),
                                t.world_size.value_or(-1), t.events);
  for (const TraceDevice& device : t.devices) {
    out += fmt::format("device {} '{}'\n", device.id, device.name);
  }
  out += host_and_calls_text(t) + device_text(t);
  for (const TraceSeries& series : t.series) {
    out += fmt::format("series '{}' '{}' {}:", series.name, series.labels,
                       series.device.value_or(-1));
    for (std::size_t i = 0; i < series.at_ns.size(); ++i) {
      out += fmt::format(" {}={}", series.at_ns[i], series.value[i]);
    }
    out += "\n";
  }
  for (const std::string& note : t.notes) out += "note " + note + "\n";
  for (const Loss& loss : t.losses) {
    out += fmt::format("loss {} {} x {} at {}\n", static_cast<int>(loss.severity), loss.what,
                       loss.count, loss.where);
  }
  return out;
}

}  // namespace lynxbench::trace
