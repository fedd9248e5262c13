#include "run/attribute.h"

#include "attribution/device/device_budget.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/launch_slices.h"
#include "attribution/device/name_table.h"
#include "attribution/kernel/kernel_roofline.h"
#include "attribution/request_figures.h"
#include "trace/perfetto.h"

namespace lynxbench::run {
namespace {

TraceFileFigures figures_of(const Timeline& timeline, trace::PerfettoWriter* perfetto) {
  TraceFileFigures file;
  file.file = timeline.file;
  file.format = timeline.format;
  file.writer = timeline.writer;
  file.clock = timeline.clock.source;
  file.wall_offset_ns = timeline.clock.wall_offset_ns;
  file.rank = timeline.rank;
  file.world_size = timeline.world_size;
  file.events = timeline.events;
  file.calls = timeline.calls.size();
  file.notes = timeline.notes;
  file.losses = timeline.losses;
  const attribution::Window window = attribution::window_of(timeline);
  file.begin_ns = window.begin_ns;
  file.end_ns = window.end_ns;
  const attribution::DeviceClasses classes = attribution::classify(timeline);
  file.devices = attribution::device_figures(timeline, classes);
  attribution::KernelRoofline roofline = attribution::kernel_roofline(timeline, classes, {});
  attribution::fill_budgets(timeline, classes, roofline.bounds, file.devices);
  if (perfetto != nullptr) {
    perfetto->add(timeline, attribution::budget_pieces(timeline, classes, roofline.bounds,
                                                       file.devices));
  }
  for (DeviceFigures& device : file.devices) {
    const auto found = roofline.devices.find(device.device);
    if (found != roofline.devices.end()) device.roofline = std::move(found->second);
  }
  attribution::fill_launch_slices(timeline, file.devices);
  attribution::fill_name_tables(timeline, classes, file.devices);
  attribution::fill_host_table(timeline, file);
  file.requests = attribution::request_figures(timeline);
  return file;
}

}  // namespace

Result<TraceFigures> attribute(const std::vector<std::string>& files,
                               const trace::ReadOptions& options, const std::string& perfetto) {
  TraceFigures figures;
  std::unique_ptr<trace::PerfettoWriter> writer;
  if (!perfetto.empty()) {
    using Files = trace::PerfettoWriter::Files;
    writer = TRY(trace::PerfettoWriter::create(perfetto,
                                               files.size() == 1 ? Files::kOne : Files::kSeveral));
  }
  for (const std::string& path : files) {
    for (const Timeline& timeline : TRY(trace::read_file(path, options))) {
      figures.files.push_back(figures_of(timeline, writer.get()));
    }
  }
  if (writer != nullptr) TRY_STATUS(writer->finish());
  return figures;
}

}  // namespace lynxbench::run
