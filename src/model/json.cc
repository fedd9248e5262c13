#include "model/json.h"

#include "model/json_members.h"

namespace nlohmann {
template <>
struct adl_serializer<lynxbench::Nanos> {
  static void to_json(json& out, const lynxbench::Nanos& value) { out = value.count(); }
  static void from_json(const json& in, lynxbench::Nanos& value) {
    value = lynxbench::Nanos{in.get<std::int64_t>()};
  }
};

// Maps keyed by an enum are objects, keyed by its name.
template <typename Key, typename Value>
struct adl_serializer<std::map<Key, Value>, std::enable_if_t<std::is_enum_v<Key>>> {
  static void to_json(json& out, const std::map<Key, Value>& value) {
    out = json::object();
    for (const auto& [key, item] : value) out[std::string(lynxbench::name_of(key))] = item;
  }
  static void from_json(const json& in, std::map<Key, Value>& value) {
    value.clear();
    for (const auto& [name, item] : in.items()) value[json(name).get<Key>()] = item.template get<Value>();
  }
};
}  // namespace nlohmann

namespace lynxbench {

#define LYNX_JSON_ENUM_DECLARE(Type)          \
  void to_json(Json& out, const Type& value); \
  void from_json(const Json& in, Type& value);
LYNX_JSON_ENUM_DECLARE(Layer)
LYNX_JSON_ENUM_DECLARE(TimeClass)
LYNX_JSON_ENUM_DECLARE(Provenance)
LYNX_JSON_ENUM_DECLARE(Loop)
LYNX_JSON_ENUM_DECLARE(Arrival)
LYNX_JSON_ENUM_DECLARE(GraphOptimization)
LYNX_JSON_ENUM_DECLARE(PointVerdict)
LYNX_JSON_ENUM_DECLARE(Agreement)
LYNX_JSON_ENUM_DECLARE(Severity)
LYNX_JSON_ENUM_DECLARE(LengthShape)
LYNX_JSON_ENUM_DECLARE(PromptSource)
LYNX_JSON_ENUM_DECLARE(ScoreMethod)
LYNX_JSON_ENUM_DECLARE(Streaming)
LYNX_JSON_ENUM_DECLARE(KeepAlive)
LYNX_JSON_ENUM_DECLARE(Certificates)
LYNX_JSON_ENUM_DECLARE(TensorEncoding)
LYNX_JSON_ENUM_DECLARE(CommandMode)
LYNX_JSON_ENUM_DECLARE(LatencyMetric)
LYNX_JSON_ENUM_DECLARE(Failure)
LYNX_JSON_ENUM_DECLARE(Channel)

// Of documents that have grown: a member of the second list that an older file lacks keeps its
// default. LYNX_JSON_GROWN(Slo, (quantile, at_most), (metric, also))
template <typename T>
void read_if_there(const Json& in, const char* name, T& value) {
  auto found = in.find(name);
  if (found != in.end()) found->get_to(value);
}
#define LYNX_LIST(...) __VA_ARGS__
#define LYNX_JSON_FROM_IF_THERE(member) \
  read_if_there(nlohmann_json_j, #member, nlohmann_json_t.member);
#define LYNX_JSON_GROWN(Type, OLD, NEW)                                                         \
  void to_json(Json& nlohmann_json_j, const Type& nlohmann_json_t) {                            \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, LYNX_LIST OLD))                  \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, LYNX_LIST NEW))                  \
  }                                                                                             \
  void from_json(const Json& nlohmann_json_j, Type& nlohmann_json_t) {                          \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM, LYNX_LIST OLD))                \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(LYNX_JSON_FROM_IF_THERE, LYNX_LIST NEW))           \
  }

LYNX_JSON(Bound, at_least, at_most)
LYNX_JSON(Decision, question, figure, bound, if_met, if_missed, decided_by)
LYNX_JSON(ModelSpec, name, file, layers, width, heads, vocabulary, seed)
LYNX_JSON(InputSpec, length, distinct)
LYNX_JSON(LengthSpec, shape, low, high, median, sigma)
LYNX_JSON(PromptSpec, source, file, prompt, output, turns, shared_prefix, prefix_groups)
LYNX_JSON(AccuracySpec, method, command, floor)
LYNX_JSON_GROWN(Workload, (category, precision, model, input, seed), (prompts, accuracy))
LYNX_JSON(LayerDeclaration, owner, facts)
LYNX_JSON(RuntimeSpec, threads, graph_optimization)
LYNX_JSON(ServingSpec, instances, max_batch, batch_timeout, queue_capacity)
LYNX_JSON(FaultSpec, preprocess_sleep, stall_after, stall_for)
LYNX_JSON(TensorSpec, name, shape, file)
LYNX_JSON(EndpointSpec, url, model, model_version, stream, keep_alive, connections,
          streams_per_connection, timeout, most_answer_bytes, headers, certificates, ca_file,
          extra_body, tensor_encoding, tensors, method, command, command_mode, metrics_url)
LYNX_JSON_GROWN(TargetSpec, (kind, runtime, serving, faults), (endpoint))
LYNX_JSON_GROWN(LoadSpec, (loop, arrival, concurrency, rate_per_s, of_capacity),
                (gap_cv, ramp_to_per_s))
LYNX_JSON(LoadPoint, name, load, duration)
LYNX_JSON(WarmUpSpec, at_least, at_most, window, windows, tolerance, concurrency)
LYNX_JSON(SearchSpec, arrival, start_per_s, at_most_per_s, point, extend_to, resolution, repeats)
LYNX_JSON(ProfileSpec, points, every, duration)
LYNX_JSON(LoadProtocol, warm_up, search, sessions, points, profile, max_in_flight)
LYNX_JSON(SloTerm, metric, quantile, at_most)
LYNX_JSON_GROWN(Slo, (quantile, at_most), (metric, also))
LYNX_JSON(MetricTarget, figure, bound)
LYNX_JSON(Tolerance, figure, within)
LYNX_JSON_GROWN(InstrumentLimits, (schedule_lag_p99, missed_ratio, telemetry_period),
                (client_cpu, stall_longest, clock_step, arrival_p, rate_deficit))
LYNX_JSON(Contract, format, name, decision, workload, layers, target, load, slo, metrics, tolerances,
          ownership, may_differ, limits, signatories, measured_by, limitations)

LYNX_JSON(Fact, name, provenance, value, source, reason, identity)
LYNX_JSON(LayerRecord, layer, owner, facts)
LYNX_JSON(Executor, layers)
LYNX_JSON(Fingerprints, whole, by_layer)
LYNX_JSON(FactDifference, name, before, after)
LYNX_JSON(LayerDifference, layer, owner, facts)

LYNX_JSON(ClientResources, connections_opened, connections_failed, connections_most, requests_on_used,
          waited_for_connection, local_exhausted, reads, reads_without_kernel_time, retried, spun_ns)
LYNX_JSON(ThreadCpu, name, cores, waiting)
LYNX_JSON(ArrivalTest, asked, every, gaps, ks, tolerance_ns, p_value, fano, fano_due, window_s, missing)
LYNX_JSON(Stall, at_ns, length_ns)
LYNX_JSON(InstrumentAudit, length_s, due, sent, missed, late, lag_p50_ns, lag_p99_ns, lag_max_ns,
          asked_per_s, sent_per_s, waited_for_room, threads, threads_missing, stall_p50_ns,
          stall_p99_ns, stall_longest_ns, stall_probes, stalls, longest_stalls, clock_steps,
          clock_step_largest_ns, clock_slew_ratio, arrivals, resources, invalid, notices)

LYNX_JSON(Ceilings, threads, matmul_flops_per_s, stream_bytes_per_s, matmul_method, stream_method)
LYNX_JSON(Loss, severity, what, count, where)

LYNX_JSON(Estimate, value, low, high, confidence, unit, samples, by_session, method, withheld)
LYNX_JSON(SearchTerm, metric, quantile, at_most_ns, requests, over_ratio, over_low, over_high,
          effective_samples, latency_ns, verdict)
LYNX_JSON_GROWN(SearchStep,
                (phase, rate_per_s, achieved_per_s, requests, over_ratio, over_low, over_high,
                 effective_samples, latency_ns, verdict, reason, purpose),
                (phases, length_ns, ramp_up_requests, ramp_up_ns, needed_requests, turned_away_ratio,
                 answered_ns, rate_deficit, rate_deficit_noise, in_system, in_system_by_law,
                 attempts_per_request, terms))
LYNX_JSON_GROWN(Saturation, (pass_per_s, fail_per_s, criterion, outcome, steps),
                (sustained_per_s, peak_per_s, peak_offered_per_s, findings))
LYNX_JSON(CurvePoint, phase, kind, point, session, offered_per_s, achieved_per_s, e2e_ns)
LYNX_JSON(ClassOwners, time_class, layers, owners)
LYNX_JSON(OperatorFigure, node, op_type, calls, total_ns, share, cumulative_share, flops, bytes,
          flops_per_s, intensity, of_ceiling, bound, reason)
LYNX_JSON(Roofline, flops_per_s, bytes_per_s, ridge, matmul_method, stream_method, missing)
LYNX_JSON(ProfilingCost, point, profiled, plain, profiled_ns, plain_ns, ratio, withheld)
LYNX_JSON(WarmUpFigure, session, steady, length_ns, requests, reason)
LYNX_JSON(TargetOutcome, figure, at_least, at_most, unit, verdict, reason)
LYNX_JSON(Validity, valid, reasons, notices)

// by_class_ns is an object keyed by class, so that a reader needs no table.
void to_json(Json& out, const TimeBreakdown& value) {
  Json classes = Json::object();
  for (std::size_t i = 0; i < kTimeClassCount; ++i) {
    classes[std::string(name_of(kTimeClasses[i]))] = value.by_class_ns[i];
  }
  out = Json{{"point", value.point},       {"requests_kind", value.requests_kind},
             {"requests", value.requests}, {"left_out", value.left_out},
             {"total_ns", value.total_ns}, {"by_class_ns", std::move(classes)}};
}

void from_json(const Json& in, TimeBreakdown& value) {
  in.at("point").get_to(value.point);
  in.at("requests_kind").get_to(value.requests_kind);
  in.at("requests").get_to(value.requests);
  in.at("left_out").get_to(value.left_out);
  in.at("total_ns").get_to(value.total_ns);
  // A class that an older file does not know has no time in it.
  const Json& classes = in.at("by_class_ns");
  for (std::size_t i = 0; i < kTimeClassCount; ++i) {
    value.by_class_ns[i] = 0;
    read_if_there(classes, std::string(name_of(kTimeClasses[i])).c_str(), value.by_class_ns[i]);
  }
}

LYNX_JSON(PhaseServerView, phase, session, point, reconciliation)

// Without figures of a server the document is what it always was.
void to_json(Json& nlohmann_json_j, const Figures& nlohmann_json_t) {
  NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, figures, saturation, curve, warm_ups, breakdowns, owners,
                                           operators_by_type, operators, roofline, profiling, losses, decision,
                                           targets, validity))
  if (!nlohmann_json_t.server_views.empty()) nlohmann_json_j["server_views"] = nlohmann_json_t.server_views;
}
void from_json(const Json& nlohmann_json_j, Figures& nlohmann_json_t) {
  NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM, figures, saturation, curve, warm_ups, breakdowns, owners,
                                           operators_by_type, operators, roofline, profiling, losses, decision,
                                           targets, validity))
  auto views = nlohmann_json_j.find("server_views");
  if (views != nlohmann_json_j.end()) views->get_to(nlohmann_json_t.server_views);
}

LYNX_JSON(ManifestEntry, path, bytes, sha256)
LYNX_JSON(Manifest, format, tool, tool_sha256, contract_digest, executor_fingerprint, created, complete,
          incomplete_reason, files)

LYNX_JSON(FigureComparison, figure, unit, within, baseline, candidate, ratio, low, high, agreement, reason)
LYNX_JSON(Verification, agreement, reason, differences, comparisons, bundle_digest, contract_digest)

}  // namespace lynxbench
