#include "run/attribute.h"

#include <fmt/format.h>

#include "attribution/device/clock_reasons.h"
#include "attribution/device/collectives.h"
#include "attribution/device/context.h"
#include "attribution/device/copy_rows.h"
#include "attribution/device/device_budget.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/device_owners.h"
#include "attribution/device/difference.h"
#include "attribution/device/iterations.h"
#include "attribution/device/launch_delays.h"
#include "attribution/device/launch_queue.h"
#include "attribution/device/name_table.h"
#include "attribution/device/regime.h"
#include "attribution/graph/rank_path.h"
#include "attribution/kernel/host_roofline.h"
#include "attribution/kernel/kernel_roofline.h"
#include "attribution/request_figures.h"
#include "attribution/request_sides.h"
#include "trace/perfetto.h"

namespace lynxbench::run {
namespace {

void describe(const Timeline& timeline, TraceFileFigures& file) {
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
}

void attribute_devices(const Timeline& timeline, const attribution::DeviceClasses& classes,
                       const attribution::KernelRoofline& roofline,
                       const attribution::BudgetEvidence& evidence,
                       const attribution::TraceContext& context, const AttributeOptions& options,
                       std::vector<DeviceFigures>& devices) {
  attribution::fill_budgets(timeline, classes, evidence, devices);
  attribution::fill_name_tables(timeline, classes, devices);
  attribution::fill_copy_rows(timeline, classes, devices);
  attribution::fill_launch_delays(timeline, devices);
  attribution::fill_launch_queues(timeline, devices);
  attribution::fill_throttle(timeline, context, devices);
  for (DeviceFigures& device : devices) {
    device.owners = attribution::device_owners(device.wall, options.contract);
    const auto found = roofline.devices.find(device.device);
    if (found != roofline.devices.end()) device.roofline = found->second;
  }
}

std::vector<NameFigure> totals_of(const Timeline& timeline) {
  std::vector<NameFigure> table;
  for (const TraceTotal& total : timeline.totals) {
    NameFigure& figure = table.emplace_back();
    figure.name = timeline.names[total.name];
    figure.count = total.count;
    figure.sum_ns = total.total_ns;
  }
  return table;
}

// One after another, files become figures; what they say of each other is kept. Of several files it is
// gathered in a first reading, so that figures are made once.
class Attribution {
 public:
  explicit Attribution(const AttributeOptions& options) : options_(options) {}

  Result<TraceFigures> run(const std::vector<std::string>& files) {
    if (files.size() > 1) {
      TRY_STATUS(gather(files));
      waits_ = attribution::rank_waits(ranks_);
      TRY_STATUS(make_figures(files, Gather::kNo));
    } else {
      // An archive may hold several.
      TRY_STATUS(make_figures(files, Gather::kYes));
      waits_ = attribution::rank_waits(ranks_);
      if (has_devices_ && (!context_.empty() || !waits_.of.empty())) {
        TRY_STATUS(make_figures(files, Gather::kNo));
      }
    }
    if (has_devices_) {
      for (std::string& note : refused_) figures_.notes.push_back(std::move(note));
    }
    if (perfetto_ != nullptr) TRY_STATUS(perfetto_->finish());
    figures_.client_server = attribution::compare_sides(sides_);
    figures_.ranks = attribution::compare_ranks(ranks_, figures_.files);
    if (figures_.ranks) figures_.ranks->path = attribution::rank_path(ranks_, causes_);
    if (!options_.against.empty()) TRY_STATUS(compare());
    return std::move(figures_);
  }

 private:
  enum class Gather : std::uint8_t { kNo, kYes };

  // What a file gives besides its figures.
  struct Figured {
    TraceFileFigures file;
    attribution::RankCauses causes;  // empty of a file without a graph, and where ranks share nothing
  };

  Status gather(const std::vector<std::string>& files) {
    for (const std::string& path : files) {
      for (const Timeline& timeline : TRY(trace::read_file(path, options_.read))) {
        gather_from(timeline, attribution::classify(timeline), context_);
      }
    }
    return ok_status();
  }

  void gather_from(const Timeline& timeline, const attribution::DeviceClasses& classes,
                   attribution::TraceContext& context) {
    if (timeline.device.size() == 0) {
      if (auto refused = attribution::add_to(context, timeline)) refused_.push_back(*refused);
    }
    has_devices_ = has_devices_ || timeline.device.size() != 0;
    ranks_.push_back(attribution::collectives_of(timeline, classes));
  }

  // They rest on the context that was gathered before, which is whole.
  Status make_figures(const std::vector<std::string>& files, Gather also) {
    figures_.files.clear();
    sides_.clear();
    causes_.clear();
    TRY_STATUS(begin_perfetto(files.size()));
    attribution::TraceContext context;
    for (const std::string& path : files) {
      for (const Timeline& timeline : TRY(trace::read_file(path, options_.read))) {
        const attribution::DeviceClasses classes = attribution::classify(timeline);
        if (also == Gather::kYes) gather_from(timeline, classes, context);
        if (auto side = attribution::request_side(timeline)) sides_.push_back(std::move(*side));
        Figured figured = figures_of(timeline, classes, perfetto_.get());
        figures_.files.push_back(std::move(figured.file));
        causes_.push_back(std::move(figured.causes));
      }
    }
    if (also == Gather::kYes) context_ = std::move(context);
    return ok_status();
  }

  // Of the last reading; that of one before is given up.
  Status begin_perfetto(std::size_t files) {
    perfetto_.reset();
    if (options_.perfetto.empty()) return ok_status();
    using Files = trace::PerfettoWriter::Files;
    perfetto_ = TRY(trace::PerfettoWriter::create(options_.perfetto,
                                                  files == 1 ? Files::kOne : Files::kSeveral));
    return ok_status();
  }

  [[nodiscard]] Figured figures_of(const Timeline& timeline,
                                   const attribution::DeviceClasses& classes,
                                   trace::PerfettoWriter* perfetto) const {
    Figured figured;
    TraceFileFigures& file = figured.file;
    describe(timeline, file);
    file.devices = attribution::device_figures(timeline, classes);
    const attribution::KernelRoofline roofline =
        attribution::kernel_roofline(timeline, classes, options_.ceilings);
    const std::optional<attribution::IntervalSet> requests =
        attribution::request_presence(context_, timeline);
    const std::optional<attribution::RequestQueue> queue =
        attribution::request_queue(context_, timeline);
    const std::vector<std::int64_t> waits =
        attribution::waits_of_rows(timeline, classes, waits_);
    const attribution::BudgetEvidence evidence{.bounds = roofline.bounds,
                                               .requests = requests ? &*requests : nullptr,
                                               .queue = queue ? &*queue : nullptr,
                                               .rank_waits_ns = waits};
    attribute_devices(timeline, classes, roofline, evidence, context_, options_, file.devices);
    if (perfetto != nullptr) {
      perfetto->add(timeline,
                    attribution::budget_pieces(timeline, classes, evidence, file.devices));
    }
    figured.causes = add_graph(timeline, classes, roofline, file);
    attribution::fill_host_table(timeline, file);
    file.host_rooflines = attribution::host_roofline(timeline, options_.ceilings);
    file.iterations = attribution::iterations(timeline);
    file.requests = attribution::request_figures(timeline);
    file.regimes = attribution::regimes_of(timeline);
    file.series = attribution::series_figures(timeline);
    for (std::string& note : attribution::reason_notes(timeline)) {
      file.notes.push_back(std::move(note));
    }
    if (auto apart = attribution::requests_apart(context_, timeline)) file.notes.push_back(*apart);
    file.totals = totals_of(timeline);
    return figured;
  }

  attribution::RankCauses add_graph(const Timeline& timeline,
                                    const attribution::DeviceClasses& classes,
                                    const attribution::KernelRoofline& roofline,
                                    TraceFileFigures& file) const {
    const std::size_t rows = timeline.host.size() + timeline.device.size();
    if (rows == 0) return {};
    const bool asked = options_.graph == AttributeOptions::Graph::kAlways ||
                       !options_.what_ifs.empty();
    if (rows <= kGraphEvents || asked) {
      const auto graph = attribution::DependencyGraph::of(timeline, classes.of);
      file.graph = graph_figures(graph, roofline, options_.what_ifs);
      if (timeline.rank && !waits_.of.empty()) return attribution::RankCauses::of(graph);
    } else {
      file.notes.push_back(fmt::format(
          "the critical path and what-ifs of {} events are left out for their memory; --graph asks "
          "for them",
          rows));
    }
    return {};
  }

  Status compare() {
    const std::vector<Timeline> before = TRY(trace::read_file(options_.against, options_.read));
    const attribution::DeviceClasses classes = attribution::classify(before.front());
    figures_.difference = attribution::difference(
        figures_of(before.front(), classes, nullptr).file, figures_.files.front());
    return ok_status();
  }

  const AttributeOptions& options_;
  TraceFigures figures_;
  std::vector<attribution::RankCollectives> ranks_;
  attribution::TraceContext context_;
  attribution::RankWaits waits_;
  std::vector<std::string> refused_;
  std::vector<attribution::RequestSide> sides_;
  std::vector<attribution::RankCauses> causes_;
  std::unique_ptr<trace::PerfettoWriter> perfetto_;
  bool has_devices_ = false;
};

}  // namespace

Result<TraceFigures> attribute(const std::vector<std::string>& files,
                               const AttributeOptions& options) {
  return Attribution(options).run(files);
}

}  // namespace lynxbench::run
