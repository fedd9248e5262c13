#include "model/trace_figures.h"

#include "model/json.h"

namespace lynxbench {
namespace {

struct Spelling {
  std::string_view name;
  std::string_view title;
};

constexpr std::array<Spelling, kDeviceTimeCount> kSpellings{{
    {"compute_bound", "compute-bound kernels"},
    {"memory_bound", "memory-bound kernels"},
    {"compute_unknown", "kernels, bound unknown"},
    {"communication", "communication, exposed"},
    {"rank_wait", "waiting for another rank, exposed"},
    {"copy_pageable", "copies of pageable memory, exposed"},
    {"copy_pinned", "copies of pinned memory, exposed"},
    {"copy_other", "other copies and sets, exposed"},
    {"idle_operator", "idle: host in an operator"},
    {"idle_python", "idle: host in Python"},
    {"idle_data_loader", "idle: data loader"},
    {"idle_call", "idle: host in a runtime call"},
    {"idle_synchronisation", "idle: host synchronising"},
    {"idle_system_call", "idle: host in a system call"},
    {"idle_program", "idle: host in the program's own range"},
    {"idle_host_unseen", "idle: host, nothing recorded"},
    {"idle_launch", "idle: launch under way"},
    {"idle_queued", "idle: launched earlier, waiting"},
    {"idle_graph", "idle: inside a graph launch"},
    {"idle_no_request", "idle: no request"},
    {"idle_requests_queued", "idle: requests queued"},
    {"idle_unknown", "idle: launch not in the file"},
}};

Json json_of(const DeviceBudget& budget) {
  Json parts = Json::object();
  for (const DeviceTimePart& part : budget.parts) {
    parts[std::string(name_of(part.time)) + "_ns"] = part.ns;
  }
  return Json{{"whole_ns", budget.whole_ns},
              {"begin_ns", budget.begin_ns},
              {"parts", std::move(parts)},
              {"hidden_communication_ns", budget.hidden_communication_ns},
              {"hidden_copy_ns", budget.hidden_copies.sum_ns()},
              {"hidden_copies", Json{{"pageable_ns", budget.hidden_copies.pageable_ns},
                                     {"pinned_ns", budget.hidden_copies.pinned_ns},
                                     {"other_ns", budget.hidden_copies.other_ns}}}};
}

Json json_of(const std::vector<NameFigure>& names) {
  Json table = Json::array();
  for (const NameFigure& one : names) {
    Json row{{"name", one.name},
             {"count", one.count},
             {"sum_ns", one.sum_ns},
             {"share_ratio", one.share},
             {"cumulative_share_ratio", one.cumulative_share}};
    if (!one.kind.empty()) row["kind"] = one.kind;
    if (!one.rule.empty()) row["rule"] = one.rule;
    if (one.occupancy_percent) row["occupancy_percent"] = *one.occupancy_percent;
    table.push_back(std::move(row));
  }
  return table;
}

Json json_of(const std::vector<Culprit>& culprits) {
  Json table = Json::array();
  for (const Culprit& one : culprits) {
    table.push_back(Json{{"class", name_of(one.time)},
                         {"name", one.name},
                         {"ns", one.ns},
                         {"gaps", one.gaps}});
  }
  return table;
}

Json json_of(const std::vector<DeviceTimeOwners>& owners) {
  Json table = Json::array();
  for (const DeviceTimeOwners& one : owners) {
    Json layers = Json::array();
    for (Layer layer : one.layers) layers.push_back(name_of(layer));
    table.push_back(Json{{"class", name_of(one.time)},
                         {"contract_class", name_of(one.contract_class)},
                         {"layers", std::move(layers)},
                         {"owners", one.owners},
                         {"by_contract", one.by_contract}});
  }
  return table;
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

// The columns of TRUTH.tsv, under its names.
Json truth_columns(const DeviceFigures& f, std::uint64_t calls) {
  return Json{{"device", f.device},
              {"gpu", f.name},
              {"n_kernel", f.kernels},
              {"n_memcpy", f.copies},
              {"n_memset", f.sets},
              {"sum_kernel_ns", f.sum_kernel_ns},
              {"span_ns", f.span_ns},
              {"busy_ns", f.busy_ns},
              {"idle_ns", f.idle_ns},
              {"compute_ns", f.compute_ns},
              {"comm_ns", f.communication_ns},
              {"overlap_ns", f.overlap_ns},
              {"exposed_comm_ns", f.exposed_communication_ns},
              {"copy_ns", f.copy_ns},
              {"exposed_copy_ns", f.exposed_copy_ns},
              {"htod_bytes", f.host_to_device.bytes},
              {"htod_ns", f.host_to_device.sum_ns},
              {"dtoh_bytes", f.device_to_host.bytes},
              {"dtoh_ns", f.device_to_host.sum_ns},
              {"unlinked_n", f.unlinked},
              {"unlinked_sum_ns", f.unlinked_sum_ns},
              {"launch_n", f.launched_kernels},
              {"launch_delay_p50_ns", or_null(f.launch_delay_p50_ns)},
              {"launch_delay_p99_ns", or_null(f.launch_delay_p99_ns)},
              {"launch_neg_n", f.negative_delays},
              {"idle_host_late_ns", f.idle.host_late_ns},
              {"idle_launch_ns", f.idle.launch_ns},
              {"idle_device_wait_ns", f.idle.device_wait_ns},
              {"idle_unknown_ns", f.idle.unknown_ns},
              {"n_runtime", calls},
              {"streams", f.streams}};
}

Json json_of(const DeviceRoofline& roofline) {
  Json points = Json::array();
  for (const RooflinePoint& one : roofline.points) {
    points.push_back(Json{{"op", one.op},
                          {"shapes", one.shapes},
                          {"precision", one.precision},
                          {"bound", one.bound},
                          {"count", one.count},
                          {"work_ns", one.work_ns},
                          {"flops", one.flops},
                          {"bytes", one.bytes},
                          {"least_ns", one.least_ns == 0 ? Json() : Json(one.least_ns)}});
  }
  Json flops = Json::object();
  for (const auto& [precision, per_s] : roofline.flops_per_s) flops[precision] = per_s;
  Json unknown = Json::array();
  for (const UnknownBound& one : roofline.unknown) {
    unknown.push_back(Json{{"why", one.why}, {"count", one.count}, {"ns", one.ns}});
  }
  return Json{{"missing", roofline.missing},
              {"ceiling_source", roofline.ceiling_source},
              {"bytes_per_s", or_null(roofline.bytes_per_s)},
              {"link_bytes_per_s", or_null(roofline.link_bytes_per_s)},
              {"flops_per_s", std::move(flops)},
              {"compute_bound_ns", roofline.compute_bound_ns},
              {"memory_bound_ns", roofline.memory_bound_ns},
              {"known_ns", roofline.known_ns()},
              {"unknown_ns", roofline.unknown_ns},
              {"unknown", std::move(unknown)},
              {"points", std::move(points)},
              {"points_left_out",
               Json{{"count", roofline.points_left_out}, {"ns", roofline.points_left_out_ns}}}};
}

Json json_of(const LaunchQueue& queue) {
  return Json{{"mean", queue.mean},
              {"most", queue.most},
              {"empty_ns", queue.empty_ns},
              {"over_time", queue.over_time}};
}

Json json_of(const Occupancy& occupancy) {
  return Json{{"percent", occupancy.percent},
              {"known_ns", occupancy.known_ns},
              {"unknown_ns", occupancy.unknown_ns}};
}

// The link is the device's, each way; null where it is not known.
Json json_of(const std::vector<CopyRow>& rows, const std::optional<double>& link_bytes_per_s) {
  Json table = Json::array();
  for (const CopyRow& row : rows) {
    const std::optional<double> speed = row.copies.bytes_per_s();
    table.push_back(
        Json{{"direction", row.direction},
             {"memory", row.memory},
             {"hidden", row.hidden},
             {"count", row.copies.count},
             {"bytes", row.copies.bytes},
             {"copies_without_bytes", row.copies.without_bytes},
             {"sum_ns", row.copies.sum_ns},
             {"bytes_per_s", or_null(speed)},
             {"of_link_ratio", speed && link_bytes_per_s ? Json(*speed / *link_bytes_per_s) : Json()}});
  }
  return table;
}

Json json_of(const RequestQueueFigure& queue) {
  return Json{{"waiting_ns", queue.waiting_ns}, {"idle_ns", queue.idle_ns},
              {"queued_ns", queue.queued_ns},   {"mean", queue.mean},
              {"most", queue.most},             {"sources", queue.sources}};
}

Json json_of(const ThrottleFigure& throttle) {
  Json reasons = Json::object();
  for (const auto& [reason, ns] : throttle.reasons) reasons[reason] = ns;
  return Json{{"series", throttle.series},
              {"reference_hz", throttle.reference_hz},
              {"covered_ns", throttle.covered_ns},
              {"lost_ns", throttle.lost_ns},
              {"reasons_ns", std::move(reasons)}};
}

Json json_of(const DeviceFigures& f, std::uint64_t calls) {
  Json json = truth_columns(f, calls);
  json["begin_ns"] = f.begin_ns;
  json["end_ns"] = f.end_ns;
  json["htod_bytes_per_s"] = or_null(f.host_to_device.bytes_per_s());
  json["dtoh_bytes_per_s"] = or_null(f.device_to_host.bytes_per_s());
  json["htod_copies_without_bytes"] = f.host_to_device.without_bytes;
  json["dtoh_copies_without_bytes"] = f.device_to_host.without_bytes;
  json["launch_before_begin_n"] = f.before_launch;
  json["overlaps_in_stream_n"] = f.overlaps_in_stream;
  json["budget"] = Json{{"span", json_of(f.span)}, {"wall", json_of(f.wall)}};
  json["owners"] = json_of(f.owners);
  json["culprits"] = json_of(f.culprits);
  json["culprits_left_out"] =
      Json{{"count", f.culprits_left_out}, {"ns", f.culprits_left_out_ns}};
  json["top"] = json_of(f.top);
  json["names_n"] = f.names;
  json["occupancy"] = f.occupancy ? json_of(*f.occupancy) : Json();
  json["copies"] = json_of(
      f.copy_rows, f.roofline ? f.roofline->link_bytes_per_s : std::optional<double>());
  json["request_queue"] = f.request_queue ? json_of(*f.request_queue) : Json();
  json["launch_queue"] = f.launch_queue ? json_of(*f.launch_queue) : Json();
  json["throttle"] = f.throttle ? json_of(*f.throttle) : Json();
  json["roofline"] = f.roofline ? json_of(*f.roofline) : Json();
  Json delays = Json::array();
  for (const LaunchDelaySlice& one : f.launch_delays) {
    delays.push_back(
        Json{{"begin_ns", one.begin_ns}, {"count", one.count}, {"p50_ns", one.p50_ns}});
  }
  json["launch_delays"] = std::move(delays);
  json["warnings"] = f.warnings;
  return json;
}

Json json_of(const RequestFigures& requests) {
  Json stages = Json::array();
  for (const StageFigure& one : requests.stages) {
    stages.push_back(Json{{"stage", one.stage},
                          {"sum_ns", one.sum_ns},
                          {"p50_ns", one.p50_ns},
                          {"p99_ns", one.p99_ns},
                          {"requests", one.requests}});
  }
  return Json{{"requests", requests.requests},
              {"failed", requests.failed},
              {"incomplete", requests.incomplete},
              {"whole_ns", requests.whole_ns},
              {"stages", std::move(stages)}};
}

Json json_of(const IterationFigures& iterations) {
  Json shown = Json::array();
  for (const IterationFigure& one : iterations.shown) {
    shown.push_back(Json{{"name", one.name},
                         {"begin_ns", one.begin_ns},
                         {"host_ns", one.host_ns},
                         {"device_ns", one.device_ns},
                         {"kernels", one.kernels}});
  }
  return Json{{"pattern", iterations.pattern},
              {"count", iterations.count},
              {"host_p50_ns", iterations.host_p50_ns},
              {"host_p99_ns", iterations.host_p99_ns},
              {"device_p50_ns", iterations.device_p50_ns},
              {"shown", std::move(shown)}};
}

Json json_of(const WhatIfFigure& one) {
  Json json{{"scenario", one.scenario}};
  if (!one.unknown_because.empty()) {
    json["unknown_because"] = one.unknown_because;
    return json;
  }
  json["assumes"] = one.assumes;
  json["measured_ns"] = one.measured_ns;
  json["expected_ns"] = one.expected_ns;
  json["lower_ns"] = one.lower_ns;
  json["upper_ns"] = one.upper_ns;
  json["changed_ns"] = one.changed_ns;
  json["exposed_ns"] = one.exposed_ns;
  json["per_sample_group_ns"] = or_null(one.per_sample_group_ns);
  return json;
}

Json json_of(const GraphFigures& graph) {
  Json classes = Json::object();
  for (const auto& [name, ns] : graph.classes) classes[name] = ns;
  Json names = Json::array();
  for (const PathNameFigure& one : graph.names) {
    names.push_back(
        Json{{"name", one.name}, {"kind", one.kind}, {"steps", one.steps}, {"ns", one.ns}});
  }
  Json what_ifs = Json::array();
  for (const WhatIfFigure& one : graph.what_ifs) what_ifs.push_back(json_of(one));
  return Json{{"critical_path",
               Json{{"total_ns", graph.total_ns},
                    {"bound_by", graph.bound_by},
                    {"classes_ns", std::move(classes)},
                    {"names", std::move(names)}}},
              {"what_if", std::move(what_ifs)},
              {"doubts", graph.doubts}};
}

Json json_of(const ClientServer& both) {
  Json stages = Json::array();
  for (const auto& [name, ns] : both.stages) stages.push_back({{"stage", name}, {"sum_ns", ns}});
  return Json{{"client", both.client},
              {"server", both.server},
              {"client_requests", both.client_requests},
              {"server_requests", both.server_requests},
              {"left_out", both.left_out},
              {"client_ns", both.client_ns},
              {"server_ns", both.server_ns},
              {"stages", std::move(stages)},
              {"outside_ns", both.outside_ns ? Json(*both.outside_ns) : Json()},
              {"unknown_because", both.unknown_because}};
}

Json json_of(const std::vector<RegimeFigure>& regimes) {
  Json list = Json::array();
  for (const RegimeFigure& one : regimes) {
    list.push_back({{"device", one.device ? Json(*one.device) : Json()},
                    {"regime", one.regime},
                    {"because", one.because}});
  }
  return list;
}

Json json_of(const std::vector<SeriesFigure>& series) {
  Json table = Json::array();
  for (const SeriesFigure& one : series) {
    Json row{{"name", one.name},
             {"unit", one.unit},
             {"labels", one.labels},
             {"kind", one.counter ? "counter" : "gauge"},
             {"samples", one.samples},
             {"missing", one.missing}};
    if (one.counter) {
      row["increase"] = one.most;
    } else if (one.samples != 0) {
      row["least"] = one.least;
      row["median"] = one.median;
      row["most"] = one.most;
    }
    table.push_back(std::move(row));
  }
  return table;
}

Json json_of(const RankPath& path) {
  Json classes = Json::object();
  for (const auto& [name, ns] : path.classes) classes[name] = ns;
  Json by_rank = Json::array();
  for (const auto& [rank, ns] : path.by_rank) by_rank.push_back({{"rank", rank}, {"ns", ns}});
  Json names = Json::array();
  for (const RankPathName& one : path.names) {
    names.push_back({{"rank", one.rank},
                     {"name", one.name},
                     {"kind", one.kind},
                     {"steps", one.steps},
                     {"ns", one.ns}});
  }
  Json hops = Json::array();
  for (const RankHop& one : path.first_hops) {
    hops.push_back({{"rank", one.rank},
                    {"last_rank", one.last_rank},
                    {"collective", one.collective},
                    {"waited_ns", one.waited_ns}});
  }
  return Json{{"total_ns", path.total_ns},
              {"bound_by", path.bound_by},
              {"classes_ns", std::move(classes)},
              {"by_rank", std::move(by_rank)},
              {"names", std::move(names)},
              {"hops", path.hops},
              {"first_hops", std::move(hops)},
              {"clock_residual_ns", path.clock_residual_ns},
              {"ranks_left_out", path.ranks_left_out}};
}

Json json_of(const RankComparison& comparison) {
  Json ranks = Json::array();
  for (const RankFigure& one : comparison.ranks) {
    ranks.push_back(Json{{"rank", one.rank},
                         {"file", one.file},
                         {"span_ns", one.span_ns},
                         {"compute_ns", one.compute_ns},
                         {"exposed_comm_ns", one.exposed_communication_ns},
                         {"idle_ns", one.idle_ns},
                         {"wait_ns", one.wait_ns},
                         {"transfer_ns", one.transfer_ns}});
  }
  Json collectives = Json::array();
  for (const CollectiveFigure& one : comparison.collectives) {
    collectives.push_back(Json{{"name", one.name},
                               {"group", one.group},
                               {"count", one.count},
                               {"unmatched", one.unmatched},
                               {"transfer_ns", one.transfer_ns},
                               {"wait_ns", one.wait_ns}});
  }
  return Json{{"ranks", std::move(ranks)},
              {"collectives", std::move(collectives)},
              {"straggler", or_null(comparison.straggler)},
              {"critical_path", comparison.path ? json_of(*comparison.path) : Json()}};
}

Json json_of(const TraceDifference& difference) {
  Json classes = Json::array();
  for (const ClassDifference& one : difference.classes) {
    classes.push_back(Json{{"class", name_of(one.time)},
                           {"before_ns", one.before_ns},
                           {"after_ns", one.after_ns}});
  }
  Json names = Json::array();
  for (const NameDifference& one : difference.names) {
    names.push_back(Json{{"name", one.name},
                         {"before_count", one.before_count},
                         {"after_count", one.after_count},
                         {"before_ns", one.before_ns},
                         {"after_ns", one.after_ns}});
  }
  return Json{{"before", difference.before},     {"after", difference.after},
              {"hardware", difference.hardware}, {"per_before", difference.per_before},
              {"per_after", difference.per_after}, {"before_ns", difference.before_ns},
              {"after_ns", difference.after_ns}, {"classes", std::move(classes)},
              {"names", std::move(names)}};
}

Json json_of(const TraceFileFigures& file) {
  Json devices = Json::array();
  for (const DeviceFigures& device : file.devices) devices.push_back(json_of(device, file.calls));
  Json host_rooflines = Json::array();
  for (const HostRoofline& one : file.host_rooflines) {
    host_rooflines.push_back(Json{{"executor", one.executor}, {"roofline", json_of(one.roofline)}});
  }
  return Json{{"file", file.file},
              {"format", file.format},
              {"writer", file.writer},
              {"clock", file.clock},
              {"wall_offset_ns", or_null(file.wall_offset_ns)},
              {"rank", or_null(file.rank)},
              {"world_size", or_null(file.world_size)},
              {"events", file.events},
              {"begin_ns", file.begin_ns},
              {"end_ns", file.end_ns},
              {"n_runtime", file.calls},
              {"devices", std::move(devices)},
              {"host_top", json_of(file.host_top)},
              {"host_names_n", file.host_names},
              {"host_own_ns", file.host_own_ns},
              {"host_rooflines", std::move(host_rooflines)},
              {"requests", file.requests ? json_of(*file.requests) : Json()},
              {"iterations", file.iterations ? json_of(*file.iterations) : Json()},
              {"graph", file.graph ? json_of(*file.graph) : Json()},
              {"regimes", json_of(file.regimes)},
              {"series", json_of(file.series)},
              {"totals", json_of(file.totals)},
              {"notes", file.notes},
              {"losses", file.losses}};
}

}  // namespace

std::string_view name_of(DeviceTime time) {
  return kSpellings[static_cast<std::size_t>(time)].name;
}

std::string_view title_of(DeviceTime time) {
  return kSpellings[static_cast<std::size_t>(time)].title;
}

bool is_idle(DeviceTime time) { return time >= DeviceTime::kIdleOperator; }

std::optional<double> CopyFigure::bytes_per_s() const {
  if (sum_with_bytes_ns == 0) return std::nullopt;
  return static_cast<double>(bytes) * 1e9 / static_cast<double>(sum_with_bytes_ns);
}

void to_json(Json& json, const TraceFigures& figures) {
  json = Json::object();
  json["files"] = Json::array();
  for (const TraceFileFigures& file : figures.files) json["files"].push_back(json_of(file));
  json["ranks"] = figures.ranks ? json_of(*figures.ranks) : Json();
  json["client_server"] = figures.client_server ? json_of(*figures.client_server) : Json();
  json["difference"] = figures.difference ? json_of(*figures.difference) : Json();
  json["notes"] = figures.notes;
}

}  // namespace lynxbench
